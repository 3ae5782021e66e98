"""A submission becomes a lead: contact and consent where it was given, touchpoint, exits, the piece it came from."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.dialects.postgresql import insert

from campaigns.audience.models import Contact
from campaigns.audience.service.contacts import consented_contact
from campaigns.core.ids import new_id
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.leads.identity import company_key
from campaigns.leads.models import Lead, LeadSubmission
from campaigns.leads.reading import country_code
from campaigns.leads.rules import Answers
from campaigns.leads.service.holding import announce
from campaigns.leads.service.weighing import ask_to_score
from campaigns.sequences.models import Delivery
from campaigns.sequences.service.leaving import exit_on
from campaigns.tracking.addresses import PublicSettings
from campaigns.tracking.queries import Source, last_source, source_of
from campaigns.tracking.service import Followed, RequestFacts, record_touch

MOST_MESSAGE = 20_000
# what has a column of its own; every other answer is a fact that the rules may ask for
NAMED = frozenset({"name", "email", "company", "job_title", "country", "postal_code", "product", "phone", "message"})


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where a submission arrived and how its visitor came."""

    submission_id: UUID
    launch_id: UUID
    slug: str
    programme_id: UUID
    partner_id: UUID
    locale: str
    visitor: str
    via: Followed | None


@dataclass(frozen=True, slots=True)
class Converted:
    """The lead that a submission became or was added to (`first` is False then)."""

    lead_id: UUID
    first: bool
    submission_id: UUID
    launch_id: UUID
    programme_id: UUID
    partner_id: UUID
    locale: str
    name: str
    email: str
    email_key: str


def convert(
    uow: UnitOfWork,
    settings: PublicSettings,
    arrival: Arrival,
    answers: Answers,
    consent_text: str,
    facts: RequestFacts | None,
) -> Converted:
    """Make the lead, or add to the one this address already is in the launch.

    `facts` is None when a partner takes a doubtful submission by hand: then no touchpoint is made of it.
    """
    source = _source(uow, arrival)
    contact_id: UUID | None = None
    if answers.consent and consent_text:
        contact_id = consented_contact(
            uow,
            settings.secret_key,
            partner_id=arrival.partner_id,
            email=answers.email,
            email_key=answers.email_key,
            name=answers.get("name"),
            company=answers.get("company"),
            phone=answers.get("phone"),
            locale=arrival.locale,
            source=f"landing:{arrival.slug}",
            text_shown=consent_text,
        )
    recipients = _recipients(uow, arrival, answers, contact_id)
    lead_id, first = _upsert(uow, arrival, answers, source, contact_id)
    uow.session.execute(
        insert(LeadSubmission).values(lead_id=lead_id, submission_id=arrival.submission_id).on_conflict_do_nothing()
    )
    if facts is not None:
        record_touch(
            uow,
            settings,
            launch_id=arrival.launch_id,
            programme_id=arrival.programme_id,
            partner_id=arrival.partner_id,
            kind="form",
            locale=arrival.locale,
            facts=facts,
            via=arrival.via,
            contact_id=recipients[0] if recipients else None,
        )
    lead = uow.session.get_one(Lead, lead_id, populate_existing=True)
    if first:
        announce(uow, lead, "created")
    else:
        announce(uow, lead, "updated", data={"what": "received_again", "status": ""})
    ask_to_score(uow, lead_id, str(arrival.submission_id))
    for recipient in recipients:
        exit_on(uow, "form", contact_id=recipient, launch_id=arrival.launch_id)
    return Converted(
        lead_id=lead_id,
        first=first,
        submission_id=arrival.submission_id,
        launch_id=arrival.launch_id,
        programme_id=arrival.programme_id,
        partner_id=arrival.partner_id,
        locale=arrival.locale,
        name=answers.get("name"),
        email=answers.email,
        email_key=answers.email_key,
    )


def _source(uow: UnitOfWork, arrival: Arrival) -> Source | None:
    if arrival.via is not None:
        found = source_of(uow.session, arrival.launch_id, arrival.via.link_id)
        if found is not None:
            return found
    return last_source(uow.session, arrival.launch_id, arrival.visitor)


def _recipients(uow: UnitOfWork, arrival: Arrival, answers: Answers, contact_id: UUID | None) -> list[UUID]:
    """Whose sequence this ends: the mail's recipient first, then the contact of the address given."""
    found: list[UUID] = []
    if arrival.via is not None and arrival.via.delivery_id is not None:
        found += uow.session.execute(
            select(Delivery.contact_id).where(
                Delivery.id == arrival.via.delivery_id, Delivery.launch_id == arrival.launch_id
            )
        ).scalars()
    if contact_id is not None:
        found.append(contact_id)
    found += uow.session.execute(
        select(Contact.id).where(Contact.partner_id == arrival.partner_id, Contact.email_key == answers.email_key)
    ).scalars()
    return list(dict.fromkeys(found))


def _upsert(
    uow: UnitOfWork, arrival: Arrival, answers: Answers, source: Source | None, contact_id: UUID | None
) -> tuple[UUID, bool]:
    """(lead id, whether it is new). What was empty is filled, a further message is put under the earlier one."""
    name = answers.get("name") or answers.email
    new = new_id()
    statement = insert(Lead).values(
        id=new,
        created_at=uow.now,
        programme_id=arrival.programme_id,
        partner_id=arrival.partner_id,
        launch_id=arrival.launch_id,
        submission_id=arrival.submission_id,
        contact_id=contact_id,
        name=name,
        email=answers.email,
        email_key=answers.email_key,
        company=answers.get("company"),
        company_key=company_key(answers.get("website"), answers.email),
        job_title=answers.get("job_title"),
        country=country_code(answers.get("country")),
        postal_code=answers.get("postal_code")[:20],
        product_line=answers.get("product"),
        facts={name: text for name, text in answers.values.items() if name not in NAMED},
        phone=answers.get("phone"),
        message=answers.get("message"),
        locale=arrival.locale,
        source_channel=source.channel if source else "",
        source_asset_id=source.asset_id if source else "",
        source_step_id=source.step_id if source else "",
        source_link_id=source.link_id if source else None,
        touched_at=uow.now,
    )
    given = statement.excluded
    more = func.left(func.concat(Lead.message, "\n\n", given.message), MOST_MESSAGE)
    lead_id = uow.session.execute(
        statement.on_conflict_do_update(
            index_elements=["launch_id", "email_key"],
            set_={
                "company": func.coalesce(func.nullif(Lead.company, ""), given.company),
                "phone": func.coalesce(func.nullif(Lead.phone, ""), given.phone),
                "message": func.btrim(more, "\n"),
                "contact_id": func.coalesce(Lead.contact_id, given.contact_id),
                "state": case((Lead.state.in_(("closed", "declined")), "new"), else_=Lead.state),
                "touched_at": given.touched_at,
                "version": Lead.version + 1,
            },
        ).returning(Lead.id)
    ).scalar_one()
    return lead_id, lead_id == new
