"""On every odd template the overlay lands where the layout says, in PDFium and in poppler, and qpdf finds no fault."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable
from pathlib import Path

import odd_templates
import pikepdf
import pypdfium2
import pytest
from PIL import Image

from renderer.kit.layout import Slot
from renderer.kit.manifest import BrandRules
from renderer.pdf.render import clear_stores, compile_template, render_pdf
from renderer.pdf.template import is_sound
from renderer.spec import BrandSpec, FilledSlot
from renderer.text.fonts import FontBook

BRAND = BrandSpec("Osterly", "#0b6b53", "#14201b")
DPI = 254  # ten pixels to the millimetre
SLOTS = (
    FilledSlot(Slot("patch", "box", (10, 20, 30, 5)), "#0000ff"),
    FilledSlot(Slot("name", "text", (60, 40, 35, 12), size=14), "#000000", text="Osterly"),
)


def with_pdfium(data: bytes, page: int = 0, unit: float = 1.0) -> Image.Image:
    document = pypdfium2.PdfDocument(data)
    image = document[page].render(scale=DPI * unit / 72).to_pil().convert("RGB")
    document.close()
    return image


def with_poppler(data: bytes, folder: Path, page: int = 0, unit: float = 1.0) -> Image.Image:
    (folder / "in.pdf").write_bytes(data)
    command = [
        "pdftoppm",
        "-cropbox",
        "-png",
        "-r",
        str(DPI * unit),
        "-f",
        str(page + 1),
        "-l",
        str(page + 1),
        "-singlefile",
    ]
    done = subprocess.run([*command, folder / "in.pdf", folder / "out"], check=True, capture_output=True)
    assert done.stderr == b""
    with Image.open(folder / "out.png") as image:
        return image.convert("RGB")


def blue(image: Image.Image, x_mm: float, y_mm: float) -> bool:
    red, green, blue = image.getpixel((round(x_mm * 10), round(y_mm * 10)))  # type: ignore[misc]
    return blue > 200 and red < 60 and green < 60


def assert_overlay(image: Image.Image) -> None:
    assert image.width == pytest.approx(1000, abs=2)
    assert image.height == pytest.approx(600, abs=2)
    for x, y in ((10.3, 20.3), (39.7, 20.3), (10.3, 24.7), (39.7, 24.7), (25, 22)):
        assert blue(image, x, y), (x, y)
    for x, y in ((9.7, 22), (40.3, 22), (25, 19.7), (25, 25.3)):
        assert not blue(image, x, y), (x, y)
    text = image.crop((600, 400, 950, 520)).convert("L").point(lambda value: 255 if value < 128 else 0).getbbox()
    assert text is not None
    assert 0 <= text[0] <= 8  # starts at the box's left
    assert 0 <= text[1] <= 4  # the l just under the box's top
    assert text[3] - text[1] == pytest.approx(14 * 25.4 / 72 * 10, abs=3)  # from l to y: one em


@pytest.mark.parametrize("make", odd_templates.ALL, ids=lambda make: make.__name__)
def test_overlay_lands_as_displayed(make: Callable[[], bytes], tmp_path: Path, fonts: FontBook) -> None:
    source = make()
    template = compile_template(source)
    result = render_pdf(template, SLOTS, BRAND, BrandRules(), "en", fonts)
    whole = result.whole(template)
    assert whole.startswith(template.data)
    unit = template.pages[0].user_unit  # PDFium and poppler draw as if it were 1
    assert_overlay(with_pdfium(whole, unit=unit))
    assert_overlay(with_poppler(whole, tmp_path, unit=unit))
    checked = subprocess.run(["qpdf", "--check", tmp_path / "in.pdf"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    clear_stores()
    again = render_pdf(compile_template(source), SLOTS, BRAND, BrandRules(), "en", fonts)
    assert again.whole(compile_template(source)) == whole


def test_a_shared_page_object_gets_the_overlay_once(tmp_path: Path, fonts: FontBook) -> None:
    template = compile_template(odd_templates.shared_page())
    assert template.page_count == 2
    whole = render_pdf(template, SLOTS, BRAND, BrandRules(), "en", fonts).whole(template)
    for image in (with_pdfium(whole, 1), with_poppler(whole, tmp_path, 1)):
        assert not blue(image, 25, 22)


def test_appended_section_is_of_the_template_kind(fonts: FontBook) -> None:
    for make, kind in ((odd_templates.plain, "table"), (odd_templates.xref_stream, "stream")):
        template = compile_template(make())
        delta = render_pdf(template, SLOTS, BRAND, BrandRules(), "en", fonts).delta
        assert template.data == make()  # nothing was rewritten
        assert template.end.kind == kind
        assert (b"\nxref\n" in delta) == (kind == "table")
        assert b"/Prev %d" % template.end.startxref in delta


def test_ids_first_kept_second_from_the_content(fonts: FontBook) -> None:
    template = compile_template(odd_templates.plain())
    other = (FilledSlot(Slot("patch", "box", (10, 20, 30, 6)), "#0000ff"),)
    ids = []
    for slots in (SLOTS, SLOTS, other):
        whole = render_pdf(template, slots, BRAND, BrandRules(), "en", fonts).whole(template)
        with pikepdf.open(io.BytesIO(whole)) as pdf:
            ids.append((bytes(pdf.trailer.ID[0]), bytes(pdf.trailer.ID[1])))
    assert ids[0] == ids[1]
    assert ids[0][0] == ids[2][0]
    assert ids[0][1] != ids[2][1]


def test_vendor_content_is_untouched(tmp_path: Path, fonts: FontBook) -> None:
    """A Q without q, ignored by readers, still changes nothing of the vendor's picture."""
    for make in (odd_templates.unmatched_restore, odd_templates.unbalanced_save, odd_templates.scaled_ctm):
        source = make()
        template = compile_template(source)
        slot = (FilledSlot(Slot("patch", "box", (90, 50, 2, 2)), "#0000ff"),)
        whole = render_pdf(template, slot, BRAND, BrandRules(), "en", fonts).whole(template)
        before, after = with_pdfium(source), with_pdfium(whole)
        assert before.crop((0, 0, 890, 600)).tobytes() == after.crop((0, 0, 890, 600)).tobytes()


def test_claim_is_dropped_and_said(fonts: FontBook) -> None:
    template = compile_template(odd_templates.claims_pdfa())
    result = render_pdf(template, SLOTS, BRAND, BrandRules(), "en", fonts)
    assert [problem.code for problem in result.warnings] == ["pdf.claim_dropped"]
    assert b"pdfaid:part" not in result.whole(template)


def test_overlay_of_a_tagged_file_is_an_artifact(fonts: FontBook) -> None:
    template = compile_template(odd_templates.tagged())
    assert b"/Artifact BMC" in render_pdf(template, SLOTS, BRAND, BrandRules(), "en", fonts).delta


def test_compiled_templates_are_kept_by_digest() -> None:
    assert compile_template(odd_templates.plain()) is compile_template(odd_templates.plain())


def test_a_template_that_gives_faulty_documents_is_written_anew() -> None:
    """The table says an object lies where it does not: qpdf would repair it, a reader might not."""
    source = odd_templates.plain()
    at = source.index(b"xref\n0 ")
    rows = source.index(b" n \n", at)
    moved = source[: rows - 16] + b"%010d" % (int(source[rows - 16 : rows - 6]) + 3) + source[rows - 6 :]
    template = compile_template(moved)
    assert template.data != moved
    assert is_sound(template)
