"""The heat pump and the cat asleep on it, in local units: (0, 0) is the ground under the unit's left edge."""

from __future__ import annotations

from assets.make.svg import Board, circle, ellipse, group, line, path, rect

CAT = "#0a1f1b"
PALE = "#eef2ec"


def _fan(cx: float, cy: float) -> list[str]:
    blade = "M0 0C10 -16 34 -34 50 -26C56 -10 34 6 0 0z"
    blades = "".join(f'<g transform="rotate({72 * i})">{path(blade, "#3b5049")}</g>' for i in range(5))
    rings = "".join(
        f'<circle cx="{cx}" cy="{cy}" r="{r}" fill="none" stroke="{PALE}" stroke-width="2.4" opacity=".82"/>'
        for r in (54, 44, 34, 24)
    )
    spokes = line(
        f"M{cx} {cy - 62}v124M{cx - 62} {cy}h124M{cx - 44} {cy - 44}l88 88M{cx + 44} {cy - 44}l-88 88",
        PALE,
        2.4,
        opacity=0.82,
        cap="butt",
    )
    return [
        circle(cx, cy, 66, "#c9d3cb"),
        circle(cx, cy, 62, "#1c2d28"),
        group([blades], x=cx, y=cy),
        rings,
        spokes,
        circle(cx, cy, 13, PALE),
        circle(cx, cy, 6, "#0a5f56"),
    ]


def cat(x: float, y: float) -> list[str]:
    """The cat, its belly on the line y, its nose near x; 205 units long."""
    body = [
        path("M28 0C20 -46 58 -80 112 -80C172 -80 208 -50 208 0z", CAT),
        line("M196 -7C236 -2 242 -40 216 -48", CAT, 15),
        line("M120 -66c22 -2 44 6 58 22", "#17362f", 3, opacity=0.9),
        line("M150 -4c14 2 30 0 38 -8", "#17362f", 3, opacity=0.9),
        path("M48 -2C14 2 -10 -16 -6 -44L-2 -78L20 -60C30 -65 44 -65 54 -60L74 -76L76 -42C78 -20 68 -6 48 -2z", CAT),
        path("M3 -66l10 9l-11 8zM69 -65l-9 8l10 8z", "#7a5a3a"),
        line("M8 -34q8 7 16 0M42 -34q8 7 16 0", PALE, 3.2),
        path("M29 -26h8l-4 5z", "#d99a8b"),
        line("M33 -21v4q-5 5 -10 1M33 -17q5 5 10 1", PALE, 1.6, opacity=0.7),
        line("M16 -20l-22 -3M16 -16l-20 4M50 -20l22 -3M50 -16l20 4", PALE, 1.2, opacity=0.55),
        ellipse(50, -5, 20, 8, CAT),
        line("M44 -4v4M52 -4v4", "#17362f", 2),
    ]
    return [group(body, x=x, y=y)]


def unit(board: Board, *, badge: list[str] | None = None, pipe: float = 230) -> None:
    """The Q4 with feet at y 0, 354 wide and 204 high, cat on top; its pipe rises `pipe` units at the right."""
    body = board.gradient([(0, "#f6f8f4", 1), (1, "#dfe6df", 1)])
    board.add(line(f"M350 -140h48v{-pipe}", "#0a302b", 13), line(f"M350 -140h48v{-pipe}", "#1f6357", 4, opacity=0.7))
    board.add(ellipse(180, 4, 215, 15, "#0a302b", opacity=0.35))
    board.add(rect(30, -34, 36, 36, "#0a302b"), rect(288, -34, 36, 36, "#0a302b"))
    board.add(rect(0, -192, 354, 164, body, r=9), path("M0 -170v-13a9 9 0 0 1 9 -9h336a9 9 0 0 1 9 9v13z", "#c6d1c8"))
    board.add(rect(0, -44, 354, 16, "#cbd5cc", r=8), rect(190, -164, 1.6, 122, "#b8c4bb"))
    board.add(*_fan(100, -106))
    slats = "".join(f"M208 {-146 + 15 * i}h126" for i in range(5))
    board.add(line(slats, "#aebbb1", 5), line(slats, "#8fa096", 1.5, opacity=0.6))
    board.add(circle(328, -60, 4, "#f2a61c"))
    if badge:
        board.add(group(badge, x=208, y=-71, scale=0.9))
    board.add(ellipse(190, -190, 112, 6, "#7d8f84", opacity=0.5))
    board.add(*cat(96, -190))
