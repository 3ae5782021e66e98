"""kit.toml as frozen values. `parse_manifest` reports every problem at once; unknown keys are one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

FieldType = Literal["text", "rich-text", "phone", "url", "date", "choice", "image"]
AssetKind = Literal["pdf", "image", "email", "landing", "post"]
OutputFormat = Literal["pdf", "jpeg", "png", "webp", "email", "html", "text"]


@dataclass(frozen=True, slots=True)
class KitField:
    """A value beyond the brand that a partner may set."""

    id: str
    type: FieldType
    label: str
    required: bool = False
    max_chars: int = 200
    default: str = ""
    sample: str = ""
    locked: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BrandRules:
    """What the vendor asks of a partner's brand. `clear_space` is a share of the logo's height, `min_logo_mm` the least
    length of its longer side on paper."""

    clear_space: float = 0.25
    min_logo_mm: float = 15.0
    min_contrast: float = 3.0
    partner_colours: bool = True
    order: Literal["partner-first", "vendor-first"] = "partner-first"


@dataclass(frozen=True, slots=True)
class Output:
    """One file an asset becomes: `pdf`, `jpeg@1200x628`, `png`, `webp`, … Sizes in pixels."""

    format: OutputFormat
    width: int | None = None
    height: int | None = None

    @property
    def name(self) -> str:
        """The manifest's spelling, `jpeg@1200x628`."""
        return f"{self.format}@{self.width}x{self.height}" if self.width else self.format


@dataclass(frozen=True, slots=True)
class Asset:
    """A piece of the campaign: its source and layout inside the kit, and the files it becomes."""

    id: str
    kind: AssetKind
    title: str
    source: str
    outputs: tuple[Output, ...]
    layout: str | None = None
    subject: str = ""
    preheader: str = ""
    channel: str = ""  # posts: linkedin, x, facebook, whatsapp, email


@dataclass(frozen=True, slots=True)
class Step:
    """A mail of the sequence. `wait` counts from the previous step's *sent* time."""

    id: str
    asset: str
    wait: timedelta = timedelta(0)
    send_if: str = "always"  # always | not_clicked:<step> | clicked:<step> | not_submitted
    stop_on: tuple[str, ...] = ("unsubscribe", "bounce", "form")


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of the landing form; `name`, `email`, `company`, `phone`, `message` are known ids."""

    id: str
    label: str
    type: Literal["text", "email", "tel", "textarea", "choice", "checkbox"] = "text"
    required: bool = False
    max_chars: int = 200
    choices: tuple[str, ...] = ()
    autocomplete: str = ""


@dataclass(frozen=True, slots=True)
class Landing:
    """The landing page's form; `consent` is the text a visitor may agree to, stored as shown."""

    asset: str
    form: tuple[FormField, ...]
    consent: str
    submit: str = "Send"
    thanks: str = ""


@dataclass(frozen=True, slots=True)
class Funds:
    """What the campaign costs a partner, for an MDF request. Minor units of `currency`."""

    activity_type: str
    estimated_cost_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The whole manifest. Human-readable values are in `source_locale` until translated."""

    slug: str
    version: str
    title: str
    summary: str
    source_locale: str
    locales: tuple[str, ...]
    assets: tuple[Asset, ...]
    schema: int = 1
    labels: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    fields: tuple[KitField, ...] = ()
    brand: BrandRules = field(default_factory=BrandRules)
    steps: tuple[Step, ...] = ()
    landing: Landing | None = None
    funds: Funds | None = None

    def asset(self, asset_id: str) -> Asset:
        """The asset of that id; KeyError if there is none."""
        for asset in self.assets:
            if asset.id == asset_id:
                return asset
        raise KeyError(asset_id)
