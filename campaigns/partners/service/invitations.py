"""Invitations: a role offered by a link that works once, ends by itself, and can be withdrawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select, update

from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind
from campaigns.core.ids import digest, new_id, new_secret
from campaigns.core.permissions import require
from campaigns.core.problems import Problem, raise_if_any
from campaigns.core.tenancy import must_exist, own_rows, programme_of
from campaigns.db import audit
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.mailroom.service import Letter, queue_mail
from campaigns.partners import rules
from campaigns.partners.models import Grant, Invitation, Membership, Partner, Person, Programme
from campaigns.partners.service.people import NAME_MAX, ROLES

LIFE = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Offer:
    """What a letter needs: who invites, for which company, the link's secret (kept nowhere) and the days it lives."""

    secret: str
    inviter: str
    company: str
    locale: str
    days: int = LIFE.days


Compose = Callable[[Offer], Letter]


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation as it is shown once, to be copied."""

    id: UUID
    secret: str
    email: str


def invite_colleague(
    uow: UnitOfWork, actor: Actor, *, email: str, name: str, role: str, locale: str, compose: Compose
) -> Invited:
    """Offer a role in the actor's own company and mail the link. An older offer to the same address ends."""
    require(actor, "people.manage")
    side = "partner" if actor.partner_id else "vendor"
    problems = _problems(email, name)
    if role not in ROLES[side]:
        problems.append(Problem("grant.role", "There is no such role here.", slot="role"))
    raise_if_any("invitation.invalid", "Nobody was invited.", problems)
    normal = str(rules.normalise_email(email))
    holds = select(Grant.id).join(Person, Person.id == Grant.person_id)
    if uow.session.scalar(holds.where(Person.email == normal, own_rows(actor, Grant), Grant.revoked_at.is_(None))):
        raise DomainError("grant.exists", Kind.CONFLICT, "This person works here already. Change the role in the list.")
    return _offer(
        uow, actor, compose,
        Invitation(
            email=normal, name=" ".join(name.split()), role=role, locale=locale,
            programme_id=actor.programme_id, partner_id=actor.partner_id,
        ),
    )  # fmt: skip


def invite_partner(
    uow: UnitOfWork, actor: Actor, *, company: str, country: str, email: str, name: str, locale: str, compose: Compose
) -> Invited:
    """Offer a company a place in the actor's programme.

    A new address gets a company made for it. An address that already heads one is invited with that company, which
    joins when it accepts; the answer looks the same, so that nobody learns who works with whom.
    """
    require(actor, "partner.invite")
    programme_id = programme_of(actor)
    problems = _problems(email, name)
    company = " ".join(company.split())
    if not 1 <= len(company) <= 80 or not company.isprintable():
        problems.append(Problem("partner.name", "Write the company's name, with 1 to 80 characters.", slot="company"))
    if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
        problems.append(Problem("partner.country", "Choose a country from the list.", slot="country"))
    raise_if_any("invitation.invalid", "Nobody was invited.", problems)
    normal = str(rules.normalise_email(email))
    partner_id = _heads(uow, normal)
    if partner_id is None:
        partner_id = _pending_company(uow, programme_id, normal)
    if partner_id is None:
        partner_id = _new_partner(uow, programme_id, company, country.upper(), locale)
    else:
        joined = select(Membership.id).where(
            Membership.programme_id == programme_id, Membership.partner_id == partner_id, Membership.ended_at.is_(None)
        )
        if uow.session.scalar(joined) and _heads(uow, normal):
            raise DomainError("partner.exists", Kind.CONFLICT, "This person's company is in your programme already.")
    return _offer(
        uow, actor, compose,
        Invitation(
            email=normal, name=" ".join(name.split()), role="partner_admin", locale=locale,
            partner_id=partner_id, from_programme_id=programme_id,
        ),
    )  # fmt: skip


def revoke_invitation(uow: UnitOfWork, actor: Actor, invitation_id: UUID) -> None:
    """Withdraw an open offer of the actor's company or programme."""
    if actor.partner_id is None and uow.session.scalar(
        select(Invitation.id).where(Invitation.id == invitation_id, Invitation.from_programme_id == programme_of(actor))
    ):
        require(actor, "partner.invite")
        whose = Invitation.from_programme_id == actor.programme_id
    else:
        require(actor, "people.manage")
        whose = own_rows(actor, Invitation)
    gone = uow.session.execute(
        update(Invitation)
        .where(Invitation.id == invitation_id, whose, Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))
        .values(revoked_at=uow.now)
        .returning(Invitation.email)
    ).scalar_one_or_none()
    must_exist(gone, "invitation")
    audit.record(uow, actor, "invitation.revoked", "invitation", invitation_id, {"email": gone})


def _problems(email: str, name: str) -> list[Problem]:
    problems = []
    if rules.normalise_email(email) is None:
        problems.append(Problem("person.email", "This is not an email address.", slot="email"))
    if len(name) > NAME_MAX or not name.isprintable():
        problems.append(Problem("person.name", f"The name needs 1 to {NAME_MAX} characters.", slot="name"))
    return problems


def _heads(uow: UnitOfWork, email: str) -> UUID | None:
    """The company the address already heads, if there is exactly one such role; the oldest otherwise."""
    return uow.session.scalar(
        select(Grant.partner_id)
        .join(Person, Person.id == Grant.person_id)
        .where(Person.email == email, Grant.role == "partner_admin", Grant.revoked_at.is_(None))
        .order_by(Grant.id)
        .limit(1)
    )


def _pending_company(uow: UnitOfWork, programme_id: UUID, email: str) -> UUID | None:
    """The company an earlier, unanswered invitation of this programme to this address made."""
    return uow.session.scalar(
        select(Invitation.partner_id)
        .where(
            Invitation.email == email,
            Invitation.from_programme_id == programme_id,
            Invitation.accepted_at.is_(None),
        )
        .order_by(Invitation.id.desc())
        .limit(1)
    )


def _new_partner(uow: UnitOfWork, programme_id: UUID, company: str, country: str, locale: str) -> UUID:
    base = rules.slugify(company)
    taken = set(uow.session.scalars(select(Partner.slug).where(Partner.slug.startswith(base, autoescape=True))))
    slug = next(s for s in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if s not in taken)
    partner = Partner(id=new_id(), slug=slug, name=company, country=country, locale=locale, locales=[locale])
    uow.session.add(partner)
    uow.session.flush()
    uow.session.add(Membership(programme_id=programme_id, partner_id=partner.id))
    uow.session.flush()
    return partner.id


def _offer(uow: UnitOfWork, actor: Actor, compose: Compose, invitation: Invitation) -> Invited:
    uow.session.execute(
        update(Invitation)
        .where(
            Invitation.email == invitation.email,
            Invitation.programme_id.is_not_distinct_from(invitation.programme_id),
            Invitation.partner_id.is_not_distinct_from(invitation.partner_id),
            Invitation.from_programme_id.is_not_distinct_from(invitation.from_programme_id),
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
        )
        .values(revoked_at=uow.now)
    )
    secret = new_secret()
    invitation.id, invitation.secret_digest = new_id(), digest(secret)
    invitation.invited_by, invitation.expires_at = actor.person_id, uow.now + LIFE
    uow.session.add(invitation)
    uow.session.flush()
    company = inviting_company(uow, invitation)
    letter = compose(Offer(secret, actor.name or company, company, invitation.locale))
    queue_mail(
        uow,
        kind="invitation",
        dedupe_key=f"invitation:{invitation.id}",
        recipient=invitation.email,
        sender_name=company,
        subject=letter.subject,
        text_body=letter.text_body,
        html_body=letter.html_body,
        partner_id=actor.partner_id,
        programme_id=actor.programme_id,
    )
    data = {"email": invitation.email, "role": invitation.role}
    audit.record(uow, actor, "invitation.sent", "invitation", invitation.id, data)
    return Invited(invitation.id, secret, invitation.email)


def inviting_company(uow: UnitOfWork, invitation: Invitation) -> str:
    """Who invites: the vendor's programme, or the company itself."""
    programme_id = invitation.from_programme_id or invitation.programme_id
    if programme_id is not None:
        name = uow.session.scalar(select(Programme.name).where(Programme.id == programme_id))
    else:
        name = uow.session.scalar(select(Partner.name).where(Partner.id == invitation.partner_id))
    return str(must_exist(name, "invitation"))
