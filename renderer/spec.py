"""What a rendering is made of and what it gives: frozen values, no behaviour that needs I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from renderer.kit.layout import Slot
from renderer.report import Problem

Ground = Literal["light", "dark"]
RTL_LANGUAGES = frozenset({"ar", "he", "fa", "ur"})


def direction(locale: str) -> Literal["ltr", "rtl"]:
    """The writing direction of a BCP 47 tag such as `ar` or `pt-BR`."""
    return "rtl" if locale.replace("_", "-").split("-")[0].lower() in RTL_LANGUAGES else "ltr"


@dataclass(frozen=True, slots=True)
class LogoImage:
    """A logo as `renderer.logo.intake` left it: sanitised, trimmed to its ink, colour-managed.

    A vector logo has `svg` (sanitised, viewBox = ink box) and `pdf` (one page of exactly that
    box, made once at intake); every logo has `png`: RGBA, sRGB, trimmed, long side ≤ 2000 px.
    `width`, `height` are the trimmed size (user units, or source pixels of a raster).
    `ink_share` is the covered share of the trimmed box (0–1), `contrast_*` WCAG ratios (1–21).
    """

    kind: Literal["vector", "raster"]
    png: bytes = field(repr=False)
    width: float
    height: float
    ink_share: float
    contrast_on_light: float
    contrast_on_dark: float
    digest: str
    svg: bytes | None = field(default=None, repr=False)
    pdf: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class BrandSpec:
    """One frozen revision of a partner's brand kit. Colours are `#rrggbb`.

    `logo_light` is for light grounds, `logo_dark` for dark ones. `fields` are the kit's own
    fields as the partner filled them. `country` is the address's, two letters of ISO 3166-1 or "" for
    none known; dates, numbers and money are written as there. `logo_url` is where a mail finds the
    light logo's picture (`logo_width`, `logo_height` are the pixels it is shown at).
    """

    name: str
    primary: str
    secondary: str
    logo_light: LogoImage | None = None
    logo_dark: LogoImage | None = None
    legal_name: str = ""
    tagline: str = ""
    phone: str = ""
    email: str = ""
    url: str = ""
    address: str = ""
    country: str = ""
    legal_line: str = ""
    logo_url: str = ""
    logo_dark_url: str = ""
    logo_width: int = 0
    logo_height: int = 0
    fields: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Links:
    """The addresses a template may use, all absolute. Offline every one is the brand's own URL.

    `channels` maps a post's channel to its tracked address, `files` an asset id to the tracked
    download of that piece, `images` an image asset's id to the public address of its picture.
    """

    landing: str = ""
    qr: str = ""
    channels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    files: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    images: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class LaunchSpec:
    """What templates see as `launch`: its slug, the vendor's name and the day it starts (ISO)."""

    slug: str = "preview"
    vendor_name: str = ""
    vendor_address: str = ""
    starts_on: str = ""
    links: Links = field(default_factory=Links)


@dataclass(frozen=True, slots=True)
class FilledSlot:
    """A slot with its value resolved: translated and evaluated, colours made `#rrggbb`.

    `text` for text slots (may hold line breaks), `url` for QR codes, `picture` (encoded bytes)
    for image slots; a logo slot has none: the drawer takes the brand's logo for its ground.
    """

    slot: Slot
    colour: str
    text: str = ""
    url: str = ""
    picture: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Piece:
    """A finished file. `fingerprint` addresses it; the same request gives the same bytes.

    `width`, `height` are pixels of a picture; `pages` those of a PDF. A mail's `data` is the
    compiled template (see `renderer.email.mail`), its `parts` the preview `html`, `text` and
    `subject`. A PDF's `parts` hold its `delta`: what stands behind the template's own bytes.
    """

    data: bytes = field(repr=False)
    media_type: str
    filename: str
    fingerprint: str
    warnings: tuple[Problem, ...] = ()
    width: int | None = None
    height: int | None = None
    pages: int | None = None
    parts: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}), repr=False)
