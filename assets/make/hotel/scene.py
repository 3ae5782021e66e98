"""The hotel at night at any size: sky, rings of signal, the city far off, the façade, the pavement."""

from __future__ import annotations

import random
from dataclasses import dataclass

from assets.make.hotel.rooms import Panes, window
from assets.make.svg import Board, circle, ellipse, group, line, path, rect

DEEP = "#0e1a52"
ROOMS = (
    ("warm", "screen", "dark", "curtain", "reader", "dark", "lamp", "caller", "dark"),
    ("dark", "laptop", "curtain", "dark", "children", "warm", "dark", "lamp", "reader"),
    ("lamp", "dark", "couple", "sleeper", "dark", "screen", "curtain", "dark", "warm"),
    ("curtain", "dark", "warm", "dark", "caller", "lamp", "dark", "laptop", "dark"),
    ("dark", "reader", "dark", "lamp", "curtain", "dark", "couple", "dark", "screen"),
    ("warm", "dark", "children", "dark", "dark", "laptop", "dark", "warm", "curtain"),
)


@dataclass(frozen=True, slots=True)
class Stage:
    """Where things stand, in the picture's units: the façade's left edge, the pavement's top, the drawing's scale."""

    width: float
    height: float
    left: float
    ground: float
    scale: float
    floors: int = 4
    columns: int = 7
    tail: bool = True
    calm: tuple[tuple[float, float, float, float], ...] = ()
    stars: int = 40
    foot: str = "#e3e8f7"


def _sky(board: Board, st: Stage, cx: float, cy: float) -> None:
    board.add(
        rect(0, 0, st.width, st.height, board.gradient([(0, "#0b1650", 1), (0.6, "#16266f", 1), (1, "#2a3f9f", 1)]))
    )
    rnd = random.Random(3)
    for _ in range(st.stars):
        x, y, r = rnd.uniform(0, st.width), rnd.uniform(0, st.ground * 0.75), rnd.uniform(0.7, 1.7) * st.scale
        if not any(a <= x <= a + w and b <= y <= b + h for a, b, w, h in st.calm):
            board.add(circle(x, y, r, "#fff", opacity=0.4))
    for r in (640, 500, 370, 250, 140):
        board.add(circle(cx, cy, r * st.scale, "#ffffff", opacity=0.05))


def _city(board: Board, st: Stage) -> None:
    rnd = random.Random(21)
    s, g, x = st.scale, st.ground, -10.0 * st.scale
    back, front, lights = [], [], []
    while x < st.left + 40 * s:
        w, h = rnd.uniform(40, 84) * s, rnd.uniform(50, 150) * s
        back.append(f"M{x} {g}v{-h}h{w}v{h}z")
        lights += [
            rect(
                x + rnd.uniform(0.15, 0.8) * w,
                g - rnd.uniform(0.25, 0.9) * h,
                4.5 * s,
                6 * s,
                "#f2a61c" if rnd.random() < 0.6 else "#cdd8fb",
                opacity=0.55,
            )
            for _ in range(int(h / (26 * s)))
        ]
        x += w * rnd.uniform(0.8, 1.15)
    x = -30.0 * s
    while x < st.left + 20 * s:
        w, h = rnd.uniform(60, 120) * s, rnd.uniform(24, 64) * s
        front.append(f"M{x} {g}v{-h}h{w}v{h}z")
        x += w
    board.add(path("".join(back), "#1d2f85"), *lights, path("".join(front), "#16246a"))


def _roof(columns: int, width: float) -> list[str]:
    """The cornice over `width` and the access point over the middle of the first `columns` windows."""
    at = 84 * (columns // 2) - 2
    return [
        rect(-16, -34, width + 32, 12, DEEP),
        rect(-6, -22, width + 12, 22, "#22358f"),
        rect(at - 40, -62, 80, 28, "#1a2b7c"),
        rect(at - 46, -66, 92, 6, DEEP),
        line(f"M{at} -66v-20", "#cdd8fb", 4, cap="butt"),
        rect(at - 46, -102, 92, 18, "#ffffff", r=9),
        circle(at, -93, 4, "#2447c5"),
        rect(at + 190, -70, 46, 36, "#1a2b7c"),
        line(f"M{at + 198} -60h30M{at + 198} -52h30M{at + 198} -44h30", DEEP, 2.4),
    ]


def _entrance(x: float, height: float) -> list[str]:
    """The street level's doorway, 150 wide, foot at y 0."""
    return [
        rect(x - 12, -height, 174, height, "#1a2b7c"),
        path(f"M{x} 0V{-height + 34}a75 40 0 0 1 150 0V0z", "#ffcf66"),
        path(f"M{x + 12} 0V{-height + 40}h60V0zM{x + 78} 0V{-height + 40}h60V0z", "#f7b942"),
        line(f"M{x + 75} 0V{-height + 30}M{x} {-height + 40}h150", DEEP, 4, cap="butt"),
        rect(x + 64, -46, 4, 22, "#fff3d0", r=2),
        rect(x + 82, -46, 4, 22, "#fff3d0", r=2),
        circle(x + 38, -58, 9, "#16266f"),
        path(f"M{x + 22} 0c0 -34 4 -46 16 -46s16 12 16 46z", "#16266f"),
        rect(x + 50, -24, 16, 22, "#7a4a05", r=2),
        line(f"M{x + 53} -24v-8h10v8", "#7a4a05", 2.4),
        path(f"M{x - 22} {-height + 12}h194l-14 -24H{x - 8}z", "#f2a61c"),
        line(f"M{x - 22} {-height + 16}h194", "#b8740a", 6, cap="butt"),
    ]


def _tree(x: float) -> list[str]:
    return [
        rect(x - 13, -24, 26, 24, "#0e1a52"),
        line(f"M{x} -24v-20", "#7a4a05", 4),
        circle(x, -60, 24, "#2f6f63"),
        circle(x - 9, -66, 13, "#3b8576"),
        rect(x - 16, -27, 32, 5, "#22358f"),
    ]


def _lamp(x: float) -> list[str]:
    return [
        rect(x - 2.5, -150, 5, 150, DEEP),
        path(f"M{x - 12} -150l5 -22h14l5 22z", "#ffe6a6"),
        rect(x - 10, -176, 20, 5, DEEP),
        rect(x - 14, -151, 28, 4, DEEP),
        rect(x - 8, -6, 16, 6, DEEP),
    ]


def _facade(board: Board, st: Stage) -> float:
    """The building in local units with its foot at (0, 0); returns its height to the eaves."""
    panes = Panes(board)
    street = 132.0
    height = street + 102 * st.floors + 20
    width = 84 * st.columns + 28 + (900 if st.tail else 0)
    face = board.gradient([(0, "#1b2c80", 1), (1, "#24379a", 1)])
    parts = [rect(0, -height, width, height, face)]
    parts.append(group(_roof(st.columns, width), y=-height))
    for row in range(st.floors):
        y = -height + 30 + 102 * row
        parts.append(rect(0, y + 86, width, 3, DEEP, opacity=0.35))
        for col in range(st.columns + (9 if st.tail else 0)):
            kind = ROOMS[row % len(ROOMS)][col % 9]
            parts.append(group(window(panes, kind), x=28 + 84 * col, y=y))
    parts.append(rect(0, -street, width, 10, DEEP, opacity=0.7))
    for i in range(4 + (6 if st.tail else 0)):
        x = 300 + i * 150
        parts += [
            rect(x, -100, 104, 74, panes.warm),
            line(f"M{x + 52} -100v74M{x} -70h104", DEEP, 3, opacity=0.5, cap="butt"),
            rect(x - 6, -26, 116, 6, DEEP),
        ]
        parts += [
            line(f"M{x + 26} -100v16", "#7a4a05", 2),
            path(f"M{x + 16} -76l5 -9h10l5 9z", "#7a4a05"),
            rect(x + 60, -42, 34, 16, "#b8740a"),
            circle(x + 70, -50, 6, "#16266f"),
        ]
    parts += _entrance(86, street - 14)
    board.add(group(parts, x=st.left, y=st.ground, scale=st.scale))
    return height


def draw(st: Stage, *, prefix: str = "g") -> Board:
    """The whole scene on a board of the stage's size."""
    board = Board(st.width, st.height, prefix)
    height = 152 + 102 * st.floors
    point = (st.left + (84 * (st.columns // 2) - 2) * st.scale, st.ground - (height + 93) * st.scale)
    _sky(board, st, *point)
    _city(board, st)
    board.glow(st.left + 160 * st.scale, st.ground - 60 * st.scale, 260 * st.scale, "#f7b733", 0.28)
    _facade(board, st)
    w, h, g, s = st.width, st.height, st.ground, st.scale
    board.add(rect(0, g, w, h - g, board.gradient([(0, "#c3cdf0", 1), (0.5, "#e3e8f7", 1), (1, st.foot, 1)])))
    board.add(rect(0, g, w, 5 * s, DEEP, opacity=0.55))
    board.add(ellipse(st.left + 161 * s, g + 16 * s, 120 * s, 12 * s, "#ffe09a", opacity=0.75))
    street = [*_lamp(-56), *_tree(44), *_tree(276)]
    board.glow(st.left - 56 * s, g - 158 * s, 90 * s, "#ffe6a6", 0.4)
    board.add(group(street, x=st.left, y=g + 8 * s, scale=s))
    return board
