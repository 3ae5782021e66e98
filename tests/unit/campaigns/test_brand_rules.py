"""What a partner may write beside its logo."""

from __future__ import annotations

from dataclasses import replace

import pytest

from campaigns.partners.brand.rules import BrandForm, check, revision_digest, tidy

GOOD = BrandForm(
    name="Osterly Building Systems",
    legal_name="Osterly Building Systems Ltd",
    phone="+44 117 496 0142",
    email="hello@osterly.example",
    url="https://osterly.example",
    address="14 Quayside, Bristol",
    legal_line="Osterly Building Systems Ltd · 14 Quayside, Bristol",
    primary="#14304d",
    secondary="#f2a61c",
)


def test_a_usual_brand_has_no_problem() -> None:
    assert check(tidy(GOOD)) == []


def test_every_problem_is_said_at_once() -> None:
    bad = BrandForm(
        name="", phone="call me", email="nobody", url="javascript:alert(1)", primary="red", legal_line="x" * 241
    )
    problems = check(tidy(bad))
    assert {problem.slot for problem in problems} == {"name", "phone", "email", "url", "primary", "legal_line"}
    long = next(problem for problem in problems if problem.code == "brand.long")
    assert long.params == {"measured": 241, "needed": 240}


@pytest.mark.parametrize(
    "url",
    [
        "osterly.example",
        "www.osterly.example/a?b=c#d",
        "http://osterly.example:8080/",
        "https://müller.example",
    ],
)
def test_web_addresses_people_type(url: str) -> None:
    assert check(tidy(replace(GOOD, url=url))) == []


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://osterly.example",
        "https://user:pw@osterly.example",
        "https://localhost",
        "https://",
        "https://osterly.example/ x",
        'https://osterly.example/"onload=',
        "https://[::1]/",
        "https://osterly..example",
        "//osterly.example",
    ],
)
def test_web_addresses_that_are_refused(url: str) -> None:
    assert [problem.slot for problem in check(tidy(replace(GOOD, url=url)))] == ["url"]


@pytest.mark.parametrize("character", ["\x00", "\x07", "\n", "\u202e", "\u2066", "\ufeff", "\u2028", "\U000e0041"])
def test_control_characters_are_refused(character: str) -> None:
    problems = check(tidy(replace(GOOD, tagline=f"a{character}b")))
    assert [(problem.code, problem.slot) for problem in problems] == [("brand.control", "tagline")]


@pytest.mark.parametrize("text", ["{{7*7}}", "<b>Ö & Co</b>", "شركة\u200cما", "日本 ㈱", "A\u00adB"])
def test_ordinary_text_stays_as_typed(text: str) -> None:
    tidied = tidy(replace(GOOD, name=text))
    assert tidied.name == text
    assert check(tidied) == []


@pytest.mark.parametrize("phone", ["+1 (555) 010-9999 ext. 12", "0611/123456", "112 0", "+971 4 000 0000"])
def test_telephone_numbers(phone: str) -> None:
    assert check(tidy(replace(GOOD, phone=phone))) == []


def test_the_digest_follows_the_content() -> None:
    assert revision_digest(GOOD, "a", None) == revision_digest(replace(GOOD), "a", None)
    assert revision_digest(GOOD, "a", None) != revision_digest(GOOD, None, "a")
    assert revision_digest(GOOD, "a", None) != revision_digest(replace(GOOD, tagline="x"), "a", None)
