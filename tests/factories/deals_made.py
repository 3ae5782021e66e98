"""Deals, leads and touches made straight, as attribution and reports read them; without services."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from campaigns.accounts.models import Account
from campaigns.core.ids import new_id
from campaigns.deals.models import Deal
from campaigns.leads.models import Lead, LeadNote, LeadSubmission, Submission
from campaigns.tracking.models import Touchpoint
from tests.factories.mailing import World

CLOSE = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)
_number = count(1)


def before(days: float) -> datetime:
    """So many days before the close of the deals made here."""
    return CLOSE - timedelta(days=days)


def add_touch(session: Session, world: World, at: datetime, **about: Any) -> int:
    """A touchpoint received as it occurred."""
    values = {"kind": "click", "channel": "mail", "locale": "en", "created_at": at, "occurred_at": at}
    row = Touchpoint(
        launch_id=world.launch_id, programme_id=world.programme_id, partner_id=world.partner_id, **(values | about)
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


def add_lead(session: Session, world: World, at: datetime, email: str = "eva@stern.example", **about: Any) -> UUID:
    """A lead by a form of visitor `v-<email>` unless `visitor` says otherwise."""
    visitor, delivery = about.pop("visitor", f"v-{email}"), about.pop("delivery_id", None)
    given = Submission(
        id=new_id(), launch_id=world.launch_id, programme_id=world.programme_id, partner_id=world.partner_id,
        locale="en", form_token=f"t{next(_number)}", data={"email": email}, visitor=visitor, created_at=at,
        delivery_id=delivery,
    )  # fmt: skip
    session.add(given)
    session.flush()
    values = {"name": "Eva Stern", "email": email, "email_key": email, "locale": "en", "state": "accepted"}
    lead = Lead(
        id=new_id(), programme_id=world.programme_id, partner_id=world.partner_id, launch_id=world.launch_id,
        submission_id=given.id, created_at=at, **(values | about),
    )  # fmt: skip
    session.add(lead)
    session.flush()
    session.add(LeadSubmission(lead_id=lead.id, submission_id=given.id))
    session.flush()
    return lead.id


def add_note(session: Session, lead_id: UUID, at: datetime, kind: str = "call", side: str = "partner") -> UUID:
    """Something a partner did about a lead."""
    note = LeadNote(id=new_id(), lead_id=lead_id, side=side, kind=kind, happened_at=at, created_at=at)
    session.add(note)
    session.flush()
    return note.id


def add_deal(session: Session, world: World, *, cents: int = 120_000, state: str = "won", **about: Any) -> UUID:
    """A deal of Eva's company, closed at CLOSE where it is won or lost."""
    account = Account(id=new_id(), programme_id=world.programme_id, name="Stern GmbH", country="DE", origin="api")
    session.add(account)
    session.flush()
    number, closed = next(_number), state in ("won", "lost")
    values: dict[str, Any] = {
        "partner_id": world.partner_id, "source": "page", "product_line": f"line{number}", "currency": "EUR",
        "company": {"name": "Stern GmbH", "country": "DE"}, "contact": {"name": "Eva", "email": "eva@stern.example"},
        "amount_minor": cents, "won_amount_minor": cents if state == "won" else None,
        "submitted_at": before(40), "decided_at": before(38), "protected_from": before(38),
        "protected_until": CLOSE + timedelta(days=90), "opportunity_at": before(20) if state != "approved" else None,
        "closed_at": CLOSE if closed else None, "close_on": CLOSE.date(),
    }  # fmt: skip
    deal = Deal(
        id=new_id(), programme_id=world.programme_id, reference=f"R{number}", client_token=f"c{number}", state=state,
        account_id=account.id, account_key=account.id, created_at=before(41), **(values | about),
    )  # fmt: skip
    session.add(deal)
    session.flush()
    return deal.id
