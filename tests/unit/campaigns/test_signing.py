"""Short tokens: every number comes back, nothing else is genuine; and cells that spreadsheets must not run."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.core.csv_guard import csv_lines, guarded
from campaigns.core.signing import base62, keyed_digest, make_token, read_token
from campaigns.core.text import clean_lines, one_line
from campaigns.sequences.rules import back_off, parse_send_if, refusal

KEY = "k" * 40
NUMBERS = st.integers(min_value=0, max_value=2**63 - 1)


@given(st.lists(NUMBERS, min_size=1, max_size=2))
def test_a_token_gives_its_numbers_back(numbers):
    token = make_token(KEY, "link", *numbers)
    assert read_token(KEY, "link", token) == tuple(numbers)
    assert read_token(KEY, "unsubscribe", token) is None
    assert read_token("x" * 40, "link", token) is None
    assert token.replace("-", "").isalnum()


@given(st.text(max_size=80))
def test_no_text_is_a_token_by_chance(text):
    assert read_token(KEY, "link", text) is None


@given(NUMBERS, st.integers(min_value=0, max_value=14), st.sampled_from("0aZ-"))
def test_one_changed_character_is_unknown(number, at, char):
    token = make_token(KEY, "link", number)
    at %= len(token)
    changed = token[:at] + char + token[at + 1 :]
    assert changed == token or read_token(KEY, "link", changed) is None


def test_negative_numbers_have_no_spelling():
    with pytest.raises(ValueError, match="negative"):
        base62(-1)


def test_a_digest_keeps_its_parts_apart():
    assert keyed_digest(KEY, "p", "ab", "c") != keyed_digest(KEY, "p", "a", "bc")


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1", "\n=1", "\u00a0=1", "\ufeff=1", "\u200b@x", '"=1'],
)
def test_a_cell_that_begins_like_a_formula_is_quoted(text):
    assert guarded(text) == "'" + text


@given(st.lists(st.lists(st.text(max_size=20), min_size=2, max_size=2), max_size=5))
def test_a_file_reads_back_as_it_was_written(rows):
    text = "".join(csv_lines(["a", "b"], rows))
    assert text.startswith("\ufeff")
    read = list(csv.reader(io.StringIO(text[1:], newline="")))
    assert read[1:] == [[guarded(cell) for cell in row] for row in rows]


def test_one_line_keeps_joiners_and_drops_what_disguises():
    assert one_line("a\r\nb\x00c\u202egnp\u2066x") == "a b c gnp x"
    assert one_line("می‌خواهم 👩‍🔧") == "می‌خواهم 👩‍🔧"
    assert clean_lines(" a \r\n\tb  c\r") == "a\nb c"


def test_waits_grow_and_end():
    *waits, last = [back_off(attempt) for attempt in range(1, 9)]
    assert last is None
    assert waits == sorted(set(waits))


@pytest.mark.parametrize(
    ("reply", "meaning"),
    [
        ("550 5.1.1 no such user", "no_such_address"), ("556 5.1.10 null MX", "no_such_address"),
        ("550-5.7.26 unauthenticated", "policy"), ("552 5.2.2 full", "other"), ("550 no such user", "other"),
        ("550 see http://x/15.1.1", "other"), ("450 4.1.1 try later", "other"),
    ],
)  # fmt: skip
def test_a_refusal_means_what_its_enhanced_code_says(reply, meaning):
    assert refusal(reply) == meaning


@pytest.mark.parametrize("text", ["", "sometimes", "clicked", "clicked:", "always:x", "not_submitted:x"])
def test_an_unknown_condition_is_refused(text):
    with pytest.raises(ValueError, match="unknown condition"):
        parse_send_if(text)
