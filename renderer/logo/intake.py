"""A partner's uploaded file becomes a `LogoImage`: recognised, sanitised, trimmed, measured, its colours proposed."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from renderer.errors import RenderError
from renderer.image.opening import RasterFormat, open_picture
from renderer.jail import JailResult, run_jailed
from renderer.logo import notes as says
from renderer.logo.contrast import DARK_GROUND, LIGHT_GROUND
from renderer.logo.formats import MIN_PIXELS, PNG_LONG_SIDE, PRINT_PIXELS, LogoFormat, recognise
from renderer.logo.matte import ground_colour, is_near_white, lift_white, tile_box
from renderer.logo.measure import ink_box, ink_share, measured_contrast
from renderer.logo.palette import Palette, Swatch, propose_palette
from renderer.logo.pdf_source import pdf_to_svg
from renderer.logo.svg import sanitise, write
from renderer.logo.vector import draw_svg, drop_white_ground, picture_of, pixel_size, svg_to_pdf, trim_svg
from renderer.report import Problem
from renderer.spec import LogoImage

_NOISE, _JPEG_NOISE = 18, 64
_PREVIEW_PIXELS = 1_600_000  # of a vector's picture: it is drawn anew wherever it is used
MIN_CONTRAST = 3.0  # WCAG 2.2, 1.4.11: graphical objects


@dataclass(frozen=True, slots=True)
class LogoIntake:
    """The logo, what was done to it and what is worth knowing (`notes`), what stands against its use (`problems`).

    `measured` holds plain figures: source_width, source_height, trimmed_percent, contrast_on_light, …
    """

    logo: LogoImage
    source_format: LogoFormat
    notes: tuple[Problem, ...]
    problems: tuple[Problem, ...]
    palette: Palette
    measured: Mapping[str, float] = field(default_factory=dict)


def intake_logo(data: bytes, filename: str = "", *, jailed: bool = True) -> LogoIntake:
    """Takes in SVG(Z), PDF, PNG, JPEG, WebP, TIFF or GIF, known by content; `filename` is only for messages.

    Parsed in a process of its own unless `jailed` is False (then the caller vouches for the file).
    RenderError codes: `logo.empty`, `logo.unknown_type`, `logo.too_large`, `logo.too_many_pixels`, `logo.damaged`,
    `logo.too_few_pixels`, `logo.no_ink`, `logo.svg_*`, `logo.pdf_*`, `file.too_costly`, `file.unreadable`.
    A pale logo is taken in, with `logo.pale_on_light` among its problems.
    """
    if not jailed:
        return _intake(data, filename)
    recognise(data)  # the cheap refusals need no process
    return _decode(run_jailed("logo.intake", data, {"filename": filename}))


def intake_task(data: bytes, args: Mapping[str, str]) -> JailResult:
    """`intake_logo` as a task of `renderer.jail`."""
    return _encode(_intake(data, args.get("filename", "")))


def finish_vector(svg: bytes, width: float, height: float) -> LogoImage:
    """A LogoImage from a sanitised, trimmed SVG of that size in user units."""
    flat = max(width / height, height / width)
    png = draw_svg(svg, *pixel_size(width, height, min(PNG_LONG_SIDE, int((_PREVIEW_PIXELS * flat) ** 0.5))))
    picture = Image.open(io.BytesIO(png)).convert("RGBA")
    return _finish(picture, png, width, height, svg, svg_to_pdf(svg, width, height))


def finish_raster(picture: Image.Image, width: float, height: float) -> LogoImage:
    """A LogoImage from trimmed RGBA pixels; `width`, `height` are source pixels."""
    if max(picture.size) > PNG_LONG_SIDE:
        picture = picture.resize(pixel_size(*picture.size, PNG_LONG_SIDE), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return _finish(picture, out.getvalue(), width, height, None, None)


def _intake(data: bytes, filename: str) -> LogoIntake:
    kind, data = recognise(data)
    notes: list[Problem] = []
    if kind == "svg" or kind == "pdf":  # noqa: PLR1714 (mypy narrows by ==)
        if kind == "pdf":
            data = pdf_to_svg(data)
            notes.append(says.note("logo.pdf_outlined"))
        logo, source_size = _vector(data, notes)
    else:
        logo, source_size = _raster(data, kind, notes)
    trimmed = 100 * max(0.0, 1 - logo.width * logo.height / (source_size[0] * source_size[1]))
    if trimmed >= 1:
        notes.insert(0, says.note("logo.trimmed", percent=round(trimmed)))
    measured = {
        "source_width": float(source_size[0]),
        "source_height": float(source_size[1]),
        "trimmed_percent": round(trimmed, 1),
        "width": logo.width,
        "height": logo.height,
        "ink_share": logo.ink_share,
        "contrast_on_light": logo.contrast_on_light,
        "contrast_on_dark": logo.contrast_on_dark,
    }
    problems = []
    if logo.contrast_on_light < MIN_CONTRAST:
        on_dark = logo.contrast_on_dark
        problems.append(says.pale_on_light(logo.contrast_on_light, on_dark, MIN_CONTRAST, filename))
    palette = propose_palette(Image.open(io.BytesIO(logo.png)).convert("RGBA"))
    return LogoIntake(logo, kind, tuple(notes), tuple(problems), palette, measured)


def _vector(data: bytes, notes: list[Problem]) -> tuple[LogoImage, tuple[float, float]]:
    clean = sanitise(data)
    notes.extend(says.note("logo.removed", what=what, count=count) for what, count in sorted(clean.removed.items()))
    ground = ground_colour(picture_of(clean.root, clean.view, 200))
    if ground is not None and is_near_white(ground):
        code = "logo.white_removed" if drop_white_ground(clean) else "logo.white_kept"
        notes.append(says.note(code))
    view = trim_svg(clean)
    return finish_vector(write(clean.root, view), view[2], view[3]), (clean.view[2], clean.view[3])


def _raster(data: bytes, kind: RasterFormat, notes: list[Problem]) -> tuple[LogoImage, tuple[float, float]]:
    opened = open_picture(data, kind, subject="logo", max_side=2 * PNG_LONG_SIDE)
    notes.extend(says.note(f"logo.{code}", **params) for code, params in opened.done)
    picture, scale = opened.image, opened.scale
    ground = ground_colour(picture)
    box: tuple[int, int, int, int] | None = (0, 0, *picture.size)
    if ground is not None and is_near_white(ground):
        picture = lift_white(picture, ground, noise=_JPEG_NOISE if kind == "jpeg" else _NOISE)
        notes.append(says.note("logo.white_removed"))
        box = ink_box(picture)
    elif ground is not None:
        box = tile_box(picture, ground)
        notes.append(says.note("logo.on_tile", colour="#{:02x}{:02x}{:02x}".format(*ground)))
    else:
        box = ink_box(picture)
    if box is None:
        raise says.no_ink()
    width, height = (box[2] - box[0]) * scale, (box[3] - box[1]) * scale
    if max(width, height) < MIN_PIXELS:
        raise says.too_few_pixels(max(width, height), MIN_PIXELS)
    if max(width, height) < PRINT_PIXELS:
        notes.append(says.small_for_print(max(width, height), PRINT_PIXELS))
    return finish_raster(picture.crop(box), width, height), opened.source_size


def _finish(
    picture: Image.Image, png: bytes, width: float, height: float, svg: bytes | None, pdf: bytes | None
) -> LogoImage:
    return LogoImage(
        kind="vector" if svg else "raster",
        png=png,
        width=round(width, 4),
        height=round(height, 4),
        ink_share=round(ink_share(picture), 4),
        contrast_on_light=round(measured_contrast(picture, LIGHT_GROUND), 2),
        contrast_on_dark=round(measured_contrast(picture, DARK_GROUND), 2),
        digest=hashlib.sha256(svg or png).hexdigest(),
        svg=svg,
        pdf=pdf,
    )


_FIGURES = ("width", "height", "ink_share", "contrast_on_light", "contrast_on_dark")


def _encode(taken: LogoIntake) -> JailResult:
    logo, palette = taken.logo, taken.palette
    values: dict[str, Any] = {
        "kind": logo.kind,
        "digest": logo.digest,
        "figures": {name: getattr(logo, name) for name in _FIGURES},
        "format": taken.source_format,
        "notes": [problem.as_dict() for problem in taken.notes],
        "problems": [problem.as_dict() for problem in taken.problems],
        "palette": [
            [swatch.colour, swatch.contrast]
            for swatch in (palette.primary, palette.secondary, palette.quiet, palette.secondary_text)
        ],
        "measured": dict(taken.measured),
    }
    blobs = {"png": logo.png, "svg": logo.svg, "pdf": logo.pdf}
    return JailResult(values, {name: blob for name, blob in blobs.items() if blob is not None})


def _decode(result: JailResult) -> LogoIntake:
    values, blobs = result.values, result.blobs
    try:
        figures = {name: float(values["figures"][name]) for name in _FIGURES}
        logo = LogoImage(
            kind="vector" if values["kind"] == "vector" else "raster",
            png=blobs["png"], digest=str(values["digest"]), svg=blobs.get("svg"), pdf=blobs.get("pdf"), **figures,
        )  # fmt: skip
        swatches = [Swatch(str(colour), float(contrast)) for colour, contrast in values["palette"]]
        return LogoIntake(
            logo,
            values["format"],
            tuple(Problem(**problem) for problem in values["notes"]),
            tuple(Problem(**problem) for problem in values["problems"]),
            Palette(*swatches),
            {str(name): float(value) for name, value in values["measured"].items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise RenderError("file.unreadable", "The file cannot be read safely; export it again.") from None
