"""Reads the copy tables (one line a string, all languages beside one another) and writes gettext catalogs."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polib

COPY = Path(__file__).parent / "copy"
LANGUAGES = ("de", "fr", "es", "ja", "ar")
PLURALS = {
    "de": "nplurals=2; plural=(n != 1);",
    "fr": "nplurals=2; plural=(n > 1);",
    "es": "nplurals=2; plural=(n != 1);",
    "ja": "nplurals=1; plural=0;",
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);",
}
DECIMAL_COMMA = frozenset({"de", "fr", "es"})


@dataclass(frozen=True, slots=True)
class Message:
    """One source string with its translations; `context` tells equal words apart."""

    source: str
    translations: dict[str, str]
    context: str | None = None


def _alike(text: str, language: str) -> str:
    return re.sub(r"(?<=\d)\.(?=\d)", ",", text) if language in DECIMAL_COMMA else text


def _message(entry: dict[str, str]) -> Message:
    source = entry.get("en") or entry["same"]
    found = {}
    for language in LANGUAGES:
        text = entry.get(language)
        if text is None and "same" in entry:
            text = _alike(entry["same"], language)
        if text is None:
            raise ValueError(f"{source!r} has no {language}")
        found[language] = text
    return Message(source, found, entry.get("context"))


def read(*names: str) -> dict[str, Message]:
    """The messages of these tables by key, in file order. ValueError where a language is missing."""
    out: dict[str, Message] = {}
    for name in names:
        table = tomllib.loads((COPY / f"{name}.toml").read_text("utf-8"))
        for key, entry in table.items():
            if key in out:
                raise ValueError(f"{key} is in two tables")
            out[key] = _message(entry)
    return out


def sources(messages: dict[str, Message]) -> dict[str, str]:
    """The source strings by key, for the layouts."""
    return {key: message.source for key, message in messages.items()}


def _split(messages: Iterable[Message]) -> Iterable[Message]:
    """Table cells are written `a | b | c` in the tables; each is a string of its own in the kit."""
    for message in messages:
        parts = message.source.split(" | ")
        columns = {language: text.split(" | ") for language, text in message.translations.items()}
        for at, part in enumerate(parts):
            yield Message(part, {language: column[at] for language, column in columns.items()}, message.context)


def catalog(messages: dict[str, Message], language: str, project: str) -> bytes:
    """The .po file of one language. ValueError where one source has two different translations."""
    po = polib.POFile(wrapwidth=110)
    po.metadata = {
        "Project-Id-Version": project,
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": PLURALS[language],
    }
    seen: dict[tuple[str | None, str], str] = {}
    for message in _split(messages.values()):
        text = message.translations[language]
        known = seen.setdefault((message.context, message.source), text)
        if known != text:
            raise ValueError(f"{message.source!r} is {known!r} and {text!r} in {language}")
    for (context, source), text in seen.items():
        po.append(polib.POEntry(msgid=source, msgstr=text, msgctxt=context))
    return f"{po}\n".encode()
