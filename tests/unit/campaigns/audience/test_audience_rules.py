"""Addresses and locales: what is the same, what only may be."""

from __future__ import annotations

import pytest

from campaigns.audience.rules import alias_key, locale_for, normalise


@pytest.mark.parametrize(
    ("text", "email", "key"),
    [
        (" Ada.L@X.Example ", "Ada.L@x.example", "ada.l@x.example"),
        ("mailto:a@b.example", "a@b.example", "a@b.example"),
        ("x@München.example", "x@xn--mnchen-3ya.example", "x@xn--mnchen-3ya.example"),
        ("\ufeffa@b.example\u00a0", "a@b.example", "a@b.example"),
    ],
)
def test_an_address_is_compared_lower_case_with_an_ascii_domain(text, email, key):
    found = normalise(text)
    assert (found.email, found.key) == (email, key)


@pytest.mark.parametrize(
    "text",
    [
        "", "a", "a@", "@b.example", "a@b@c.example", "a b@c.example", "a@b..example", "jörg@x.example",
        "a@b.example\r\nBcc: c@d.e", "<a@b.example>", "a@b.example,c@d.example", "a@-b.example", "=1+1",
        "x" * 65 + "@b.example", "a@" + "b" * 250 + ".example",
    ],
)  # fmt: skip
def test_what_cannot_be_mailed_is_no_address(text):
    assert normalise(text) is None


def test_dots_and_tags_are_hints_only():
    assert alias_key("a.d.a+news@gmail.com") == alias_key("ada@googlemail.com") == "ada@gmail.com"
    assert alias_key("a.da+x@osterly.example") == "a.da@osterly.example"
    assert normalise("a.da@gmail.com").key != normalise("ada@gmail.com").key


def test_a_launch_has_a_locale():
    with pytest.raises(ValueError, match="at least one"):
        locale_for("de", (), "en")
