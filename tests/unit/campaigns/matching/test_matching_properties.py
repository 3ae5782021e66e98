"""What holds for any input: symmetry, no exception, blocks only from exact identifiers, bounded time, keys."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.matching.company import Company, Number
from campaigns.matching.keys import hint_keys, keys_of, name_keys
from campaigns.matching.rules import EXACT, Match, compare
from tests.factories.company_pairs import gold

NAUGHTY = [
    "",
    " ",
    "\x00",
    "\ud800",
    "%s%n",
    "﷽" * 50,
    "İıß" * 40,
    "a\u0301" * 80,
    "👩‍👩‍👧" * 20,
    "((((",
    "A.B.C.",
    "<>@",
    "http://[",
]
NAUGHTY += [
    "۱۲۳۴۵۶۷۸۹",
    "()",
    "株式会社" * 30,
    "و",
    "ال",
    "//",
    "@@",
    "xn--",
    "xn--a.de",
    "..",
    "-.-",
    "1/2",
    "²³",
    "Ⅷ",
    "\u202eabc",
    "'; --",
]
text = st.one_of(
    st.text(max_size=40), st.sampled_from(NAUGHTY), st.sampled_from([n for p in gold() for n in p.a.names])
)
sites = st.sampled_from(
    ["kessler.de", "www.kessler.de", "web.de", "facebook.com/x", "a.wixsite.com", "kessler.onmicrosoft.com"]
)
mails = st.sampled_from(["a@kessler.de", "b@kessler.de", "a@gmail.com", "a@mailinator.com", "x@"])
numbers = st.builds(
    Number,
    st.one_of(st.sampled_from(["DE342366712", "DE676122202", "HRB 5501 Aachen", "HRB 5502 Aachen", "000000000"]), text),
    st.sampled_from(["", "vat", "tax", "registry", "lei", "duns", "DE.hrb", "?"]),
)
companies = st.builds(
    Company,
    names=st.lists(text, max_size=3).map(tuple),
    country=st.sampled_from(["", "DE", "uk", "JP", "XX", "\ud800", "GBR"]),
    sites=st.lists(st.one_of(sites, text), max_size=2).map(tuple),
    emails=st.lists(st.one_of(mails, text), max_size=2).map(tuple),
    numbers=st.lists(numbers, max_size=3).map(tuple),
    address=st.one_of(text, st.just("Lange Gasse 4, 91541 Rothenstadt")),
    phone=st.sampled_from(["", "+49 7141 2245890", "0049-7141-2245890", "12", "\ud800"]),
)


def swapped(match: Match) -> list[tuple[object, ...]]:
    return sorted((f.rule, f.strength, f.b, f.a, f.score, f.against, f.value) for f in match.findings)


@settings(max_examples=400, deadline=None)
@given(companies, companies)
def test_any_two_companies(a, b):
    match = compare(a, b)
    other = compare(b, a)
    assert match.strength == other.strength
    assert sorted((f.rule, f.strength, f.a, f.b, f.score, f.against, f.value) for f in match.findings) == swapped(other)
    for found in match.findings:
        assert found.strength != "block" or found.rule in EXACT
        assert found.code.startswith("matching.")
        assert 0 <= found.score <= 100
    if match.strength == "block":
        assert set(keys_of(a)) & set(keys_of(b))
    assert all(len(keys(a)) <= 64 for keys in (name_keys, keys_of, hint_keys))


@settings(max_examples=200, deadline=None)
@given(companies)
def test_names_and_hints_alone_never_block(company):
    bare = replace(company, sites=(), emails=("same@gmail.com",), numbers=())
    assert compare(bare, bare).strength != "block"


@pytest.mark.parametrize(
    "filler", ["a", "é", "漢", "ا", "a b ", "1 ", "(", ".", "a.", "﷽", "ß", "\u0301", "https://", "@", "-"]
)
def test_inputs_of_100_kb_cost_little(filler):
    huge = (filler * 100_000)[:100_000]
    many = (huge,) * 100
    started = time.process_time()
    a = Company(many, huge, many, many, (Number(huge, huge, huge),) * 100, huge, huge)
    b = Company((huge + "x",), "DE", (huge,), (huge,), (Number(huge),), huge[1:], huge)
    compare(a, b)
    assert len(name_keys(a)) <= 64
    assert time.process_time() - started < 1.0


def slip(name: str, chance: random.Random) -> str:
    """The name with one letter lost, added, exchanged or swapped with the next."""
    place = chance.randrange(len(name))
    letter = chance.choice("aeinrstko")
    tail = name[place + 1 :]
    return name[:place] + chance.choice([tail, letter + name[place:], letter + tail, tail[:1] + name[place] + tail[1:]])


def test_name_keys_find_misspelt_names():
    """Slips of one to three letters in every name of the file: of all pairs that are flagged, 99 % share a key."""
    chance = random.Random(3)
    flagged = found = 0
    for name in sorted({name for pair in gold() for company in (pair.a, pair.b) for name in company.names}):
        for slips in (1, 1, 2, 3):
            other = name
            for _ in range(slips):
                other = slip(other, chance) if other else other
            a, b = Company((name,)), Company((other,))
            if any(one.rule == "name" for one in compare(a, b).findings):
                flagged += 1
                found += bool(set(name_keys(a)) & set(name_keys(b)))
    assert flagged > 1000
    assert found / flagged >= 0.99, f"{found} of {flagged}"


def test_speed(capsys):
    """Warm: facts of each company are worked out once, then compared with many."""
    pairs = [(pair.a, pair.b) for pair in gold()] * 20
    for a, b in pairs[: len(gold())]:
        compare(a, b)
    started = time.process_time()
    for a, b in pairs:
        compare(a, b)
    rate = len(pairs) / (time.process_time() - started)
    with capsys.disabled():
        print(f"\n{rate:,.0f} pairs a second")
    assert rate >= 20_000


def test_importing_brings_none_of_the_large_libraries():
    script = (
        "import sys, campaigns.matching.rules, campaigns.matching.keys\n"
        "late = {'tldextract', 'requests', 'stdnum', 'cleanco', 'idna'} & set(sys.modules)\n"
        "assert not late, late\n"
        "from campaigns.matching import lists\n"
        "assert lists.words.cache_info().currsize == 0\n"
    )
    subprocess.run([sys.executable, "-c", script], cwd=Path(__file__).resolve().parents[4], check=True, timeout=60)
