"""A kit's picture made ready once per (source, output): sRGB, upright, sized, encoded in parts that can be replaced."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Literal

from PIL import Image

from renderer.errors import RenderError
from renderer.image.cache import WeightedCache
from renderer.image.jpeg import JpegBase, prepare_jpeg
from renderer.image.opening import open_picture, recognise_raster
from renderer.image.png import PngBase, prepare_png
from renderer.kit.manifest import Output

CACHE_BYTES = 256 * 2**20
_ASPECT_TOLERANCE = 0.01

ImageFormat = Literal["jpeg", "png", "webp"]


@dataclass(frozen=True, slots=True, eq=False)
class ImageBase:
    """The picture without its slots, RGB (or RGBA where it is translucent and the format keeps that).

    `scale` is output pixels per source pixel, the layout's unit. `encoded` holds the reusable parts.
    """

    format: ImageFormat
    image: Image.Image = field(repr=False)
    scale: tuple[float, float]
    encoded: JpegBase | PngBase | None = field(repr=False)

    @property
    def width(self) -> int:
        """Pixels."""
        return self.image.width

    @property
    def height(self) -> int:
        """Pixels."""
        return self.image.height


_bases: WeightedCache[ImageBase] = WeightedCache(CACHE_BYTES, lambda base: 2 * base.width * base.height * 4)


def prepare_base(source: bytes, output: Output, *, digest: str | None = None) -> ImageBase:
    """The base for a PNG, JPEG, WebP, TIFF or GIF and an output `jpeg`, `png` or `webp`, cached in this process.

    `digest` is the source's SHA-256 where the caller knows it. RenderError `image.unknown_type`,
    `image.damaged`, `image.too_many_pixels`, `image.aspect` (measured, needed), `image.format`.
    """
    key = (digest or hashlib.sha256(source).hexdigest(), output)
    return _bases.get(key, lambda: _prepare(source, output))


def _prepare(source: bytes, output: Output) -> ImageBase:
    if output.format not in {"jpeg", "png", "webp"}:
        raise RenderError("image.format", f"A picture cannot be written as {output.format}.", measured=output.format)
    kind = recognise_raster(source)
    if kind is None:
        raise RenderError("image.unknown_type", "The picture is none of PNG, JPEG, WebP, TIFF, GIF. Export it as one.")
    image = open_picture(source, kind).image
    size = (output.width or image.width, output.height or image.height)
    scale = size[0] / image.width, size[1] / image.height
    if abs(scale[0] / scale[1] - 1) > _ASPECT_TOLERANCE:
        raise RenderError(
            "image.aspect",
            f"The picture is {image.width} × {image.height}, the output {size[0]} × {size[1]}: another shape. "
            "Give that output a picture and a layout of its own.",
            measured=round(image.width / image.height, 4),
            needed=round(size[0] / size[1], 4),
        )
    if size != image.size:
        image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    opaque = image.getchannel("A").getextrema()[0] == 255
    if opaque:
        image = image.convert("RGB")
    elif output.format == "jpeg":
        paper = Image.new("RGBA", image.size, "#ffffff")
        paper.alpha_composite(image)
        image = paper.convert("RGB")
    if output.format == "jpeg":
        return ImageBase("jpeg", image, scale, prepare_jpeg(image))
    if output.format == "png":
        return ImageBase("png", image, scale, prepare_png(image))
    return ImageBase("webp", image, scale, None)
