"""Dates, numbers and money are written as where the brand is at home, in every language."""

from __future__ import annotations

import json

import pytest

from renderer.email.compile import compile_mail
from renderer.fingerprint import fingerprint
from renderer.kit.brand_file import parse_brand
from renderer.landing import render_landing
from renderer.post import render_post
from renderer.territory import formatting_locale, is_country
from renderer.values import engine_for, fill_slots
from tests.factories.kits import loaded, plain_brand, plain_launch, small_kit

DAY, SUM, SHARE = "{{ '2026-06-03'|date }}", "{{ 1234.5|money('EUR') }}", "{{ 12345.6|number }}"


@pytest.mark.parametrize(
    ("locale", "country", "day", "amount", "figure"),
    [
        ("en", "US", "June 3, 2026", "€1,234.50", "12,345.6"),
        ("en", "GB", "3 June 2026", "€1,234.50", "12,345.6"),
        ("en", "JP", "3 June 2026", "€1,234.50", "12,345.6"),
        ("en", "", "June 3, 2026", "€1,234.50", "12,345.6"),
        ("de", "DE", "3. Juni 2026", "1.234,50\u00a0€", "12.345,6"),
        ("de", "AT", "3. Juni 2026", "€\u00a01.234,50", "12.345,6"),
        ("de", "CH", "3. Juni 2026", "EUR\u00a01’234.50", "12’345.6"),
        ("fr", "CH", "3 juin 2026", "1\u202f234,50\u00a0€", "12\u202f345,6"),
        ("es", "ES", "3 de junio de 2026", "1.234,50\u00a0€", "12.345,6"),
        ("es", "MX", "3 de junio de 2026", "EUR1,234.50", "12,345.6"),
        ("ja", "DE", "2026年6月3日", "€1,234.50", "12,345.6"),
    ],
)
def test_as_people_there_write(locale: str, country: str, day: str, amount: str, figure: str) -> None:
    engine = engine_for(loaded(), locale, country)
    assert [engine.render_text(text, {}, "p") for text in (DAY, SUM, SHARE)] == [day, amount, figure]


def test_a_locale_with_a_country_of_its_own_keeps_it() -> None:
    assert formatting_locale("en-US", "GB") == "en_US"
    assert formatting_locale("zh-Hant", "HK") == "zh_Hant_HK"


def test_every_kind_of_piece_follows_the_brand() -> None:
    files = small_kit()
    files["posts/x.txt"] = f"{DAY} {{{{ link.channels.x }}}}".encode()
    files["landing/page.html"] = files["landing/page.html"].replace(
        b"{{ form }}", f"<p>{DAY}</p>{{{{ form }}}}".encode()
    )
    files["email/invite.mjml"] = files["email/invite.mjml"].replace(b"</mj-text>", f" {DAY}</mj-text>".encode(), 1)
    layout = json.loads(files["pdf/sheet.layout.json"])
    next(slot for slot in layout["slots"] if slot["type"] == "text")["value"] = DAY
    files["pdf/sheet.layout.json"] = json.dumps(layout).encode()
    kit, launch = loaded(files), plain_launch()
    assets = {asset.kind: asset for asset in kit.manifest.assets}
    for country, day in (("GB", "3 June 2026"), ("US", "June 3, 2026")):
        brand = plain_brand(country=country)
        assert day in render_post(kit, assets["post"], "en", brand, launch)
        assert day in render_landing(kit, assets["landing"], "en", brand, launch).decode()
        assert day in repr(compile_mail(kit, assets["email"], "en", brand, launch).text)
        assert day in [slot.text for slot in fill_slots(kit, assets["pdf"], "en", brand, launch)]


def test_the_fingerprint_knows_the_country() -> None:
    kit = loaded()
    asset = kit.manifest.assets[0]
    prints = {
        fingerprint(kit, asset, asset.outputs[0], "en", plain_brand(country=country), plain_launch(), "f")
        for country in ("", "GB", "US")
    }
    assert len(prints) == 3


def test_a_brand_file_names_its_country() -> None:
    def parsed(country: str) -> tuple[str, list[tuple[str, int | None]]]:
        text = f'name = "Osterly"\ncountry = "{country}"\ncolours = {{ primary = "#14304d", secondary = "#f2a61c" }}\n'
        brand, _, problems = parse_brand(text, "brand.toml", lambda _: b"")
        return (brand.country if brand else "-"), [(item.code, item.line) for item in problems]

    assert parsed("ch") == ("CH", [])
    assert parsed("") == ("", [])
    for wrong in ("Switzerland", "EU", "ZZ", "{{7*7}}", "c"):
        assert parsed(wrong) == ("-", [("brand.bad_country", 2)])
    assert is_country("MX")
    assert not is_country("mx")
