"""Colour proposals from a logo's pixels, and the OKLab arithmetic behind them (Ottosson 2020)."""

from __future__ import annotations

from dataclasses import dataclass
from math import cbrt, cos, hypot, sin

import numpy as np
from PIL import Image

from renderer.logo.contrast import contrast_ratio, format_colour, linear, parse_colour

TEXT_CONTRAST = 4.5  # WCAG 2.2, 1.4.3
_NEUTRAL_CHROMA = 0.035
_SAME_COLOUR = 0.09  # OKLab distance below which two bins are one colour


@dataclass(frozen=True, slots=True)
class Swatch:
    """A colour `#rrggbb` and its WCAG contrast against white (1–21)."""

    colour: str
    contrast: float


@dataclass(frozen=True, slots=True)
class Palette:
    """Proposals: `primary` and `secondary_text` are fit for text on white, `quiet` is a ground to set text on."""

    primary: Swatch
    secondary: Swatch
    quiet: Swatch
    secondary_text: Swatch


def propose_palette(image: Image.Image) -> Palette:
    """Four colours from an RGBA logo; neutral logos get a quiet neutral pair."""
    colours = _clusters(image)
    chromatic = [(weight, lab) for weight, lab in colours if _chroma(lab) >= _NEUTRAL_CHROMA]
    if chromatic:
        first = max(chromatic, key=lambda item: item[0] * (0.25 + _chroma(item[1])))[1]
    else:
        first = min((lab for _, lab in colours), key=lambda lab: lab[0], default=(0.3, 0.0, 0.0))
    rest = [(weight, lab) for weight, lab in chromatic if _distance(lab, first) > 2 * _SAME_COLOUR and weight > 0.01]
    if rest:
        second = max(rest, key=lambda item: item[0] * (0.25 + _chroma(item[1])))[1]
    else:
        # No second colour: the first, clearly lighter or darker, so that the two still pair.
        second = (first[0] + 0.22 if first[0] < 0.6 else first[0] - 0.22, first[1] * 0.85, first[2] * 0.85)
    primary, secondary = darken_to(to_hex(first), TEXT_CONTRAST), to_hex(second)
    tint = min(_chroma(first), 0.012) / max(_chroma(first), 1e-6)
    quiet = to_hex((0.972, first[1] * tint, first[2] * tint))
    return Palette(_swatch(primary), _swatch(secondary), _swatch(quiet), _swatch(darken_to(secondary, TEXT_CONTRAST)))


def darken_to(colour: str, contrast: float) -> str:
    """The colour itself, or the lightest darker shade of its hue with that contrast against white."""
    light, a, b = to_oklab(colour)
    while contrast_ratio(colour, "#ffffff") < contrast and light > 0:
        light -= 0.01
        colour = to_hex((light, a, b))
    return colour


def to_oklab(colour: str) -> tuple[float, float, float]:
    """`#rrggbb` as OKLab (lightness 0–1, a, b)."""
    red, green, blue = (linear(channel) for channel in parse_colour(colour))
    long = cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def to_hex(lab: tuple[float, float, float]) -> str:
    """OKLab as `#rrggbb`; chroma is reduced until the colour lies inside sRGB."""
    light, a, b = lab
    chroma, hue = hypot(a, b), float(np.arctan2(b, a))
    while True:
        channels = _to_linear(light, chroma * cos(hue), chroma * sin(hue))
        if chroma <= 0 or all(-1e-4 <= channel <= 1 + 1e-4 for channel in channels):
            red, green, blue = (encode(channel) for channel in channels)
            return format_colour((red, green, blue))
        chroma = max(0.0, chroma - 0.004)


def encode(light: float) -> float:
    """Linear light of 0–1 as an sRGB channel of 0–255 (IEC 61966-2-1), clamped."""
    light = min(1.0, max(0.0, light))
    return 255 * float(12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055)


def _to_linear(light: float, a: float, b: float) -> tuple[float, float, float]:
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def _clusters(image: Image.Image) -> list[tuple[float, tuple[float, float, float]]]:
    """Colours by weight: solid pixels in bins of 4 bits a channel, neighbours merged into the heavier."""
    small = image.copy()
    small.thumbnail((160, 160), Image.Resampling.NEAREST)
    pixels = np.asarray(small).reshape(-1, 4)
    solid = pixels[pixels[:, 3] >= 200][:, :3]
    if not len(solid):
        return []
    keys = (solid >> 4).astype(np.int32) @ np.array([256, 16, 1])
    found, inverse, counts = np.unique(keys, return_inverse=True, return_counts=True)
    sums = np.zeros((len(found), 3))
    np.add.at(sums, inverse, solid)
    merged: list[tuple[float, tuple[float, float, float]]] = []
    for index in np.argsort(-counts, kind="stable")[:48]:
        mean = sums[index] / counts[index]
        lab, weight = to_oklab(format_colour((mean[0], mean[1], mean[2]))), counts[index] / len(solid)
        for place, (heavier, other) in enumerate(merged):
            if _distance(lab, other) < _SAME_COLOUR:
                merged[place] = (heavier + weight, other)
                break
        else:
            merged.append((float(weight), lab))
    return merged


def _chroma(lab: tuple[float, float, float]) -> float:
    return hypot(lab[1], lab[2])


def _distance(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    return float(np.linalg.norm(np.subtract(one, other)))


def _swatch(colour: str) -> Swatch:
    return Swatch(colour, round(contrast_ratio(colour, "#ffffff"), 2))
