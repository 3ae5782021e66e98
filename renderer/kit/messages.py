"""The translatable texts of a kit: found in templates, manifest and layouts; catalogs made and brought up to date."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from babel.messages.catalog import Catalog as PoCatalog
from babel.messages.pofile import write_po
from jinja2 import nodes
from jinja2.ext import extract_from_ast

from renderer.kit.archive import KitFiles
from renderer.kit.catalog import Catalog, read_po_file
from renderer.kit.json_lines import json_lines
from renderer.kit.load import MANIFEST, LoadedKit, catalog_paths, variant_paths
from renderer.kit.toml_lines import TomlLines, Where
from renderer.sandbox import Engine
from renderer.template_faults import TemplateFailed
from renderer.territory import formatting_locale

KIT_CONTEXT, FIELD_CONTEXT, FORM_CONTEXT, MAIL_CONTEXT, SLOT_CONTEXT = "kit", "field", "form", "mail", "slot"
TEMPLATE_SUFFIXES = (".mjml", ".html", ".txt")
_EXPRESSION = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.S)
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Message:
    """A text to translate, and the first place it stands at."""

    text: str
    plural: str | None
    context: str | None
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a kit is translated into a locale."""

    translated: int
    total: int
    missing: tuple[Message, ...] = ()


def extract_messages(kit: LoadedKit) -> list[Message]:
    """Every translatable text once per context, in the order of files and lines. Broken templates are skipped."""
    found: dict[tuple[str | None, str], Message] = {}
    for message in (*_manifest_messages(kit), *_layout_messages(kit), *_template_messages(kit)):
        known = found.setdefault((message.context, message.text), message)
        if message.plural and not known.plural:
            found[message.context, message.text] = message
    return sorted(found.values(), key=lambda item: (item.path != MANIFEST, item.path, item.line))


def coverage(kit: LoadedKit) -> dict[str, Coverage]:
    """Translated and total texts per locale; the source locale is complete by definition."""
    messages = extract_messages(kit)
    result = {}
    for locale in kit.manifest.locales:
        catalog = kit.catalogs.get(locale) or Catalog(locale)
        own = locale == kit.manifest.source_locale
        missing = () if own else tuple(item for item in messages if not catalog.find(item.text, item.context))
        result[locale] = Coverage(len(messages) - len(missing), len(messages), missing)
    return result


def update_catalogs(kit: LoadedKit) -> dict[str, bytes]:
    """Path → the new bytes of each locale's kit.po: new texts added, changed ones fuzzy, lost ones obsolete.

    Raises nothing for a broken catalog: it is left out, so that nothing of it is overwritten.
    """
    template = PoCatalog(project=kit.manifest.slug, version=kit.manifest.version, charset="utf-8", creation_date=_EPOCH)
    for item in extract_messages(kit):
        ids = (item.text, item.plural) if item.plural else item.text
        template.add(ids, locations=[(item.path, item.line)], context=item.context)
    written = {}
    for locale in kit.manifest.locales:
        if locale == kit.manifest.source_locale:
            continue
        path = _catalog_path(kit.files, locale)
        entries: PoCatalog | None = _new_catalog(kit, locale)
        if path in kit.files.files:
            entries, _ = read_po_file(kit.files.files[path], path, locale)
        if entries is None:
            continue
        entries.update(template, no_fuzzy_matching=False, update_header_comment=False, update_creation_date=False)
        buffer = io.BytesIO()
        write_po(buffer, entries, width=100, sort_by_file=False)
        written[path] = buffer.getvalue()
    return written


def _new_catalog(kit: LoadedKit, locale: str) -> PoCatalog:
    manifest = kit.manifest
    return PoCatalog(
        locale=locale.replace("-", "_"),
        header_comment=f"# {manifest.title}: translation into {locale}.",
        project=manifest.slug,
        version=manifest.version,
        msgid_bugs_address="",
        last_translator="",
        language_team="",
        charset="utf-8",
        creation_date=_EPOCH,
        revision_date=_EPOCH,
        fuzzy=False,
    )


def _catalog_path(files: KitFiles, locale: str) -> str:
    paths = catalog_paths(locale)
    return next((path for path in paths if path in files.files), paths[0])


def _manifest_messages(kit: LoadedKit) -> Iterator[Message]:
    manifest = kit.manifest
    lines = TomlLines(kit.read(MANIFEST).decode("utf-8-sig").replace("\r\n", "\n"))

    def one(text: str, context: str, *where: str | int) -> Iterator[Message]:
        if _has_words(text):
            yield Message(text, None, context, MANIFEST, lines.line(where))

    yield from one(manifest.title, KIT_CONTEXT, "title")
    yield from one(manifest.summary, KIT_CONTEXT, "summary")
    for index, item in enumerate(manifest.fields):
        yield from one(item.label, FIELD_CONTEXT, "field", index, "label")
        if item.type in ("text", "rich-text"):
            yield from one(item.default, FIELD_CONTEXT, "field", index, "default")
        for at, choice in enumerate(item.choices):
            yield from one(choice, FIELD_CONTEXT, "field", index, "choices", at)
    for index, asset in enumerate(manifest.assets):
        yield from one(asset.title, KIT_CONTEXT, "asset", index, "title")
        yield from one(asset.subject, MAIL_CONTEXT, "asset", index, "subject")
        yield from one(asset.preheader, MAIL_CONTEXT, "asset", index, "preheader")
    if manifest.landing:
        for index, part in enumerate(manifest.landing.form):
            yield from one(part.label, FORM_CONTEXT, "landing", "form", index, "label")
            for at, choice in enumerate(part.choices):
                yield from one(choice, FORM_CONTEXT, "landing", "form", index, "choices", at)
        yield from one(manifest.landing.consent, FORM_CONTEXT, "landing", "consent")
        yield from one(manifest.landing.submit, FORM_CONTEXT, "landing", "submit")
        yield from one(manifest.landing.thanks, FORM_CONTEXT, "landing", "thanks")


def _has_words(text: str) -> bool:
    """Whether anything is left to translate once the expressions are taken away."""
    return any(char.isalpha() for char in _EXPRESSION.sub("", text))


def _layout_messages(kit: LoadedKit) -> Iterator[Message]:
    """The text slots of the layouts that assets name; a locale's own variant is in that language already."""
    named = {asset.layout for asset in kit.manifest.assets if asset.layout}
    for path in sorted(named & kit.layouts.keys()):
        lines: Mapping[Where, int] | None = None
        for index, slot in enumerate(kit.layouts[path].slots):
            if slot.type == "text" and _has_words(slot.value):
                lines = lines or json_lines(kit.read(path).decode("utf-8-sig"))
                yield Message(slot.value, None, SLOT_CONTEXT, path, lines.get(("slots", index, "value"), 1))


def _template_messages(kit: LoadedKit) -> Iterator[Message]:
    engine = Engine(kit.files.files, None, formatting_locale(kit.manifest.source_locale, ""))
    variants = {
        path
        for asset in kit.manifest.assets
        for locale in kit.manifest.locales
        for path in variant_paths(asset.source, locale)
    }
    for path in sorted(kit.files.files):
        if path.endswith(TEMPLATE_SUFFIXES) and path not in variants and not path.startswith("samples/"):
            try:
                yield from _from_tree(engine.parse(path), path)
            except TemplateFailed:
                continue  # the check of the templates says so, with its line


def _from_tree(tree: nodes.Template, path: str) -> Iterator[Message]:
    for line, function, found in extract_from_ast(tree, ("_", "gettext", "ngettext", "pgettext", "npgettext")):
        parts: tuple[Any, ...] = found if isinstance(found, tuple) else (found,)
        context = None
        if function in ("pgettext", "npgettext"):
            context, parts = parts[0], parts[1:]
        if parts and isinstance(parts[0], str) and parts[0]:
            plural = parts[1] if function in ("ngettext", "npgettext") and len(parts) > 1 else None
            yield Message(parts[0], plural, context, path, line)
