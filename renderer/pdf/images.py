"""Pictures as image XObjects: JPEG as it came (without its metadata), others as two zlib streams."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageOps, UnidentifiedImageError

from renderer.errors import RenderError
from renderer.pdf.objects import ObjectSet, Pieces

MAX_PIXELS = 60_000_000
LOGO_DPI = 400
_SPACES = {1: b"/DeviceGray", 3: b"/DeviceRGB", 4: b"/DeviceCMYK"}


@dataclass(frozen=True, slots=True)
class ImageObjects:
    """An image XObject, first in `objects`, and its size in pixels."""

    objects: tuple[Pieces, ...]
    width: int
    height: int


@lru_cache(maxsize=64)
def logo_objects(png: bytes, width_mm: float) -> ImageObjects:
    """A raster logo: colours and an SMask, scaled down by whole factors while it has 400 dpi or more."""
    picture = _opened(png)
    factor = int(picture.width / max(1.0, width_mm / 25.4 * LOGO_DPI))
    if factor > 1:
        picture = picture.convert("RGBa").reduce(factor).convert("RGBA")  # premultiplied: no dark fringe
    return _flate(picture)


@lru_cache(maxsize=64)
def picture_objects(data: bytes) -> ImageObjects:
    """A picture for an image slot, upright. Raises RenderError `image.invalid`, `image.too_large`."""
    picture = _opened(data)
    plain = picture.mode in ("L", "RGB", "CMYK") and picture.getexif().get(0x0112, 1) == 1
    if picture.format == "JPEG" and plain and not picture.info.get("progression"):
        return _jpeg(data, picture)
    if picture.mode == "CMYK":  # never through RGB
        return _flate_plain(picture)
    return _flate(ImageOps.exif_transpose(picture))


def _opened(data: bytes) -> Image.Image:
    try:
        picture = Image.open(io.BytesIO(data))
        if picture.width * picture.height > MAX_PIXELS:
            raise RenderError(
                "image.too_large",
                f"The picture has {picture.width} × {picture.height} pixels, {MAX_PIXELS // 1_000_000} million are "
                "allowed: scale it down",
                width=picture.width,
                height=picture.height,
            )
        picture.load()
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise RenderError("image.invalid", "The picture cannot be read. Take a PNG, JPEG or WebP") from error
    return picture


def _dictionary(width: int, height: int, space: bytes) -> bytes:
    return b"/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace%s" % (width, height, space)


def _flate(picture: Image.Image) -> ImageObjects:
    """RGB and, where the picture is not opaque, its alpha."""
    objects = ObjectSet()
    place = objects.reserve()
    width, height = picture.size
    has_alpha = "A" in picture.getbands() or "transparency" in picture.info
    entries: list[bytes | int] = [_dictionary(width, height, b"/DeviceRGB")]
    if has_alpha:
        picture = picture.convert("RGBA")
        alpha = picture.getchannel("A")
        if alpha.getextrema() != (255, 255):
            mask = objects.add_stream([_dictionary(width, height, b"/DeviceGray")], alpha.tobytes())
            entries += [b"/SMask ", mask]
    objects.put_stream(place, entries, picture.convert("RGB").tobytes())
    return ImageObjects(tuple(objects.objects), width, height)


def _flate_plain(picture: Image.Image) -> ImageObjects:
    objects = ObjectSet()
    objects.add_stream([_dictionary(*picture.size, b"/DeviceCMYK")], picture.tobytes())
    return ImageObjects(tuple(objects.objects), *picture.size)


def _jpeg(data: bytes, picture: Image.Image) -> ImageObjects:
    """The JPEG's own coding, with its colour profile as ICCBased and all other metadata left out."""
    objects = ObjectSet()
    place = objects.reserve()
    count = len(picture.getbands())
    profile = picture.info.get("icc_profile")
    entries: list[bytes | int]
    if isinstance(profile, bytes) and _profile_channels(profile) == count:
        icc = objects.add_stream([b"/N %d/Alternate%s" % (count, _SPACES[count])], profile)
        entries = [_dictionary(*picture.size, b"[/ICCBased "), icc, b"]"]
    else:
        entries = [_dictionary(*picture.size, _SPACES[count])]
    if count == 4 and "adobe" in picture.info:  # Adobe writes CMYK inverted
        entries.append(b"/Decode[1 0 1 0 1 0 1 0]")
    objects.put_stream(place, [*entries, b"/Filter/DCTDecode"], _without_metadata(data), compress=False)
    return ImageObjects(tuple(objects.objects), *picture.size)


def _profile_channels(profile: bytes) -> int:
    return {b"GRAY": 1, b"RGB ": 3, b"CMYK": 4}.get(profile[16:20], 0)


def _without_metadata(data: bytes) -> bytes:
    """The JPEG without APPn (but APP14, which tells the colour transform) and comments (ITU T.81, B.1)."""
    kept, at = [data[:2]], 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        length = 2 + struct.unpack_from(">H", data, at + 2)[0]
        if marker == 0xDA:
            break
        if not (0xE0 <= marker <= 0xEF or marker == 0xFE) or marker == 0xEE:
            kept.append(data[at : at + length])
        at += length
    return b"".join([*kept, data[at:]])
