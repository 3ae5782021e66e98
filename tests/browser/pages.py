"""Which routes are pages a person looks at, as whom and with which arguments. A route in neither list fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from campaigns.audience.models import Contact, ContactImport, ContactList
from campaigns.kits.models import KitVersion
from campaigns.launches.models import LaunchPiece
from campaigns.leads.models import Lead
from campaigns.mailroom.models import KeptMessage
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


def _landing(scene: Scene) -> Arguments:
    return {"slug": scene.launch_slug(), "locale": scene.locale}


PAGES: dict[str, PageOf] = {
    "sign_in.form": PageOf(),
    "password.forgot": PageOf(),
    "account.show": PageOf("partner"),
    "people.partner": PageOf("partner"),
    "people.vendor": PageOf("vendor"),
    "programme.show": PageOf("vendor"),
    "tokens.index": PageOf("vendor"),
    "audit.index": PageOf("vendor"),
    "kits.index": PageOf("vendor"),
    "kits.show": PageOf("vendor", lambda scene: {"kit_id": scene.version().kit_id}),
    "studio_partners.index": PageOf("vendor"),
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
    "outbox.index": PageOf("partner"),
    "outbox.show": PageOf("partner", lambda scene: {"message_id": scene.own(KeptMessage)}),
    "public.landing": PageOf("", _landing),
    "public.thanks": PageOf("", _landing),
}

NO_PAGES: dict[str, str] = {
    "static": "files",
    "go.follow": "leads to the launch panel",
    "public.media": "a picture",
    "public.download": "a file",
    "public.brand_logo": "a picture",
    "public.landing_any": "leads to the landing page of the visitor's language",
    "public.tracked": "leads on",
    "public.leave": "looked at by the journey, which follows a mail's own link",
    "style.programme": "a stylesheet",
    "health.healthz": "for machines",
    "health.readyz": "for machines",
    "health.metrics": "for machines",
    "sign_in.home": "leads to the role's home",
    "password.form": "its link is in a mail and its form is the invitation's",
    "kits.progress": "a part of kits.show",
    "kits.piece": "a piece of the kit, no page of ours",
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
    "outbox.html": "a mail, no page of ours",
    "outbox.eml": "a file",
}
