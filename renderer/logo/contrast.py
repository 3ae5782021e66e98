"""Contrast by WCAG 2.2 (relative luminance, 1.4.3 and 1.4.11) and the choice of a logo's variant by it."""

from __future__ import annotations

from dataclasses import dataclass

from renderer.errors import RenderError
from renderer.kit.layout import SlotGround
from renderer.report import Problem
from renderer.spec import BrandSpec, Ground, LogoImage

LIGHT_GROUND = "#ffffff"
DARK_GROUND = "#10201c"


def parse_colour(colour: str) -> tuple[int, int, int]:
    """`#rrggbb` as three bytes. RenderError `colour.invalid` for anything else."""
    digits = colour[1:]
    if len(colour) != 7 or colour[0] != "#" or not all(digit in "0123456789abcdefABCDEF" for digit in digits):
        shown = colour[:40]
        raise RenderError("colour.invalid", f"“{shown}” is not a colour of the form #rrggbb.", measured=shown)
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def format_colour(rgb: tuple[float, float, float]) -> str:
    """Three channels of 0–255 as `#rrggbb`, rounded and clamped."""
    return "#" + "".join(f"{min(255, max(0, round(channel))):02x}" for channel in rgb)


def linear(channel: float) -> float:
    """An sRGB channel of 0–255 as linear light of 0–1 (IEC 61966-2-1)."""
    share = channel / 255
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)


def relative_luminance(colour: str) -> float:
    """WCAG relative luminance (0–1) of `#rrggbb`."""
    red, green, blue = parse_colour(colour)
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)


def luminance_ratio(one: float, other: float) -> float:
    """The WCAG contrast ratio (1–21) of two relative luminances, in either order."""
    high, low = max(one, other), min(one, other)
    return (high + 0.05) / (low + 0.05)


def contrast_ratio(one: str, other: str) -> float:
    """The WCAG contrast ratio (1–21) of two `#rrggbb` colours."""
    return luminance_ratio(relative_luminance(one), relative_luminance(other))


def ground_of(colour: str) -> Ground:
    """Whether a ground of that colour counts as light or dark: by which of black and white is read better on it."""
    return "light" if contrast_ratio(colour, "#000000") >= contrast_ratio(colour, "#ffffff") else "dark"


def choose_logo(brand: BrandSpec, ground: SlotGround, min_contrast: float, *, behind: str | None = None) -> LogoImage:
    """The logo that may stand on that ground: the variant made for it first, else the other if it is read there.

    `auto` follows `behind`, the measured colour behind the slot, and is light (paper) without it.
    RenderError `logo.missing` (ground) without any logo, `logo.contrast` (measured, needed, ground)
    where none reaches `min_contrast`.
    """
    resolved: Ground = (ground_of(behind) if behind else "light") if ground == "auto" else ground
    preferred = (brand.logo_light, brand.logo_dark) if resolved == "light" else (brand.logo_dark, brand.logo_light)
    present = [logo for logo in preferred if logo is not None]
    if not present:
        raise RenderError("logo.missing", f"“{brand.name}” has no logo yet; add one to the brand kit.", ground=resolved)
    for logo in present:
        if contrast_on(logo, resolved) >= min_contrast:
            return logo
    measured = max(contrast_on(logo, resolved) for logo in present)
    raise RenderError(
        "logo.contrast",
        f"The logo of “{brand.name}” has a contrast of {measured:.1f} on a {resolved} ground; "
        f"{min_contrast:.1f} is needed. Add a variant for {resolved} grounds to the brand kit.",
        measured=round(measured, 2),
        needed=min_contrast,
        ground=resolved,
    )


def contrast_on(logo: LogoImage, ground: Ground) -> float:
    """The logo's own contrast on the light or the dark ground, as measured at intake."""
    return logo.contrast_on_light if ground == "light" else logo.contrast_on_dark


@dataclass(frozen=True, slots=True)
class LogoChoice:
    """The logo for a ground and, where it can only be read on a plate of its own, that plate's colour."""

    logo: LogoImage
    plate: str | None = None


def logo_for(brand: BrandSpec, ground: SlotGround, min_contrast: float, *, behind: str | None = None) -> LogoChoice:
    """`choose_logo`, but a brand with one variant is set on a plate where that variant cannot be read.

    RenderError `logo.missing`, or `logo.contrast` if no variant can be read on white or on dark either.
    """
    try:
        return LogoChoice(choose_logo(brand, ground, min_contrast, behind=behind))
    except RenderError as error:
        if error.code != "logo.contrast":
            raise
        other: Ground = "light" if error.params["ground"] == "dark" else "dark"
        logo = choose_logo(brand, other, min_contrast)
        return LogoChoice(logo, LIGHT_GROUND if other == "light" else DARK_GROUND)


def on_plate(slot_id: str) -> Problem:
    """The note that goes with a piece whose logo stands on a plate."""
    message = "The logo stands on a plate, since the brand kit has no variant for this ground."
    return Problem("logo.on_plate", message, "note", slot=slot_id)
