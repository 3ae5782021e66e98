"""One of everything of a partner in a vendor's programme, as rows and through uploads, for the tenancy matrix."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from campaigns.artifacts.models import Artifact
from campaigns.audience.models import ContactList, Suppression
from campaigns.audience.service.importing import receive_file
from campaigns.bootstrap import Container
from campaigns.core.actor import Actor
from campaigns.core.ids import new_id
from campaigns.kits import service as kits
from campaigns.kits.service.checking import run_check
from campaigns.launches.models import Launch, LaunchPiece
from campaigns.launches.service import LaunchRequest, launch_campaign
from campaigns.leads.models import Lead, LeadSubmission, Submission
from campaigns.mailroom.models import KeptMessage
from tests.factories.campaign_kits import kit_zip
from tests.factories.mailing import add_person

CSV = b"Email,First name\nmia@example.com,Mia\n"


def add_everything(container: Container, vendor: Actor, partner: Actor, mark: str) -> dict[str, object]:
    """Ids by the names of path parameters, and files to upload. Every text of the partner's holds `mark`."""
    assert partner.partner_id
    assert vendor.programme_id
    with container.uow() as uow:
        version_id = kits.upload_kit(uow, vendor, container.storage, kit_zip(), "kit.zip").version_id
    run_check(container.uow, container.storage, container.fonts, version_id)
    with container.uow() as uow:
        kits.publish(uow, vendor, version_id)
        people = ContactList(id=new_id(), partner_id=partner.partner_id, name=mark)
        uow.session.add(people)
        uow.session.flush()
        contact_id = add_person(uow.session, partner.partner_id, people.id, "zoe@example.com", first_name=mark)
        blocked = Suppression(
            id=new_id(), scope="partner", partner_id=partner.partner_id, email_key="no@example.com", reason="manual",
            source=mark,
        )  # fmt: skip
        uow.session.add(blocked)
    with container.uow() as uow:
        import_id = receive_file(uow, partner, container.storage, people.id, f"{mark}.csv", CSV)
        asked = LaunchRequest(kit_version_id=version_id, locales=("en",), client_token="click")
        launch_id = launch_campaign(uow, partner, asked)
    with container.uow() as uow:
        launch = uow.session.get_one(Launch, launch_id)
        launch.state = "running"
        piece_id = _piece(container, uow.session, launch, mark)
        lead_id, submission_id = _lead(uow.session, launch, mark)
        key = container.storage.put(f"outbox/{mark}", mark.encode(), "message/rfc822").key
        message = KeptMessage(
            id=new_id(), partner_id=partner.partner_id, message_id=f"<{mark}@x>", recipient="zoe@example.com",
            subject=mark, kind="campaign", storage_key=key,
        )  # fmt: skip
        uow.session.add(message)
    return {
        "version_id": version_id,
        "kit_version_id": version_id,
        "list_id": people.id,
        "contact_id": contact_id,
        "suppression_id": blocked.id,
        "import_id": import_id,
        "launch_id": launch_id,
        "piece_id": piece_id,
        "lead_id": lead_id,
        "submission_id": submission_id,
        "message_id": message.id,
        "ground": "light",
        "kit_file": kit_zip(version="2.0"),
        "csv_file": CSV,
    }


def _piece(container: Container, session: Session, launch: Launch, mark: str) -> UUID:
    key = container.storage.put(f"piece/{mark}", mark.encode(), "image/png").key
    file = Artifact(
        id=new_id(), partner_id=launch.partner_id, programme_id=launch.programme_id, fingerprint=key, storage_key=key,
        public_token=key, media_type="image/png", filename=f"{mark}.png", size=len(mark), sha256="0",
        rendered_at=launch.created_at,
    )  # fmt: skip
    session.add(file)
    session.flush()
    piece = session.query(LaunchPiece).filter_by(launch_id=launch.id, kind="image").one()
    piece.state, piece.artifact_id = "ready", file.id
    session.flush()
    return piece.id


def _lead(session: Session, launch: Launch, mark: str) -> tuple[UUID, UUID]:
    whose = {"launch_id": launch.id, "programme_id": launch.programme_id, "partner_id": launch.partner_id}
    form = Submission(id=new_id(), locale="en", form_token="a", data={"name": mark}, **whose)
    data = {"email": "odd@example.com", "name": mark}
    odd = Submission(id=new_id(), locale="en", form_token="b", data=data, verdict="suspect", **whose)
    session.add_all([form, odd])
    session.flush()
    lead = Lead(
        id=new_id(), submission_id=form.id, name=mark, email="ada@example.com", email_key="ada@example.com",
        locale="en", **whose,
    )  # fmt: skip
    session.add(lead)
    session.flush()
    session.add(LeadSubmission(lead_id=lead.id, submission_id=form.id))
    session.flush()
    return lead.id, odd.id
