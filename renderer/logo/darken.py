"""Proposes a darker version of a logo that is too pale for light grounds, in its own hues."""

from __future__ import annotations

import io
import re

import numpy as np
import tinycss2
import tinycss2.color3
from lxml import etree
from PIL import Image

from renderer.logo.contrast import LIGHT_GROUND, format_colour, linear
from renderer.logo.intake import MIN_CONTRAST, finish_raster, finish_vector
from renderer.logo.measure import measured_contrast
from renderer.logo.palette import encode
from renderer.logo.svg import XLINK, Element
from renderer.logo.svg_image import as_data_uri, from_data_uri
from renderer.spec import LogoImage

_COLOURED = ("fill", "stroke", "stop-color", "flood-color", "lighting-color", "color")
_MARGIN = 1.08  # a little beyond the limit, for the rounding of colours
_DECLARED = re.compile(rf"(?<![-\w])({'|'.join(_COLOURED)})\s*:\s*([^;}}]+)", re.I)


def propose_darkened(logo: LogoImage, min_contrast: float = MIN_CONTRAST) -> LogoImage:
    """The logo with all colours darkened by one factor of linear light until it reaches that contrast on white.

    The relation of its colours stays; a vector stays a vector. A logo that is dark enough is returned as it is.
    """
    picture = Image.open(io.BytesIO(logo.png)).convert("RGBA")
    if measured_contrast(picture, LIGHT_GROUND) >= min_contrast:
        return logo
    low, high = 0.0, 1.0
    for _ in range(18):
        middle = (low + high) / 2
        dark_enough = measured_contrast(picture, LIGHT_GROUND, middle) >= min_contrast * _MARGIN
        low, high = (middle, high) if dark_enough else (low, middle)
    if logo.svg is None:
        return finish_raster(_darken_pixels(picture, low), logo.width, logo.height)
    return finish_vector(_darken_svg(logo.svg, low), logo.width, logo.height)


def _darken_pixels(picture: Image.Image, factor: float) -> Image.Image:
    table = [round(encode(linear(value) * factor)) for value in range(256)]
    return picture.point([*table, *table, *table, *range(256)])


def _darken_svg(svg: bytes, factor: float) -> bytes:
    root: Element = etree.fromstring(svg)
    for element in root.iter():
        for name in _COLOURED:
            value = element.get(name)
            if value is not None:
                element.set(name, _darken_value(value, factor))
        style = element.get("style")
        if style is not None:
            element.set("style", _darken_css(style, factor))
        if element.tag.endswith("}style") and element.text:
            element.text = _darken_css(element.text, factor)
        if element.tag.endswith("}image") and element.get(XLINK + "href"):
            picture = Image.open(io.BytesIO(from_data_uri(element.get(XLINK + "href")))).convert("RGBA")
            element.set(XLINK + "href", as_data_uri(_darken_pixels(picture, factor)))
    return bytes(etree.tostring(root, encoding="utf-8"))


def _darken_css(text: str, factor: float) -> str:
    return _DECLARED.sub(lambda found: f"{found[1]}:{_darken_value(found[2], factor)}", text)


def _darken_value(value: str, factor: float) -> str:
    important = "!important" if "!important" in value else ""
    colour = tinycss2.color3.parse_color(value.replace("!important", "").strip())
    if colour is None or isinstance(colour, str):  # none, url(#…), currentColor
        return value
    dark = [encode(linear(255 * float(channel)) * factor) for channel in colour[:3]]
    plain = format_colour((dark[0], dark[1], dark[2]))
    if colour.alpha < 1:
        red, green, blue = (int(channel) for channel in np.round(dark))
        plain = f"rgba({red},{green},{blue},{colour.alpha:g})"
    return plain + (" " + important if important else "")
