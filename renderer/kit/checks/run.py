"""The order of the checks: what can be read first, then what can be tried."""

from __future__ import annotations

from renderer.kit.archive import KitFiles
from renderer.kit.checks.media import check_media
from renderer.kit.checks.pieces import Counted, Progress, check_drawn, check_texts, piece_count
from renderer.kit.checks.structure import check_structure
from renderer.kit.checks.templates import check_slots
from renderer.kit.checks.translations import check_translations
from renderer.kit.load import try_load
from renderer.kit.samples import kit_samples
from renderer.report import Problem, has_errors
from renderer.text.fonts import FontBook

_ORDER = {"error": 0, "warning": 1, "note": 2}


def nobody(_done: int, _total: int) -> None:
    """Tells nobody how far a check is."""


def check_kit(files: KitFiles, fonts: FontBook | None = None, *, tell: Progress = nobody) -> list[Problem]:
    """Every problem of a kit, errors first, each with code, path and, where there is one, line.

    With `fonts` each piece is also drawn with each sample brand in each locale, once nothing else is wrong.
    `tell(done, total)` hears of every piece that was tried; nothing else a check does takes long.
    """
    kit, problems = try_load(files)
    if kit is None:
        return in_order(problems)
    problems += check_structure(kit)
    problems += check_translations(kit)
    samples, found = kit_samples(kit)
    problems += found
    problems += check_media(kit)
    count = Counted(tell, piece_count(kit, samples, drawn=fonts is not None))
    problems += check_texts(kit, samples, count)
    problems += check_slots(kit, samples)
    if fonts is not None and not has_errors(problems):
        problems += check_drawn(kit, samples, fonts, count)
    return in_order(problems)


def in_order(problems: list[Problem]) -> list[Problem]:
    """Without repetitions; errors, warnings, notes, then by place."""
    unique: dict[tuple[object, ...], Problem] = {}
    for item in problems:
        unique.setdefault((item.code, item.message, item.path, item.line, item.asset, item.slot, item.locale), item)
    return sorted(unique.values(), key=lambda item: (_ORDER[item.severity], item.path or "", item.line or 0, item.code))
