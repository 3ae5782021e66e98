"""Reads the copy tables (one line a string, all languages beside one another) and writes gettext catalogs."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polib

from renderer.kit.messages import Message as KitText

COPY = Path(__file__).parent / "copy"
LANGUAGES = ("de", "fr", "es", "ja", "ar")
PLURALS = {
    "de": "nplurals=2; plural=(n != 1);",
    "fr": "nplurals=2; plural=(n > 1);",
    "es": "nplurals=2; plural=(n != 1);",
    "ja": "nplurals=1; plural=0;",
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);",
}
SEPARATOR = " | "
DECIMAL_COMMA = frozenset({"de", "fr", "es"})


@dataclass(frozen=True, slots=True)
class Message:
    """One source string with its translations."""

    source: str
    translations: dict[str, str]


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
    return Message(source, found)


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
        parts = message.source.split(SEPARATOR)
        columns = {language: text.split(SEPARATOR) for language, text in message.translations.items()}
        for at, part in enumerate(parts):
            yield Message(part, {language: column[at] for language, column in columns.items()})


def by_source(messages: dict[str, Message]) -> dict[str, Message]:
    """The messages by source string. ValueError where one source has two different translations."""
    found: dict[str, Message] = {}
    for message in _split(messages.values()):
        known = found.setdefault(message.source, message)
        if known.translations != message.translations:
            raise ValueError(f"{message.source!r} is translated in two ways")
    return found


def catalog(texts: Iterable[KitText], messages: dict[str, Message], language: str, project: str) -> bytes:
    """The .po file of one language for the texts of a kit. ValueError names the first one without translation."""
    po = polib.POFile(wrapwidth=110)
    po.metadata = {
        "Project-Id-Version": project,
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": PLURALS[language],
    }
    for item in texts:
        if item.text not in messages:
            raise ValueError(f"{item.path}:{item.line}: {item.text!r} is in no copy table")
        text = messages[item.text].translations[language]
        po.append(
            polib.POEntry(msgid=item.text, msgstr=text, msgctxt=item.context, occurrences=[(item.path, str(item.line))])
        )
    return f"{po}\n".encode()
