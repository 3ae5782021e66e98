"""What guests do behind the windows, in local units: a window is 56 wide and 74 high, (0, 0) its top left."""

from __future__ import annotations

from assets.make.svg import Board, circle, line, path, rect

NIGHT = "#16266f"
BROWN = "#7a4a05"
W, H = 56, 74


def _reader() -> list[str]:
    return [
        path("M8 74V44a9 9 0 0 1 9 -9h9v39z", "#c77f0c"),
        circle(30, 34, 8, NIGHT),
        path("M16 74c-2 -22 4 -30 14 -30c9 0 13 6 14 14l-8 4v12z", NIGHT),
        path("M34 54l14 -7v12l-14 7z", "#fff3d0"),
    ]


def _caller() -> list[str]:
    return [
        circle(28, 32, 8.5, NIGHT),
        path("M12 74c0 -22 5 -31 16 -31s16 9 16 31z", NIGHT),
        line("M40 52L37 36", NIGHT, 5.5),
        rect(34.5, 27, 4.5, 11, "#fff3d0", r=1.5),
    ]


def _laptop() -> list[str]:
    return [
        circle(20, 36, 8, NIGHT),
        path("M6 74c0 -20 4 -28 14 -28c8 0 12 5 13 14h8v5H30v9z", NIGHT),
        path("M34 62l5 -15h12l-4 15z", "#dfe8ff"),
        rect(30, 62, 26, 4, BROWN),
        rect(48, 66, 4, 8, BROWN),
    ]


def _children() -> list[str]:
    return [
        rect(0, 60, W, 14, "#fff3d0"),
        circle(18, 44, 7, NIGHT),
        circle(37, 46, 6.5, NIGHT),
        path("M8 62c0 -9 4 -13 10 -13s9 4 10 9c2 -4 5 -6 9 -6c6 0 9 4 9 10z", NIGHT),
        path("M20 56h16l2 8H18z", "#dfe8ff"),
    ]


def _sleeper() -> list[str]:
    return [
        rect(0, 50, 7, 24, BROWN),
        path("M7 60c2 -7 8 -8 12 -6l4 6z", "#fff"),
        circle(18, 54, 6, NIGHT),
        path("M20 74V62c8 -8 22 -8 36 -3v15z", "#fff3d0"),
        rect(7, 62, 49, 12, "#fff3d0"),
    ]


def _lamp() -> list[str]:
    return [
        line("M38 74V40", BROWN, 2.4, cap="butt"),
        path("M28 42l5 -14h10l5 14z", "#fff3d0"),
        path("M6 74V58h18v16z", "#b8740a"),
    ]


def _curtain() -> list[str]:
    folds = "M0 0h20c0 28 -3 52 -10 74H0zM56 0H44c0 28 2 52 6 74h6z"
    return [path(folds, "#d98b12"), line("M7 4c0 26 -1 46 -4 66M14 4c0 24 -2 44 -7 66", "#b8740a", 1.4)]


def _screen() -> list[str]:
    return [
        rect(12, 20, 32, 20, "#8fa8f5", r=1.5),
        rect(10, 44, 36, 3, "#40549f"),
        path("M20 74c0 -10 3 -15 8 -15s8 5 8 15z", NIGHT),
        circle(28, 54, 6, NIGHT),
    ]


def _couple() -> list[str]:
    return [
        circle(20, 36, 7.5, NIGHT),
        circle(37, 40, 7, NIGHT),
        path("M6 74c0 -20 5 -28 14 -28s11 6 13 10c2 -5 5 -7 8 -7c7 0 10 8 10 25z", NIGHT),
    ]


INSIDE = {
    "reader": _reader,
    "caller": _caller,
    "laptop": _laptop,
    "children": _children,
    "sleeper": _sleeper,
    "lamp": _lamp,
    "curtain": _curtain,
    "screen": _screen,
    "couple": _couple,
}
COOL = frozenset({"screen", "caller"})


class Panes:
    """Window paints, defined once for a board."""

    def __init__(self, board: Board) -> None:
        self.warm = board.gradient([(0, "#ffcf66", 1), (1, "#f2a61c", 1)])
        self.cool = board.gradient([(0, "#ffffff", 1), (1, "#cdd8fb", 1)])
        self.dark = board.gradient([(0, "#2a3d9b", 1), (1, "#22338a", 1)])


def window(panes: Panes, kind: str) -> list[str]:
    """One window: `dark`, `warm`, or one of INSIDE."""
    if kind == "dark":
        return [
            rect(0, 0, W, H, panes.dark),
            path("M6 68L38 6h9L15 68z", "#3a4fb4", opacity=0.5),
            rect(-4, H, W + 8, 5, "#0e1a52"),
        ]
    paint = panes.cool if kind in COOL else panes.warm
    inside = INSIDE[kind]() if kind in INSIDE else []
    return [
        rect(0, 0, W, H, paint),
        *inside,
        line(f"M{W / 2} 0V{H * 0.3}M0 {H * 0.3}h{W}", "#0e1a52", 2, opacity=0.55, cap="butt"),
        rect(-4, H, W + 8, 5, "#0e1a52"),
    ]
