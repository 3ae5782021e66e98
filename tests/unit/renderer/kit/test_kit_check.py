"""The check of a whole kit: planted faults, each found with its code, path and line; a good kit has none."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pytest
from reportlab.pdfgen.canvas import Canvas

from renderer.kit.archive import KitFiles
from renderer.kit.checks import check_kit
from renderer.report import Problem
from renderer.text.fonts import FontBook
from tests.factories.kits import BANNER_LAYOUT, MAIL, MANIFEST, PAGE, SHEET_LAYOUT, pdf_page, picture, small_kit

LOGO = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 100"><path d="M0 0h200v100h-200z" fill="#14304d"/></svg>'
)
BRAND = """\
name = "Osterly"
address = "14 Quayside, Bristol"
legal_line = "Osterly Ltd"
url = "https://osterly.example"

[colours]
primary = "#14304d"
secondary = "#f2a61c"

"""
WITH_LOGO = {"samples/typical.toml": f'{BRAND}\n[logos]\nlight = "logo.svg"\n'.encode(), "samples/logo.svg": LOGO}


def good() -> dict[str, bytes]:
    """Without a logo, whose intake in a process of its own would be the whole time of a check."""
    layout = SHEET_LAYOUT.replace('"type": "logo"', '"type": "box"')
    return small_kit() | {"samples/typical.toml": BRAND.encode(), "pdf/sheet.layout.json": layout.encode()}


@pytest.fixture(scope="module")
def fonts() -> FontBook:
    return FontBook.load(Path(__file__).resolve().parents[4] / "assets" / "fonts")


def check(files: dict[str, bytes], fonts: FontBook | None = None) -> list[Problem]:
    return check_kit(KitFiles.of(files), fonts)


def test_a_good_kit_has_no_error(fonts: FontBook) -> None:
    problems = check(good() | WITH_LOGO | {"pdf/sheet.layout.json": SHEET_LAYOUT.encode()}, fonts)
    assert {(item.severity, item.code) for item in problems} == {("warning", "catalog.incomplete")}


def test_words_inside_a_pdf_are_named_as_staying_in_the_source_language() -> None:
    problems = check(good() | {"pdf/sheet.pdf": unembedded()})
    assert [(item.asset, item.params["locales"]) for item in problems if item.code == "copy.source_language"] == [
        ("sheet", ["de", "ar"])
    ]


def unembedded() -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(283.46, 283.46), invariant=True)
    canvas.drawString(50, 50, "Helvetica that is only named")
    canvas.save()
    return buffer.getvalue()


def with_script() -> bytes:
    with pikepdf.open(io.BytesIO(pdf_page())) as pdf:
        pdf.Root.OpenAction = pdf.make_indirect(pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)"))
        buffer = io.BytesIO()
        pdf.save(buffer)
    return buffer.getvalue()


DE = "locales/de/LC_MESSAGES/kit.po"
PLANTED: list[tuple[str, str, bytes | None, str, str, int | None]] = [
    # what, the file bent, its new content (None: taken away), and the code, path and line to be found
    (
        "a misspelt key",
        "kit.toml",
        MANIFEST.replace("summary", "sumary").encode(),
        "manifest.unknown_key",
        "kit.toml",
        5,
    ),
    ("a missing file", "pdf/sheet.pdf", None, "kit.missing_file", "kit.toml", 20),
    ("a file nobody uses", "images/old.png", picture(), "kit.unused_file", "images/old.png", None),
    (
        "a broken layout",
        "pdf/sheet.layout.json",
        SHEET_LAYOUT.replace('"text"', '"txt"').encode(),
        "layout.invalid",
        "pdf/sheet.layout.json",
        3,
    ),
    (
        "a layout in the wrong unit",
        "pdf/sheet.layout.json",
        SHEET_LAYOUT.replace("mm", "px").encode(),
        "layout.unit",
        "pdf/sheet.layout.json",
        1,
    ),
    (
        "a variant's layout that is cut off",
        "pdf/sheet.de.layout.json",
        b'{"schema": 1',
        "layout.syntax",
        "pdf/sheet.de.layout.json",
        1,
    ),
    (
        "a default of another type",
        "kit.toml",
        MANIFEST.replace('id = "offer"', 'id = "offer"\ntype = "url"').encode(),
        "manifest.bad_value",
        "kit.toml",
        15,
    ),
    (
        "a locale spelt otherwise",
        "kit.toml",
        MANIFEST.replace('"de"', '"DE"').encode(),
        "manifest.bad_locale",
        "kit.toml",
        7,
    ),
    (
        "a slot off the page",
        "pdf/sheet.layout.json",
        SHEET_LAYOUT.replace("[70, 70, 20, 20]", "[85, 70, 20, 20]").encode(),
        "layout.off_page",
        "pdf/sheet.layout.json",
        4,
    ),
    (
        "a slot on a page that is not there",
        "pdf/sheet.layout.json",
        SHEET_LAYOUT.replace('"qr", ', '"qr", "page": 2, ').encode(),
        "layout.page_missing",
        "pdf/sheet.layout.json",
        4,
    ),
    (
        "pixels for a PDF",
        "pdf/sheet.layout.json",
        SHEET_LAYOUT.replace('"mm"', '"px"').encode(),
        "layout.unit",
        "pdf/sheet.layout.json",
        1,
    ),
    (
        "an unknown variable",
        "pdf/sheet.layout.json",
        SHEET_LAYOUT.replace("brand.name", "brand.nam").encode(),
        "template.undefined",
        "pdf/sheet.layout.json",
        3,
    ),
    ("a template that does not close", "posts/x.txt", b"one\n{% if x %}\n", "template.syntax", "posts/x.txt", 2),
    ("a font not embedded", "pdf/sheet.pdf", unembedded(), "pdf.font_not_embedded", "pdf/sheet.pdf", None),
    ("a script in a PDF", "pdf/sheet.pdf", with_script(), "pdf.javascript", "pdf/sheet.pdf", None),
    ("a file that is no PDF", "pdf/sheet.pdf", b"hello", "pdf.invalid", "pdf/sheet.pdf", None),
    ("a picture of another shape", "images/banner.png", picture(300, 300), "image.aspect", "kit.toml", 29),
    ("a file that is no picture", "images/banner.png", b"GIF87 no", "image.unknown_type", "images/banner.png", None),
    (
        "a picture without alt",
        "email/invite.mjml",
        MAIL.replace(' alt="{{ brand.name }}"', "").encode(),
        "mail.no_alt",
        "email/invite.mjml",
        4,
    ),
    (
        "no way out of a mail",
        "email/invite.mjml",
        MAIL.replace("link.unsubscribe", "link.landing").encode(),
        "mail.no_unsubscribe",
        "email/invite.mjml",
        1,
    ),
    (
        "no postal address",
        "email/invite.mjml",
        MAIL.replace("{{ brand.address }}", "").encode(),
        "mail.no_postal_address",
        "email/invite.mjml",
        1,
    ),
    (
        "a mail that is cut off",
        "email/invite.mjml",
        MAIL.replace("{{ field.offer }}", "word " * 25_000).encode(),
        "mail.too_large",
        "email/invite.mjml",
        1,
    ),
    (
        "a contact in an address",
        "email/invite.mjml",
        MAIL.replace("{{ link.landing }}", "https://x/?n={{ contact.email }}").encode(),
        "mail.contact_in_address",
        "email/invite.mjml",
        1,
    ),
    (
        "an unknown MJML tag",
        "email/invite.mjml",
        MAIL.replace("mj-button", "mj-buton").encode(),
        "mjml.unknown_tag",
        "email/invite.mjml",
        7,
    ),
    (
        "a page that does not place its form",
        "landing/page.html",
        PAGE.replace("{{ form }}", "").encode(),
        "landing.form_place",
        "landing/page.html",
        1,
    ),
    (
        "a page that asks others",
        "landing/page.html",
        PAGE.replace("<h1>", '<img src="https://x.example/a.png" alt=""><h1>').encode(),
        "landing.external",
        "landing/page.html",
        4,
    ),
    ("a post that is too long", "posts/x.txt", b"x" * 300, "post.too_long", "posts/x.txt", 1),
    (
        "consent nobody can read",
        DE,
        small_kit()[DE].replace("Sie dürfen mir schreiben.".encode(), b""),
        "landing.consent_untranslated",
        "kit.toml",
        64,
    ),
    (
        "a placeholder lost",
        DE,
        small_kit()[DE].replace(b"Guten Tag %(name)s,", b"Guten Tag,"),
        "catalog.placeholders",
        DE,
        94,
    ),
    ("a catalog that is none", DE, b"hello", "catalog.syntax", DE, 1),
    (
        "a step that looks ahead",
        "kit.toml",
        MANIFEST.replace("not_clicked:invite", "not_clicked:again").encode(),
        "manifest.unknown_step",
        "kit.toml",
        60,
    ),
    (
        "a sample with a bad colour",
        "samples/typical.toml",
        BRAND.replace("#14304d", "blue").encode(),
        "brand.bad_colour",
        "samples/typical.toml",
        7,
    ),
    (
        "a sample without its logo",
        "samples/typical.toml",
        WITH_LOGO["samples/typical.toml"],
        "brand.missing_file",
        "samples/typical.toml",
        12,
    ),
]


@pytest.mark.parametrize(
    ("path", "data", "code", "where", "line"), [item[1:] for item in PLANTED], ids=[item[0] for item in PLANTED]
)
def test_a_planted_fault_is_found(path: str, data: bytes | None, code: str, where: str, line: int | None) -> None:
    files = good()
    if data is None:
        del files[path]
    else:
        assert files.get(path) != data
        files[path] = data
    found = [(item.code, item.path, item.line) for item in check(files)]
    assert (code, where, line) in found


def test_ten_faults_at_once() -> None:
    files = good()
    for _, path, data, _, _, _ in PLANTED[2:]:
        if data is not None:
            files[path] = data
    assert len({item.code for item in check(files) if item.severity == "error"}) >= 10


def test_what_only_drawing_finds(fonts: FontBook) -> None:
    crowded = SHEET_LAYOUT.replace("[10, 40, 80, 20]", "[10, 40, 8, 3]").replace('"type": "logo"', '"type": "box"')
    problems = check(good() | {"pdf/sheet.layout.json": crowded.encode()}, fonts)
    overflow = next(item for item in problems if item.code.startswith("text."))
    assert (overflow.path, overflow.line, overflow.slot, overflow.severity) == (
        "pdf/sheet.layout.json",
        3,
        "call",
        "error",
    )
    strange = BRAND.replace('"Osterly"', '"Osterly \U00012000"')
    problems = check(good() | {"samples/typical.toml": strange.encode()}, fonts)
    assert any("glyph" in item.code and item.slot == "name" for item in problems)


def test_a_kit_without_manifest() -> None:
    assert [(item.code, item.path) for item in check({"a.txt": b""})] == [("kit.no_manifest", "kit.toml")]


def test_partner_colours_that_are_not_wanted() -> None:
    manifest = MANIFEST + "\n[brand]\npartner_colours = false\n"
    found = [(item.code, item.line, item.slot) for item in check(good() | {"kit.toml": manifest.encode()})]
    assert ("layout.partner_colour", 3, "call") in found
    assert BANNER_LAYOUT
