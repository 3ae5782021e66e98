"""Pictures: splices and strips equal full encodings, colours stay, slots land where they should."""

import hashlib
import io
import subprocess
import sys
import zlib
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageDraw, ImageFilter, ImageFont

from renderer.errors import RenderError
from renderer.image.base import ImageBase, prepare_base
from renderer.image.compose import compose, render_image
from renderer.image.inspect import inspect_image
from renderer.image.jpeg import encode_whole, prepare_jpeg, splice
from renderer.image.layers import Layer
from renderer.image.png import PngBase, combine_adler, prepare_png, restrip
from renderer.image.textmask import draw_mask
from renderer.kit.layout import Slot
from renderer.kit.manifest import BrandRules, Output
from renderer.logo.intake import intake_logo
from renderer.spec import BrandSpec, FilledSlot
from renderer.text.fit import fit_text
from renderer.text.fonts import FontBook
from tests.factories import logos

FONTS = Path(__file__).parents[3] / "assets" / "fonts"
SIZES = [(1200, 628), (1080, 1080), (1080, 1920), (333, 251), (17, 9)]


@pytest.fixture(scope="module")
def fonts() -> FontBook:
    return FontBook.load(FONTS)


@pytest.fixture(scope="module")
def brand() -> BrandSpec:
    light = intake_logo(logos.wordmark_svg(), jailed=False).logo
    dark = intake_logo(logos.encode(Image.eval(logos.drawing((900, 450)), lambda v: 255 - v // 5 if v else 0), "PNG"),
                       jailed=False).logo  # fmt: skip
    return BrandSpec("Osterly", "#0a5c4a", "#d98b2b", light, dark)


@cache
def scene(size: tuple[int, int]) -> Image.Image:
    """A picture with gradients, edges and some grain, the same every time."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width]
    grain = np.random.default_rng(7).integers(-9, 9, (height, width))
    red, green, blue = 40 + 160 * x / width + grain, 60 + 120 * y / height + grain, 130 + 60 * np.sin(x / 37) + grain
    image = Image.fromarray(np.clip(np.dstack([red, green, blue]), 0, 255).astype(np.uint8), "RGB")
    ImageDraw.Draw(image).ellipse((width * 0.1, height * 0.2, width * 0.5, height * 0.9), fill="#f4f1e6")
    return image


def changed(image: Image.Image, rects: list[tuple[int, int, int, int]]) -> Image.Image:
    after = image.copy()
    for index, rect in enumerate(rects):
        patch = Image.fromarray(
            np.random.default_rng(index).integers(0, 255, (rect[3] - rect[1], rect[2] - rect[0], 3)).astype(np.uint8)
        )
        after.paste(patch, rect[:2])
    return after


def some_rects(size: tuple[int, int]) -> list[tuple[int, int, int, int]]:
    """Inside, across a corner, overlapping, one pixel, along the far edges."""
    w, h = size
    return [
        (w // 7, h // 5, w // 3, h // 3),
        (w // 4, h // 4, w // 2, h // 2),
        (w - 1, h - 1, w, h),
        (0, h - 3, w // 2, h),
        (w - 5, 0, w, h // 6 + 1),
        (w // 2, h // 2, w // 2 + 1, h // 2 + 1),
    ]


@pytest.mark.parametrize("subsampling", [0, 1, 2])
@pytest.mark.parametrize("size", SIZES)
def test_a_spliced_jpeg_is_the_full_encoding_byte_for_byte(size, subsampling):
    image = scene(size)
    base = prepare_jpeg(image, subsampling)
    assert splice(base, [], image.crop) == encode_whole(image, base.interval, subsampling)
    rects = some_rects(size)
    for chosen in ([rects[0]], rects[:2], rects[2:5], rects, [(0, 0, *size)]):
        after = changed(image, chosen)
        assert splice(base, chosen, after.crop) == encode_whole(after, base.interval, subsampling)


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("size", [(640, 336), (333, 251), (17, 9), (5, 33)])
def test_a_restripped_png_is_whole_and_lossless(size, mode):
    image = scene(size).convert(mode)
    if mode == "RGBA":
        image.putalpha(Image.linear_gradient("L").resize(size))
    base = prepare_png(image)
    rects = some_rects(size)
    for chosen in ([], [rects[0]], rects, [(0, 0, *size)]):
        after = changed(image, chosen) if mode == "RGB" else image
        data = restrip(base, chosen, after.crop)
        opened = Image.open(io.BytesIO(data))
        assert opened.mode == mode
        assert opened.tobytes() == after.tobytes()
        _decompresses_with_its_checksum(data)


def _decompresses_with_its_checksum(data: bytes) -> None:
    body, at = b"", 8
    while at < len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        kind, chunk = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        assert zlib.crc32(kind + chunk) == int.from_bytes(data[at + 8 + length : at + 12 + length], "big")
        body += chunk if kind == b"IDAT" else b""
        at += 12 + length
    unpacker = zlib.decompressobj()
    unpacker.decompress(body)
    assert unpacker.eof  # zlib has compared the Adler-32
    assert not unpacker.unused_data


def test_adler_sums_combine():
    one, two = b"through" * 9999, b"line" * 12345
    assert combine_adler(zlib.adler32(one), zlib.adler32(two), len(two)) == zlib.adler32(one + two)


def test_png_is_no_larger_than_pillows():
    """A photo's strips are smaller; a drawing pays a chunk's frame per strip and hardly more."""
    flat = Image.new("RGB", (1200, 628), "#f4f1e6")
    ImageDraw.Draw(flat).ellipse((100, 100, 500, 500), fill="#0a5c4a")
    for line in range(60):
        ImageDraw.Draw(flat).text((600, 10 * line), f"Lorem ipsum dolor sit amet {line}", fill="#222222")
    grain = np.random.default_rng(3).integers(0, 7, (336, 640, 3)).astype(np.uint8)
    photo = Image.fromarray(np.asarray(scene((640, 336)).filter(ImageFilter.GaussianBlur(9))) // 8 * 7 + grain)
    for image, share in ((photo, 1.0), (flat, 1.02)):
        base = prepare_png(image)
        strips = restrip(base, [(300, 100, 500, 220)], image.crop)
        assert len(strips) <= len(logos.encode(image, "PNG")) * share + 32 * len(base.chunks)


@cache
def source(size: tuple[int, int] = (600, 314)) -> bytes:
    return logos.encode(scene(size), "PNG", compress_level=1)


def slots(size: tuple[int, int]) -> list[FilledSlot]:
    w, h = size
    head = Slot("head", "text", (w * 0.08, h * 0.1, w * 0.84, h * 0.3), font="sans-bold", size=h * 0.09, min_size=20)
    return [
        FilledSlot(Slot("panel", "box", (0, h * 0.8, w, h * 0.2)), "#ffffff"),
        FilledSlot(Slot("logo", "logo", (w * 0.05, h * 0.82, w * 0.3, h * 0.16), align="start"), "#000000"),
        FilledSlot(Slot("line", "rule", (w * 0.05, h * 0.8, w * 0.9, 2)), "#d98b2b"),
        FilledSlot(head, "#10201c", text="Warm rooms, half the bill."),
        FilledSlot(Slot("qr", "qr", (w * 0.75, h * 0.45, 150, 150)), "#10201c", url="https://example.org/l/spring"),
    ]


@pytest.mark.parametrize(
    ("kind", "size"),
    [
        *(("jpeg", size) for size in ((1200, 628), (1080, 1080), (1080, 1920), (801, 533))),
        ("png", (1080, 1080)),
        ("png", (801, 533)),
        ("webp", (801, 533)),
    ],
)
def test_the_picture_equals_a_full_composition(size, kind, fonts, brand, monkeypatch):
    base = prepare_base(source(size), Output(kind))
    seen: list[Layer] = []
    real = compose

    def spy(base: ImageBase, layers: list[Layer], area: object = None) -> Image.Image:
        seen[:] = layers
        return real(base, layers, area)  # type: ignore[arg-type]

    monkeypatch.setattr("renderer.image.compose.compose", spy)
    result = render_image(base, slots(size), brand, BrandRules(), "en", fonts)
    whole = real(base, seen)
    opened = Image.open(io.BytesIO(result.data))
    assert (result.width, result.height, result.media_type) == (*size, f"image/{kind}")
    assert opened.size == size
    if kind == "png":
        assert opened.tobytes() == whole.tobytes()
    elif kind == "jpeg":
        assert result.data == encode_whole(whole, base.encoded.interval, 2)  # type: ignore[union-attr]
    else:
        assert np.abs(np.asarray(opened, dtype=int) - np.asarray(whole, dtype=int)).mean() < 4
    # The layers are what a naive painter would have laid down, not only what we told ourselves.
    corner = whole.getpixel((3, size[1] - 3))
    assert corner == (255, 255, 255)
    assert whole.getpixel((size[0] // 2, round(size[1] * 0.8))) == (217, 139, 43)
    assert whole.getpixel((size[0] // 2, 2)) == scene(size).getpixel((size[0] // 2, 2))


def test_same_request_same_bytes_in_every_process(fonts, brand):
    base = prepare_base(source((600, 314)), Output("jpeg"))
    filled = [slots((600, 314))[0], slots((600, 314))[3]]
    here = [render_image(base, filled, brand, BrandRules(), "en", fonts).data for _ in range(2)]
    assert here[0] == here[1]
    code = (
        "import sys, hashlib; sys.path[:0] = ['.']; import importlib.util as u, pathlib\n"
        f"s = u.spec_from_file_location('t', {__file__!r}); t = u.module_from_spec(s); s.loader.exec_module(t)\n"
        "b = t.prepare_base(t.source((600, 314)), t.Output('jpeg')); f = t.slots((600, 314))\n"
        "brand = t.BrandSpec('Osterly', '#0a5c4a', '#d98b2b')\n"
        "r = t.render_image(b, [f[0], f[3]], brand, t.BrandRules(), 'en', t.FontBook.load(t.FONTS))\n"
        "print(hashlib.sha256(r.data).hexdigest())"
    )
    root = Path(__file__).parents[3]
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root)
    assert other.stdout.strip() == hashlib.sha256(here[0]).hexdigest()


def test_glyphs_lie_where_freetype_puts_them(fonts):
    """HarfBuzz's raster against FreeType's (Pillow's) for a line that needs no shaping."""
    slot = Slot("t", "text", (10, 10, 500, 60), size=40, min_size=40)
    fitted = fit_text(FilledSlot(slot, "#000000", text="Hamburgefonts 0123"), fonts, "en", unit_per_size=1.0)
    drawn = draw_mask(fitted, 10, 10, 1.0)
    assert drawn is not None
    mine, theirs = Image.new("L", (520, 80)), Image.new("L", (520, 80))
    mine.paste(drawn.mask, (drawn.left, drawn.top))
    face = ImageFont.truetype(FONTS / "NotoSans-Regular.ttf", 160, layout_engine=ImageFont.Layout.BASIC)
    large = Image.new("L", (520 * 4, 80 * 4))
    for run in fitted.runs:
        for glyph in run.glyphs:
            at = ((10 + run.x + glyph.x) * 4, (10 + run.y) * 4)
            ImageDraw.Draw(large).text(at, run.text[glyph.cluster], 255, font=face, anchor="ls")
    theirs = large.resize((520, 80), Image.Resampling.BOX)
    reference = np.asarray(theirs, dtype=int)

    def apart(right: int) -> float:
        return float(np.abs(np.roll(np.asarray(mine, dtype=int), right, axis=1) - reference).mean())

    assert apart(0) < 2.5  # FreeType hints a little even at four times the size
    assert apart(0) < 0.3 * min(apart(1), apart(-1))
    assert np.asarray(mine).sum() == pytest.approx(np.asarray(theirs).sum(), rel=0.02)


def test_text_that_cannot_be_drawn_fails_with_its_slot(fonts, brand):
    base = prepare_base(source(), Output("jpeg"))
    for text, code in (("ok \U0001f9ff", "text.glyph_missing"), ("long " * 200, "text.overflow")):
        filled = FilledSlot(Slot("head", "text", (0, 0, 300, 40), size=30, min_size=20), "#000000", text=text)
        with pytest.raises(RenderError) as caught:
            render_image(base, [filled], brand, BrandRules(), "en", fonts)
        assert (caught.value.code, caught.value.params["slot"]) == (code, "head")


def test_the_logo_follows_the_ground_behind_it(fonts, brand):
    half = Image.new("RGB", (800, 400), "#ffffff")
    half.paste("#10201c", (400, 0, 800, 400))
    base = prepare_base(logos.encode(half, "PNG"), Output("png"))
    pair = [FilledSlot(Slot(f"l{x}", "logo", (x, 100, 400, 200), ground="auto"), "#000000") for x in (0, 400)]
    drawn = Image.open(io.BytesIO(render_image(base, pair, brand, BrandRules(), "en", fonts).data))
    left, right = np.asarray(drawn.crop((0, 0, 400, 400)).convert("L")), np.asarray(drawn.crop((400, 0, 800, 400)))
    assert left.min() < 80
    assert right.max() > 200


def test_a_refused_logo_names_its_slot(fonts):
    base = prepare_base(source(), Output("jpeg"))
    filled = FilledSlot(Slot("logo", "logo", (0, 0, 300, 100)), "#000000")
    with pytest.raises(RenderError) as caught:
        render_image(base, [filled], BrandSpec("X", "#000000", "#000000"), BrandRules(), "en", fonts)
    assert (caught.value.code, caught.value.params["slot"]) == ("logo.missing", "logo")


@pytest.mark.parametrize(
    ("url", "colour", "side", "code"),
    [("", "#000000", 150, "qr.empty"), ("https://example.org/" + "x" * 300, "#000000", 60, "qr.too_small"),
     ("https://example.org", "#d98b2b", 150, "qr.contrast")],
)  # fmt: skip
def test_a_code_no_phone_could_read_is_refused(url, colour, side, code, fonts, brand):
    base = prepare_base(source(), Output("jpeg"))
    filled = FilledSlot(Slot("qr", "qr", (0, 0, side, side)), colour, url=url)
    with pytest.raises(RenderError) as caught:
        render_image(base, [filled], brand, BrandRules(), "en", fonts)
    assert caught.value.code == code


def test_an_image_slot_is_covered_and_an_empty_one_warned_of(fonts, brand):
    base = prepare_base(source(), Output("png"))
    photo = Image.new("RGB", (300, 100), "#b3123c")
    slot = Slot("photo", "image", (100, 100, 120, 120))
    filled = FilledSlot(slot, "#000000", picture=logos.encode(photo, "JPEG", quality=95))
    drawn = Image.open(io.BytesIO(render_image(base, [filled], brand, BrandRules(), "en", fonts).data))
    for at in ((101, 101), (218, 218), (160, 160)):
        assert max(abs(a - b) for a, b in zip(drawn.getpixel(at), (179, 18, 60), strict=True)) < 8
    assert drawn.getpixel((99, 99)) == scene((600, 314)).getpixel((99, 99))
    result = render_image(base, [FilledSlot(slot, "#000000")], brand, BrandRules(), "en", fonts)
    assert [problem.code for problem in result.warnings] == ["image.empty"]


def test_outputs_of_another_size_scale_the_layout(fonts, brand):
    base = prepare_base(source((1200, 628)), Output("png", 600, 314))
    filled = FilledSlot(Slot("box", "box", (200, 100, 400, 200)), "#ff0000")
    drawn = Image.open(io.BytesIO(render_image(base, [filled], brand, BrandRules(), "en", fonts).data))
    assert drawn.size == (600, 314)
    assert drawn.getpixel((100, 50)) == drawn.getpixel((299, 149)) == (255, 0, 0)
    assert drawn.getpixel((99, 49)) != (255, 0, 0)
    with pytest.raises(RenderError, match=r"image\.aspect"):
        prepare_base(source((1200, 628)), Output("png", 600, 600))


def test_colour_and_orientation_are_kept_metadata_is_not():
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Camera of A. Author"
    turned = logos.encode(scene((300, 200)), "JPEG", exif=exif, quality=95)
    base = prepare_base(turned, Output("jpeg"))
    assert (base.width, base.height) == (200, 300)
    data = splice(base.encoded, [], base.image.crop)  # type: ignore[arg-type]
    assert b"Author" not in data
    assert b"Exif" not in data
    profile = ImageCms.ImageCmsProfile(io.BytesIO(Image.open(io.BytesIO(data)).info["icc_profile"]))
    assert "sRGB" in ImageCms.getProfileDescription(profile)
    png = prepare_base(source((40, 30)), Output("png")).encoded
    assert isinstance(png, PngBase)
    assert b"sRGB" in png.head
    cmyk = prepare_base(logos.cmyk_jpeg(), Output("jpeg"))
    assert max(abs(a - b) for a, b in zip(cmyk.image.getpixel((250, 200)), (10, 92, 74), strict=True)) < 12
    assert min(cmyk.image.getpixel((5, 5))) > 250


def test_sources_are_refused_by_code():
    for data, output, code in (
        (b"nothing", Output("jpeg"), "image.unknown_type"),
        (logos.truncated_png(), Output("jpeg"), "image.damaged"),
        (logos.bomb_png(), Output("png"), "image.too_many_pixels"),
        (source((30, 20)), Output("pdf"), "image.format"),
    ):
        with pytest.raises(RenderError) as caught:
            prepare_base(data, output)
        assert caught.value.code == code


def test_bases_are_made_once():
    data = source((64, 48))
    assert prepare_base(data, Output("jpeg")) is prepare_base(bytes(data), Output("jpeg"))
    assert prepare_base(data, Output("jpeg")) is not prepare_base(data, Output("png"))


def test_inspection_in_the_jail_equals_the_one_here():
    data = logos.turned_jpeg()
    facts = inspect_image(data)
    assert facts == inspect_image(data, jailed=False)
    assert (facts.width, facts.height, facts.format, facts.translucent) == (400, 800, "jpeg", False)
