"""What a reviewer picks by hand, as the forms post it: what a deal conflicts with, who works on it."""

from __future__ import annotations

from uuid import UUID

from flask import request

from campaigns.core.actor import Actor
from campaigns.core.errors import invalid
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.deals.queries.picked import deals_by_reference
from campaigns.deals.service import reviewing, team
from campaigns.deals.service.team import Member

NEW_ROWS = 3


def basis_points(text: str) -> int:
    """A percentage as typed, "30", "12,5" or "12.5", in hundredths of a percent; `deal.split` where it is none."""
    try:
        part = round(float(text.replace(",", ".")) * 100)
    except (ValueError, OverflowError):
        part = -1
    if not 0 <= part <= 10_000:
        raise invalid("deal.split", "The parts name every partner of the team and make 100 % together.")
    return part


def call_conflict(work: UnitOfWork, actor: Actor, deal_id: UUID, version: int) -> None:
    """With the matches that stand, registrations named by reference, and own sales chosen from the list."""
    given = request.form
    named = given.get("references", "").replace(",", " ").split()
    reviewing.call_conflict(
        work, actor, deal_id, version,
        deal_ids=deals_by_reference(work.session, actor, named),
        opportunity_ids=[_id(one) for one in given.getlist("opportunity") if one],
        words=given.get("inner", ""),
    )  # fmt: skip


def set_team(work: UnitOfWork, actor: Actor, deal_id: UUID, version: int) -> None:
    """The rows of the form; one without a partner is left out."""
    given = request.form
    rows = zip(given.getlist("partner"), given.getlist("role"), given.getlist("part"), strict=False)
    members = [Member(_id(one), role, basis_points(part)) for one, role, part in rows if one]
    team.set_team(
        work, actor, deal_id, version, members, given.get("words", ""), named=given.get("named") == "1"
    )  # fmt: skip


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise invalid("deal.team", "A team has each partner once, and the registering partner leads it.") from None
