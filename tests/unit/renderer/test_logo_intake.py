"""Logos of every odd kind: taken in right, or refused with a code, measured and needed."""

import io

import numpy as np
import pypdfium2
import pytest
from lxml import etree
from PIL import Image, ImageDraw

from renderer.errors import RenderError
from renderer.logo.darken import propose_darkened
from renderer.logo.formats import MAX_BYTES
from renderer.logo.intake import LogoIntake, intake_logo
from tests.factories import logos


def take(data: bytes) -> LogoIntake:
    return intake_logo(data, jailed=False)


def refusal(data: bytes) -> RenderError:
    with pytest.raises(RenderError) as caught:
        take(data)
    return caught.value


def picture(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGBA")


def codes(taken: LogoIntake) -> set[str]:
    return {note.code for note in taken.notes}


def at(image: Image.Image, x: float, y: float) -> tuple[int, ...]:
    return image.getpixel((int(x * (image.width - 1)), int(y * (image.height - 1))))  # type: ignore[return-value]


def near(one: tuple[int, ...], other: tuple[int, ...], by: int = 12) -> bool:
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) <= by


GREEN, AMBER = (10, 92, 74, 255), (217, 139, 43, 255)


def test_a_vector_is_trimmed_to_its_ink():
    logo = take(logos.plain_svg()).logo
    assert logo.kind == "vector"
    assert (logo.width, logo.height) == (pytest.approx(140, abs=0.7), pytest.approx(60, abs=0.7))
    drawn = picture(logo.png)
    assert drawn.width / drawn.height == pytest.approx(logo.width / logo.height, rel=0.01)
    assert near(at(drawn, 30 / 140, 0.5), GREEN, 1)
    assert at(drawn, 0.01, 0.01)[3] == 0
    assert logo.ink_share == pytest.approx((np.pi * 900 + 840 + 600) / 8400, abs=0.01)
    assert take(logos.disc_svg()).logo.ink_share == pytest.approx(np.pi / 4, abs=0.005)


def test_nothing_hostile_is_left_in_a_vector():
    taken = take(logos.hostile_svg())
    svg = (taken.logo.svg or b"").decode()
    words = "script foreign evil passwd javascript onclick onload import animate iframe behavior font-face <set data:"
    for word in words.split():
        assert word not in svg.lower(), word
    removed = {note.params["what"] for note in taken.notes if note.code == "logo.removed"}
    assert {"script", "foreignObject", "outside reference", "onload handler", "style rule", "animate"} <= removed
    root = etree.fromstring(svg.encode())
    kinds = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert kinds <= {"svg", "g", "circle", "path", "rect", "use", "style"}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("entities_svg", "logo.svg_entities"),
        ("external_entity_svg", "logo.svg_entities"),
        ("deep_svg", "logo.svg_too_complex"),
        ("wide_svg", "logo.svg_too_complex"),
        ("laughing_use_svg", "logo.svg_too_complex"),
        ("text_svg", "logo.svg_text"),
        ("bomb_png", "logo.too_many_pixels"),
        ("truncated_png", "logo.damaged"),
    ],
)
def test_dangerous_and_broken_files_are_refused_by_code(name, code):
    assert refusal(getattr(logos, name)()).code == code


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "logo.empty"),
        (b"MZ\x90\x00 not a picture", "logo.unknown_type"),
        (b"<html><body>x</body></html>", "logo.unknown_type"),
        (b"<svg", "logo.svg_invalid"),
        (logos.svg("", view="0 0 0 5"), "logo.svg_no_size"),
        (logos.svg('<rect width="9" height="9" fill="none"/>'), "logo.no_ink"),
        (b"\x1f\x8b\x08broken", "logo.damaged"),
        (b"%PDF-1.7 nonsense", "logo.damaged"),
    ],
)
def test_what_is_no_logo_is_refused_by_code(data, code):
    assert refusal(data).code == code


def test_limits_say_measured_and_needed():
    error = refusal(b"\x89PNG\r\n\x1a\n" + b"\0" * MAX_BYTES)
    assert (error.code, error.params["needed"]) == ("logo.too_large", MAX_BYTES)
    error = refusal(logos.bomb_png())
    assert error.params == {"measured": 2_500_000_000, "needed": 40_000_000}
    error = refusal(logos.encode(logos.drawing((90, 45)), "PNG"))
    assert (error.code, error.params["needed"]) == ("logo.too_few_pixels", 80)
    small = take(logos.encode(logos.drawing((400, 200)), "PNG"))
    assert "logo.small_for_print" in codes(small)
    assert "logo.small_for_print" not in codes(take(logos.encode(logos.drawing((1000, 500)), "PNG")))


@pytest.mark.parametrize(
    "name",
    [
        "white_jpeg",
        "cmyk_jpeg",
        "cmyk_jpeg_without_adobe_marker",
        "palette_png",
        "gif_frames",
        "tiff_cmyk",
        "webp_alpha",
        "corrupt_profile_png",
    ],
)
def test_every_raster_kind_gives_the_same_trimmed_upright_picture(name):
    taken = take(getattr(logos, name)())
    drawn = picture(taken.logo.png)
    assert (taken.logo.width, taken.logo.height) == (pytest.approx(561, abs=8), pytest.approx(241, abs=8))
    assert near(at(drawn, 120 / 560, 0.5), GREEN)
    assert near(at(drawn, 0.8, 0.5), AMBER)
    assert at(drawn, 0.01, 0.05)[3] == 0
    assert not drawn.info


def test_grey_one_bit_and_sixteen_bit():
    for name, grey in (("sixteen_bit_png", 65), ("grey_alpha_png", 65), ("one_bit_png", 0)):
        drawn = picture(take(getattr(logos, name)()).logo.png)
        assert near(at(drawn, 120 / 560, 0.5), (grey, grey, grey, 255), 4), name


def test_exif_orientation_is_applied_and_metadata_dropped():
    taken = take(logos.turned_jpeg())
    drawn = picture(taken.logo.png)
    assert "logo.turned" in codes(taken)
    assert taken.logo.height > taken.logo.width
    assert near(at(drawn, 0.5, 120 / 560), GREEN)
    assert b"Author" not in taken.logo.png
    assert (taken.measured["source_width"], taken.measured["source_height"]) == (400, 800)


def test_notes_say_what_was_done():
    assert "logo.profile_ignored" in codes(take(logos.corrupt_profile_png()))
    assert "logo.cmyk_converted" in codes(take(logos.cmyk_jpeg()))
    assert "logo.first_frame" in codes(take(logos.gif_frames()))
    assert "logo.on_tile" in codes(take(logos.dark_tile_png()))
    trimmed = next(note for note in take(logos.webp_alpha()).notes if note.code == "logo.trimmed")
    assert trimmed.params["percent"] == pytest.approx(58, abs=1)
    assert "58" in trimmed.message


def test_a_white_ground_becomes_transparent_without_a_halo():
    for data in (logos.white_jpeg(), logos.white_ground_svg()):
        taken = take(data)
        assert "logo.white_removed" in codes(taken)
        drawn = picture(taken.logo.png)
        dark = Image.new("RGBA", drawn.size, "#10201c")
        dark.alpha_composite(drawn)
        assert np.asarray(dark.convert("L")).max() < 170  # amber is 147: anything much lighter would be a halo
        inked = np.asarray(drawn.getchannel("A"))
        assert inked[5, 5] == 0
        assert near(at(drawn, 0.2, 0.5), GREEN)


def test_contrast_finds_the_white_name_but_not_the_white_cutout():
    lost = take(logos.white_on_empty_svg())
    assert lost.logo.contrast_on_light < 1.1
    problem = lost.problems[0]
    assert (problem.code, problem.severity) == ("logo.pale_on_light", "error")
    assert problem.params["needed"] == 3.0
    assert "dark grounds" in problem.message
    kept = take(logos.white_in_disc_svg())
    assert kept.logo.contrast_on_light == pytest.approx(7.95, abs=0.1)
    assert not kept.problems


@pytest.mark.parametrize("data", [logos.pale_svg(), logos.pale_png()])
def test_a_darkened_proposal_reaches_the_contrast_and_stays_what_it_is(data):
    pale = take(data).logo
    assert pale.contrast_on_light < 3.0
    dark = propose_darkened(pale)
    assert 3.0 <= dark.contrast_on_light < 4.0
    assert dark.kind == pale.kind
    assert (dark.width, dark.height) == (pale.width, pale.height)
    good = take(logos.wordmark_svg()).logo
    assert propose_darkened(good) is good


def test_colours_are_proposed_from_the_logo():
    palette = take(logos.plain_svg()).palette
    assert palette.primary.colour == "#0a5c4a"
    assert palette.secondary.colour == "#d98b2b"
    assert palette.secondary_text.contrast >= 4.5
    assert palette.quiet.contrast < 1.2
    grey = take(logos.one_bit_png()).palette
    assert grey.primary.contrast >= 4.5
    pale = take(logos.svg('<circle cx="50" cy="50" r="40" fill="#ffd400"/>')).palette
    assert pale.primary.contrast >= 4.5


@pytest.mark.parametrize("name", ["plain_svg", "hard_svg", "wordmark_svg", "hostile_svg", "pdf_logo"])
def test_the_pdf_page_agrees_with_the_reference_picture(name):
    """PDFium's picture of the page against resvg's of the SVG, on white, at the same size."""
    logo = take(getattr(logos, name)()).logo
    assert logo.pdf is not None
    page = pypdfium2.PdfDocument(logo.pdf)[0]
    assert page.get_size() == (pytest.approx(logo.width, abs=0.02), pytest.approx(logo.height, abs=0.02))
    # Large, then shrunk: PDFium rounds a pattern's tile to whole pixels.
    size = (600, round(600 * logo.height / logo.width))
    mine = page.render(scale=4800 / logo.width).to_pil().convert("RGB").resize(size, Image.Resampling.BOX)
    reference = picture(logo.png).resize(size, Image.Resampling.BOX)
    paper = Image.new("RGBA", mine.size, "#ffffff")
    paper.alpha_composite(reference)
    difference = np.abs(np.asarray(mine, dtype=int) - np.asarray(paper.convert("RGB"), dtype=int))
    assert difference.mean() < 4.5
    assert (difference.max(axis=2) > 128).mean() < 0.02  # edges only


def test_pdf_logos_are_outlined_or_refused():
    logo = take(logos.pdf_logo()).logo
    assert logo.kind == "vector"
    assert b"<text" not in (logo.svg or b"")
    assert refusal(logos.pdf_logo(script=True)).code == "logo.pdf_active"
    error = refusal(logos.pdf_logo(pages=2))
    assert (error.code, error.params) == ("logo.pdf_pages", {"measured": 2, "needed": 1})


@pytest.mark.parametrize("name", ["hard_svg", "pdf_logo", "white_jpeg"])
def test_the_same_file_gives_the_same_bytes(name):
    one, two = (take(getattr(logos, name)()).logo for _ in range(2))
    assert one == two
    assert (one.svg, one.pdf, one.png) == (two.svg, two.pdf, two.png)


def test_an_embedded_photo_is_written_anew_and_kept():
    exif = Image.Exif()
    exif[0x010F] = "Camera of A. Author"
    tile = Image.new("RGB", (40, 40), "#b3123c")
    ImageDraw.Draw(tile).rectangle((0, 0, 19, 39), fill="#1a2a6c")
    jpeg = logos.encode(tile, "JPEG", exif=exif, quality=95)
    import base64

    uri = "data:image/jpeg;base64," + base64.b64encode(jpeg).decode()
    logo = take(logos.svg(f'<image xlink:href="{uri}" x="10" y="10" width="80" height="80"/>')).logo
    assert near(at(picture(logo.png), 0.75, 0.5), (179, 18, 60, 255), 8)
    assert b"data:image/png" in (logo.svg or b"")
