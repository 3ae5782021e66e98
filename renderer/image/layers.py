"""What each kind of slot puts on a picture: a coverage mask with a colour or pixels, at a whole-pixel place."""

from __future__ import annotations

from dataclasses import dataclass, field

import segno
from PIL import Image, ImageOps

from renderer.errors import RenderError
from renderer.image.cache import WeightedCache
from renderer.image.geometry import Rect
from renderer.image.opening import open_picture, recognise_raster
from renderer.logo.contrast import contrast_ratio, parse_colour
from renderer.spec import FilledSlot

QR_MIN_MODULE = 2  # px: below that no camera separates the modules of a screen
QR_MIN_CONTRAST = 4.0  # ISO/IEC 18004 leaves it to the reader; below that phones begin to fail
_QUIET = 4  # modules of margin, ISO/IEC 18004
CACHE_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """`paint` (a colour or RGB pixels of the mask's size) laid over the picture through `mask` (mode L)."""

    left: int
    top: int
    mask: Image.Image = field(repr=False)
    paint: tuple[int, int, int] | Image.Image = field(repr=False)

    @property
    def rect(self) -> Rect:
        """Its place in the picture, which may reach beyond it."""
        return self.left, self.top, self.left + self.mask.width, self.top + self.mask.height


def weigh_picture(picture: Image.Image) -> int:
    """Bytes of pixels, for a cache."""
    return picture.width * picture.height * len(picture.getbands())


_codes: WeightedCache[Image.Image] = WeightedCache(CACHE_BYTES, weigh_picture)
_pictures: WeightedCache[Image.Image] = WeightedCache(CACHE_BYTES, weigh_picture)


def flat_layer(filled: FilledSlot, rect: Rect) -> Layer:
    """A rule or a box: the slot's rectangle in its colour."""
    mask = Image.new("L", (max(1, rect[2] - rect[0]), max(1, rect[3] - rect[1])), 255)
    return Layer(rect[0], rect[1], mask, parse_colour(filled.colour))


def pixel_layer(picture: Image.Image, left: int, top: int) -> Layer:
    """RGBA pixels of that size at that place."""
    return Layer(left, top, picture.getchannel("A"), picture.convert("RGB"))


def picture_layer(filled: FilledSlot, rect: Rect) -> Layer:
    """An image slot: the picture covers the box, cut evenly at its longer sides.

    RenderError `image.unknown_type`, `image.damaged`, `image.too_many_pixels`, each with the slot.
    """
    data, size = filled.picture or b"", (rect[2] - rect[0], rect[3] - rect[1])

    def make() -> Image.Image:
        kind = recognise_raster(data)
        if kind is None:
            raise RenderError(
                "image.unknown_type",
                f"The picture for slot {filled.slot.id} is none of PNG, JPEG, WebP, TIFF, GIF. Upload it as one.",
                slot=filled.slot.id,
            )
        try:
            opened = open_picture(data, kind, max_side=4 * max(size))
        except RenderError as error:
            raise RenderError(error.code, error.message, **{**error.params, "slot": filled.slot.id}) from None
        return ImageOps.fit(opened.image, size, Image.Resampling.LANCZOS)

    return pixel_layer(_pictures.get((data, size), make), rect[0], rect[1])


def code_layer(filled: FilledSlot, rect: Rect) -> Layer:
    """A QR code, whole pixels per module, with its quiet zone on white, centred in the box.

    RenderError `qr.empty`, `qr.too_small` (measured, needed: px), `qr.contrast` (measured, needed).
    """
    slot, room = filled.slot, min(rect[2] - rect[0], rect[3] - rect[1])
    if not filled.url:
        raise RenderError("qr.empty", f"Slot {slot.id} has no address for its QR code.", slot=slot.id)
    contrast = contrast_ratio(filled.colour, "#ffffff")
    if contrast < QR_MIN_CONTRAST:
        raise RenderError(
            "qr.contrast",
            f"The QR code of slot {slot.id} has a contrast of {contrast:.1f} on white; {QR_MIN_CONTRAST:.1f} is needed "
            "for phones to read it. Choose a darker colour.",
            slot=slot.id,
            measured=round(contrast, 2),
            needed=QR_MIN_CONTRAST,
        )
    picture = _codes.get((filled.url, filled.colour, room), lambda: _draw_code(filled, room))
    left = rect[0] + (rect[2] - rect[0] - picture.width) // 2
    top = rect[1] + (rect[3] - rect[1] - picture.height) // 2
    return Layer(left, top, Image.new("L", picture.size, 255), picture)


def _draw_code(filled: FilledSlot, room: int) -> Image.Image:
    code = segno.make_qr(filled.url, error="m", boost_error=False)
    rows = [bytes(row) for row in code.matrix]
    side = len(rows) + 2 * _QUIET
    module = room // side
    if module < QR_MIN_MODULE:
        raise RenderError(
            "qr.too_small",
            f"The QR code of slot {filled.slot.id} needs {side * QR_MIN_MODULE} px; the slot has {room}. "
            "Enlarge the slot or shorten the address.",
            slot=filled.slot.id,
            measured=room,
            needed=side * QR_MIN_MODULE,
        )
    dark = Image.frombytes("L", (len(rows), len(rows)), b"".join(rows)).point([0] + [255] * 255)
    dark = dark.resize((len(rows) * module, len(rows) * module), Image.Resampling.NEAREST)
    picture = Image.new("RGB", (side * module, side * module), "#ffffff")
    picture.paste(parse_colour(filled.colour), (_QUIET * module, _QUIET * module), dark)
    return picture
