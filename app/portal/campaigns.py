"""The campaigns a partner may launch: the list, and one campaign with every piece. The panel is `launch_panel`."""

from __future__ import annotations

from uuid import UUID

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth import current
from app.auth.access import permission
from app.campaign_words import kit_of, kit_text, language_name
from app.i18n import locale
from app.markdown import readme_html
from app.portal.cards import cards_of
from app.portal.launch_panel import blueprint
from app.security import embeds_previews
from app.unit_of_work import container, uow
from campaigns.core.tenancy import must_exist
from campaigns.desk.ready import Ready, people_by_programme, ready_campaigns
from campaigns.kits.queries import newest_published
from campaigns.launches.offer import launch_offer
from campaigns.partners.brand.queries import current_revision

__all__ = ["blueprint"]
PAGE = 24


def _matches(ready: Ready, words: list[str]) -> bool:
    kit = ready.kit
    said = " ".join(
        (kit.title, kit.summary, kit.text("title", locale()), kit.text("summary", locale()), *kit.labels)
    ).casefold()
    return all(word in said for word in words)


@blueprint.get("")
@permission("campaign.read")
def index() -> str:
    """Every campaign in season; `?q=`, `?programme=` (its slug) and `?page=` stay in the address."""
    embeds_previews()
    session, acting, now = uow().session, current.actor(), container().clock.now()
    everything = ready_campaigns(session, acting, now)
    search, programme, asked = (request.args.get(name, "").strip() for name in ("q", "programme", "page"))
    words = search.casefold().split()
    found = [
        item for item in everything if (not programme or item.kit.programme_slug == programme) and _matches(item, words)
    ]
    pages = max(1, -(-len(found) // PAGE))
    page = min(int(asked), pages) if asked.isdecimal() and len(asked) < 7 and int(asked) else 1
    shown = found[(page - 1) * PAGE : page * PAGE]
    revision = current_revision(session, acting.partner_id) if acting.partner_id else None
    people = people_by_programme(session, acting, [item.kit.programme_id for item in shown if item.kit.mails], now)
    return render_template(
        "portal/campaigns.html",
        cards=cards_of(shown, revision.id if revision else None, people, hero=False),
        has_brand=revision is not None,
        total=len(everything),
        found=len(found),
        page=page,
        pages=pages,
        search=search,
        programme=programme,
        programmes=sorted({item.kit.programme_slug: item.kit.programme_name for item in everything}.items()),
    )


@blueprint.get("/<uuid:kit_id>")
@permission("campaign.read")
def page(kit_id: UUID) -> str | Response:
    """One campaign: every piece in every language, what is mailed when, and the vendor's own words about it."""
    embeds_previews()
    session, acting = uow().session, current.actor()
    version = must_exist(newest_published(session, acting, kit_id), "kit")
    offer = launch_offer(session, acting, version.id, now=container().clock.now())
    kit = kit_of(version)
    mine = [tag for tag in offer.locales if tag in offer.chosen]
    first = locale() if locale() in mine else mine[0]
    return render_template(
        "portal/campaign.html",
        offer=offer,
        locales=[first, *(tag for tag in mine if tag != first), *(tag for tag in offer.locales if tag not in mine)],
        chosen=mine,
        language=language_name,
        titled=lambda text: kit_text(kit, text),
        readme=readme_html(kit, locale()) if kit else "",
        preview=lambda piece, tag: url_for(
            "previews.piece",
            version_id=version.id,
            revision_id=offer.brand_revision_id,
            locale=tag,
            asset_id=piece.asset_id,
            output=piece.output,
        ),
    )
