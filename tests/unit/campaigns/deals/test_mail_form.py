"""A mailed registration's text as fields and as a form: six languages, amounts and days as people write them."""

from __future__ import annotations

from datetime import date

import pytest

from campaigns.deals.mail_form import read_form
from campaigns.deals.mail_labels import LABELS, label_of, read_fields, squeeze

TODAY = date(2026, 11, 23)
PRODUCTS = {"heat-pumps": "Heat pumps", "solar": "Solar"}
VALUES = {
    "company_name": "Fjordvarme AS", "country": "NO", "contact_name": "Kari Hansen",
    "contact_email": "kari@fjordvarme.no", "product_line": "Heat pumps", "amount": "EUR 18400",
    "close_on": "2027-03-01",
}  # fmt: skip


def read(values: dict[str, str], locale: str = "en", twice: tuple[str, ...] = ()):
    return read_form(values, twice, PRODUCTS, locale, TODAY)


@pytest.mark.parametrize("language", sorted(LABELS))
def test_every_language_says_it_in_its_own_labels(language: str):
    text = "\n".join(f"{label_of(name, language)}: {value}" for name, value in VALUES.items())
    fields, twice = read_fields(f"Hello,\n\n{text}\n-- \nKari\nAmount: EUR 1")
    assert (fields, twice) == (VALUES, [])
    assert read(fields, language).missing == ()


def test_no_label_means_two_things():
    seen: dict[str, str] = {}
    for labels in LABELS.values():
        assert set(labels) == set(LABELS["en"])
        for field, names in labels.items():
            for name in names:
                assert seen.setdefault(squeeze(name), field) == field, name


def test_lists_wide_colons_notes_and_quoted_lines_are_read():
    fields, twice = read_fields(
        "* Company：Fjordvarme AS\n> Company: Quoted GmbH\nNote: two houses\nboth in Bergen\nCountry: NO\nstray words\n"
        "----- Original message -----\nCompany: Old AS\n"
    )
    assert fields == {"company_name": "Fjordvarme AS", "note": "two houses\nboth in Bergen", "country": "NO"}
    assert twice == []


def test_a_field_written_twice_is_nobodys_guess():
    fields, twice = read_fields("Amount: EUR 100\nAmount: EUR 200\nCountry: NO\nCountry: NO")
    assert twice == ["amount"]
    made = read(VALUES | fields, twice=tuple(twice))
    assert "amount" in made.missing
    assert made.form.amount_minor is None


@pytest.mark.parametrize(
    ("text", "locale", "minor", "currency"),
    [
        ("EUR 18,400.50", "en", 1_840_050, "EUR"), ("18.400,50 EUR", "de", 1_840_050, "EUR"),
        ("€ 18.400", "de", 1_840_000, "EUR"), ("JPY 1,200,000", "ja", 1_200_000, "JPY"),
        ("KWD 12.345", "en", 12345, "KWD"),
        ("18400", "en", None, ""), ("$ 18400", "en", None, ""), ("EUR 5 USD", "en", None, ""),
        ("EUR -5", "en", None, ""),
        ("EUR 9" * 40, "en", None, ""), ("EUR 1e9", "en", None, ""),
    ],
)  # fmt: skip
def test_amounts_are_read_and_never_guessed(text: str, locale: str, minor: int | None, currency: str):
    made = read(VALUES | {"amount": text}, locale)
    assert made.form.amount_minor == minor
    assert ("amount" in made.missing) == (minor is None)
    assert not currency or made.form.currency == currency


@pytest.mark.parametrize(
    ("text", "locale", "day"),
    [
        ("2027-03-01", "en", date(2027, 3, 1)), ("1.3.2027", "de", date(2027, 3, 1)),
        ("13/3/2027", "en", date(2027, 3, 13)),
        ("3/13/2027", "en", date(2027, 3, 13)), ("3/4/2027", "en", None), ("3/4/2027", "fr", date(2027, 4, 3)),
        ("2027年3月1日", "ja", date(2027, 3, 1)), ("٢٠٢٧-٠٣-٠١", "ar", date(2027, 3, 1)), ("2027-02-30", "en", None),
        ("soon", "en", None), ("2020-01-01", "en", None), ("9999-01-01", "en", None),
    ],
)  # fmt: skip
def test_days_are_read_and_never_guessed(text: str, locale: str, day: date | None):
    made = read(VALUES | {"close_on": text}, locale)
    assert made.form.close_on == day
    assert ("close_on" in made.missing) == (day is None)


def test_what_cannot_be_kept_even_in_a_draft_is_left_out():
    wrong = {"company_name": "x" * 300, "country": "Atlantis", "contact_email": "no address", "product_line": "Cars"}
    made = read(VALUES | wrong)
    assert made.missing == ("company_name", "country", "contact_email", "product_line")
    assert (made.form.company_name, made.form.country, made.form.contact_email) == ("", "", "")
