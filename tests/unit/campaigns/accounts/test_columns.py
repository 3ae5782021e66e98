"""Headers people and systems use, amounts as they write them, and what is wrong with a row."""

from __future__ import annotations

from datetime import date

import pytest

from campaigns.accounts.columns import BadRow, RowReader, columns_of, missing_columns, read_amount
from campaigns.accounts.identity import CompanyFacts, exact_keys, lasting_keys, resemblance
from campaigns.core.csv_reading import CsvRow


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("1,234.50", "EUR", 123450), ("1.234,50", "EUR", 123450), ("1 234,5", "EUR", 123450), ("1.234", "EUR", 123400),
        ("1.234", "KWD", 1234), ("12,000,000", "JPY", 12_000_000), ("1'234.00", "CHF", 123400), ("0", "EUR", 0),
        ("x", "EUR", None), ("-5", "EUR", None), ("12.5", "JPY", None), ("1.239,999", "EUR", None),
        ("１２３", "JPY", 123), ("", "EUR", None), ("9" * 30, "EUR", None),
    ],
)  # fmt: skip
def test_amounts_as_people_write_them(text, currency, minor):
    assert read_amount(text, currency) == minor


@pytest.mark.parametrize(
    "headers",
    [
        ["Account Name", "Record ID", "Website"], ["Firma", "Kundennummer", "Webseite"],
        ["Société", "Identifiant", "Site web"], ["Empresa", "Identificador", "Sitio web"],
        ["会社名", "レコードID", "ウェブサイト"], ["اسم الشركة", "المعرف", "الموقع"],
    ],
)  # fmt: skip
def test_headers_in_six_languages(headers):
    assert columns_of(headers) == {"name": 0, "external_id": 1, "website": 2}


def test_what_a_file_lacks():
    assert missing_columns("accounts", {}) == ["name"]
    assert missing_columns("opportunities", {"title": 0}) == ["external_id", "name"]
    assert missing_columns("opportunities", {"external_id": 0, "account_external_id": 1}) == []


HEADERS = ["Id", "Account", "Country", "Amount", "Currency", "Created", "Closed", "Stage"]


@pytest.mark.parametrize(
    ("cells", "bad"),
    [
        (["1", "A", "Norway", "", "", "", "", ""], ("account.country", "Norway")),
        (["1", "A", "NO", "10", "", "", "", ""], ("opportunity.currency", "")),
        (["1", "A", "NO", "ten", "EUR", "", "", ""], ("opportunity.amount", "ten")),
        (["1", "A", "NO", "", "", "yesterday", "", ""], ("row.date_invalid", "yesterday")),
        (["", "A", "NO", "", "", "", "", ""], ("opportunity.no_id", "")),
        (["1", "", "NO", "", "", "", "", ""], ("account.no_name", "")),
        (["1", "A", "NO", "", "", "2026-13-01", "", ""], ("row.date_invalid", "2026-13-01")),
    ],
)
def test_what_is_wrong_with_a_row(cells, bad):
    reader = RowReader("opportunities", "crm", columns_of(HEADERS))
    assert reader.take(CsvRow(7, cells)) == BadRow(7, *bad)


def test_a_good_row():
    reader = RowReader("opportunities", "crm", columns_of(HEADERS))
    form = reader.take(CsvRow(2, ["1", " A\tAS ", "no", "1.200,00", "eur", "2026-01-02T10:00", "Closed Won", "Offer"]))
    assert not isinstance(form, BadRow)
    assert (form.company.name, form.company.country, form.amount_minor, form.currency) == ("A AS", "NO", 120_000, "EUR")
    assert (form.opened_on, form.closed, form.stage) == (date(2026, 1, 2), True, "Offer")


def test_an_agencys_mail_domain_is_not_learnt_beside_a_site():
    facts = CompanyFacts("Fjordvarme AS", "NO", "https://www.fjordvarme.no/kontakt", email="x@byraa-reklame.no")
    assert ("domain", "byraa-reklame.no") in exact_keys(facts)
    assert lasting_keys(facts) == (("domain", "fjordvarme.no"),)
    assert lasting_keys(CompanyFacts("Fjordvarme AS", email="x@fjordvarme.no")) == (("domain", "fjordvarme.no"),)


def test_what_an_account_has_learnt_counts_as_if_it_were_written():
    account = CompanyFacts("Fjordvarme AS", "NO", known=(("domain", "fjordvarme.no"),))
    assert resemblance(CompanyFacts("Fjordvarme", "NO", "fjordvarme.no"), account).strength == "block"
    named = resemblance(CompanyFacts("Fjordvarme", "NO"), account)
    assert (named.strength, named.findings[0]["rule"]) == ("flag", "name")
