"""The address of a rendering: SHA-256 over everything that goes into it, in canonical JSON."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from typing import Any

from renderer.kit.load import LoadedKit
from renderer.kit.manifest import Asset, Output
from renderer.kit.messages import TEMPLATE_SUFFIXES
from renderer.spec import BrandSpec, LaunchSpec, LogoImage
from renderer.values import field_values

RENDERER_VERSION = "2"  # raise it where the same input gives other bytes
_PICTURES = (".png", ".jpg", ".jpeg", ".webp")
_DIGESTS: OrderedDict[tuple[str, str], str] = OrderedDict()


def fingerprint(
    kit: LoadedKit, asset: Asset, output: Output, locale: str, brand: BrandSpec, launch: LaunchSpec, fonts_digest: str
) -> str:
    """64 hex digits. The same fingerprint means the same bytes; nothing is rendered to find it."""
    drawn = asset.kind in ("pdf", "image")
    content: dict[str, Any] = {
        "renderer": RENDERER_VERSION,
        "asset": [asset.id, asset.kind, asset.title, asset.subject, asset.preheader, asset.channel],
        "output": output.name,
        "locale": locale,
        "sources": _sources(kit, asset, locale),
        "catalog": kit.catalogs[locale].digest if locale in kit.catalogs else "",
        "brand": _brand(brand),
        "fields": field_values(kit, locale, brand),
        "launch": [launch.slug, launch.vendor_name, launch.vendor_address, launch.starts_on],
        "links": [launch.links.landing, launch.links.qr]
        + [sorted(part.items()) for part in (launch.links.channels, launch.links.files, launch.links.images)],
        "rules": repr(kit.manifest.brand) if drawn else "",
        "fonts": fonts_digest if drawn else "",
    }
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def _sources(kit: LoadedKit, asset: Asset, locale: str) -> list[list[str]]:
    """Path and digest of every file this piece may draw from."""
    source = kit.source_for(asset, locale)
    if asset.kind in ("pdf", "image"):
        layout = kit.layout_for(asset, locale)
        paths = {source} | ({layout.path} if layout else set())
        if layout and any(slot.type == "image" for slot in layout.slots):
            paths |= {path for path in kit.files.files if path.lower().endswith(_PICTURES)}
    else:
        # an include may name any of them
        paths = {source} | {path for path in kit.files.files if path.endswith((*TEMPLATE_SUFFIXES, ".svg"))}
    return [[path, file_digest(kit, path)] for path in sorted(paths)]


def file_digest(kit: LoadedKit, path: str) -> str:
    """The SHA-256 of a kit's file; kept, because a brochure has many megabytes."""
    key = (kit.files.digest, path)
    digest = _DIGESTS.get(key)
    if digest is None:
        digest = _DIGESTS[key] = hashlib.sha256(kit.read(path)).hexdigest()
        if len(_DIGESTS) > 10_000:
            _DIGESTS.popitem(last=False)
    return digest


def _brand(brand: BrandSpec) -> list[Any]:
    texts = ("name", "primary", "secondary", "legal_name", "tagline", "phone", "email", "url", "address", "legal_line")
    mail = ("logo_url", "logo_dark_url", "logo_width", "logo_height")
    logos = [_logo(brand.logo_light), _logo(brand.logo_dark)]
    return [*(getattr(brand, name) for name in (*texts, "country", *mail)), *logos]


def _logo(logo: LogoImage | None) -> str:
    return logo.digest if logo else ""
