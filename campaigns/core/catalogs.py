"""The gettext catalogs, read straight from the .po files, so that there is nothing to compile and forget.

A language's folder may hold several files (one per area); together they are its catalog.
"""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

FOLDER = Path(__file__).resolve().parents[2] / "locales"
SOURCE = "en"
LANGUAGES: dict[str, str] = {
    "en": "English",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "ja": "日本語",
    "ar": "العربية",
}


def N_(message: str) -> str:  # noqa: N802 - the name every gettext tool knows
    """Mark a sentence for extraction where it stands; it is translated where it is shown."""
    return message


def files(language: str) -> list[Path]:
    """The .po files of a language, in order."""
    return sorted((FOLDER / language / "LC_MESSAGES").glob("*.po"))


def read(language: str) -> Catalog:
    """All the messages of a language in one catalog."""
    whole = Catalog(locale=language)
    for file in files(language):
        with file.open("rb") as stream:
            for message in read_po(stream, locale=language):
                if message.id and message.string:
                    whole[message.id] = message
    return whole


@cache
def translations(language: str) -> NullTranslations:
    """What gettext asks. The source language needs no catalog."""
    if language == SOURCE:
        return NullTranslations()
    packed = io.BytesIO()
    write_mo(packed, read(language))
    packed.seek(0)
    return Translations(packed)


def in_language(language: str, message: str, **values: Any) -> str:
    """The message in a language, with `%(name)s` filled: for mails, whose reader is not the one who asks."""
    text = str(translations(language if language in LANGUAGES else SOURCE).gettext(message))
    return text % values if values else text
