"""CSV however it was saved, and the header names people use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.audience.columns import guess_columns
from campaigns.core.csv_reading import MOST_BYTES, decode, read_csv, rows_of, sniff
from campaigns.core.errors import DomainError

TEXTS = {
    "de": "E-Mail;Vorname;Nachname;Firma\njo@x.example;Jörg;Müller;Bäcker & Söhne GmbH\nan@x.example;Änne;Weiß;Café\n",
    "fr": "Courriel\tPrénom\tNom\tSociété\nx@x.example\tFrançois\tLefèvre\tÉlégance SARL\n",
    "es": "Correo electrónico|Nombre|Apellidos|Empresa\nx@x.example|José|Muñoz Peña|Ruiz Calderón\n",
    "ja": "メールアドレス,氏名,会社名\nt@x.example,田邊 太郎,田邊設備株式会社\nk@x.example,山田花子,東京ガス\n",
    "ar": "البريد الإلكتروني,الاسم,الشركة\na@x.example,نسيم,شركة نسيم للتبريد\nb@x.example,ليلى حداد,مؤسسة النور\n",
    "ru": "email;имя;компания\na@x.example;Иван Петров;Ромашка\n",
    "pl": "email;imię;firma\na@x.example;Łukasz Wiśniewski;Żółć sp. z o.o.\n",
}
MAPPED = {
    "de": ["email", "first_name", "last_name", "company"], "fr": ["email", "first_name", "last_name", "company"],
    "es": ["email", "first_name", "last_name", "company"], "ja": ["email", "name", "company"],
    "ar": ["email", "name", "company"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "encoding"),
    [
        ("de", "utf-8"), ("de", "utf-8-sig"), ("de", "utf-16"), ("de", "utf-16-le"), ("de", "cp1252"), ("fr", "cp1252"),
        ("es", "cp1252"), ("ja", "utf-8"), ("ja", "cp932"), ("ja", "euc_jp"), ("ja", "iso2022_jp"), ("ja", "utf-16-be"),
        ("ar", "cp1256"), ("ar", "utf-16"), ("ru", "cp1251"), ("pl", "cp1250"),
    ],
)  # fmt: skip
def test_every_encoding_is_found(language, encoding):
    source = read_csv(TEXTS[language].encode(encoding))
    assert source.text == TEXTS[language]
    rows = [row.cells for row in rows_of(source)]
    if language in MAPPED:
        guess = guess_columns(rows)
        assert guess.has_header
        assert guess.mapping == {field: index for index, field in enumerate(MAPPED[language])}


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [("a;b\n1;2,5\n", ";"), ("a\n1\n", ","), ("sep=|\r\na|b\r\n", "|"), ('"a;b",c\n"d;e",f\n', ","), ("a\tb\n", "\t")],
)
def test_the_delimiter_is_found(text, delimiter):
    assert read_csv(text.encode()).delimiter == delimiter


def test_quoted_line_breaks_keep_the_lines_true():
    rows = list(rows_of(read_csv(b'email,note\n\na@x.example,"one\ntwo\nthree"\nb@x.example,four\n')))
    assert [(row.line, row.cells[0]) for row in rows] == [(1, "email"), (3, "a@x.example"), (6, "b@x.example")]


def test_a_quote_that_was_never_closed_is_one_bad_row():
    text = 'email,note\na@x.example,"open\n' + "x@x.example,y\n" * 100
    assert [row.fault for row in rows_of(read_csv(text.encode()))] == ["", "row.unclosed_quote"]


def test_a_cell_beyond_reason_does_not_end_the_reading():
    text = "email\na@x.example\n" + "z" * 200_000 + "\nb@x.example\n"
    rows = list(rows_of(read_csv(text.encode())))
    assert rows[0].cells == ["email"]
    assert "row.unreadable" in {row.fault for row in rows}
    assert rows[-1].cells == ["b@x.example"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"PK\x03\x04...", "csv.spreadsheet"), (b"\xd0\xcf\x11\xe0", "csv.spreadsheet"),
        (b"a" * (MOST_BYTES + 1), "csv.too_large"), (b"\x00\x01\x02\x03" * 100, "csv."),
    ],
)  # fmt: skip
def test_what_is_no_csv_says_so(data, code):
    with pytest.raises(DomainError, match=code):
        decode(data)


def test_a_wrong_encoding_names_the_line():
    with pytest.raises(DomainError) as raised:
        decode(b"email\nok@x.example\nj\xf6rg@x.example\n", "utf-8")
    assert raised.value.params["line"] == 3


def test_a_file_without_header_is_known_by_its_addresses():
    guess = guess_columns([["Ada", "ada@x.example"], ["Bo", "bo@x.example"]])
    assert (dict(guess.mapping), guess.has_header) == ({"email": 1}, False)


@given(st.text(max_size=400), st.sampled_from(",;\t|"))
def test_no_text_breaks_the_reader(text, delimiter):
    source = (
        read_csv(text.encode("utf-8", "surrogatepass"), encoding="utf-8", delimiter=delimiter)
        if (text.isprintable())
        else read_csv(
            "".join(char for char in text if char.isprintable() or char in '\n\r"').encode(), delimiter=delimiter
        )
    )
    for row in rows_of(source):
        assert row.line >= 1
    sniff(source.text)
