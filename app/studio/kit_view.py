"""What the studio says of a kit: numbered problems beside their pieces, the coverage table, who runs which version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.error_texts import problem_text
from app.i18n import gettext as _
from app.i18n.formats import number
from app.unit_of_work import container
from campaigns.artifacts.samples import Place, SampleState, refusal, state_of
from campaigns.kits.queries import KitPage
from campaigns.kits.rules import problem_of
from renderer.report import Problem

MOST = 60
MOST_REASONS = 5
SYMBOLS = {
    "fits": ("ok", "check"),
    "translated": ("wait", "part"),
    "partial": ("warn", "part"),
    "missing": ("wait", "none"),
    "overflows": ("danger", "over"),
    "failed": ("danger", "stop"),
}


@dataclass(frozen=True, slots=True)
class Numbered:
    """A problem with its number on the page; the same number stands on the piece."""

    number: int
    problem: Problem
    sentence: str
    where: str


@dataclass(frozen=True, slots=True)
class PieceView:
    """A piece on the desk: in the language of its first problem, with the pins of all."""

    asset: Mapping[str, Any]
    output: str
    width: int | None
    height: int | None
    locale: str
    pins: tuple[Numbered, ...]
    state: SampleState = "missing"
    reasons: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Desk:
    """The pieces on the desk; while a worker makes them, so many are there."""

    pieces: tuple[PieceView, ...]
    making: bool

    @property
    def done(self) -> int:
        """Pieces that can be shown, or said not to be possible, without drawing."""
        return sum(1 for piece in self.pieces if piece.state != "missing")


@dataclass(frozen=True, slots=True)
class CellView:
    """A cell of the coverage table in words."""

    kind: str
    symbol: str
    word: str
    css: str


def numbered(page: KitPage) -> list[Numbered]:
    """Errors and warnings with numbers, errors first; notes are left to the end of the list."""
    order = {"error": 0, "warning": 1, "note": 2}
    found = sorted((problem_of(item) for item in page.problems), key=lambda item: order[item.severity])
    return [Numbered(at, item, problem_text(item), place_of(item)) for at, item in enumerate(found[:MOST], start=1)]


def place_of(problem: Problem) -> str:
    parts = [problem.path or ""]
    if problem.slot:
        parts.append(_("slot “%(slot)s”", slot=problem.slot))
    if problem.line:
        parts.append(_("line %(line)s", line=problem.line))
    return ", ".join(part for part in parts if part)


def pieces(page: KitPage, problems: Sequence[Numbered]) -> list[PieceView]:
    """One picture per piece, the first output of each."""
    shown = []
    for asset in page.manifest["assets"]:
        pins = tuple(item for item in problems if item.problem.asset == asset["id"] and item.problem.severity != "note")
        locale = next((item.problem.locale for item in pins if item.problem.locale), page.manifest["source_locale"])
        first = asset["outputs"][0]
        size = f"@{first['width']}x{first['height']}" if first["width"] else ""
        shown.append(PieceView(asset, first["format"] + size, first["width"], first["height"], locale, pins))
    return shown


def desk(page: KitPage, problems: Sequence[Numbered], sample: str, locale: str, making: bool) -> Desk:
    """The pieces with a sample brand, in `locale` or each in its own; which are kept, refused or still being made."""
    storage, shown = container().storage, []
    for piece in pieces(page, problems):
        where = Place(page.chosen.id, sample, locale or piece.locale, piece.asset["id"], piece.output)
        state = state_of(storage, where)
        reasons = (
            [(item.code, problem_text(item), place_of(item)) for item in refusal(storage, where)]
            if (state == "refused")
            else []
        )
        shown.append(replace(piece, locale=where.locale, state=state, reasons=tuple(reasons[:MOST_REASONS])))
    return Desk(tuple(shown), making and not all(piece.state != "missing" for piece in shown))


def cell(page: KitPage, asset_id: str, locale: str) -> CellView:
    """One piece in one language."""
    found = page.coverage.get("pieces", {}).get(asset_id, {}).get(locale)
    if found is None:
        return CellView("wait", "dot", _("not checked"), "")
    state = found["state"]
    kind, symbol = SYMBOLS[state]
    if state == "overflows":
        over = found.get("over")
        word = (
            _("%(figure)s %(unit)s over", figure=number(over, 1), unit=found.get("unit", ""))
            if over
            else _("overflows")
        )
    elif state == "partial":
        word = _("%(done)s of %(total)s", done=number(found["translated"]), total=number(found["total"]))
    else:
        word = {
            "fits": _("fits"), "translated": _("translated"), "missing": _("missing"), "failed": _("cannot be made"),
        }[state]  # fmt: skip
    css = "hit" if kind == "danger" else "soft" if kind == "warn" else ""
    return CellView(kind, symbol, word, css)
