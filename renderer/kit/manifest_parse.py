"""Reads kit.toml into a `Manifest`, reporting every problem at once with its line."""

from __future__ import annotations

import re
import tomllib
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from babel import Locale, UnknownLocaleError
from babel.numbers import get_currency_precision, is_currency

from renderer.kit.manifest import Asset, BrandRules, Funds, KitField, Manifest, Output
from renderer.kit.manifest_parts import read_landing, read_steps
from renderer.kit.toml_lines import TomlLines
from renderer.kit.toml_table import TomlFile, TomlTable
from renderer.report import Problem, has_errors

MAX_MANIFEST = 512 * 1024
MAX_PIXELS = 64_000_000
ASSET_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
FIELD_ID = re.compile(r"[a-z][a-z0-9_]{0,62}")
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+_-]{0,39}")
_OUTPUT = re.compile(r"(pdf|jpeg|png|webp|email|html|text)(?:@(\d{1,5})x(\d{1,5}))?")
_DEFAULT_OUTPUT = {"pdf": "pdf", "image": "png", "email": "email", "landing": "html", "post": "text"}
_FORMATS = {
    "pdf": ("pdf",),
    "image": ("jpeg", "png", "webp"),
    "email": ("email",),
    "landing": ("html",),
    "post": ("text",),
}
_EXTENSIONS = {
    "pdf": (".pdf",),
    "image": (".png", ".jpg", ".jpeg", ".webp"),
    "email": (".mjml",),
    "landing": (".html",),
    "post": (".txt",),
}
_CHANNELS = ("linkedin", "x", "facebook", "instagram", "whatsapp", "email")
_FIELD_TYPES = ("text", "rich-text", "phone", "url", "date", "choice", "image")


# Faults that leave the rest of the manifest meaning what it says, so that a check can go on.
_HARMLESS = frozenset(
    {
        "manifest.unknown_key",
        "manifest.unknown_step",
        "manifest.unknown_asset",
        "manifest.bad_condition",
        "manifest.bad_wait",
        "manifest.bad_money",
        "manifest.bad_version",
        "manifest.bad_date",
        "manifest.dates_reversed",
        "manifest.duplicate",
        "manifest.no_email_field",
        "manifest.too_long",
        "manifest.not_for_kind",
        "manifest.no_choices",
    }
)


def parse_manifest(text: str, path: str = "kit.toml") -> tuple[Manifest | None, list[Problem]]:
    """The manifest, or None where a problem is an error, and all problems by line."""
    manifest, problems = _parse(text, path)
    return (None if has_errors(problems) else manifest), problems


def _parse(text: str, path: str) -> tuple[Manifest | None, list[Problem]]:
    if len(text) > MAX_MANIFEST:
        return None, [
            Problem("manifest.too_large", f"The manifest is larger than {MAX_MANIFEST >> 10} kB.", path=path, line=1)
        ]
    text = text.replace("\r\n", "\n")
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found.group(1)) if found else text.count("\n") + 1
        return None, [Problem("manifest.syntax", f"This is not TOML: {error}.", path=path, line=line)]
    file = TomlFile(path, TomlLines(text))
    manifest = _read(TomlTable(file, data))
    problems = sorted(file.problems, key=lambda problem: problem.line or 0)
    return manifest, problems


def parse_for_check(text: str, path: str = "kit.toml") -> tuple[Manifest | None, list[Problem]]:
    """As `parse_manifest`, but with the manifest as it was meant where no error touches the rest of it."""
    manifest, problems = _parse(text, path)
    harmful = has_errors(item for item in problems if item.code not in _HARMLESS)
    return (None if harmful else manifest), problems


def _read(top: TomlTable) -> Manifest:
    if top.raw("schema", int, "1", required=True) not in (1, None):
        top.complain("schema", "`schema` must be 1: this version reads no other.", "schema")
    slug = top.text("slug", required=True, most=63)
    if slug and not ASSET_ID.fullmatch(slug):
        top.complain("bad_id", f"`slug` is {slug!r}; it takes lower-case letters, digits, - and _.", "slug")
    version = top.text("version", required=True, most=40)
    if version and not _VERSION.fullmatch(version):
        top.complain("bad_version", f"`version` is {version!r}; write something like 1.2.0.", "version")
    source_locale, locales = _read_locales(top)
    valid_from, valid_until = _read_date(top, "valid_from"), _read_date(top, "valid_until")
    if valid_from and valid_until and valid_until < valid_from:
        top.complain(
            "dates_reversed", f"`valid_until` {valid_until} is before `valid_from` {valid_from}.", "valid_until"
        )
    title, summary = top.text("title", required=True, most=200), top.text("summary", required=True, most=1_000)
    labels, products = top.texts("labels"), top.texts("products")
    fields = tuple(_read_field(table) for table in top.tables("field"))
    assets = tuple(_read_asset(table) for table in top.tables("asset"))
    if not assets and not top.has("asset"):
        top.complain("no_assets", "The kit has no [[asset]]; it needs at least one.")
    _unique(top, "field", [item.id for item in fields])
    _unique(top, "asset", [item.id for item in assets])
    steps = read_steps(top, assets)
    _unique(top, "step", [item.id for item in steps])
    manifest = Manifest(
        slug=slug,
        version=version,
        title=title,
        summary=summary,
        source_locale=source_locale,
        locales=locales,
        assets=assets,
        labels=labels,
        products=products,
        valid_from=valid_from,
        valid_until=valid_until,
        fields=fields,
        brand=_read_brand(top),
        steps=steps,
        landing=read_landing(top, assets),
        funds=_read_funds(top),
    )
    top.done()
    return manifest


def _unique(top: TomlTable, key: str, ids: list[str]) -> None:
    for index, item in enumerate(ids):
        if item and item in ids[:index]:
            top.file.complain(
                "duplicate_id", f"[[{key}]] {item!r} is there twice; ids must differ.", (key, index, "id")
            )


def _read_locales(top: TomlTable) -> tuple[str, tuple[str, ...]]:
    source, locales = top.text("source_locale", required=True), top.texts("locales", required=True)
    for locale, key in ((source, "source_locale"), *((item, "locales") for item in locales)):
        try:
            if locale:
                Locale.parse(locale, sep="-")
        except (ValueError, UnknownLocaleError):
            top.complain("bad_locale", f"{locale!r} is no locale; write BCP 47 tags such as de or pt-BR.", key)
    if source and locales and source not in locales:
        top.complain("source_locale_missing", f"`locales` must hold the source locale {source!r} too.", "locales")
    return source, locales


def _read_date(table: TomlTable, key: str) -> date | None:
    value = table.raw(key, (date, str), "a date such as 2026-03-01")
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            table.complain("bad_date", f"`{key}` is {value!r}; write a date such as 2026-03-01.", key)
            return None
    return value if isinstance(value, date) else None


def _read_field(table: TomlTable) -> KitField:
    field_id = table.text("id", required=True, most=63)
    if field_id and not FIELD_ID.fullmatch(field_id):
        table.complain(
            "bad_id",
            f"The field id {field_id!r} must be lower-case letters, digits and _, a letter first, because "
            "templates name it field.<id>.",
            "id",
        )
    field = KitField(
        id=field_id,
        type=table.choice("type", _FIELD_TYPES, "text"),  # type: ignore[arg-type]
        label=table.text("label", required=True, most=200),
        required=table.flag("required"),
        max_chars=int(table.number("max_chars", 200, 1, 20_000)),
        default=table.text("default"),
        sample=table.text("sample"),
        locked=table.flag("locked"),
        choices=table.texts("choices"),
    )
    if field.type == "choice" and not field.choices:
        table.complain("no_choices", f"The field {field_id!r} is a choice and has no `choices`.", "type")
    for key, value in (("default", field.default), ("sample", field.sample)):
        if field.type == "choice" and value and field.choices and value not in field.choices:
            table.complain("bad_choice", f"`{table.label(key)}` is {value!r}, which is not among the choices.", key)
        if field.type != "image" and len(value) > field.max_chars:
            table.complain(
                "too_long", f"`{table.label(key)}` has {len(value)} characters; max_chars is {field.max_chars}.", key
            )
    table.done()
    return field


def _read_asset(table: TomlTable) -> Asset:
    asset_id = table.text("id", required=True, most=63)
    if asset_id and not ASSET_ID.fullmatch(asset_id):
        table.complain("bad_id", f"The asset id {asset_id!r} takes lower-case letters, digits, - and _.", "id")
    kind = table.choice("kind", tuple(_FORMATS))
    source = table.text("source", required=True, most=240)
    if source and not source.lower().endswith(_EXTENSIONS[kind]):
        table.complain(
            "bad_source",
            f"The source {source!r} of the {kind} {asset_id!r} must end in {' or '.join(_EXTENSIONS[kind])}.",
            "source",
        )
    layout = table.text("layout", most=240) or None
    if kind in ("pdf", "image") and layout is None:
        table.complain("missing_key", f"The {kind} {asset_id!r} needs a `layout`: the places a brand fills.")
    if kind not in ("pdf", "image") and layout is not None:
        table.complain("not_for_kind", f"The {kind} {asset_id!r} takes no `layout`.", "layout")
    asset = Asset(
        id=asset_id,
        kind=kind,  # type: ignore[arg-type]
        title=table.text("title", required=True, most=200),
        source=source,
        outputs=_read_outputs(table, kind),
        layout=layout,
        subject=table.text("subject", required=kind == "email", most=300),
        preheader=table.text("preheader", most=300),
        channel=table.choice("channel", _CHANNELS, None if kind == "post" else ""),
    )
    for key, value, needed in (
        ("subject", asset.subject, "email"),
        ("preheader", asset.preheader, "email"),
        ("channel", asset.channel, "post"),
    ):
        if value and kind != needed and table.has(key):
            table.complain("not_for_kind", f"Only a {needed} has a `{key}`; {asset_id!r} is a {kind}.", key)
    table.done()
    return asset


def _read_outputs(table: TomlTable, kind: str) -> tuple[Output, ...]:
    outputs: list[Output] = []
    for name in table.texts("outputs") or (_DEFAULT_OUTPUT[kind],):
        match = _OUTPUT.fullmatch(name)
        if match is None or match.group(1) not in _FORMATS[kind]:
            table.complain(
                "bad_output",
                f"The output {name!r} is none of a {kind}; it takes {', '.join(_FORMATS[kind])}"
                + (", with a size if need be: jpeg@1200x628." if kind == "image" else "."),
                "outputs",
            )
            continue
        size = (int(match.group(2)), int(match.group(3))) if match.group(2) else None
        if size and (kind != "image" or not 0 < size[0] * size[1] <= MAX_PIXELS):
            table.complain(
                "bad_output",
                f"The output {name!r} has a size that is not possible; pictures take up to "
                f"{MAX_PIXELS // 1_000_000} million pixels.",
                "outputs",
            )
            continue
        outputs.append(Output(match.group(1), *(size or ())))  # type: ignore[arg-type]
    return tuple(outputs)


def _read_brand(top: TomlTable) -> BrandRules:
    table = top.table("brand")
    if table is None:
        return BrandRules()
    rules = BrandRules(
        clear_space=table.number("clear_space", 0.25, 0, 2),
        min_logo_mm=table.number("min_logo_mm", 15.0, 1, 500),
        min_contrast=table.number("min_contrast", 3.0, 1, 21),
        partner_colours=table.flag("partner_colours", True),
        order=table.choice("order", ("partner-first", "vendor-first"), "partner-first"),  # type: ignore[arg-type]
    )
    table.done()
    return rules


def _read_funds(top: TomlTable) -> Funds | None:
    table = top.table("funds")
    if table is None:
        return None
    activity = table.text("activity_type", required=True, most=100)
    cost = table.text("estimated_cost", required=True, most=40)
    currency, minor = "", 0
    if cost:
        amount, _, currency = cost.partition(" ")
        try:
            scaled = (
                Decimal(amount).scaleb(get_currency_precision(currency)) if is_currency(currency) else Decimal("NaN")
            )
            if not scaled.is_finite() or scaled < 0 or scaled != scaled.to_integral_value():
                raise InvalidOperation
            minor = int(scaled)
        except InvalidOperation:
            table.complain(
                "bad_money",
                f"`funds.estimated_cost` is {cost!r}; write an amount and an ISO 4217 currency with its "
                'own decimals: "1200.00 EUR".',
                "estimated_cost",
            )
    table.done()
    return Funds(activity, minor, currency)
