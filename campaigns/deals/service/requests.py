"""Something asked about a deal and not yet answered: one open of a kind at a time, answered once."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from campaigns.core.errors import DomainError, Kind
from campaigns.core.ids import new_id
from campaigns.core.tenancy import must_exist
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.deals.models import Deal, DealRequest


def open_request(uow: UnitOfWork, deal: Deal, kind: str, reason: str, person: UUID | None) -> UUID:
    """Write a request; `request.open` (conflict) if one of its kind waits already."""
    made = uow.session.execute(
        insert(DealRequest)
        .values(id=new_id(), created_at=uow.now, deal_id=deal.id, kind=kind, reason=reason, asked_by=person)
        .on_conflict_do_nothing()
        .returning(DealRequest.id)
    ).scalar_one_or_none()
    if made is None:
        raise DomainError("request.open", Kind.CONFLICT, "This was asked already and waits for an answer.")
    return made


def find_request(uow: UnitOfWork, deal: Deal, kind: str) -> DealRequest:
    """The open request of a kind; `request.not_found` where none waits."""
    row = uow.session.scalars(
        select(DealRequest)
        .where(DealRequest.deal_id == deal.id, DealRequest.kind == kind, DealRequest.state == "open")
        .execution_options(populate_existing=True)
    ).one_or_none()
    return must_exist(row, "request")  # type: ignore[no-any-return]


def answer_request(uow: UnitOfWork, request: DealRequest, person: UUID | None, *, granted: bool, answer: str) -> None:
    """Close it once; `request.answered` (conflict) if somebody was quicker."""
    done = uow.session.execute(
        update(DealRequest)
        .where(DealRequest.id == request.id, DealRequest.state == "open")
        .values(state="granted" if granted else "refused", decided_by=person, decided_at=uow.now, answer=answer)
        .returning(DealRequest.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if done is None:
        raise DomainError("request.answered", Kind.CONFLICT, "Somebody has answered this meanwhile.")


def drop_requests(uow: UnitOfWork, deal: Deal) -> None:
    """The deal is over: what was still asked about it is refused by the course of things."""
    uow.session.execute(
        update(DealRequest)
        .where(DealRequest.deal_id == deal.id, DealRequest.state == "open", DealRequest.kind != "appeal")
        .values(state="refused", decided_at=uow.now)
        .execution_options(synchronize_session=False)
    )


def count_requests(uow: UnitOfWork, deal: Deal, kind: str) -> int:
    """How many of a kind were ever made."""
    return len(
        uow.session.scalars(
            select(DealRequest.id).where(DealRequest.deal_id == deal.id, DealRequest.kind == kind)
        ).all()
    )
