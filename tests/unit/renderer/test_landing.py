"""Landing pages: whole, safe, and nobody else asked."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest

from renderer.landing import FORM_MARKER, localized_landing, render_landing, style_hash
from renderer.template_faults import TemplateFailed
from tests.factories.kits import PAGE, loaded, plain_brand, plain_launch, small_kit


def page(source: str = PAGE, locale: str = "en", **brand: object) -> str:
    kit = loaded(small_kit() | {"landing/page.html": source.encode()})
    return render_landing(kit, kit.manifest.asset("landing"), locale, plain_brand(**brand), plain_launch()).decode()


def test_a_whole_page_with_the_brands_colours() -> None:
    html = page(locale="de")
    assert html.startswith("<!doctype html>")
    assert re.search(r'<html lang="de" dir="ltr">', html)
    assert '<meta charset="utf-8">' in html
    assert "viewport" in html
    assert html.count(FORM_MARKER) == 1
    assert "Der Frühling ist da" in html
    assert "<style>:root{--brand-primary:#14304d;--brand-secondary:#f2a61c;--brand-on-primary:#ffffff;" in html
    assert 'dir="rtl"' in page(locale="ar")


def test_a_fragment_becomes_a_document() -> None:
    html = page("<h1>{{ brand.name }}</h1>{{ form }}", name="<Ada & Co>")
    assert re.search(
        r"<!doctype html>\s*<html lang=\"en\" dir=\"ltr\">\s*<head>.*<title>.*</head>\s*<body>", html, re.S
    )
    assert "<h1>&lt;Ada &amp; Co&gt;</h1>" in html
    assert html.count("<style>") == 1


def test_the_styles_hash_is_the_servers() -> None:
    html = page()
    style = html.split("<style>")[1].split("</style>")[0]
    assert style_hash(html.encode()) == f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"


@pytest.mark.parametrize(
    ("put", "code"),
    [
        ("<script>x</script>", "landing.script"),
        ('<iframe src="/x"></iframe>', "landing.script"),
        ('<p onclick="x()">', "landing.handler"),
        ("<svg><a onload = x></svg>", "landing.handler"),
        ('<a href="javascript:x">', "landing.javascript"),
        ('<p style="color: red">', "landing.inline_style"),
        ('<img src="https://tracker.example/p.gif" alt="">', "landing.external"),
        ('<img src="a.png" alt="">', "landing.external"),
        ('<link rel="stylesheet" href="//cdn.example/x.css">', "landing.external"),
        ("<form></form>", "landing.form_element"),
        ('<base href="https://x.example">', "landing.form_element"),
        ("{{ form }}", "landing.form_marker"),
        ("<style>p { color: red }</style>", "landing.many_styles"),
        ('<meta http-equiv="refresh" content="0">', "landing.meta_refresh"),
    ],
)
def test_what_a_page_may_not_hold(put: str, code: str) -> None:
    source = PAGE.replace("<h1>", f"\n{put}\n<h1>", 1)
    with pytest.raises(TemplateFailed) as caught:
        page(source)
    found = {item.code: item for item in caught.value.problems}
    assert code in found
    assert found[code].path == "landing/page.html"
    assert found[code].line == (5 if code not in ("landing.many_styles", "landing.form_marker") else found[code].line)


def test_a_page_that_does_not_place_its_form_has_it_at_the_end() -> None:
    html = page(PAGE.replace("{{ form }}", ""))
    assert html.count(FORM_MARKER) == 1
    assert re.search(FORM_MARKER + r"\s*</(main|body)>", html)


def test_styles_may_load_nothing() -> None:
    for rule in ("@import 'https://x.example/a.css';", "h1 { background: url(//x.example/a.png) }"):
        with pytest.raises(TemplateFailed, match=r"landing\.external"):
            page(PAGE.replace("h1 {", f"{rule} h1 {{"))
    assert page(PAGE.replace("h1 {", "b { background: url(data:image/png;base64,AAAA) } h1 {"))


def test_pictures_of_the_service_itself_are_fine() -> None:
    source = PAGE.replace("<h1>", '<img src="{{ brand.logo.url }}" alt="{{ brand.name }}"><h1>')
    assert "https://l.example/logo?a=1&amp;b=2" in page(source, logo_url="https://l.example/logo?a=1&b=2")


def test_the_form_speaks_the_locale() -> None:
    german = localized_landing(loaded(), "de")
    assert german is not None
    assert german.consent == "Sie dürfen mir schreiben."
    assert [item.label for item in german.form] == ["Name", "Email"]
