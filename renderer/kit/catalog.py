"""A kit's translations in one locale: gettext catalogs read with every doubt, asked by text and context."""

from __future__ import annotations

import gettext
import hashlib
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from babel.core import UnknownLocaleError
from babel.messages.catalog import Catalog as PoCatalog
from babel.messages.plurals import get_plural
from babel.messages.pofile import PoFileError, read_po

from renderer.report import Problem

MAX_PO = 4 * 1024 * 1024
MAX_MESSAGES = 20_000
_PERCENT = re.compile(r"%\((\w+)\)s")
_PERCENT_OTHER = re.compile(r"%(?!\(\w+\)s|%)")
_PO_LINE = re.compile(r'#.*|(?:(?:msgid|msgid_plural|msgctxt|msgstr(?:\[\d{1,2}\])?)\s+)?"(?:[^"\\]|\\.)*"')
_EXPRESSION = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.S)
_BAD_PO = (PoFileError, ValueError, LookupError, AttributeError, TypeError, RecursionError, UnknownLocaleError)


@dataclass(frozen=True, slots=True)
class Catalog:
    """Translations of one locale. A text asked with a context is also found without one.

    `texts` maps (context or "", text) to its forms; only complete, non-fuzzy entries are in it.
    """

    locale: str
    texts: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    plural_form: Callable[[int], int] = field(default=lambda n: int(n != 1), repr=False)
    digest: str = ""

    def find(self, text: str, context: str | None = None) -> tuple[str, ...] | None:
        """The forms of a translation, None if there is none."""
        found = self.texts.get((context or "", text))
        return self.texts.get(("", text)) if found is None and context else found

    def text(self, text: str, context: str | None = None) -> str:
        """The translation, or the text itself."""
        found = self.find(text, context)
        return found[0] if found else text

    def plural(self, one: str, many: str, count: int, context: str | None = None) -> str:
        """The form for `count`, or the source's own."""
        found = self.find(one, context)
        if not found:
            return one if count == 1 else many
        try:
            return found[min(self.plural_form(abs(count)), len(found) - 1)]
        except ArithmeticError:
            return found[-1]


def placeholders(text: str) -> set[str]:
    """What a translation must keep: %(name)s and the expressions of a value, blanks aside."""
    return set(_PERCENT.findall(text)) | {re.sub(r"\s+", "", item) for item in _EXPRESSION.findall(text)}


def read_po_file(data: bytes, path: str, locale: str) -> tuple[PoCatalog | None, list[Problem]]:
    """The entries of a .po file, None if it cannot be read."""
    if len(data) > MAX_PO:
        return None, [
            Problem("catalog.too_large", f"The catalog is larger than {MAX_PO >> 20} MB.", path=path, locale=locale)
        ]
    try:
        broken = _broken_line(data.decode("utf-8-sig"))
        if broken:
            message = "This line is no part of a gettext catalog: a quote is missing or too many."
            return None, [Problem("catalog.syntax", message, path=path, line=broken, locale=locale)]
        entries = read_po(io.BytesIO(data), locale=locale.replace("-", "_"), charset="utf-8", abort_invalid=True)
        count = len(entries)
    except PoFileError as error:
        line = None if error.lineno is None else error.lineno + 1
        return None, [
            Problem("catalog.syntax", f"This is no gettext catalog: {error}.", path=path, line=line, locale=locale)
        ]
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return None, [Problem("catalog.encoding", "The catalog is not UTF-8.", path=path, line=line, locale=locale)]
    except _BAD_PO as error:
        return None, [
            Problem("catalog.syntax", f"This is no gettext catalog: {error}.", path=path, line=1, locale=locale)
        ]
    if count > MAX_MESSAGES:
        return None, [
            Problem(
                "catalog.too_large", f"The catalog has more than {MAX_MESSAGES:,} entries.", path=path, locale=locale
            )
        ]
    return entries, []


def _broken_line(text: str) -> int | None:
    """The first line that is no blank, comment, or keyword with a quoted string: Babel takes it as it comes."""
    lines = enumerate(text.splitlines(), 1)
    return next((number for number, line in lines if line.strip() and not _PO_LINE.fullmatch(line.strip())), None)


def parse_catalog(data: bytes, path: str, locale: str) -> tuple[Catalog, list[Problem]]:
    """The usable translations of a .po file, and what is wrong with it. Never raises."""
    entries, problems = read_po_file(data, path, locale)
    if entries is None:
        return Catalog(locale), problems
    texts: dict[tuple[str, str], tuple[str, ...]] = {}
    for message in entries:
        ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
        forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
        forms = tuple(str(form) for form in forms)
        if not ids[0] or message.fuzzy or not all(forms) or not forms:
            continue
        problem = _check(tuple(ids), forms, path, message.lineno, locale)
        if problem:
            problems.append(problem)
        else:
            texts[message.context or "", ids[0]] = forms
    if entries.obsolete:
        count = len(entries.obsolete)
        problems.append(
            Problem(
                "catalog.obsolete",
                f"{count} entries of the catalog are obsolete; they can go.",
                "note",
                path,
                locale=locale,
                params={"count": count},
            )
        )
    return Catalog(locale, MappingProxyType(texts), _plural_form(entries, locale), _digest(texts)), problems


def _check(ids: tuple[str, ...], forms: tuple[str, ...], path: str, line: int | None, locale: str) -> Problem | None:
    wanted = set().union(*(placeholders(text) for text in ids))
    for form in forms:
        found = placeholders(form)
        # one form of a plural may leave the number out ("one day left")
        missing = wanted - found - ({"num"} if len(ids) > 1 else set())
        if found - wanted or (missing and len(ids) == 1):
            return Problem(
                "catalog.placeholders",
                f"The translation {form[:60]!r} has the placeholders {_named(found)}, the text has "
                f"{_named(wanted)}; they must be the same.",
                path=path,
                line=line,
                locale=locale,
            )
        if _PERCENT.search(ids[0]) and _PERCENT_OTHER.search(form):
            return Problem(
                "catalog.placeholders",
                f"The translation {form[:60]!r} holds a lone %; write %%.",
                path=path,
                line=line,
                locale=locale,
            )
    return None


def _named(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _plural_form(entries: PoCatalog, locale: str) -> Callable[[int], int]:
    for expression in (entries.plural_expr, get_plural(locale.replace("-", "_")).plural_expr):
        try:
            form: Callable[[int], int] = gettext.c2py(expression)
            form(1)
        except (ValueError, ArithmeticError, RecursionError):
            continue
        return form
    return lambda n: int(n != 1)


def _digest(texts: Mapping[tuple[str, str], tuple[str, ...]]) -> str:
    total = hashlib.sha256()
    for key in sorted(texts):
        total.update("\0".join((*key, *texts[key])).encode() + b"\1")
    return total.hexdigest()
