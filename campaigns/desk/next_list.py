"""Reads the partner's list of what to do next, across all its programmes; the order is `rules`'."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session

from campaigns.audience.models import Consent, Contact, ContactList, ListMember, Suppression
from campaigns.core.actor import Actor
from campaigns.core.permissions import may, require
from campaigns.core.tenancy import partner_of, scoped
from campaigns.desk.deals import deal_things
from campaigns.desk.launches import launch_facts
from campaigns.desk.ready import Ready
from campaigns.desk.rules import PER_KIND, Candidate, Kind, Thing, folded, in_order, launch_thing, suggestion
from campaigns.kits.models import KitVersion
from campaigns.kits.queries import title_in
from campaigns.launches.models import Launch
from campaigns.leads.models import Lead
from campaigns.leads.offer_cards import open_offers
from campaigns.leads.queries import listed
from campaigns.partners.brand.queries import light_logo_id, open_refusal
from campaigns.partners.models import Programme

TODAY = timedelta(hours=12)


def next_things(session: Session, actor: Actor, now: datetime, campaigns: Sequence[Ready]) -> list[Thing]:
    """The list, most urgent first; `campaigns` are the actor's ready ones. DomainError `actor.forbidden`."""
    require(actor, "launch.read")
    found = [thing for facts in launch_facts(session, actor) if (thing := launch_thing(facts, now))]
    if may(actor, "lead.read"):
        found += [*_offers(session, actor, now), *_leads(session, actor), *_actions(session, actor, now)]
    if may(actor, "deal.read"):
        found += deal_things(session, actor, now)
    if may(actor, "brand.read"):
        found += _brand(session, actor)
    if may(actor, "contact.read"):
        found += _unmailable(session, actor, now)
    found += _suggested(session, actor, now, campaigns)
    return folded(in_order(found, now))


def _leads(session: Session, actor: Actor) -> list[Thing]:
    """The leads that have waited longest; the last stands for all the others."""
    own = scoped(select(func.count()).select_from(Lead).where(Lead.state == "new", listed()), actor, Lead)
    total = session.execute(own).scalar_one()
    if not total:
        return []
    rows = session.execute(
        scoped(
            select(Lead, title_in(actor.locale), Programme.slug, Programme.name)
            .outerjoin(Launch, Launch.id == Lead.launch_id)
            .outerjoin(KitVersion, KitVersion.id == Launch.kit_version_id)
            .join(Programme, Programme.id == Lead.programme_id)
            .where(Lead.state == "new", listed())
            .order_by(Lead.created_at, Lead.id)
            .limit(PER_KIND),
            actor,
            Lead,
        )
    ).all()
    return [
        Thing(
            Kind.LEAD,
            lead.id,
            lead.created_at,
            title or "",
            who=lead.company or lead.name,
            launch_id=lead.launch_id,
            programme_slug=slug,
            programme_name=programme,
            more=total - len(rows) if place == len(rows) else 0,
        )
        for place, (lead, title, slug, programme) in enumerate(rows, start=1)
    ]


def _offers(session: Session, actor: Actor, now: datetime) -> list[Thing]:
    """Leads of vendors to accept or decline, with the end of their time."""
    return [
        Thing(
            Kind.OFFER, one.id, one.due_at, who=one.card.company or one.card.person,
            programme_slug=one.card.programme_slug, programme_name=one.card.programme_name,
        )
        for one in open_offers(session, actor, now)
    ]  # fmt: skip


def _actions(session: Session, actor: Actor, now: datetime) -> list[Thing]:
    """What the partner said it would do by today or earlier, and leads it was given without saying."""
    rows = session.execute(
        scoped(
            select(Lead, Programme.slug, Programme.name)
            .join(Programme, Programme.id == Lead.programme_id)
            .where(
                Lead.state == "accepted", listed(),
                or_(Lead.next_action_at < now + TODAY, and_(Lead.next_action == "", Lead.own.is_(False))),
            )
            .order_by(Lead.next_action_at.asc().nulls_first())
            .limit(20),
            actor,
            Lead,
        )
    )  # fmt: skip
    return [
        Thing(
            Kind.ACTION, lead.id, lead.next_action_at, lead.next_action, who=lead.company or lead.name,
            programme_slug=slug, programme_name=name,
        )
        for lead, slug, name in rows
    ]  # fmt: skip


def _brand(session: Session, actor: Actor) -> list[Thing]:
    refusal = open_refusal(session, actor)
    if refusal is not None:
        return [Thing(Kind.LOGO_REFUSED, refusal.upload_id, refusal.at, refusal.filename)]
    if light_logo_id(session, partner_of(actor)) is None:
        return [Thing(Kind.LOGO_MISSING)]
    return []


def _unmailable(session: Session, actor: Actor, now: datetime) -> list[Thing]:
    """Lists on which nobody may be written to: none given a basis that holds, or all of them blocked."""
    partner_id = partner_of(actor)
    basis = exists().where(
        Consent.contact_id == Contact.id,
        Consent.purpose == "marketing",
        Consent.withdrawn_at.is_(None),
        Consent.given_at <= now,
        or_(Consent.expires_at.is_(None), Consent.expires_at > now),
    )
    blocked = exists().where(
        Suppression.email_key == Contact.email_key,
        Suppression.lifted_at.is_(None),
        or_(Suppression.scope == "global", Suppression.partner_id == partner_id),
    )
    mailable = (
        select(ListMember.contact_id)
        .join(Contact, Contact.id == ListMember.contact_id)
        .where(ListMember.list_id == ContactList.id, Contact.erased_at.is_(None), basis, ~blocked)
        .correlate(ContactList)
    )
    members = (
        select(func.count())
        .select_from(ListMember)
        .where(ListMember.list_id == ContactList.id)
        .correlate(ContactList)
        .scalar_subquery()
    )
    rows = session.execute(
        scoped(
            select(ContactList.id, ContactList.name, members)
            .where(ContactList.archived_at.is_(None), ~mailable.exists())
            .order_by(ContactList.name)
            .limit(20),
            actor,
            ContactList,
        )
    )
    return [Thing(Kind.NOBODY, list_id, None, name, count=count) for list_id, name, count in rows]


def _suggested(session: Session, actor: Actor, now: datetime, campaigns: Sequence[Ready]) -> list[Thing]:
    by_kit = {item.kit.kit_id: item for item in campaigns}
    chosen = suggestion((Candidate(item.kit.kit_id, item.kit.since, item.before) for item in campaigns), now)
    if chosen is None:
        return []
    ready, before = by_kit[chosen.kit_id], chosen.before
    thing = Thing(
        Kind.SUGGESTED if before is None else Kind.AGAIN,
        ready.kit.kit_id,
        None,
        ready.kit.text("title", actor.locale),
        count=0 if before is None else _new_since(session, actor, before.started_at),
        leads=before.leads if before else 0,
        programme_slug=ready.kit.programme_slug,
        programme_name=ready.kit.programme_name,
    )
    return [thing]


def _new_since(session: Session, actor: Actor, since: datetime) -> int:
    own = scoped(
        select(func.count()).select_from(Contact).where(Contact.created_at > since, Contact.erased_at.is_(None)),
        actor,
        Contact,
    )
    return session.execute(own).scalar_one()
