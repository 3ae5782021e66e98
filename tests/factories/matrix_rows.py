"""One of everything of a partner in a vendor's programme, as rows and through uploads, for the tenancy matrix."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from campaigns.accounts.forms import AccountForm, OpportunityForm
from campaigns.accounts.identity import CompanyFacts
from campaigns.accounts.service import put_account, put_opportunity, receive_import
from campaigns.artifacts.models import Artifact
from campaigns.artifacts.samples import make_samples
from campaigns.attribution.rules import PathRules, RunSpec
from campaigns.attribution.service import make_run
from campaigns.attribution.service.asking import USUAL
from campaigns.attribution.service.running import RunPlan
from campaigns.audience.models import ContactList, Suppression
from campaigns.audience.service.importing import receive_file
from campaigns.bootstrap import Container
from campaigns.core.actor import Actor
from campaigns.core.ids import new_id
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.deals.forms import DealForm
from campaigns.deals.models import Deal, ProductLine
from campaigns.deals.service.evidence import add_evidence
from campaigns.deals.service.merging import merge_accounts
from campaigns.deals.service.policies import publish_policy
from campaigns.deals.service.submitting import register_deal
from campaigns.kits import service as kits
from campaigns.kits.service.checking import run_check
from campaigns.launches.models import Launch, LaunchPiece
from campaigns.launches.service import LaunchRequest, launch_campaign
from campaigns.leads.models import Lead, LeadSubmission, Submission
from campaigns.mailroom.models import KeptMessage
from campaigns.outbound.endpoints import EndpointForm, create_endpoint, ping_endpoint
from campaigns.outbound.models import InboundChange, WebhookDelivery
from campaigns.reports.models import ReportView
from campaigns.reports.service.costs import CostForm, add_cost
from campaigns.reports.service.schedules import schedule_view, unsubscribe_token
from campaigns.reports.service.targets import TargetForm, put_target
from campaigns.reports.service.views import save_view
from campaigns.sequences.models import Delivery, Enrolment
from campaigns.tracking.models import TrackedLink
from campaigns.tracking.tokens import link_token
from campaigns.tracking.tokens import unsubscribe_token as leaving_token
from renderer.landing import FORM_MARKER
from tests.factories.campaign_kits import kit_zip
from tests.factories.deals_made import add_deal
from tests.factories.mailing import World, add_person
from tests.factories.matrix_leads import add_vendors_leads

CSV = b"Email,First name\nmia@example.com,Mia\n"


def add_everything(container: Container, vendor: Actor, partner: Actor, mark: str) -> dict[str, object]:
    """Ids by the names of path parameters, and files to upload. Every text of the partner's holds `mark`."""
    assert partner.partner_id
    assert vendor.programme_id
    with container.uow() as uow:
        taken = kits.upload_kit(uow, vendor, container.storage, kit_zip(), "kit.zip")
    version_id, kit_id = taken.version_id, taken.kit_id
    run_check(container.uow, container.storage, container.fonts, version_id)
    today = container.clock.now().date()
    make_samples(
        container.uow, container.storage, container.fonts, version_id, public_url="https://app.example", today=today
    )
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
        _landing(container, uow.session, launch, mark)
        tokens = _tokens(uow.session, container.settings.secret_key, launch, contact_id)
        lead_id, submission_id = _lead(uow.session, launch, mark)
        vendors = add_vendors_leads(uow, vendor.programme_id, partner.partner_id, mark)
        key = container.storage.put(f"outbox/{mark}", mark.encode(), "message/rfc822").key
        hooks = _webhooks(uow, container.settings.secret_key, vendor, partner, mark)
        message = KeptMessage(
            id=new_id(), partner_id=partner.partner_id, message_id=f"<{mark}@x>", recipient="zoe@example.com",
            subject=mark, kind="campaign", storage_key=key,
        )  # fmt: skip
        uow.session.add(message)
        world = World(launch.programme_id, launch.partner_id, people.id, launch.id, launch.slug)
        credited = add_deal(uow.session, world, title=mark)
        make_run(uow.session, launch.programme_id, RunPlan(RunSpec(USUAL, PathRules(), uow.now)))
        reports = _reports(uow, container.settings.secret_key, vendor, partner, mark)
    return (
        tokens
        | _deals(container, vendor, partner, mark)
        | hooks
        | reports
        | {
            "kit_id": kit_id,
            "launch_slug": launch.slug,
            "sample": "typical",
            "version_id": version_id,
            "kit_version_id": version_id,
            "list_id": people.id,
            "contact_id": contact_id,
            "suppression_id": blocked.id,
            "import_id": import_id,
            "launch_id": launch_id,
            "piece_id": piece_id,
            "lead_id": lead_id,
            **vendors,
            "submission_id": submission_id,
            "message_id": message.id,
            "credited_deal_id": credited,
            "ground": "light",
            "deed": "replay",
            "kit_file": kit_zip(version="2.0"),
            "csv_file": CSV,
        }
    )


def _reports(uow: UnitOfWork, key: str, vendor: Actor, partner: Actor, mark: str) -> dict[str, object]:
    """The partner's own view with its mail; the vendor's target and cost."""
    asks = {"report": "registrations"}
    view_id = save_view(uow, partner, mark, asks)
    planned = schedule_view(uow, partner, view_id, every="week", day=1, at="08:00", zone="UTC")
    wanted = TargetForm("2026-Q1", 5_000_000, "EUR")
    vendors = ReportView(
        id=new_id(), programme_id=vendor.programme_id, person_id=partner.person_id, shared=True, name=mark, asks=asks
    )
    uow.session.add(vendors)
    uow.session.flush()
    spent = CostForm(mark, uow.now.date(), 100_00, "EUR", partner_id=partner.partner_id)
    return {
        "view_id": view_id,
        "vendor_view_id": vendors.id,
        "mail_token": unsubscribe_token(key, planned.id),
        "target_id": put_target(uow, vendor, wanted),
        "cost_id": add_cost(uow, vendor, spent),
        "report": "registrations",
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


def _landing(container: Container, session: Session, launch: Launch, mark: str) -> None:
    page = f"<!doctype html><html><head><style></style></head><body>{mark}{FORM_MARKER}</body></html>".encode()
    key = container.storage.put(f"landing/{mark}", page, "text/html").key
    file = Artifact(
        id=new_id(), partner_id=launch.partner_id, programme_id=launch.programme_id, fingerprint=key, storage_key=key,
        public_token=key, media_type="text/html", filename="page.html", size=len(page), sha256="0",
        rendered_at=launch.created_at,
    )  # fmt: skip
    session.add(file)
    session.flush()
    piece = session.query(LaunchPiece).filter_by(launch_id=launch.id, kind="landing").one()
    piece.state, piece.artifact_id = "ready", file.id


def _tokens(session: Session, key: str, launch: Launch, contact_id: UUID) -> dict[str, object]:
    """Of a tracked link and of a mail that was sent, as they stand in messages."""
    whose = {"launch_id": launch.id, "programme_id": launch.programme_id, "partner_id": launch.partner_id}
    link = TrackedLink(kind="landing", locale="en", channel="qr", target="http://localhost/l/x/en", **whose)
    entered = Enrolment(id=new_id(), launch_id=launch.id, contact_id=contact_id, locale="en")
    session.add_all([link, entered])
    session.flush()
    sent = Delivery(
        enrolment_id=entered.id, contact_id=contact_id, step_id="invite", locale="en", state="sent",
        due_at=launch.created_at, sent_at=launch.created_at, **whose,
    )  # fmt: skip
    session.add(sent)
    session.flush()
    return {"link_token": link_token(key, link.id), "unsubscribe_token": leaving_token(key, sent.id)}


def _deals(container: Container, vendor: Actor, partner: Actor, mark: str) -> dict[str, object]:
    """A registration with a file, an account merged into another, an opportunity and a file they came from."""
    assert vendor.programme_id
    with container.uow() as uow:
        uow.session.add(ProductLine(id=new_id(), programme_id=vendor.programme_id, code="pumps", name="Heat pumps"))
        uow.session.flush()
        product_id = uow.session.query(ProductLine.id).filter_by(code="pumps").scalar()
        publish_policy(uow, vendor, {"words": "Fair play"}, after=0)
        form = DealForm(
            company_name=mark, country="NO", website="https://www.fjordvarme.no", contact_name=mark,
            contact_email="kari@fjordvarme.no", product_line="pumps", amount_minor=5_000_000, currency="EUR",
            close_on=uow.now.date() + timedelta(days=90),
        )  # fmt: skip
        deal = register_deal(uow, partner, vendor.programme_id, "matrix", form)
        evidence_id, _ = add_evidence(uow, partner, container.storage, deal.id, f"{mark}.txt", b"We met them.")
        registered = uow.session.get_one(Deal, deal.id).version
        owned = AccountForm(CompanyFacts(f"{mark} Holding", "NO", "https://www.holding.example"), "crm", "1")
        account_id, _ = put_account(uow, vendor, owned)
        twin_id, _ = put_account(uow, vendor, AccountForm(CompanyFacts(f"{mark} Twin", "NO"), "crm", "2"))
        merge_id = merge_accounts(uow, vendor, account_id, twin_id)
        opportunity = OpportunityForm("crm", "o1", CompanyFacts(f"{mark} Holding", "NO"), account_external_id="1")
        opportunity_id, _ = put_opportunity(uow, vendor, opportunity)
        import_id, _ = receive_import(
            uow, vendor, container.storage, kind="accounts", source="crm", filename=f"{mark}.csv", data=b"Name\nx\n"
        )
    return {
        "deal_id": deal.id, "deal_version": deal.version, "registration_version": registered,
        "evidence_id": evidence_id, "account_id": account_id,
        "account_merge_id": merge_id, "twin_id": twin_id, "opportunity_id": opportunity_id,
        "account_import_id": import_id, "product_id": product_id, "programme_id": vendor.programme_id,
    }  # fmt: skip


def _webhooks(uow: UnitOfWork, key: str, vendor: Actor, partner: Actor, mark: str) -> dict[str, object]:
    """The partner's endpoint with a failed delivery; a change sent to the vendor's that could not be applied."""
    about = EndpointForm("https://hooks.example.com/", title=mark, system="crm")
    theirs, ours = (create_endpoint(uow, actor, key, about).id for actor in (partner, vendor))
    delivery = uow.session.get_one(WebhookDelivery, ping_endpoint(uow, partner, theirs))
    delivery.state, delivery.answer = "failed", mark
    change = InboundChange(
        id=new_id(), programme_id=vendor.programme_id, endpoint_id=ours, message_id="m", type="deal.won",
        body={"note": mark}, state="failed", code="change.member",
    )  # fmt: skip
    uow.session.add(change)
    uow.session.flush()
    return {"endpoint_id": theirs, "delivery_id": delivery.id, "change_id": change.id}


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
