"""Answers that show a kit's sample pieces: kept ones at once, the reason in the place of one that cannot be made."""

from __future__ import annotations

from flask import Response, render_template

from app.campaign_words import kit_of
from app.error_texts import problem_text
from app.preview_answer import FRAMED, asked_width, framed, kept_png
from app.sample_form import with_sample_form
from app.security import policy
from app.studio.kit_view import MOST_REASONS, place_of
from app.unit_of_work import container
from campaigns.artifacts import samples
from campaigns.core.errors import DomainError
from campaigns.kits.rules import VersionRef

A4 = (595, 842)


def show_kept(place: samples.Place, version: VersionRef) -> Response | None:
    """The kept piece, without opening the kit for a picture; None where it was not made ahead."""
    storage = container().storage
    png = samples.kept_picture(storage, place, asked_width())
    if png is not None:
        return kept_png(png)
    page = samples.kept_page(storage, place)
    if page is None:
        return None
    data, media_type = page
    return framed(with_sample_form(data, kit_of(version), place.locale), media_type)


def show_refusal(error: DomainError, output: str) -> Response:
    """Why it cannot be made, drawn in the piece's place: a picture where a picture stands, else a page."""
    form, _, size = output.partition("@")
    width, height = A4
    if "x" in size and all(part.isdigit() for part in size.split("x", 1)):
        width, height = (max(int(part), 200) for part in size.split("x", 1))
    drawn = form in ("pdf", "png", "jpeg", "webp")
    reasons = [(item.code, problem_text(item), place_of(item)) for item in error.problems[:MOST_REASONS]]
    page = render_template(
        "studio/refused_piece.svg" if drawn else "studio/refused_piece.html",
        reasons=reasons, width=width, height=height, size=round(min(width, height) / 22),
    )  # fmt: skip
    answer = Response(page, content_type="image/svg+xml") if drawn else framed(page.encode(), "text/html")
    answer.headers["Content-Security-Policy"] = policy(**FRAMED)
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers.pop("ETag", None)
    return answer
