"""Registration by mail: the partner's secret address, and one message taken once.

From alone is never believed: a message counts only at the partner's secret address and from a known person of it.
Whether its domain signed it (DKIM, SPF) is checked by the mail server before us.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from campaigns.core.actor import Actor, Role
from campaigns.core.errors import DomainError, Kind, invalid
from campaigns.core.ids import new_id
from campaigns.core.permissions import require
from campaigns.core.tenancy import partner_of
from campaigns.core.text import one_line
from campaigns.db import audit
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.deals.mail_form import read_form
from campaigns.deals.mail_labels import read_fields
from campaigns.deals.mail_letters import Answered, answer
from campaigns.deals.models import Deal, DealMailAddress
from campaigns.deals.queries.rules import products_of
from campaigns.deals.service.drafting import begin_draft
from campaigns.deals.service.submitting import submit_deal
from campaigns.partners.models import Grant, Membership, Partner, Person, Programme
from campaigns.partners.rules import normalise_email
from renderer.errors import RenderError
from renderer.jail import run_jailed
from renderer.message import MOST_BYTES

MOST_AN_HOUR: Final = 60
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # none that is taken for another
_LOCAL = re.compile(r"deals\+([a-z0-9]{20})")
_WORDS_OF_ROBOTS = ("bulk", "list", "junk", "auto_reply")


def read_message(data: bytes, *, recipient: str | None = None, sender: str | None = None) -> Mailed:
    """The message, read in the jail. `mail.too_large`, `mail.unreadable` (invalid) for what cannot be taken."""
    if len(data) > MOST_BYTES:
        raise DomainError("mail.too_large", Kind.TOO_LARGE, f"A message has at most {MOST_BYTES >> 20} MB.")
    try:
        values = run_jailed("mail.read", data, wall_s=10.0).values
    except RenderError as error:
        raise invalid("mail.unreadable", "This message cannot be read.", reason=error.code) from error
    return Mailed(values, hashlib.sha256(data).hexdigest(), recipient, sender)


@dataclass(frozen=True, slots=True)
class Mailed:
    """A message as the jail read it; `recipient` and `sender` are the envelope's, None where nobody said."""

    values: dict[str, Any]
    digest: str
    recipient: str | None = None
    sender: str | None = None

    def automatic(self) -> bool:
        """Whether a program sent it: answering those makes loops (RFC 3834)."""
        told = self.values
        nobody = ("", "<>")
        null = self.sender in nobody if self.sender is not None else told["return_path"] == "<>"
        submitted = str(told["auto_submitted"]).partition(";")[0].strip()
        return null or bool(told["automatic"]) or submitted not in ("", "no") or told["precedence"] in _WORDS_OF_ROBOTS

    def key(self) -> str:
        """What makes two deliveries of it one: its Message-ID, or its bytes where it has none."""
        return hashlib.sha256((self.values["message_id"] or self.digest).encode()).hexdigest()[:40]


def address_of(uow: UnitOfWork, actor: Actor) -> DealMailAddress:
    """The partner's address, made when it is first looked at."""
    require(actor, "deal.write")
    partner_id = partner_of(actor)
    uow.session.execute(
        insert(DealMailAddress)
        .values(
            id=new_id(), created_at=uow.now, partner_id=partner_id, token=_new_token(), made_by=actor.person_id
        )
        .on_conflict_do_nothing()
    )  # fmt: skip
    query = select(DealMailAddress).where(
        DealMailAddress.partner_id == partner_id, DealMailAddress.ended_at.is_(None)
    )  # fmt: skip
    return uow.session.scalars(query.execution_options(populate_existing=True)).one()


def renew_address(uow: UnitOfWork, actor: Actor) -> DealMailAddress:
    """A new address; the one before takes nothing from now on."""
    require(actor, "deal.write")
    uow.session.execute(
        update(DealMailAddress)
        .where(DealMailAddress.partner_id == partner_of(actor), DealMailAddress.ended_at.is_(None))
        .values(ended_at=uow.now)
        .execution_options(synchronize_session=False)
    )
    made = address_of(uow, actor)
    audit.record(uow, actor, "deal.mail_address", "partner", made.partner_id)
    return made


def written_address(token: str, domain: str) -> str:
    """The address as people use it."""
    return f"deals+{token}@{domain}"


def _new_token() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(20))


def take_message(
    uow: UnitOfWork, message: Mailed, *, domain: str, public_url: str, programme_id: UUID | None = None
) -> str:
    """Register what a message says; "taken", "known" for one that came before, or "ignored" for a program's.

    `programme_id` limits it to one programme, whose own mail provider handed it in. What is missing makes a draft and
    never half a registration; the sender is answered either way, once. Raises `mail.address` (not found) for an address
    that is none, `mail.sender` (forbidden) for a sender who is no person of the partner, `mail.many` (throttled).
    """
    if message.automatic():
        return "ignored"
    partner_id = _partner(uow, message, domain, programme_id)
    actor, address = _sender(uow, message, partner_id)
    require(actor, "deal.write")
    key = message.key()
    lock = func.pg_advisory_xact_lock(func.hashtextextended(f"deal_mail:{partner_id}", 0))
    uow.session.execute(select(lock))
    token = f"mail:{key}"
    known = select(Deal.id).where(Deal.partner_id == partner_id, Deal.client_token == token)
    if uow.session.scalar(known) is not None:
        return "known"
    _refuse_flood(uow, partner_id)
    made = _register(uow, actor, message, token, programme_id)
    reader = (address, actor.name, actor.locale)
    answer(uow, made, key=key, reader=reader, partner_id=partner_id, public_url=public_url)
    return "taken"


def _partner(uow: UnitOfWork, message: Mailed, domain: str, programme_id: UUID | None) -> UUID:
    addresses = [message.recipient] if message.recipient is not None else message.values["to"]
    tokens = []
    for one in addresses:
        local, _, host = str(one).strip().strip("<>").lower().rpartition("@")
        match = _LOCAL.fullmatch(local)
        if match and host == domain.lower():
            tokens.append(match[1])
    query = select(DealMailAddress.partner_id).where(
        DealMailAddress.token.in_(tokens), DealMailAddress.ended_at.is_(None)
    )
    if programme_id is not None:
        member = select(Membership.partner_id).where(
            Membership.programme_id == programme_id, Membership.ended_at.is_(None)
        )
        query = query.where(DealMailAddress.partner_id.in_(member))
    found = set(uow.session.scalars(query))
    if len(found) != 1:
        raise DomainError("mail.address", Kind.NOT_FOUND, "This is no address that registrations are taken at.")
    return found.pop()


def _sender(uow: UnitOfWork, message: Mailed, partner_id: UUID) -> tuple[Actor, str]:
    """The known person that From names, as the one who acts; exactly one, with a role at this partner."""
    named = message.values["from"]
    address = normalise_email(named[0]) if len(named) == 1 else None
    row = uow.session.execute(
        select(Person, Grant.role)
        .join(Grant, Grant.person_id == Person.id)
        .where(
            Person.email == (address or ""), Person.disabled_at.is_(None), Grant.partner_id == partner_id,
            Grant.revoked_at.is_(None),
        )
        .order_by(Grant.id)
        .limit(1)
    ).one_or_none()  # fmt: skip
    if row is None:
        raise DomainError("mail.sender", Kind.FORBIDDEN, "The sender is no known person of this partner.")
    person: Person = row[0]
    actor = Actor(
        kind="person", role=Role(row[1]), person_id=person.id, partner_id=partner_id, locale=person.locale,
        name=person.name,
    )  # fmt: skip
    return actor, person.email


def _refuse_flood(uow: UnitOfWork, partner_id: UUID) -> None:
    count = uow.session.scalar(
        select(func.count())
        .select_from(Deal)
        .where(Deal.partner_id == partner_id, Deal.source == "mail", Deal.created_at > uow.now - timedelta(hours=1))
    )
    if (count or 0) >= MOST_AN_HOUR:
        raise DomainError("mail.many", Kind.THROTTLED, f"At most {MOST_AN_HOUR} an hour are taken by mail.")


def _programmes(uow: UnitOfWork, partner_id: UUID, only: UUID | None) -> list[tuple[UUID, str, str]]:
    query = (
        select(Programme.id, Programme.name, Programme.slug)
        .join(Membership, Membership.programme_id == Programme.id)
        .join(Partner, Partner.id == Membership.partner_id)
        .where(Membership.partner_id == partner_id, Membership.ended_at.is_(None))
        .order_by(Programme.name, Programme.id)
    )
    if only is not None:
        query = query.where(Programme.id == only)
    return list(uow.session.execute(query).tuples())


def _register(uow: UnitOfWork, actor: Actor, message: Mailed, token: str, only: UUID | None) -> Answered:
    fields, twice = read_fields(str(message.values["text"]))
    attached = int(message.values["attached"])
    company = one_line(fields.get("company_name", ""))
    open_ = _programmes(uow, partner_of(actor), only)
    said = one_line(fields.get("programme", "")).casefold()
    chosen = [one for one in open_ if said in (one[1].casefold(), one[2].casefold())] if said else open_
    if len(chosen) != 1 or "programme" in twice:
        names = tuple(one[1] for one in open_)
        return Answered("programme", company=company, missing=("programme",), choices=names, attached=attached)
    programme_id = chosen[0][0]
    products = {one.code: one.name for one in products_of(uow.session, programme_id)}
    read = read_form(fields, twice, products, actor.locale, uow.now.date())
    missing = read.missing
    if not missing:
        try:
            with uow.savepoint():  # both or nothing
                draft = begin_draft(uow, actor, programme_id, token, read.form, source="mail")
                done = submit_deal(uow, actor, draft.id, draft.version)
            return Answered("registered", done.reference, done.id, company, attached=attached)
        except DomainError as error:
            if error.kind not in (Kind.INVALID, Kind.CONFLICT):
                raise
            if error.code == "deal.duplicate":
                held = str(error.params.get("reference", ""))
                return Answered("double", held, company=company, attached=attached)
            missing = tuple(dict.fromkeys(one.slot for one in error.problems if one.slot))
    draft = begin_draft(uow, actor, programme_id, token, read.form, source="mail")
    choices = tuple(products.values()) if "product_line" in missing else ()
    return Answered("draft", draft.reference, draft.id, company, missing, choices, attached)
