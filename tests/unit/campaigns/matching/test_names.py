"""Names made comparable: legal forms, spellings, scripts; and what must not count as alike."""

from __future__ import annotations

import pytest
from rapidfuzz import fuzz

from campaigns.matching.names import ALIKE, initials, read_name, score, unlike
from tests.factories.company_pairs import gold


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("Kessler Bau GmbH & Co. KG", "bau kessler"),
        ("Kessler Gesellschaft mit beschränkter Haftung", "kessler"),
        ("Ges.m.b.H. Kessler Ges.m.b.H.", "gesmbh kessler"),
        ("Yıldıray Makina San. ve Tic. A.Ş.", "makina yildiray"),
        ("ООО «Ромашка»", "romashka"),
        ("OOO Romashka", "romashka"),
        ("شركة النور ذ.م.م", "nwr"),
        ("Al Noor L.L.C.", "noor"),
        ("Ελαιουργία Α.Ε.", "elaioyrgia"),
        ("Huta Szkła sp. z o.o.", "huta szkla"),
        ("Kærgaard A/S", "kaergaard"),
        ("(Pty) Ltd", "pty"),
        ("GmbH", "gmbh"),
        ("!!!", ""),
    ],
)
def test_without_legal_form_in_latin_letters(raw, plain):
    assert read_name(raw).plain == plain


@pytest.mark.parametrize(
    ("raw", "written"),
    [
        ("株式会社アオバ", "アオバ"),
        ("ｱｵﾊﾞ㈱", "アオバ"),
        ("有限会社さくら製菓", "さくら製菓"),
        ("（有）さくら製菓", "さくら製菓"),
        ("青岛海棠丝绸有限责任公司", "青岛海棠丝绸"),
        ("華岳精工股份有限公司", "華岳精工"),
        ("(주)한빛정밀", "한빛정밀"),
        ("株式会社", "株式会社"),
    ],
)
def test_without_legal_form_as_written(raw, written):
    assert read_name(raw).written == written


def test_a_bank_is_not_the_bank_of_a_town():
    """What token_set_ratio and WRatio would say is why they decide nothing here."""
    a, b = "First National Bank", "First National Bank of Omaha"
    assert fuzz.token_set_ratio(a, b) == 100
    assert score(read_name(a), read_name(b)) < ALIKE


def test_the_score_of_latin_names_is_token_sort_ratio():
    for a, b in [("Kessler Anlagenbau", "Anlagenbau Kesler"), ("Blue Heron Dental", "Dental Blue Herron")]:
        assert score(read_name(a), read_name(b)) == fuzz.token_sort_ratio(a.lower(), b.lower())


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Müller", "Mueller"),
        ("Müller", "MULLER"),
        ("Ærø Båd", "Aeroe Baad"),
        ("Işık İnciköy", "ISIK INCIKOY"),
        ("Щукинские Краски", "Shchukinskie Kraski"),
        ("北京星禾科技有限公司", "星禾科技（北京）有限公司"),
        ("綠島光電", "绿岛光电"),
        ("مؤسسة المرجان", "Al Murjan Est."),
        ("Сhemcora", "Chemcora"),  # the first letter is Cyrillic
        ("Data Star Solutions", "Datastar Solutions"),
    ],
)
def test_alike(a, b):
    assert score(read_name(a), read_name(b)) >= ALIKE


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Studio 54 Fotografie", "Studio 55 Fotografie"),
        ("Novo", "Nova"),
        ("Versicherungsgesellschaft Nord", "Versicherungsgesellschaft Süd"),
        ("上海明珠贸易", "北京明珠贸易"),
        ("東京電力設備", "東京電気設備"),
        ("", ""),
        ("...", "..."),
    ],
)
def test_not_alike(a, b):
    assert score(read_name(a), read_name(b)) < ALIKE


def test_what_contradicts():
    towns = read_name("FitForge Leeds"), read_name("FitForge Bristol")
    assert unlike(*towns)
    assert not unlike(read_name("Kessler"), read_name("Kessler Maschinenbau"))
    assert initials(read_name("Mitteldeutsche Gleisbau Werke"), read_name("MGW"))
    assert not initials(read_name("Kessler Bau"), read_name("KB"))
    assert not unlike(read_name("Mitteldeutsche Gleisbau Werke"), read_name("MGW"))
    assert not unlike(read_name("Τραχανά"), read_name("北斗"))


def test_every_score_lies_between_0_and_100_both_ways():
    names = [read_name(name) for pair in gold()[::7] for name in pair.a.names + pair.b.names]
    for a in names:
        for b in names:
            assert 0 <= score(a, b) <= 100
            assert score(a, b) == score(b, a)
            assert unlike(a, b) == unlike(b, a)
