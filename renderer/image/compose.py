"""A base, the filled slots and a brand to the finished picture; only what lies under the slots is drawn and encoded."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from PIL import Image

from renderer.errors import RenderError
from renderer.image.base import ImageBase
from renderer.image.cache import WeightedCache
from renderer.image.encode import MEDIA_TYPES, encode
from renderer.image.geometry import Rect, intersect, moved
from renderer.image.layers import (
    CACHE_BYTES,
    Layer,
    code_layer,
    flat_layer,
    picture_layer,
    pixel_layer,
    weigh_picture,
)
from renderer.image.textmask import TextMask, draw_mask
from renderer.kit.manifest import BrandRules
from renderer.logo.contrast import format_colour, logo_for, on_plate, parse_colour
from renderer.logo.placement import PLATE_MARGIN, place_logo, plate_around
from renderer.logo.vector import draw_svg
from renderer.report import Problem
from renderer.spec import BrandSpec, FilledSlot, LogoImage, direction
from renderer.text.fit import fit_text
from renderer.text.fonts import FontBook

MIN_LOGO_PX = 24.0  # of the layout: narrower is a blot on any screen; a kit's minimum in mm is for paper


@dataclass(frozen=True, slots=True)
class ImageResult:
    """The finished picture. The same request gives the same bytes."""

    data: bytes = field(repr=False)
    media_type: str
    width: int
    height: int
    warnings: tuple[Problem, ...] = ()


class _Drawn(NamedTuple):
    mask: TextMask | None
    warnings: tuple[Problem, ...]


_texts: WeightedCache[_Drawn] = WeightedCache(
    CACHE_BYTES, lambda drawn: 200 + (weigh_picture(drawn.mask.mask) if drawn.mask else 0)
)
_logos: WeightedCache[Image.Image] = WeightedCache(CACHE_BYTES, weigh_picture)


def render_image(
    base: ImageBase, slots: Sequence[FilledSlot], brand: BrandSpec, rules: BrandRules, locale: str, fonts: FontBook
) -> ImageResult:
    """Draws the slots in their order (later ones on top) and encodes.

    RenderError of the slot at fault, with `slot` among its parameters: `text.overflow`, `text.glyph_missing`,
    `logo.missing`, `logo.contrast`, `logo.too_small`, `qr.*`, `image.*`.
    """
    layers: list[Layer] = []
    warnings: list[Problem] = []
    for filled in slots:
        layer, problems = _layer(base, filled, brand, rules, locale, fonts)
        warnings.extend(problems)
        if layer is not None and intersect(layer.rect, (0, 0, base.width, base.height)):
            layers.append(layer)
    data = encode(base, [_clipped(base, layer.rect) for layer in layers], lambda area: compose(base, layers, area))
    return ImageResult(data, MEDIA_TYPES[base.format], base.width, base.height, tuple(warnings))


def compose(base: ImageBase, layers: Sequence[Layer], area: Rect | None = None) -> Image.Image:
    """The pixels of `area` (the whole picture if None) with all layers over them."""
    area = area or (0, 0, base.width, base.height)
    picture = base.image.crop(area)
    for layer in layers:
        shared = intersect(layer.rect, area)
        if shared is None:
            continue
        local = moved(shared, -layer.left, -layer.top)
        place = (shared[0] - area[0], shared[1] - area[1])
        whole = local == (0, 0, layer.mask.width, layer.mask.height)
        mask = layer.mask if whole else layer.mask.crop(local)
        paint = layer.paint
        if isinstance(paint, Image.Image) and not whole:
            paint = paint.crop(local)
        if picture.mode == "RGB":
            box = (place[0], place[1], place[0] + mask.width, place[1] + mask.height)
            picture.paste(paint, box, mask)
        else:
            over = paint.copy() if isinstance(paint, Image.Image) else Image.new("RGB", mask.size, paint)
            over.putalpha(mask)
            picture.alpha_composite(over, place)
    return picture


def _layer(
    base: ImageBase, filled: FilledSlot, brand: BrandSpec, rules: BrandRules, locale: str, fonts: FontBook
) -> tuple[Layer | None, tuple[Problem, ...]]:
    slot, rect = filled.slot, _pixels(base, filled.slot.box)
    if slot.type == "text":
        drawn = _texts.get(
            (slot, filled.text, locale, base.scale, fonts.directory), lambda: _draw_text(base, filled, locale, fonts)
        )
        if drawn.mask is None:
            return None, drawn.warnings
        return Layer(*drawn.mask, parse_colour(filled.colour)), drawn.warnings
    if slot.type == "logo":
        try:
            return _logo_layer(base, filled, brand, rules, locale)
        except RenderError as error:
            raise RenderError(error.code, error.message, **{**error.params, "slot": slot.id}) from None
    if slot.type == "qr":
        return code_layer(filled, rect), ()
    if slot.type == "image":
        if not filled.picture:
            missing = Problem("image.empty", f"Slot {slot.id} has no picture and stays empty.", "warning", slot=slot.id)
            return None, (missing,)
        return picture_layer(filled, rect), ()
    return flat_layer(filled, rect), ()


def _draw_text(base: ImageBase, filled: FilledSlot, locale: str, fonts: FontBook) -> _Drawn:
    fitted = fit_text(filled, fonts, locale, unit_per_size=1.0)
    x, y, _, _ = filled.slot.box
    return _Drawn(draw_mask(fitted, x * base.scale[0], y * base.scale[1], base.scale[0]), fitted.warnings)


def _logo_layer(
    base: ImageBase, filled: FilledSlot, brand: BrandSpec, rules: BrandRules, locale: str
) -> tuple[Layer, tuple[Problem, ...]]:
    slot = filled.slot
    behind = _mean_colour(base, slot.box) if slot.ground == "auto" else None
    choice = logo_for(brand, slot.ground, rules.min_contrast, behind=behind)
    logo, clear = choice.logo, max(rules.clear_space, PLATE_MARGIN) if choice.plate else rules.clear_space
    placed = place_logo(
        logo, slot.box, clear_space=clear, align=slot.align, min_side=MIN_LOGO_PX, direction=direction(locale)
    )
    left, top, right, bottom = _pixels(base, placed)
    size = right - left, bottom - top
    picture = _logos.get((logo.digest, size), lambda: _draw_logo(logo, size))
    if choice.plate is None:
        return pixel_layer(picture, left, top), ()
    plate = _pixels(base, plate_around(placed, slot.box))
    ground = Image.new("RGBA", (plate[2] - plate[0], plate[3] - plate[1]), (*parse_colour(choice.plate), 255))
    ground.alpha_composite(picture, (max(0, left - plate[0]), max(0, top - plate[1])))
    return pixel_layer(ground, plate[0], plate[1]), (on_plate(slot.id),)


def _draw_logo(logo: LogoImage, size: tuple[int, int]) -> Image.Image:
    if logo.svg is not None:
        return Image.open(io.BytesIO(draw_svg(logo.svg, *size))).convert("RGBA")
    picture = Image.open(io.BytesIO(logo.png)).convert("RGBA")
    # Premultiplied, so that the colour of transparent pixels does not bleed into the edges.
    return picture.convert("RGBa").resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0).convert("RGBA")


def _mean_colour(base: ImageBase, box: tuple[float, float, float, float]) -> str:
    area = _clipped(base, _pixels(base, box))
    pixels = np.asarray(base.image.crop(area).convert("RGB"), dtype=np.float64).reshape(-1, 3)
    red, green, blue = pixels.mean(axis=0) if len(pixels) else (255.0, 255.0, 255.0)
    return format_colour((red, green, blue))


def _pixels(base: ImageBase, box: tuple[float, float, float, float]) -> Rect:
    """A layout box in whole pixels of the output, at least one wide and high."""
    x, y, width, height = box
    left, top = round(x * base.scale[0]), round(y * base.scale[1])
    right, bottom = round((x + width) * base.scale[0]), round((y + height) * base.scale[1])
    return left, top, max(right, left + 1), max(bottom, top + 1)


def _clipped(base: ImageBase, rect: Rect) -> Rect:
    return intersect(rect, (0, 0, base.width, base.height)) or (0, 0, 1, 1)
