"""The reviewer's desk: what waits, by when it is due, and every registration of the programme."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask import Blueprint, Response, render_template, request

from app.api.paging import decode, encode
from app.auth import current
from app.auth.access import permission
from app.channel.review_view import review_context
from app.deal_words import inner_state
from app.paging import query_text
from app.portal.deal_acts import evidence_answer
from app.unit_of_work import container, uow
from campaigns.core.errors import DomainError
from campaigns.deals.queries.clock import clocks_of
from campaigns.deals.queries.desk import desk_deals, desk_page, queue_for
from campaigns.deals.queries.rules import products_for
from campaigns.deals.service.evidence import read_evidence

blueprint = Blueprint("channel_deals", __name__, url_prefix="/channel/deals")
FILTERED = (
    "submitted", "under_review", "in_conflict", "action_required", "approved", "converted", "won", "lost", "rejected",
    "expired", "shared", "withdrawn", "revoked",
)  # fmt: skip


@blueprint.get("")
@permission("registration.read")
def index() -> str:
    """The queue by due time."""
    session, acting, now = uow().session, current.actor(), container().clock.now()
    mine = request.args.get("mine") == "1"
    rows = queue_for(session, acting, mine=mine)
    return render_template(
        "channel/deals.html", rows=rows, clocks=clocks_of(session, acting, [row.id for row in rows], now), mine=mine,
        state_of=inner_state,
    )  # fmt: skip


@blueprint.get("/all")
@permission("registration.read")
def every() -> str:
    """All registrations, newest first, filtered by the address."""
    session, acting = uow().session, current.actor()
    state = request.args.get("state", "")
    product = request.args.get("product", "")[:80]
    found = desk_deals(
        session, acting, state=state if state in FILTERED else "", search=query_text(), product_line=product,
        after=asked_after(),
    )  # fmt: skip
    return render_template(
        "channel/all_deals.html", found=found, states=FILTERED, state_of=inner_state, search=query_text(),
        chosen={"state": state, "product": product}, products=products_for(session, acting),
        next=encode(*found.next) if found.next else "",
    )  # fmt: skip


def asked_after() -> tuple[datetime, UUID] | None:
    """`?after=`: the place the page before ended at; nonsense begins anew."""
    try:
        at, row_id = decode(request.args["after"][:200], UUID) if request.args.get("after") else (None, None)
    except DomainError:
        return None
    return (at, row_id) if at is not None and isinstance(row_id, UUID) else None


@blueprint.get("/<uuid:deal_id>")
@permission("registration.read")
def show(deal_id: UUID) -> str:
    """One registration with what it resembles, and the decision under it."""
    return render_template("channel/deal.html", **review_context(desk_page(uow().session, current.actor(), deal_id)))


@blueprint.get("/<uuid:deal_id>/evidence/<uuid:evidence_id>")
@permission("registration.read")
def file(deal_id: UUID, evidence_id: UUID) -> Response:
    """A file of the registration, to keep."""
    return evidence_answer(read_evidence(uow(), current.actor(), container().storage, deal_id, evidence_id))
