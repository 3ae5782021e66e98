"""Every sentence of the interface is there in every language, with the same placeholders."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from campaigns.core.catalogs import LANGUAGES, read, translations

SCRIPT = Path(__file__).resolve().parents[3] / "scripts" / "messages.py"
PLACEHOLDER = re.compile(r"%\([a-z_]+\)[a-z]")
COUNTS = {f"%({name})s" for name in ("num", "n", "people", "count", "number", "total")}


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("messages_script", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def wanted(script: ModuleType) -> dict:
    return script.said()


def test_the_code_says_something(wanted: dict) -> None:
    assert len(wanted) > 200


def test_the_languages_are_those_the_page_offers(script: ModuleType) -> None:
    assert {"en", *script.LANGUAGES} == set(LANGUAGES)


@pytest.mark.parametrize("language", ["de", "fr", "es", "ja", "ar"])
def test_nothing_is_missing(script: ModuleType, wanted: dict, language: str) -> None:
    assert script.missing(language, wanted) == []


@pytest.mark.parametrize("language", ["de", "fr", "es", "ja", "ar"])
def test_placeholders_are_kept(language: str) -> None:
    wrong = []
    for message in read(language):
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, tuple | list) else [message.id]
        strings = message.string if isinstance(message.string, tuple | list) else [message.string]
        expected = {name for one in ids for name in PLACEHOLDER.findall(one)}
        may_lack = COUNTS if len(ids) > 1 else set()  # "one" and "two" may be words
        for text in strings:
            found = set(PLACEHOLDER.findall(text))
            if found - expected or expected - found - may_lack:
                wrong.append(text)
    assert wrong == []


def test_a_translation_is_spoken() -> None:
    assert translations("de").gettext("Sign in") == "Anmelden"
    assert translations("ar").ngettext("%(num)s person may sign in.", "%(num)s people may sign in.", 2) != (
        translations("ar").ngettext("%(num)s person may sign in.", "%(num)s people may sign in.", 20)
    )
    assert translations("en").gettext("Sign in") == "Sign in"
