"""What the brand page says about a refused logo, and which real pieces it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import url_for

from app.error_texts import problem_text
from app.i18n import gettext as _
from app.i18n.formats import number
from campaigns.kits.queries import KitCard
from campaigns.partners.brand.queries import BrandPage, LogoView, Refusal
from campaigns.partners.brand.rules import MIN_LOGO_CONTRAST
from renderer.report import Problem

PRINT_PIXELS = 600


@dataclass(frozen=True, slots=True)
class RefusalView:
    """A refusal in words: what it is, rows of measured and needed, how to mend it, what may be used instead."""

    refusal: Refusal
    title: str
    rows: list[tuple[str, str]]
    mend: list[str]
    may_darken: bool
    may_use_dark: bool


@dataclass(frozen=True, slots=True)
class LivePiece:
    """A picture of a real piece with this brand."""

    src: str
    alt: str
    width: int
    height: int


def refusal_view(refusal: Refusal) -> RefusalView:
    """Measured, needed, where, how to mend; from the problems' own figures."""
    first, logo = refusal.problems[0], refusal.logo
    on_dark = logo is not None and refusal.ground == "light" and logo.contrast_on_dark >= MIN_LOGO_CONTRAST
    rows = _rows(first, refusal)
    small = logo is not None and logo.kind == "raster" and max(logo.width, logo.height) < PRINT_PIXELS
    if small and logo is not None:
        rows.append((_("Also"), _small(logo)))
    return RefusalView(
        refusal, _title(first), rows, _mend(first, refusal, on_dark, small), refusal.darkened is not None, on_dark
    )


def _title(problem: Problem) -> str:
    return {
        "logo.pale_on_light": _("Too pale for light grounds"),
        "logo.dark_on_dark": _("Too dark for dark grounds"),
        "logo.too_few_pixels": _("Too few pixels"),
        "logo.no_ink": _("Nothing to see in it"),
        "logo.unknown_type": _("Not a picture we can read"),
        "logo.empty": _("The file is empty"),
        "logo.too_large": _("The file is too large"),
        "file.too_costly": _("Too complicated to read"),
    }.get(problem.code, _("This file cannot be used"))


def _rows(problem: Problem, refusal: Refusal) -> list[tuple[str, str]]:
    measured, needed = problem.params.get("measured"), problem.params.get("needed")
    if problem.code in ("logo.pale_on_light", "logo.dark_on_dark"):
        light = refusal.ground == "light"
        where = _("on white") if light else _("on dark green")
        pieces = _("every piece with a light ground") if light else _("every piece with a dark ground")
        return [
            (_("Measured"), _("%(figure)s : 1 %(where)s", figure=number(float(measured or 0), 1), where=where)),
            (_("Needed"), _("%(figure)s : 1", figure=number(float(needed or 0), 1))),
            (_("Where"), pieces),
        ]
    rows = []
    if isinstance(measured, int | float):
        rows.append((_("Measured"), number(measured)))
    if isinstance(needed, int | float):
        rows.append((_("Needed"), number(needed)))
    return rows


def _small(logo: LogoView) -> str:
    size = f"{number(round(logo.width))} × {number(round(logo.height))} px"
    return _("%(size)s; %(needed)s px are needed for print", size=size, needed=number(PRINT_PIXELS))


def _mend(problem: Problem, refusal: Refusal, on_dark: bool, small: bool) -> list[str]:
    said = []
    if problem.code == "logo.pale_on_light":
        said.append(_("Drop the dark version, as SVG or PDF; your designer has one if you have this one."))
        if on_dark:
            said.append(_("This one is read well on dark grounds: you can use it there."))
        if refusal.darkened is not None:
            said.append(_("Until then the darkened copy can stand in its place."))
    elif problem.code == "logo.dark_on_dark":
        said.append(_("Drop the white or bright version of the logo. Without one, your logo stands on a white plate."))
    else:
        said.append(problem_text(problem))
        said.append(_("We read SVG, PDF, PNG, JPEG, WebP, TIFF and GIF."))
    if small:
        said.append(_("For print, an SVG or PDF is best; a PNG of 600 px is enough."))
    return said


def live_pieces(page: BrandPage, cards: Sequence[KitCard], language: str) -> list[LivePiece]:
    """Two real pieces by the real renderer: a page and a picture of the newest kits, in the reader's language.

    None before there is a logo, or a kit to show it on.
    """
    if page.revision_id is None or page.light is None:
        return []
    found: list[LivePiece] = []
    for kind in ("pdf", "image"):
        for card in cards:
            piece = next((asset for asset in card.assets if asset["kind"] == kind and asset["outputs"]), None)
            if piece is None:
                continue
            locale = language if language in card.locales else card.locales[0]
            output = piece["outputs"][0]
            width, height = output["width"] or 640, output["height"] or 905
            name = f"{output['format']}@{output['width']}x{output['height']}" if output["width"] else output["format"]
            src = url_for(
                "brand.preview", version_id=card.version_id, locale=locale, asset_id=piece["id"], output=name,
                r=page.revision_id,
            )  # fmt: skip
            alt = _("%(piece)s of “%(campaign)s” with this logo", piece=piece["title"], campaign=card.title)
            found.append(LivePiece(src, alt, width, height))
            break
    return found
