"""The night scene at any size: sky, moon, hills, the house, the unit, and snow in front."""

from __future__ import annotations

import random
from dataclasses import dataclass

from assets.make.heat.house import wall, window
from assets.make.heat.unit import unit
from assets.make.svg import Board, circle, group, num, path, rect

SNOW = "#eef2ec"


@dataclass(frozen=True, slots=True)
class Stage:
    """Where things stand, in the picture's units.

    `house` is the wall's left edge, `ground` its foot, `scale` the drawing's; no flake falls into `calm`.
    """

    width: float
    height: float
    house: float
    ground: float
    scale: float
    moon: tuple[float, float, float]
    unit_at: float = 80
    wall_height: float = 396
    windows: tuple[tuple[float, float, bool, str], ...] = (
        (40, -348, True, "plant"),
        (180, -348, False, ""),
        (510, -348, True, "lamp"),
        (650, -348, True, "reader"),
    )
    prints_from: float | None = None
    snowfall: int = 60
    calm: tuple[tuple[float, float, float, float], ...] = ()
    foot: str = "#dfe8e1"


def _moon(board: Board, x: float, y: float, r: float) -> None:
    board.glow(x, y, r * 3.4, "#f7c453", 0.22)
    crescent = (
        f"M{num(x + r * 0.17)} {num(y - r * 0.98)}A{num(r)} {num(r)} 0 1 0 {num(x + r * 0.97)} {num(y + r * 0.26)}"
        f"A{num(r * 0.84)} {num(r * 0.84)} 0 1 1 {num(x + r * 0.17)} {num(y - r * 0.98)}z"
    )
    board.add(path(crescent, "#f2a61c"))


def _pine(x: float, foot: float, h: float, tone: str) -> list[str]:
    w = h * 0.42
    layers = "".join(
        f"M{x} {foot - h * top}L{x + w * half} {foot - h * low}H{x - w * half}z"
        for top, low, half in ((1, 0.55, 0.3), (0.8, 0.3, 0.42), (0.58, 0.06, 0.52))
    )
    caps = "".join(
        f"M{x} {foot - h * top}l{w * 0.13} {h * 0.16}l{-w * 0.12} {-h * 0.04}l{-w * 0.14} {h * 0.05}z"
        for top in (1, 0.8, 0.58)
    )
    return [
        rect(x - h * 0.02, foot - h * 0.08, h * 0.04, h * 0.1, "#0a302b"),
        path(layers, tone),
        path(caps, SNOW, opacity=0.7),
    ]


def _far(board: Board, st: Stage) -> None:
    w, g, s = st.width, st.ground, st.scale
    far = (
        f"M0 {g}V{g - 120 * s}C{w * 0.12} {g - 190 * s} {w * 0.25} {g - 170 * s} "
        f"{w * 0.36} {g - 110 * s}S{w * 0.6} {g - 150 * s} {w} {g - 120 * s}V{g}z"
    )
    near = (
        f"M0 {g}V{g - 62 * s}C{w * 0.15} {g - 96 * s} {w * 0.32} {g - 98 * s} {w * 0.5} "
        f"{g - 40 * s}S{w * 0.8} {g - 60 * s} {w} {g - 50 * s}V{g}z"
    )
    board.add(path(far, "#124a42"), path(near, "#1a594f"))
    rnd = random.Random(11)
    for i in range(int(9 * max(1, st.house / (640 * s)))):
        x = rnd.uniform(0, st.house - 20 * s)
        board.add(circle(x, g - rnd.uniform(64, 92) * s, 2.2 * s, "#f2a61c", opacity=0.85 if i % 3 else 0.5))
    for share, size, drop in (
        (0.04, 120, 18),
        (0.13, 88, 10),
        (0.20, 60, 4),
        (0.62, 70, 8),
        (0.74, 104, 16),
        (0.86, 138, 26),
    ):
        board.add(*_pine(st.house * share, g + drop * s, size * s, "#0c3a34"))


def _snow_ground(board: Board, st: Stage) -> None:
    w, h, g, s = st.width, st.height, st.ground, st.scale
    past = 8 * s  # the wall runs out of the picture, so the snow before it must too
    back = (
        f"M0 {g - 6 * s}C{w * 0.18} {g - 34 * s} {w * 0.34} {g - 22 * s} {w * 0.5} "
        f"{g - 4 * s}S{w * 0.85} {g + 8 * s} {w} {g - 6 * s}h{past}V{h}H0z"
    )
    shade = board.gradient([(0, "#d3dfd8", 1), (1, "#b9cbc2", 1)])
    board.add(path(back, shade))
    front = (
        f"M0 {g + 18 * s}C{w * 0.22} {g - 8 * s} {w * 0.42} {g + 16 * s} {w * 0.62} "
        f"{g + 22 * s}S{w * 0.9} {g + 12 * s} {w} {g + 16 * s}h{past}V{h}H0z"
    )
    light = board.gradient([(0, "#f7f9f5", 1), (1, st.foot, 1)])
    board.add(path(front, light))


def _prints(st: Stage) -> list[str]:
    if st.prints_from is None:
        return []
    s, out = st.scale, []
    end = st.house + (st.unit_at - 6) * s
    steps = max(4, int((end - st.prints_from) / (34 * s)))
    for i in range(steps):
        t = i / (steps - 1)
        x = st.prints_from + (end - st.prints_from) * t
        y = st.ground + (37 - 19 * t) * s + (5 * s if i % 2 else -5 * s)
        r = 4.2 * s * (1 - 0.3 * t)
        toes = [
            circle(x + r * dx, y - r * dy, r * 0.42, "#9db3a8")
            for dx, dy in ((-1, 1), (-0.35, 1.55), (0.45, 1.5), (1.05, 0.9))
        ]
        out += [circle(x, y, r * 0.85, "#9db3a8"), *toes]
    return out


def _in_calm(st: Stage, x: float, y: float) -> bool:
    """Whether a flake would fall onto words or onto the vendor's mark."""
    return any(left <= x <= left + w and top <= y <= top + h for left, top, w, h in st.calm)


def draw(st: Stage, *, badge: list[str] | None = None, prefix: str = "g") -> Board:
    """The whole scene on a board of the stage's size."""
    board = Board(st.width, st.height, prefix)
    sky = board.gradient([(0, "#08302b", 1), (0.55, "#0e3d37", 1), (1, "#1b5a50", 1)])
    board.add(rect(0, 0, st.width, st.height, sky))
    rnd = random.Random(5)
    for _ in range(st.snowfall):
        x, y, r = rnd.uniform(0, st.width), rnd.uniform(0, st.ground - 40 * st.scale), rnd.uniform(0.8, 1.9) * st.scale
        if not _in_calm(st, x, y):
            board.add(circle(x, y, r, "#fff", opacity=0.35))
    _moon(board, *st.moon)
    _far(board, st)
    house = Board(st.width, st.height, prefix + "h")
    wall(house, (st.width - st.house) / st.scale + 4, st.wall_height)
    for x, y, lit, inside in st.windows:
        window(house, x, y, lit=lit, inside=inside)
    board.defs += house.defs
    board.add(group(house.parts, x=st.house, y=st.ground, scale=st.scale))
    _snow_ground(board, st)
    board.add(*_prints(st))
    for _ in range(st.snowfall // 3):
        x, y = rnd.uniform(st.house - 120 * st.scale, st.width), rnd.uniform(0, st.ground - 30 * st.scale)
        r = rnd.uniform(1.6, 3.4) * st.scale
        if not _in_calm(st, x, y):
            board.add(circle(x, y, r, "#fff", opacity=0.75))
    machine = Board(st.width, st.height, prefix + "u")
    unit(machine, badge=badge)
    board.defs += machine.defs
    board.add(group(machine.parts, x=st.house + st.unit_at * st.scale, y=st.ground + 12 * st.scale, scale=st.scale))
    return board
