"""What a launch pinned, ready for the renderer: kept per process, since none of it ever changes."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from threading import Lock
from uuid import UUID

from campaigns.artifacts.logos import with_logo_pictures
from campaigns.artifacts.service import Order
from campaigns.core.ports import Storage
from campaigns.db.unit_of_work import UnitOfWorkFactory
from campaigns.kits.queries import manifest_of, pinned_version
from campaigns.kits.rules import VersionRef
from campaigns.launches.models import Launch
from campaigns.partners.brand.spec import brand_spec
from campaigns.partners.models import Programme
from campaigns.tracking.addresses import PublicSettings, logo_url
from campaigns.tracking.service import make_links
from renderer.kit.manifest import Asset
from renderer.spec import BrandSpec, LaunchSpec, Links

KEPT = 64


@dataclass(frozen=True, slots=True)
class PinnedLaunch:
    """A launch's version, brand and addresses by locale and asset."""

    launch_id: UUID
    partner_id: UUID
    version: VersionRef
    brand: BrandSpec = field(repr=False)
    launch: LaunchSpec
    links: dict[str, dict[str, Links]] = field(repr=False)
    assets: tuple[Asset, ...] = field(repr=False)

    def order(self, asset_id: str, output: str, locale: str) -> Order:
        """The order for one of its pieces."""
        launch = replace(self.launch, links=self.links[locale][asset_id])
        return Order(self.partner_id, self.version, asset_id, output, locale, self.brand, launch)


_KEPT: OrderedDict[UUID, PinnedLaunch] = OrderedDict()
_LOCK = Lock()


def pinned_launch(
    factory: UnitOfWorkFactory, storage: Storage, settings: PublicSettings, launch_id: UUID
) -> PinnedLaunch:
    """The launch as it was pinned; its tracked links are written the first time. Commits a transaction of its own."""
    with _LOCK:
        kept = _KEPT.get(launch_id)
        if kept is not None:
            _KEPT.move_to_end(launch_id)
            return kept
    pinned = _load(factory, storage, settings, launch_id)
    with _LOCK:
        _KEPT[launch_id] = pinned
        while len(_KEPT) > KEPT:
            _KEPT.popitem(last=False)
    return pinned


def _load(factory: UnitOfWorkFactory, storage: Storage, settings: PublicSettings, launch_id: UUID) -> PinnedLaunch:
    with factory() as uow:
        session = uow.session
        launch = session.get_one(Launch, launch_id)
        programme = session.get_one(Programme, launch.programme_id)
        version = pinned_version(session, launch.kit_version_id)
        brand = brand_spec(session, storage, launch.brand_revision_id, launch.fields)
        manifest = manifest_of(session, version.id)
        links = make_links(
            session,
            settings,
            launch_id=launch.id,
            slug=launch.slug,
            programme_id=launch.programme_id,
            partner_id=launch.partner_id,
            manifest=manifest,
            locales=launch.locales,
        )
        spec = LaunchSpec(
            slug=launch.slug,
            vendor_name=programme.name,
            vendor_address=programme.postal_address,
            starts_on=launch.starts_at.date().isoformat(),
        )
        base = settings.public_url
        shown = with_logo_pictures(brand, logo_url(base, launch.slug, "light"), logo_url(base, launch.slug, "dark"))
        return PinnedLaunch(launch.id, launch.partner_id, version, shown, spec, links, manifest.assets)
