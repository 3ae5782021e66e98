"""The partner's home: what is next, what is ready to go out in its name, and what went out."""

from __future__ import annotations

from flask import Blueprint, render_template

from app.auth import current
from app.auth.access import permission
from app.campaign_words import state_words
from app.portal.cards import cards_of
from app.portal.desk_words import lines_of, summary_of
from app.security import embeds_previews
from app.unit_of_work import container, uow
from campaigns.desk.launches import recent_results
from campaigns.desk.next_list import next_things
from campaigns.desk.ready import people_by_programme, ready_campaigns
from campaigns.partners.brand.queries import current_revision, open_refusal

blueprint = Blueprint("home", __name__)
CARDS = 5


@blueprint.get("/portal/")
@permission("campaign.read")
def show() -> str:
    """The home. A company without a brand kit sees how to get one, and nothing else."""
    session, acting, now = uow().session, current.actor(), container().clock.now()
    revision = current_revision(session, acting.partner_id) if acting.partner_id else None
    campaigns = ready_campaigns(session, acting, now)
    if revision is None:
        refusal = open_refusal(session, acting)
        return render_template("portal/home_first.html", campaigns=len(campaigns), refusal=refusal)
    embeds_previews()
    lines = lines_of(next_things(session, acting, now, campaigns), now)
    shown = campaigns[:CARDS]
    people = people_by_programme(session, acting, [item.kit.programme_id for item in shown if item.kit.mails], now)
    return render_template(
        "portal/home.html",
        lines=lines,
        summary=summary_of(lines),
        cards=cards_of(shown, revision.id, people),
        total=len(campaigns),
        saved_at=revision.created_at,
        results=recent_results(session, acting),
        state_of=state_words,
    )
