"""The house wall with its lit windows, in local units: (0, 0) is the wall's foot, y runs up as negative."""

from __future__ import annotations

from assets.make.svg import Board, circle, line, path, rect

EAVE = "#0a302b"
SNOW = "#eef2ec"
AMBER = "#f2a61c"


def _panes(x: float, y: float, w: float, h: float) -> list[str]:
    return [line(f"M{x + w / 2} {y}v{h}M{x} {y + h * 0.4}h{w}", EAVE, 6, cap="butt")]


def _sill(x: float, y: float, w: float) -> list[str]:
    snow = f"M{x - 6} {y}c6 -9 22 -8 30 -5s24 -4 36 -1s18 -4 {w - 54} 6z"
    return [rect(x - 9, y, w + 18, 11, EAVE), path(snow, SNOW)]


def _lamp(x: float, y: float, w: float) -> list[str]:
    cx = x + w * 0.72
    return [
        line(f"M{cx} {y}v26", "#7a4a05", 3, cap="butt"),
        path(f"M{cx - 15} {y + 40}l8 -14h14l8 14z", "#7a4a05"),
        circle(cx, y + 43, 5, "#fff3d0"),
    ]


def _plant(x: float, y: float, h: float) -> list[str]:
    cx, foot = x + 22, y + h
    leaves = (
        f"M{cx} {foot - 16}c-2 -22 -16 -30 -20 -32c0 14 6 26 20 32z"
        f"M{cx} {foot - 16}c2 -26 12 -36 18 -40c2 18 -4 32 -18 40z"
        f"M{cx} {foot - 16}c-6 -28 -2 -40 0 -46c6 12 6 30 0 46z"
    )
    return [path(leaves, "#5f4207"), path(f"M{cx - 9} {foot - 17}h18l-3 17h-12z", "#8a4b12")]


def _reader(x: float, y: float, h: float) -> list[str]:
    cx, foot = x + 32, y + h
    return [
        circle(cx, foot - 46, 12, "#6b4306"),
        path(f"M{cx - 26} {foot}c0 -26 8 -34 24 -34c18 0 26 12 28 34z", "#6b4306"),
        path(f"M{cx + 10} {foot - 24}l24 -8l4 18l-24 8z", "#fff3d0"),
    ]


def window(
    board: Board, x: float, y: float, *, lit: bool = True, inside: str = "", w: float = 92, h: float = 118
) -> None:
    """One sash window; lit ones glow, show curtains and what is `inside`: lamp, plant, reader or nothing."""
    if lit:
        board.glow(x + w / 2, y + h / 2, 130, "#f7b733", 0.30)
    pane = (
        board.gradient([(0, "#ffce63", 1), (1, AMBER, 1)])
        if lit
        else board.gradient([(0, "#0e423b", 1), (1, "#0b332e", 1)])
    )
    board.add(rect(x - 4, y - 4, w + 8, h + 4, EAVE), rect(x, y, w, h, pane))
    if lit:
        board.add(
            path(
                f"M{x} {y}h24c0 34 -6 70 -18 {h - 4}h-6zM{x + w} {y}h-24c0 34 6 70 18 {h - 4}h6z",
                "#d98b12",
                opacity=0.75,
            )
        )
        board.add(*{"lamp": _lamp(x, y, w), "plant": _plant(x, y, h), "reader": _reader(x, y, h)}.get(inside, []))
    else:
        board.add(path(f"M{x + 8} {y + h - 8}L{x + w - 30} {y + 8}h16L{x + 24} {y + h - 8}z", "#1b5a50", opacity=0.5))
    board.add(*_panes(x, y, w, h), *_sill(x, y + h, w))


def wall(board: Board, width: float, height: float) -> None:
    """The wall from (0, -height) to (width, 0) with siding, eave, snow on the eave and icicles."""
    tone = board.gradient([(0, "#124740", 1), (0.35, "#17524a", 1), (1, "#1c5d53", 1)])
    board.add(rect(0, -height, width, height, tone))
    courses = "".join(f"M0 {-height + 40 + 24 * i}h{width}" for i in range(int((height - 40) / 24)))
    board.add(line(courses, EAVE, 1.5, opacity=0.28, cap="butt"))
    top = -height - 14
    board.add(rect(0, top + 22, width, 16, "#0a302b", opacity=0.45))
    board.add(rect(-20, top, width + 20, 22, EAVE))
    bumps, x = [f"M-28 {top + 3}c-2 -14 12 -18 24 -17"], -4.0
    for step, (length, rise) in enumerate([(86, -5), (64, 4), (110, -4), (72, 5), (96, -6), (60, 4), (104, 2)] * 4):
        if x > width:
            break
        bumps.append(f"s{length * 0.55:.0f} {rise} {length} {0 if step % 2 else -1}")
        x += length
    board.add(path("".join(bumps) + f"V{top + 5}H-24z", SNOW))
    drops = []
    for i, at in enumerate([14, 30, 39, 96, 104, 190, 205, 214, 300, 392, 400, 470, 560, 574]):
        if at < width:
            drops.append(f"M{at} {top + 22}h6l-3 {[18, 11, 24, 14][i % 4]}z")
    board.add(path("".join(drops), "#dfe9e3", opacity=0.8))
