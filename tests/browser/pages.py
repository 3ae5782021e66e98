"""Which routes are pages a person looks at, as whom and with which arguments. A route in neither list fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from campaigns.attribution.models import AttributionDeal
from campaigns.audience.models import Contact, ContactImport, ContactList
from campaigns.core.actor import Actor, Role
from campaigns.deals.models import Deal
from campaigns.kits.models import KitVersion
from campaigns.launches.models import LaunchPiece
from campaigns.leads.models import Lead
from campaigns.leads.offer_token import OfferLink, make_offer_token
from campaigns.leads.routing_models import LeadOffer
from campaigns.leads.service import receive_leads
from campaigns.mailroom.models import KeptMessage
from campaigns.partners.models import Grant, Membership, Person
from tests.browser.conftest import Product

Arguments = Mapping[str, Any]


@dataclass(frozen=True)
class Scene:
    """What the arguments of a page are taken from: the running product and one partner's launch in it."""

    product: Product
    locale: str

    @property
    def slug(self) -> str:
        return "osterly" if self.locale == "en" else "naseem"

    @property
    def launch_id(self) -> UUID:
        return self.product.launches[self.slug]

    def launch_slug(self) -> str:
        return self.product.launch(self.slug).slug

    def version(self) -> KitVersion:
        with self.product.running.container.uow.reading() as session:
            found = session.scalars(select(KitVersion).where(KitVersion.state == "published")).one()
            session.expunge(found)
        return found

    def own(self, model: Any) -> UUID:
        """The id of one of the partner's rows."""
        partner_id = self.product.launch(self.slug).partner_id
        with self.product.running.container.uow.reading() as session:
            return session.scalars(select(model.id).where(model.partner_id == partner_id)).first()  # type: ignore[return-value]

    @property
    def partner_id(self) -> UUID:
        return self.product.launch(self.slug).partner_id

    def offer(self) -> LeadOffer:
        """A lead of the vendor's that the partner may accept now."""
        query = select(LeadOffer).where(LeadOffer.partner_id == self.partner_id, LeadOffer.state == "open")
        with self.product.running.container.uow.reading() as session:
            found = session.scalars(query.order_by(LeadOffer.id)).first()
            assert found is not None
            session.expunge(found)
        return found

    def offer_token(self) -> str:
        """What the letter of the offer links to, for the partner's first person."""
        query = select(Grant.id, Person.epoch).join(Person, Person.id == Grant.person_id)
        box = self.product.running.container
        with box.uow.reading() as session:
            grant = session.execute(query.where(Grant.partner_id == self.partner_id).order_by(Grant.id)).first()
            assert grant is not None
        return make_offer_token(box.settings.secret_key, OfferLink(self.offer().id, grant.id, grant.epoch))

    def declined_lead(self) -> UUID:
        with self.product.running.container.uow.reading() as session:
            return session.scalars(select(LeadOffer.lead_id).where(LeadOffer.state == "declined")).first()  # type: ignore[return-value]

    def lead_file(self, *, vendor: bool) -> UUID:
        """A file of leads to be looked at, with a row that cannot be taken."""
        box, partner_id = self.product.running.container, None if vendor else self.partner_id
        with box.uow() as uow:
            programme_id = uow.session.scalars(select(Membership.programme_id)).first()
            actor = Actor(
                kind="person", role=Role.ADMIN if vendor else Role.PARTNER_ADMIN, partner_id=partner_id,
                programme_id=programme_id if vendor else None,
            )  # fmt: skip
            data = "Email,Company,Country,Rooms\nada@firma.example,Firma AG,DE,12\nnobody,أفق,AE,3\n".encode()
            return receive_leads(
                uow, actor, box.storage, kind="csv", source="Fair", filename="fair.csv", data=data, draft=True,
                programme_id=programme_id,
            )  # fmt: skip

    def piece(self, kind: str = "pdf") -> UUID:
        chosen = select(LaunchPiece.id).where(LaunchPiece.launch_id == self.launch_id, LaunchPiece.kind == kind)
        with self.product.running.container.uow.reading() as session:
            return session.scalars(chosen.order_by(LaunchPiece.id)).first()  # type: ignore[return-value]


@dataclass(frozen=True)
class PageOf:
    """A page: who looks (`partner`, `vendor`, nobody) and how its address is filled in."""

    who: str = ""
    arguments: Callable[[Scene], Arguments] = lambda _scene: {}


def _version(scene: Scene) -> Arguments:
    return {"version_id": scene.version().id}


def _launch(scene: Scene) -> Arguments:
    return {"launch_id": scene.launch_id}


def _credited(scene: Scene) -> Arguments:
    """A deal with a path, of the partner who looks."""
    partner_id = scene.product.launch(scene.slug).partner_id
    query = select(AttributionDeal.deal_id).where(AttributionDeal.partner_id == partner_id, AttributionDeal.touches > 0)
    with scene.product.running.container.uow.reading() as session:
        return {"credited_deal_id": session.scalars(query).first()}


def _landing(scene: Scene) -> Arguments:
    return {"slug": scene.launch_slug(), "locale": scene.locale}


def _deal(scene: Scene) -> Arguments:
    return {"deal_id": scene.own(Deal)}


def _account(scene: Scene) -> Arguments:
    with scene.product.running.container.uow.reading() as session:
        return {"account_id": session.scalars(select(Deal.account_id).where(Deal.account_id.is_not(None))).first()}


PAGES: dict[str, PageOf] = {
    "sign_in.form": PageOf(),
    "password.forgot": PageOf(),
    "account.show": PageOf("partner"),
    "people.partner": PageOf("partner"),
    "people.vendor": PageOf("vendor"),
    "programme.show": PageOf("vendor"),
    "tokens.index": PageOf("vendor"),
    "audit.index": PageOf("vendor"),
    "webhooks.index": PageOf("vendor"),
    "error_desk.index": PageOf("vendor"),
    "kits.index": PageOf("vendor"),
    "kits.show": PageOf("vendor", lambda scene: {"kit_id": scene.version().kit_id}),
    "studio_partners.index": PageOf("vendor"),
    "studio_reports.show": PageOf("vendor"),
    "studio_reports.table": PageOf("vendor", lambda _scene: {"report": "forecast"}),
    "studio_reports.saved": PageOf("vendor"),
    "report_inputs.show": PageOf("vendor"),
    "report_inputs.listed": PageOf("vendor"),
    "channel_reports.show": PageOf("vendor"),
    "portal_results.table": PageOf("partner", lambda _scene: {"report": "registrations"}),
    "portal_results.saved": PageOf("partner"),
    "studio_reports.path": PageOf("vendor", _credited),
    "portal_results.show": PageOf("partner"),
    "portal_results.path": PageOf("partner", _credited),
    "invitation.form": PageOf("", lambda scene: {"token": scene.product.invitation}),
    "brand.show": PageOf("partner"),
    "home.show": PageOf("partner"),
    "campaigns.index": PageOf("partner"),
    "campaigns.page": PageOf("partner", lambda scene: {"kit_id": scene.version().kit_id}),
    "campaigns.panel": PageOf("partner", _version),
    "campaigns.pieces": PageOf("partner", _version),
    "launches.index": PageOf("partner"),
    "launches.page": PageOf("partner", _launch),
    "launches.look": PageOf("partner", lambda scene: {**_launch(scene), "piece_id": scene.piece()}),
    "audience.index": PageOf("partner"),
    "audience.everybody": PageOf("partner"),
    "audience.table": PageOf("partner", lambda scene: {"list_id": scene.own(ContactList)}),
    "audience.new": PageOf("partner"),
    "audience.contact": PageOf("partner", lambda scene: {"contact_id": scene.own(Contact)}),
    "audience.blocked": PageOf("partner"),
    "audience_import.show": PageOf("partner", lambda scene: {"import_id": scene.own(ContactImport)}),
    "leads.index": PageOf("partner"),
    "leads.show": PageOf("partner", lambda scene: {"lead_id": scene.own(Lead)}),
    "leads.doubtful": PageOf("partner"),
    "lead_offers.offer": PageOf("partner", lambda scene: {"offer_id": scene.offer().id}),
    "lead_link.show": PageOf("", lambda scene: {"token": scene.offer_token()}),
    "lead_files.new": PageOf("partner"),
    "lead_files.index": PageOf("partner"),
    "lead_files.show": PageOf("partner", lambda scene: {"lead_import_id": scene.lead_file(vendor=False)}),
    "channel_leads.index": PageOf("vendor"),
    "channel_leads.new": PageOf("vendor"),
    "channel_leads.show": PageOf("vendor", lambda scene: {"vendor_lead_id": scene.declined_lead()}),
    "channel_leads.requests": PageOf("vendor"),
    "channel_lead_rules.show": PageOf("vendor"),
    "channel_lead_coverage.index": PageOf("vendor"),
    "channel_lead_coverage.edit": PageOf("vendor", lambda scene: {"covering_id": scene.partner_id}),
    "channel_lead_files.index": PageOf("vendor"),
    "channel_lead_files.show": PageOf("vendor", lambda scene: {"vendor_import_id": scene.lead_file(vendor=True)}),
    "lead_offers.pool": PageOf("partner"),
    "outbox.index": PageOf("partner"),
    "outbox.show": PageOf("partner", lambda scene: {"message_id": scene.own(KeptMessage)}),
    "deals.index": PageOf("partner"),
    "deals.new": PageOf("partner", lambda _scene: {"programme": "halvorsen-climate"}),
    "deals.show": PageOf("partner", _deal),
    "deal_mail.show": PageOf("partner"),
    "channel_deals.index": PageOf("vendor"),
    "channel_deals.every": PageOf("vendor"),
    "channel_deals.show": PageOf("vendor", _deal),
    "channel_accounts.index": PageOf("vendor"),
    "channel_accounts.opportunities": PageOf("vendor"),
    "channel_accounts.account": PageOf("vendor", _account),
    "channel_policy.show": PageOf("vendor"),
    "public.deal_policy": PageOf("", lambda _scene: {"slug": "halvorsen-climate"}),
    "public.deal_policy_version": PageOf("", lambda _scene: {"slug": "halvorsen-climate", "number": 1}),
    "public.landing": PageOf("", _landing),
    "public.thanks": PageOf("", _landing),
}

NO_PAGES: dict[str, str] = {
    "static": "files",
    "go.follow": "leads to the launch panel",
    "deal_acts.file": "a file",
    "channel_deals.file": "a file",
    "channel_policy.as_json": "a file",
    "channel_accounts.import_page": "tests/web follow a file; the demo brings none in",
    "public.media": "a picture",
    "public.download": "a file",
    "public.brand_logo": "a picture",
    "public.landing_any": "leads to the landing page of the visitor's language",
    "public.tracked": "leads on",
    "public.leave": "looked at by the journey, which follows a mail's own link",
    "webhooks.show": "needs an endpoint, which the demo has none of; its parts are those of webhooks.index",
    "webhooks.delivery": "needs an endpoint that was told, which the demo has none of",
    "error_desk.change": "needs a change another system sent, which the demo has none of",
    "style.programme": "a stylesheet",
    "health.healthz": "for machines",
    "health.readyz": "for machines",
    "health.metrics": "for machines",
    "sign_in.home": "leads to the role's home",
    "password.form": "its link is in a mail and its form is the invitation's",
    "kits.progress": "a part of kits.show",
    "kits.piece": "a piece of the kit, no page of ours",
    "kits.cover": "a picture of the list",
    "kits.export": "a file",
    "brand.logo": "a picture",
    "brand.preview": "a picture",
    "previews.piece": "a piece of the kit, no page of ours",
    "launches.piece": "a piece of the kit, no page of ours",
    "launches.piece_download": "a file",
    "launches.everything": "a file",
    "launch_events.events": "a stream",
    "audience.export_list": "a file",
    "audience.export_all": "a file",
    "leads.export": "a file",
    "studio_reports.table_file": "a file",
    "portal_results.table_file": "a file",
    "studio_reports.one_view": "studio_reports.table with a name, and the demo has no views",
    "portal_results.one_view": "portal_results.table with a name, and the demo has no views",
    "public.report_mail": "needs a mail's own link, and the demo has no views; tests/web look at it",
    "studio_reports.sheet": "a file",
    "portal_results.sheet": "a file",
    "outbox.html": "a mail, no page of ours",
    "outbox.eml": "a file",
}
