"""Decisions about a registration, each a form under the page; what a service refuses stands over it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.auth import current
from app.auth.access import permission
from app.channel import picking
from app.channel.review_view import review_context
from app.error_texts import text_of
from app.forms import form_uuid, form_version
from app.i18n import gettext as _
from app.unit_of_work import roll_back, uow
from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind, invalid
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.deals.queries.behind import account_behind
from campaigns.deals.queries.desk import desk_page
from campaigns.deals.service import (
    approving,
    extending,
    matching,
    merging,
    progress,
    rejecting,
    reviewing,
    revoking,
    sharing,
)

blueprint = Blueprint("channel_review", __name__, url_prefix="/channel/deals/<uuid:deal_id>")
Answer = Response | tuple[str, int]
Decision = Callable[[UnitOfWork, Actor, UUID, int], object]


def _words(name: str = "words") -> str:
    return request.form.get(name, "")


def _pick_up(work: UnitOfWork, actor: Actor, deal_id: UUID, version: int) -> None:
    reviewing.pick_up(work, actor, deal_id, version)


def _approve(work: UnitOfWork, actor: Actor, deal_id: UUID, version: int) -> None:
    approving.approve(work, actor, deal_id, version, _words())


def _return(work: UnitOfWork, actor: Actor, deal_id: UUID, version: int) -> None:
    reviewing.return_deal(
        work, actor, deal_id, version, reason_code=_words("returned"), editable=request.form.getlist("editable"),
        words=_words(),
    )  # fmt: skip


def _reject(work: UnitOfWork, actor: Actor, deal_id: UUID, version: int) -> None:
    rejecting.reject(work, actor, deal_id, version, reason_code=_words("rejected"), words=_words())


def _resolve_approve(work: UnitOfWork, actor: Actor, deal_id: UUID, version: int) -> None:
    approving.resolve_approve(work, actor, deal_id, version, _words("resolved"), _words("inner"))


def _resolve_reject(work: UnitOfWork, actor: Actor, deal_id: UUID, version: int) -> None:
    rejecting.resolve_reject(
        work, actor, deal_id, version, reason_code=_words("rejected"), resolve_code=_words("resolved"),
        words=_words(), inner_words=_words("inner"),
    )  # fmt: skip


def _resolve_share(work: UnitOfWork, actor: Actor, deal_id: UUID, version: int) -> None:
    """The later partner's part is typed in percent; the rest of the team keeps its proportions."""
    into = form_uuid("into")
    page, other = (desk_page(work.session, actor, one) for one in (deal_id, into))
    part = picking.basis_points(_words("part"))
    sharing.resolve_share(
        work, actor, deal_id, version, into=into, parts=parts_with(
            {one.partner_id: one.split_bp for one in other.team if one.partner_id}, page.row.partner_id, part
        ), reason_code=_words("resolved"), words=_words(), named=_words("named") == "1",
    )  # fmt: skip


def parts_with(team: dict[UUID, int], joining: UUID, part: int) -> dict[UUID, int]:
    """Hundredths of a percent by partner once `joining` has `part`: the others keep their proportions, whole in sum."""
    others = {one: split for one, split in team.items() if one != joining}
    whole = sum(others.values())
    if not others or whole == 0:
        return {**others, joining: 10_000 if not others else part}
    shared = {one: split * (10_000 - part) // whole for one, split in others.items()}
    first = next(iter(shared))
    shared[first] += 10_000 - part - sum(shared.values())
    return {**shared, joining: part}


def _granted(work: Callable[..., object], uow_: UnitOfWork, actor: Actor, deal_id: UUID, version: int) -> None:
    work(uow_, actor, deal_id, version, granted=request.form.get("granted") == "1", words=_words())


DECISIONS: dict[str, Decision] = {
    "pick_up": _pick_up,
    "hand_back": reviewing.hand_back,
    "approve": _approve,
    "return": _return,
    "reject": _reject,
    "conflict": picking.call_conflict,
    "team": picking.set_team,
    "resolve_approve": _resolve_approve,
    "resolve_reject": _resolve_reject,
    "resolve_share": _resolve_share,
    "extension": lambda *given: _granted(extending.decide_extension, *given),
    "appeal": lambda *given: _granted(rejecting.decide_appeal, *given),
    "revocation": lambda *given: _granted(revoking.decide_revocation, *given),
    "ask_revocation": lambda work, actor, deal_id, version: revoking.ask_revocation(
        work, actor, deal_id, version, reason_code=_words("revoked"), words=_words()
    ),
    "dismiss": lambda work, actor, deal_id, version: matching.dismiss_match(
        work, actor, deal_id, version, form_uuid("match"), _words()
    ),
    "note": lambda work, actor, deal_id, _version: progress.add_note(
        work, actor, deal_id, _words(), sight="vendor" if request.form.get("private") else "both"
    ),
}


def _done(deal_id: UUID, act: Callable[[], object]) -> Answer:
    try:
        act()
    except DomainError as error:
        if error.kind not in (Kind.INVALID, Kind.CONFLICT, Kind.FORBIDDEN):
            raise
        roll_back()
        shown = review_context(desk_page(uow().session, current.actor(), deal_id), text_of(error))
        status = {Kind.INVALID: 422, Kind.CONFLICT: 409}.get(error.kind, 403)
        return render_template("channel/deal.html", **shown), status
    flash(_("Done."))
    return redirect(url_for("channel_deals.show", deal_id=deal_id), 303)


@blueprint.post("")
@permission("registration.decide")
def decide(deal_id: UUID) -> Answer:
    """What the form's `decision` names."""
    name = request.form.get("decision", "")

    def act() -> None:
        if name not in DECISIONS:
            raise invalid("deal.decision", "Choose what to decide.", given=name[:40])
        DECISIONS[name](uow(), current.actor(), deal_id, form_version())

    return _done(deal_id, act)


@blueprint.post("/merge")
@permission("account.write")
def merge(deal_id: UUID) -> Answer:
    """The account of the match is this deal's account: both are one company from now on."""

    def act() -> None:
        session, acting = uow().session, current.actor()
        mine = desk_page(session, acting, deal_id).account_key
        other = account_behind(session, acting, deal_id, form_uuid("match"))
        if mine is None:
            raise invalid("deal.decision", "Choose what to decide.")
        merging.merge_accounts(uow(), acting, other, mine, _words("inner"))

    return _done(deal_id, act)
