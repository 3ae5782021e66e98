"""What an overlay draws: logos, pictures, codes, colours, and text that every reader copies back."""

from __future__ import annotations

import io
import re
import subprocess
import unicodedata
from pathlib import Path

import brands
import odd_templates
import pikepdf
import pypdf
import pypdfium2
import pytest
import segno
from PIL import Image
from segno.encoder import mask_scores

from renderer.errors import RenderError
from renderer.kit.layout import Slot
from renderer.kit.manifest import BrandRules
from renderer.pdf.qrmatrix import qr_matrix
from renderer.pdf.render import clear_stores, compile_template, render_pdf
from renderer.spec import BrandSpec, FilledSlot
from renderer.text.fonts import FontBook

RULES = BrandRules(min_logo_mm=8)


def document(fonts: FontBook, *slots: FilledSlot, brand: BrandSpec | None = None, locale: str = "en") -> bytes:
    template = compile_template(odd_templates.plain())
    return render_pdf(template, slots, brand or brands.brand(), RULES, locale, fonts).whole(template)


def picture_of(data: bytes) -> Image.Image:
    pdf = pypdfium2.PdfDocument(data)
    image = pdf[0].render(scale=254 / 72).to_pil().convert("RGB")
    pdf.close()
    return image


def near(image: Image.Image, x_mm: float, y_mm: float, colour: tuple[int, int, int]) -> bool:
    found = image.getpixel((round(x_mm * 10), round(y_mm * 10)))
    return all(abs(one - other) <= 12 for one, other in zip(found, colour, strict=True))  # type: ignore[arg-type]


GREEN, WHITE = (0, 160, 60), (255, 255, 255)


@pytest.mark.parametrize("kind", ["vector", "raster"])
def test_logo_stands_in_its_slot(kind: str, fonts: FontBook) -> None:
    slot = FilledSlot(Slot("logo", "logo", (10, 10, 60, 30), align="center"), "#000000")
    image = picture_of(document(fonts, slot, brand=brands.brand(kind)))
    assert near(image, 40, 25, GREEN)
    box = image.crop((100, 100, 700, 400)).point(lambda value: 255 if value < 240 else 0).convert("L").getbbox()
    assert box is not None
    assert (box[2] - box[0]) / (box[3] - box[1]) == pytest.approx(2, rel=0.02)  # its own proportions
    assert (box[0] + box[2]) / 2 == pytest.approx(300, abs=2)
    assert (box[1] + box[3]) / 2 == pytest.approx(150, abs=2)
    if kind == "raster":  # the corner is transparent: the ellipse does not reach it
        assert near(image, 10 + box[0] / 10 + 0.3, 10 + box[1] / 10 + 0.3, WHITE)
    else:  # the half-transparent corner at the lower left keeps its own graphics state
        assert near(image, 10 + box[0] / 10 + 1, 10 + box[3] / 10 - 1, (0, 80, 30))


def test_vector_logo_stays_vector(fonts: FontBook) -> None:
    data = document(fonts, FilledSlot(Slot("logo", "logo", (10, 10, 60, 30)), "#000000"))
    with pikepdf.open(io.BytesIO(data)) as pdf:
        kinds = [item.get("/Subtype") for item in pdf.objects if isinstance(item, pikepdf.Stream)]
    assert kinds.count(pikepdf.Name.Form) == 2
    assert pikepdf.Name.Image not in kinds


def test_logo_refusals_name_the_slot(fonts: FontBook) -> None:
    slot = FilledSlot(Slot("logo", "logo", (10, 10, 5, 5)), "#000000")
    with pytest.raises(RenderError, match=r"logo\.too_small") as caught:
        document(fonts, slot)
    assert caught.value.params["slot"] == "logo"
    faint = BrandSpec(
        "Faint", "#000000", "#000000", logo_light=brands.logo("raster", contrast_on_light=1.2, contrast_on_dark=1.4)
    )
    with pytest.raises(RenderError, match=r"logo\.contrast"):
        document(fonts, FilledSlot(Slot("logo", "logo", (10, 10, 60, 30)), "#000000"), brand=faint)


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)  # type: ignore[arg-type]
    return buffer.getvalue()


def halves(mode: str = "RGB") -> Image.Image:
    """Left half red, right half blue, 400 × 100."""
    image = Image.new("RGB", (400, 100), (255, 0, 0))
    image.paste((0, 0, 255), (200, 0, 400, 100))
    return image.convert(mode)


@pytest.mark.parametrize(
    ("kind", "mode"), [("JPEG", "RGB"), ("PNG", "RGBA"), ("WEBP", "RGB"), ("JPEG", "L"), ("PNG", "P")]
)
def test_picture_covers_its_box_centred(kind: str, mode: str, fonts: FontBook) -> None:
    slot = FilledSlot(Slot("p", "image", (20, 10, 20, 20)), "#000000", picture=encoded(halves(mode), kind))
    image = picture_of(document(fonts, slot))
    red, blue = ((76,) * 3, (29,) * 3) if mode == "L" else ((255, 0, 0), (0, 0, 255))
    assert near(image, 25, 20, red)
    assert near(image, 35, 20, blue)
    assert near(image, 20.5, 10.5, red)
    assert near(image, 39.5, 29.5, blue)
    for x, y in ((19.5, 20), (40.5, 20), (30, 9.5), (30, 30.5)):
        assert near(image, x, y, WHITE)


def test_cmyk_jpeg_stays_cmyk_and_metadata_goes(fonts: FontBook) -> None:
    image = Image.new("CMYK", (64, 64), (0, 255, 255, 0))
    data = encoded(image, "JPEG", exif=b"Exif\0\0secret-place", comment=b"secret-path")
    slot = FilledSlot(Slot("p", "image", (20, 10, 20, 20)), "#000000", picture=data)
    whole = document(fonts, slot)
    assert b"/DeviceCMYK" in whole
    assert b"secret" not in whole
    assert near(picture_of(whole), 30, 20, (237, 28, 36)) or near(picture_of(whole), 30, 20, (255, 0, 0))


def test_exif_orientation_is_applied(fonts: FontBook) -> None:
    exif = Image.Exif()
    exif[0x0112] = 3  # upside down: red is then on the right
    slot = FilledSlot(Slot("p", "image", (20, 10, 40, 10)), "#000000", picture=encoded(halves(), "JPEG", exif=exif))
    image = picture_of(document(fonts, slot))
    assert near(image, 25, 15, (0, 0, 255))
    assert near(image, 55, 15, (255, 0, 0))


def test_unreadable_picture_is_refused(fonts: FontBook) -> None:
    with pytest.raises(RenderError, match=r"image\.invalid"):
        document(fonts, FilledSlot(Slot("p", "image", (20, 10, 40, 10)), "#000000", picture=b"GIF89a"))


def test_qr_code_has_its_modules_and_quiet_zone(fonts: FontBook) -> None:
    slot = Slot("qr", "qr", (10, 10, 37, 37), ground="dark")
    ground = FilledSlot(Slot("g", "box", (5, 5, 47, 47)), "#10201c")
    image = picture_of(document(fonts, ground, FilledSlot(slot, "#000000", url="https://example.com/l/abc")))
    assert near(image, 7, 7, (16, 32, 28))
    assert near(image, 11, 11, WHITE)  # the quiet zone
    matrix = qr_matrix("https://example.com/l/abc")
    module = 37 / (len(matrix) + 8)
    for y, row in enumerate(matrix):
        for x, dark in enumerate(row):
            place = (10 + (x + 4.5) * module, 10 + (y + 4.5) * module)
            assert near(image, *place, (0, 0, 0) if dark else WHITE), (x, y)


@pytest.mark.parametrize("length", [3, 20, 60, 140, 300])
def test_qr_matrix_is_segnos_with_a_mask_as_good_as_its_own(length: int) -> None:
    url = "https://example.com/" + "aZ9-"[: length % 4 + 1] * (length // 2)
    every = [[bytes(row) for row in segno.make(url, micro=False, error="m", mask=mask).matrix] for mask in range(8)]
    chosen = every.index(qr_matrix(url))
    scores = [sum(mask_scores([bytearray(row) for row in rows], len(rows), len(rows))) for rows in every]
    assert scores[chosen] <= min(scores) * 1.1


def test_qr_code_too_small_or_too_pale(fonts: FontBook) -> None:
    small = FilledSlot(Slot("qr", "qr", (10, 10, 10, 10)), "#000000", url="https://example.com/l/abc")
    with pytest.raises(RenderError, match=r"qr\.module_too_small") as caught:
        document(fonts, small)
    assert caught.value.params["box_needed"] == pytest.approx(0.33 * 33, abs=0.1)
    template = compile_template(odd_templates.plain())
    pale = FilledSlot(Slot("qr", "qr", (10, 10, 30, 30)), "#ffee00", url="https://example.com/l/abc")
    result = render_pdf(template, [pale], brands.brand(), RULES, "en", fonts)
    assert [problem.code for problem in result.warnings] == ["qr.contrast"]
    assert near(picture_of(result.whole(template)), 10 + 30 / 33 * 4.5, 10 + 30 / 33 * 4.5, (0, 0, 0))


LINES = [
    ("en", "Quiet heat — Osterly offices, 12\u00a0km"),
    ("de", "Wärme für Ärzte, Straße 5"),
    ("ja", "静かな暖房を、田辺から。 2026年 ガイド"),
    ("ar", "نسيم للتدفئة (Naseem HVAC) منذ 1998، لا شريك مُحَمَّد"),
    ("he", "שלום Throughline 2.0, (רק היום) 50%"),
    ("hi", "नमस्ते दुनिया — Osterly की ओर से शक्ति"),
    ("th", "ระบบทำความร้อน ที่เงียบ 50% น้ำมัน ปู่ กับ"),
]


def words(text: str) -> list[str]:
    """The words, without direction marks and without the punctuation a reader may leave on the other side."""
    plain = re.sub("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", unicodedata.normalize("NFC", text))
    return sorted(word for part in plain.split() if (word := part.strip("()،,.—。")))


@pytest.mark.parametrize(("locale", "text"), LINES, ids=[locale for locale, _ in LINES])
def test_every_word_is_copied_back(locale: str, text: str, tmp_path: Path, fonts: FontBook) -> None:
    slot = FilledSlot(Slot("t", "text", (3, 20, 94, 12), size=11), "#000000", text=text)
    data = document(fonts, slot, locale=locale)
    (tmp_path / "in.pdf").write_bytes(data)
    poppler = subprocess.run(["pdftotext", tmp_path / "in.pdf", "-"], capture_output=True, text=True, check=True)
    assert words(poppler.stdout) == words(text)
    assert words(pypdf.PdfReader(io.BytesIO(data)).pages[0].extract_text()) == words(text)
    pdf = pypdfium2.PdfDocument(data)
    copied = pdf[0].get_textpage().get_text_range()
    pdf.close()
    assert words(copied) == words(text)


def test_fonts_are_embedded_subsets_and_nothing_else(tmp_path: Path, fonts: FontBook) -> None:
    slot = FilledSlot(Slot("t", "text", (3, 20, 94, 30), size=11), "#000000", text="\n".join(t for _, t in LINES[:3]))
    (tmp_path / "in.pdf").write_bytes(document(fonts, slot, locale="ja"))
    listed = subprocess.run(["pdffonts", tmp_path / "in.pdf"], capture_output=True, text=True, check=True).stdout
    rows = listed.splitlines()[2:]
    assert {row.split()[0].split("+")[1] for row in rows} == {"NotoSans-Regular", "NotoSansJP-Regular"}
    assert all("CID TrueType" in row and "yes yes yes" in row for row in rows)


def test_composites_draw_what_separate_glyphs_would(fonts: FontBook) -> None:
    """Arabic dots and Thai marks are composite glyphs in the file: the picture equals HarfBuzz's own outlines."""
    import uharfbuzz as hb

    from renderer.text.shaping import shape_line

    text = "شريك ปู่ที่"
    slot = FilledSlot(Slot("t", "text", (5, 10, 90, 40), size=40), "#000000", text=text)
    image = picture_of(document(fonts, slot, locale="ar")).convert("L")
    inked = image.crop((20, 20, 980, 580)).point(lambda value: 255 if value < 128 else 0).getbbox()
    line = shape_line(text, "sans", 40, fonts, "ar")
    lefts, tops, rights, bottoms = [], [], [], []
    for run in line.runs:
        for glyph in run.glyphs:
            extents = run.face.hb_font.get_glyph_extents(glyph.gid)
            if extents and extents.width:
                assert isinstance(run.face.hb_font, hb.Font)
                scale = run.size / run.face.upem
                lefts.append(run.x + glyph.x + extents.x_bearing * scale)
                rights.append(lefts[-1] + extents.width * scale)
                tops.append(glyph.y - extents.y_bearing * scale)
                bottoms.append(tops[-1] - extents.height * scale)
    points = 254 / 72
    assert inked is not None
    assert inked[2] - inked[0] == pytest.approx((max(rights) - min(lefts)) * points, abs=3)
    assert inked[3] - inked[1] == pytest.approx((max(bottoms) - min(tops)) * points, abs=3)


def test_same_bytes_from_nothing(fonts: FontBook) -> None:
    slots = (
        FilledSlot(Slot("logo", "logo", (10, 5, 30, 15)), "#000000"),
        FilledSlot(Slot("qr", "qr", (70, 30, 25, 25)), "#000000", url="https://example.com/l/abc"),
        FilledSlot(Slot("t", "text", (3, 20, 94, 12), size=11), "#0b6b53", text="Osterly نسيم 静か"),
        FilledSlot(Slot("p", "image", (45, 5, 20, 10)), "#000000", picture=encoded(halves(), "PNG")),
    )
    first = document(fonts, *slots)
    clear_stores()
    assert document(fonts, *slots) == first
    assert b"/Helvetica" not in first


def test_nothing_to_draw_leaves_the_template(fonts: FontBook) -> None:
    empty = FilledSlot(Slot("t", "text", (3, 20, 94, 12)), "#000000", text="")
    assert document(fonts, empty) == odd_templates.plain()
