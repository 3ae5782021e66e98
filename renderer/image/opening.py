"""Opens an untrusted picture: size from the header first, then pixels as upright sRGB RGBA without metadata."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import (
    GifImagePlugin,
    Image,
    ImageCms,
    ImageFile,
    ImageOps,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from renderer.errors import RenderError

RasterFormat = Literal["png", "jpeg", "gif", "tiff", "webp"]

MAX_PIXELS = 40_000_000

_PLUGINS: dict[str, type[ImageFile.ImageFile]] = {
    "png": PngImagePlugin.PngImageFile,
    "jpeg": JpegImagePlugin.JpegImageFile,
    "gif": GifImagePlugin.GifImageFile,
    "tiff": TiffImagePlugin.TiffImageFile,
    "webp": WebPImagePlugin.WebPImageFile,
}
# What Pillow's readers are known to raise on damaged files.
_DAMAGE = (OSError, SyntaxError, ValueError, KeyError, IndexError, TypeError, EOFError, struct.error, OverflowError)
_INTENT = ImageCms.Intent.RELATIVE_COLORIMETRIC
_SRGB = ImageCms.createProfile("sRGB")


@dataclass(frozen=True, slots=True)
class OpenedPicture:
    """RGBA pixels in sRGB. `scale` is source pixels per pixel here; `done` names what was done, with parameters."""

    image: Image.Image
    source_size: tuple[int, int]
    scale: float
    done: tuple[tuple[str, dict[str, object]], ...]


def recognise_raster(data: bytes) -> RasterFormat | None:
    """The format by the first bytes; None if it is none of ours."""
    magics: tuple[tuple[bytes, RasterFormat], ...] = (
        (b"\x89PNG\r\n\x1a\n", "png"),
        (b"\xff\xd8\xff", "jpeg"),
        (b"GIF87a", "gif"),
        (b"GIF89a", "gif"),
        (b"II*\x00", "tiff"),
        (b"MM\x00*", "tiff"),
    )
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return next((name for magic, name in magics if data.startswith(magic)), None)


def open_picture(
    data: bytes,
    kind: RasterFormat,
    *,
    subject: str = "image",
    max_pixels: int = MAX_PIXELS,
    max_side: int | None = None,
) -> OpenedPicture:
    """Decodes PNG, JPEG, GIF (first frame), TIFF or WebP; shrinks to about `max_side` before working on pixels.

    RenderError `<subject>.too_many_pixels` (measured, needed) before anything is decoded, `<subject>.damaged`.
    """
    try:
        if kind == "webp":
            check_pixels(_webp_size(data), max_pixels, subject)
        # The plugin itself, not Image.open: no guessing by other readers.
        image: Image.Image = _PLUGINS[kind](io.BytesIO(data))
        check_pixels(image.size, max_pixels, subject)
        done: list[tuple[str, dict[str, object]]] = []
        source_size = image.size
        if isinstance(image, JpegImagePlugin.JpegImageFile) and max_side and max(image.size) > 2 * max_side:
            image.draft(None, (max_side, max_side))
        image.load()
        return _upright_srgb(image, source_size, done, max_side)
    except _DAMAGE as error:
        raise RenderError(
            f"{subject}.damaged",
            "The picture is damaged or cut off. Export it again from its own program.",
            measured=str(error)[:120],
        ) from None


def check_pixels(size: tuple[int, int], max_pixels: int, subject: str) -> None:
    """RenderError `<subject>.too_many_pixels` beyond the limit, `<subject>.damaged` if there are none."""
    width, height = size
    if width < 1 or height < 1:
        raise RenderError(f"{subject}.damaged", "The picture has no pixels. Export it again from its own program.")
    if width * height > max_pixels:
        raise RenderError(
            f"{subject}.too_many_pixels",
            f"The picture has {width} × {height} pixels; at most {max_pixels / 1e6:.0f} million are accepted. "
            "Export it smaller; 2000 pixels are plenty for most uses.",
            measured=width * height,
            needed=max_pixels,
        )


def _upright_srgb(
    image: Image.Image, source_size: tuple[int, int], done: list[tuple[str, dict[str, object]]], max_side: int | None
) -> OpenedPicture:
    orientation = image.getexif().get(0x0112, 1)
    profile, info = image.info.get("icc_profile"), image.info
    if getattr(image, "n_frames", 1) > 1:
        done.append(("first_frame", {"frames": getattr(image, "n_frames", 1)}))
    if image.mode == "CMYK" and image.format == "JPEG" and "adobe" not in info:
        image = Image.eval(image, lambda value: 255 - value)  # Pillow takes every CMYK JPEG for Adobe's inverted kind
    if image.mode in {"I;16", "I;16B", "I;16L", "I", "F"}:
        image = _to_eight_bits(image)
        done.append(("depth_reduced", {}))
    if max_side and max(image.size) > max_side and image.mode in {"RGB", "RGBA", "L", "LA", "CMYK"}:
        image = image.reduce(-(-max(image.size) // max_side))
    if image.mode not in {"RGB", "L", "CMYK", "LAB"} or "transparency" in info:
        image = image.convert("RGBA")
    image = _to_srgb(image, profile, done)
    if orientation in range(2, 9):
        image.getexif()[0x0112] = orientation
        image = ImageOps.exif_transpose(image)
        done.append(("turned", {"orientation": orientation}))
        source_size = source_size[::-1] if orientation >= 5 else source_size
    clean = Image.frombytes("RGBA", image.size, image.convert("RGBA").tobytes())  # no metadata can follow
    return OpenedPicture(clean, source_size, source_size[0] / clean.width, tuple(done))


def _to_eight_bits(image: Image.Image) -> Image.Image:
    values = np.asarray(image).astype(np.float64)
    top = 65535.0 if values.max(initial=0.0) > 255 or image.mode.startswith("I;16") else 255.0
    if image.mode == "F" and values.max(initial=0.0) <= 1.0:
        top = 1.0
    return Image.fromarray(np.clip(values * (255 / top) + 0.5, 0, 255).astype(np.uint8), "L")


def _to_srgb(image: Image.Image, profile: bytes | None, done: list[tuple[str, dict[str, object]]]) -> Image.Image:
    alpha = image.getchannel("A") if "A" in image.getbands() else None
    colours = image.convert("RGB") if alpha is not None else image
    was = colours.mode
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(colours, source, _SRGB, renderingIntent=_INTENT, outputMode="RGB")
            colours = converted or colours
            done.append(("colours_converted", {"from": _profile_name(source)}))
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            done.append(("profile_ignored", {}))
    if was in {"CMYK", "LAB"} and not (done and done[-1][0] == "colours_converted"):
        done.append(("cmyk_converted", {}))
    colours = colours.convert("RGB")
    if alpha is not None:
        colours.putalpha(alpha)
    return colours


def _profile_name(profile: ImageCms.ImageCmsProfile) -> str:
    try:
        return ImageCms.getProfileDescription(profile).strip()[:60]
    except ImageCms.PyCMSError:
        return ""


def _webp_size(data: bytes) -> tuple[int, int]:
    """The canvas of a WebP from its first chunk (RFC 9649), before the decoder reserves it."""
    chunk, body = data[12:16], data[20:30]
    if chunk == b"VP8X":
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if chunk == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF
