"""What a kit check wants to know of a picture before it is used: type, size, colours, orientation, profile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import cast

from renderer.errors import RenderError
from renderer.image.opening import RasterFormat, open_picture, recognise_raster
from renderer.jail import JailResult, run_jailed


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """Upright size in pixels, whether any pixel is translucent, and what opening it took (`cmyk_converted`, …)."""

    format: RasterFormat
    width: int
    height: int
    translucent: bool
    done: tuple[str, ...]


def inspect_image(data: bytes, *, jailed: bool = True) -> ImageFacts:
    """Opens the picture, in a process of its own unless `jailed` is False.

    RenderError `image.unknown_type`, `image.damaged`, `image.too_many_pixels`, `file.too_costly`, `file.unreadable`.
    """
    if not jailed:
        return _inspect(data)
    values = run_jailed("image.inspect", data, {}).values
    try:
        return ImageFacts(
            cast(RasterFormat, str(values["format"])),
            int(values["width"]),
            int(values["height"]),
            bool(values["translucent"]),
            tuple(str(code) for code in values["done"]),
        )
    except (KeyError, TypeError, ValueError):
        raise RenderError("file.unreadable", "The file cannot be read safely; export it again.") from None


def inspect_task(data: bytes, _args: Mapping[str, str]) -> JailResult:
    """`inspect_image` as a task of `renderer.jail`."""
    facts = asdict(_inspect(data))
    return JailResult({**facts, "done": list(facts["done"])})


def _inspect(data: bytes) -> ImageFacts:
    kind = recognise_raster(data)
    if kind is None:
        raise RenderError("image.unknown_type", "The picture is none of PNG, JPEG, WebP, TIFF, GIF. Export it as one.")
    opened = open_picture(data, kind)
    translucent = opened.image.getchannel("A").histogram()[255] < opened.image.width * opened.image.height
    return ImageFacts(kind, *opened.image.size, translucent, tuple(code for code, _ in opened.done))
