"""A partner with a brand, a list, a finished launch and a lead, and its vendor, for tests that walk the API."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.audience.models import Contact, ContactList, Suppression
from campaigns.bootstrap import Container
from campaigns.core.actor import Actor, Role
from campaigns.core.ids import new_id
from campaigns.launches.models import Launch, LaunchPiece
from campaigns.leads.models import Lead, LeadSubmission, Submission
from campaigns.partners.brand import upload_logo
from campaigns.partners.models import Logo
from tests.factories.campaign_kits import kit_zip
from tests.factories.live import go_live, publish
from tests.factories.logos import wordmark_svg
from tests.factories.mailing import add_person


@dataclass(frozen=True)
class ApiStage:
    """The ids of one of everything; all of them the partner's, but for the kit version, which is the vendor's."""

    kit_version_id: UUID
    launch_id: UUID
    piece_id: UUID
    list_id: UUID
    contact_id: UUID
    lead_id: UUID
    submission_id: UUID
    suppression_id: UUID
    logo_id: UUID

    def ids(self) -> dict[str, UUID]:
        """By the names of path parameters."""
        return dict(vars(self)) | {"version_id": self.kit_version_id}


def make_api_stage(container: Container, programme_id: UUID, partner_id: UUID) -> ApiStage:
    """Through the services, the lead straight as rows."""
    partner = Actor(kind="person", role=Role.PARTNER_ADMIN, partner_id=partner_id, name="Ines")
    version_id = publish(container, programme_id, kit_zip())
    outcome = upload_logo(container.uow, container.storage, partner, filename="logo.svg", data=wordmark_svg())
    assert outcome.taken, outcome.problems
    with container.uow() as uow:
        people = ContactList(id=new_id(), partner_id=partner_id, name="Customers")
        uow.session.add(people)
        uow.session.flush()
        contact_id = add_person(uow.session, partner_id, people.id, "zoe@example.com", first_name="Zoë")
        blocked = Suppression(scope="partner", partner_id=partner_id, email_key="no@example.com", reason="manual")
        uow.session.add(blocked)
    launch = go_live(container, partner, version_id, list_id=people.id)
    with container.uow() as uow:
        lead_id, doubtful = _answers(uow.session, launch)
        piece_id = uow.session.scalars(
            select(LaunchPiece.id).where(LaunchPiece.launch_id == launch.id, LaunchPiece.kind == "image")
        ).first()
        logo_id = uow.session.scalars(select(Logo.id).where(Logo.partner_id == partner_id)).one()
        assert uow.session.get(Contact, contact_id)
    assert piece_id
    return ApiStage(version_id, launch.id, piece_id, people.id, contact_id, lead_id, doubtful, blocked.id, logo_id)


def _answers(session: Session, launch: Launch) -> tuple[UUID, UUID]:
    """A lead made of a form, and a form kept apart."""
    whose = {"launch_id": launch.id, "programme_id": launch.programme_id, "partner_id": launch.partner_id}
    data = {"email": "ada@example.com", "name": "Ada =1+1"}
    form = Submission(id=new_id(), locale="en", form_token="a", data=data, **whose)
    odd = Submission(
        id=new_id(), locale="en", form_token="b", data={"email": "odd@example.com"}, verdict="suspect",
        reasons=["fast"], **whose,
    )  # fmt: skip
    session.add_all([form, odd])
    session.flush()
    lead = Lead(
        id=new_id(), submission_id=form.id, name="=cmd|Ada", email="ada@example.com", email_key="ada@example.com",
        locale="en", **whose,
    )  # fmt: skip
    session.add(lead)
    session.flush()
    session.add(LeadSubmission(lead_id=lead.id, submission_id=form.id))
    session.flush()
    return lead.id, odd.id
