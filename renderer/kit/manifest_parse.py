"""Reads kit.toml into a `Manifest`, reporting every problem at once with its line."""

from __future__ import annotations

import re
import tomllib
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from babel import Locale, UnknownLocaleError

from renderer.currency import exponent
from renderer.kit.manifest import BrandRules, Funds, Manifest
from renderer.kit.manifest_assets import ASSET_ID, read_asset, read_field
from renderer.kit.manifest_parts import read_landing, read_steps
from renderer.kit.toml_lines import TomlLines, fault_line
from renderer.kit.toml_table import TomlFile, TomlTable
from renderer.report import Problem, has_errors

MAX_MANIFEST = 512 * 1024
MAX_MINOR = 2**63
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+_-]{0,39}")

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
        "manifest.bad_value",
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
    except (ValueError, RecursionError) as error:  # also a number of more digits than Python reads
        line = fault_line(text, error)
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
    title, summary = top.text("title", required=True, most=200), top.text("summary", most=1_000)
    labels, products = top.texts("labels"), top.texts("products")
    fields = tuple(read_field(table) for table in top.tables("field"))
    assets = tuple(read_asset(table) for table in top.tables("asset"))
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
            written = str(Locale.parse(locale.replace("_", "-"), sep="-")).replace("_", "-") if locale else ""
        except (ValueError, UnknownLocaleError):
            top.complain("bad_locale", f"{locale!r} is no locale; write BCP 47 tags such as de or pt-BR.", key)
            continue
        # Files and catalogs are found by this spelling, so there is one. Babel's own may differ by more than case.
        if locale != written and locale.replace("_", "-").casefold() == written.casefold():
            top.complain("bad_locale", f"{locale!r} is written {written!r}.", key)
    if source and locales and source not in locales:
        message = f"`locales` does not hold the source locale {source!r}; it is taken in as the first."
        top.complain("source_locale_missing", message, "locales", "warning")
        locales = (source, *locales)
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
            digits = exponent(currency)
            scaled = Decimal("NaN") if digits is None else Decimal(amount).scaleb(digits)
            if not scaled.is_finite() or not 0 <= scaled < MAX_MINOR or scaled != scaled.to_integral_value():
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
