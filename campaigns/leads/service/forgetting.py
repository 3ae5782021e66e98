"""Erasing a person (GDPR, article 17) everywhere a partner holds them, and the kept files of their mail."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Uuid as UuidType
from sqlalchemy import cast, func, or_, select, update

from campaigns.audience.models import Contact
from campaigns.audience.service.erasing import erase_contact
from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind
from campaigns.core.permissions import require
from campaigns.core.ports import Storage
from campaigns.core.tenancy import must_exist, partner_of
from campaigns.db import jobs
from campaigns.db.unit_of_work import UnitOfWork, UnitOfWorkFactory
from campaigns.leads.models import Lead, LeadIntake, LeadNote, LeadSubmission, Submission
from campaigns.leads.service.holding import announce
from campaigns.mailroom.forgetting import erase_kept, forget_letters
from campaigns.sequences.models import Delivery
from campaigns.sequences.service.leaving import exit_everywhere

TASK = "privacy.erase_mail"
MOST_ATTEMPTS = 20  # a claimed delivery is settled within minutes; a storage may be away for hours


def forget_person(uow: UnitOfWork, actor: Actor, secret_key: str, contact_id: UUID) -> None:
    """Erase a contact: sequences end, leads and letters are emptied, kept mail is removed by a job. Once is enough."""
    require(actor, "contact.write")
    partner_id = partner_of(actor)
    row = must_exist(
        uow.session.execute(
            select(Contact.email_key, Contact.erased_at).where(
                Contact.id == contact_id, Contact.partner_id == partner_id
            )
        ).one_or_none(),
        "contact",
    )
    if row.erased_at is not None:
        return
    exit_everywhere(uow, "erased", [contact_id])
    submissions = _forget_leads(uow, partner_id, contact_id, row.email_key)
    letters = forget_letters(uow, partner_id, row.email_key, submissions)
    erase_contact(uow, actor, secret_key, contact_id)
    payload = {"contact_id": str(contact_id), "letters": [str(one) for one in letters]}
    jobs.enqueue(uow, TASK, str(contact_id), payload, max_attempts=MOST_ATTEMPTS)


def _forget_leads(uow: UnitOfWork, partner_id: UUID, contact_id: UUID, email_key: str) -> list[UUID]:
    """Empty the person's leads and everything they ever sent to the partner's forms. Returns those submissions."""
    theirs = Lead.partner_id == partner_id, or_(Lead.contact_id == contact_id, Lead.email_key == email_key)
    leads = list(uow.session.scalars(select(Lead.id).where(*theirs)))
    of_leads = select(LeadSubmission.submission_id).where(LeadSubmission.lead_id.in_(leads))
    typed = func.lower(func.btrim(Submission.data["email"].astext)) == email_key
    submissions = uow.session.scalars(
        update(Submission)
        .where(Submission.partner_id == partner_id, or_(Submission.id.in_(of_leads), typed))
        .values(data={})
        .returning(Submission.id)
        .execution_options(synchronize_session=False)
    ).all()
    for lead_id in leads:
        uow.session.execute(
            update(Lead)
            .where(Lead.id == lead_id)
            .values(
                name="", email="", email_key=f"erased:{lead_id}", company="", company_key="", job_title="", phone="",
                region="", postal_code="", message="", facts={}, score_parts=[], next_action="", state="closed",
                version=Lead.version + 1,
            )
            .execution_options(synchronize_session=False)
        )  # fmt: skip
        announce(uow, uow.session.get_one(Lead, lead_id, populate_existing=True), "erased")
    held = select(Lead.intake_id).where(Lead.id.in_(leads), Lead.intake_id.is_not(None))
    met = select(cast(LeadNote.data["intake"].astext, UuidType)).where(
        LeadNote.lead_id.in_(leads), LeadNote.data["intake"].astext.is_not(None)
    )
    uow.session.execute(
        update(LeadIntake)
        .where(or_(LeadIntake.id.in_(held), LeadIntake.id.in_(met)))
        .values(data={})
        .execution_options(synchronize_session=False)
    )
    uow.session.execute(
        update(LeadNote)
        .where(LeadNote.lead_id.in_(leads), LeadNote.kind != "event")
        .values(words="")
        .execution_options(synchronize_session=False)
    )
    return list(submissions)


def erase_mail(factory: UnitOfWorkFactory, storage: Storage, contact_id: UUID, letters: Sequence[UUID]) -> int:
    """Remove every kept message to an erased person. Returns files.

    DomainError `mail.under_way` (unavailable) while one is in a process's hands: whatever it keeps goes next time.
    """
    with factory.reading() as session:
        rows = session.execute(
            select(Delivery.id, Delivery.message_id, Delivery.state).where(Delivery.contact_id == contact_id)
        ).all()
    files = erase_kept(factory, storage, letters, [(row.id, row.message_id) for row in rows])
    if any(row.state == "claimed" for row in rows):
        raise DomainError("mail.under_way", Kind.UNAVAILABLE, "A message to this person is just being sent.")
    return files
