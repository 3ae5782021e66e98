"""What intake has to say about a logo: the sentences of its notes, warnings and refusals."""

from __future__ import annotations

from typing import Any

from renderer.errors import RenderError
from renderer.report import Problem, Severity

_SENTENCES = {
    "logo.trimmed": "The empty margin, {percent} % of the area, was cut off.",
    "logo.removed": "Removed from the SVG: {what} ({count}×).",
    "logo.white_removed": "The white ground was made transparent, so that the logo also stands on coloured grounds.",
    "logo.white_kept": "The logo stands on a white ground of its own, which shows on coloured grounds. "
    "Export it without the background.",
    "logo.on_tile": "The logo stands on a ground of its own ({colour}), which was kept.",
    "logo.pdf_outlined": "The PDF page was made into outlines; its colours are sRGB now.",
    "logo.first_frame": "Only the first of {frames} frames or pages was taken.",
    "logo.depth_reduced": "16 bits per channel were reduced to 8.",
    "logo.turned": "The picture was turned upright as its EXIF orientation says.",
    "logo.colours_converted": "Colours were converted from the embedded profile to sRGB.",
    "logo.cmyk_converted": "CMYK without a profile was converted to sRGB; check the colours.",
    "logo.profile_ignored": "The embedded colour profile is damaged and was ignored; check the colours.",
}
_WARNINGS = frozenset({"logo.removed", "logo.white_kept", "logo.cmyk_converted", "logo.profile_ignored"})


def note(code: str, **params: Any) -> Problem:
    """What was done, as a note; what may have changed the look, as a warning."""
    severity: Severity = "warning" if code in _WARNINGS else "note"
    return Problem(code, _SENTENCES[code].format(**params), severity, params=params)


def small_for_print(measured: float, needed: int) -> Problem:
    """Enough for the screen, blurred on paper."""
    message = (
        f"The logo is {measured:.0f} px on its longer side; print needs {needed} px. "
        "Upload an SVG, or a larger picture, before printing."
    )
    return Problem("logo.small_for_print", message, "warning", params={"measured": round(measured), "needed": needed})


def pale_on_light(measured: float, on_dark: float, needed: float, filename: str) -> Problem:
    """Too pale for white paper: the other slot, or a darker version."""
    name = f"“{filename}” has" if filename else "The logo has"
    mend = (
        "Use it as the logo for dark grounds and add one for light grounds, or take the darkened version."
        if on_dark >= needed
        else "Add a darker version, or take the darkened one."
    )
    message = f"{name} a contrast of {measured:.1f} on white; {needed:.1f} is needed. {mend}"
    params = {"measured": round(measured, 2), "needed": needed, "contrast_on_dark": round(on_dark, 2)}
    return Problem("logo.pale_on_light", message, "error", params=params)


def too_few_pixels(measured: float, needed: int) -> RenderError:
    """Too small for any use."""
    return RenderError(
        "logo.too_few_pixels",
        f"The logo without its margin is {measured:.0f} px on its longer side; at least {needed} px are needed. "
        "Upload an SVG, or a picture of 600 px or more.",
        measured=round(measured),
        needed=needed,
    )


def no_ink() -> RenderError:
    """Nothing to see."""
    return RenderError(
        "logo.no_ink", "Nothing is visible in the logo. Check that its layers are not hidden, and export it again."
    )
