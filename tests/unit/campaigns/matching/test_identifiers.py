"""Company numbers: canonical, valid, scoped, or a note."""

from __future__ import annotations

import pytest

from campaigns.matching.identifiers import Identifier, Note, country_code, read_number
from campaigns.matching.schemes import EU, by_code, by_country


@pytest.mark.parametrize(
    ("raw", "kind", "country", "scheme", "value"),
    [
        ("DE 136,695 976", "", "", "DE.vat", "136695976"),
        ("USt-IdNr.: DE136695976", "", "FR", "DE.vat", "136695976"),
        ("HRB 44123 Aachen", "", "DE", "DE.hrb", "Aachen HRB 44123"),
        ("Amtsgericht Aachen, HRB44123", "", "DE", "DE.hrb", "Aachen HRB 44123"),
        ("RO18547290", "", "", "RO.vat", "18547290"),
        ("18547290", "", "RO", "RO.vat", "18547290"),
        ("ATU13585627", "", "", "AT.vat", "U13585627"),
        ("FN 122119m", "registry", "AT", "AT.fn", "122119m"),
        ("CHE-100.155.212 MWST", "vat", "CH", "CH.uid", "CHE100155212"),
        ("CHE-100.155.212", "", "CH", "CH.uid", "CHE100155212"),
        ("01234569", "", "GB", "GB.crn", "01234569"),
        ("1234569", "registry", "UK", "GB.crn", "01234569"),
        ("sc 834127", "registry", "GB", "GB.crn", "SC834127"),
        ("GB980780684", "", "", "GB.vat", "980780684"),
        ("FR40303265045", "", "", "FR.siren", "303265045"),
        ("303 265 045", "", "FR", "FR.siren", "303265045"),
        ("73282932000074", "", "FR", "FR.siren", "732829320"),
        ("NL4495445B01", "", "", "NL.vat", "004495445B01"),
        ("BE 0428.759.497", "", "", "BE.vat", "0428759497"),
        ("IT00743110157", "", "", "IT.iva", "00743110157"),
        ("ESA13585625", "", "", "ES.nif", "A13585625"),
        ("PL 856-734-62-15", "", "", "PL.nip", "8567346215"),
        ("EL 094259216", "", "", "GR.vat", "094259216"),
        ("556036-0793", "", "SE", "SE.orgnr", "5560360793"),
        ("SE556036079301", "", "", "SE.orgnr", "5560360793"),
        ("NO 995 525 828 MVA", "", "NO", "NO.orgnr", "995525828"),
        ("995525828", "registry", "NO", "NO.orgnr", "995525828"),
        ("DK-13585628", "", "", "DK.cvr", "13585628"),
        ("FI20774740", "", "", "FI.ytunnus", "20774740"),
        ("2077474-0", "", "FI", "FI.ytunnus", "20774740"),
        ("vergi no 454 053 69 20", "", "TR", "TR.vkn", "4540536920"),
        ("ИНН 7707083893", "", "RU", "RU.inn", "7707083893"),
        ("1022200525819", "registry", "RU", "RU.ogrn", "1022200525819"),
        ("1001-2345-6700-003", "vat", "AE", "AE.trn", "100123456700003"),
        ("301121971500003", "vat", "SA", "SA.vat", "301121971500003"),
        ("T7000012050002", "", "", "JP.cn", "7000012050002"),
        ("7000012050002", "", "JP", "JP.cn", "7000012050002"),
        ("91110000600037341L", "", "CN", "CN.uscc", "91110000600037341L"),
        ("27AAPFU0939F1ZV", "", "IN", "IN.pan", "AAPFU0939F"),
        ("213800KUD8LAJWSQ9D15", "", "", "lei", "213800KUD8LAJWSQ9D15"),
        ("lei: 2138 00KU D8LA JWSQ 9D15", "", "", "lei", "213800KUD8LAJWSQ9D15"),
        ("15-048-3782", "duns", "", "duns", "150483782"),
        ("D-U-N-S 15-048-3782", "", "US", "duns", "150483782"),
    ],
)
def test_a_valid_number_in_canonical_form(raw, kind, country, scheme, value):
    assert read_number(raw, kind, country) == Identifier(scheme, value)


@pytest.mark.parametrize(
    ("raw", "kind", "country", "code"),
    [
        ("DE136695977", "", "", "matching.number.invalid"),
        ("HRB 44123", "", "DE", "matching.number.invalid"),  # without its court it is anybody's
        ("556036-0794", "", "SE", "matching.number.invalid"),
        ("4540536921", "", "TR", "matching.number.invalid"),
        ("213800KUD8LAJWSQ9D16", "lei", "", "matching.number.invalid"),
        ("7000012050003", "", "JP", "matching.number.invalid"),
        ("995525828", "", "", "matching.number.no_country"),
        ("995525828", "", "ZZ", "matching.number.unknown"),
        ("000000000", "", "FR", "matching.number.placeholder"),
        ("12345678", "", "GB", "matching.number.placeholder"),
        ("1111111111", "", "TR", "matching.number.placeholder"),
        ("", "", "DE", "matching.number.invalid"),
        ("\ud800", "vat", "DE", "matching.number.invalid"),
        ("9" * 100_000, "", "DE", "matching.number.placeholder"),
    ],
)
def test_what_is_no_number_gets_a_note(raw, kind, country, code):
    found = read_number(raw, kind, country)
    assert isinstance(found, Note)
    assert found.code == code
    assert len(found.raw) <= 80


def test_a_national_number_belongs_to_its_country():
    assert read_number("13585628", "", "DK") != read_number("13585628", "registry", "GB")


def test_countries():
    assert [country_code(raw) for raw in ("uk", " el ", "de", "DEU", "", "1")] == ["GB", "GR", "DE", "", "", ""]


def test_every_country_of_the_union_has_its_vat_number_and_each_scheme_a_rank():
    for country in EU:
        first = by_country(country)[0]
        assert "vat" in first.kinds
        assert first.read("nonsense") is None
    for scheme in by_code().values():
        if scheme.module:
            assert __import__(f"stdnum.{scheme.module}", fromlist=["validate"]).validate
        assert scheme.rank in (1, 2, 3)
