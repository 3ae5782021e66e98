"""The look of "Heat that keeps quiet": forest night, amber light, serif headline."""

from __future__ import annotations

from assets.make.heat.scene import Stage, draw
from assets.make.pictures import Picture
from assets.make.svg import Board, circle, group, line, path, rect
from assets.make.theme import Theme, mark

TONE = "#0a5f56"


def _badge(mirror: bool) -> list[str]:
    """The maker's name on the unit; flipped once more where the whole scene is flipped."""
    sign = mark("halvorsen", "light")
    return [group(sign.elements, x=sign.width, flip=True)] if mirror else sign.elements


def hero(w: float, h: float, prefix: str, mirror: bool = False) -> Board:
    """The scene behind the data sheet's headline, `w` by `h` millimetres."""
    scale = min(0.2, (h - 9 - 34) / 420)
    stage = Stage(
        w,
        h,
        house=w - 101,
        ground=h - 9,
        scale=scale,
        moon=(w - 84, 24, 8.6),
        unit_at=96,
        wall_height=(h - 9 - 40) / scale,
        calm=((10, 8, 96, 82), (w - 70, 8, 62, 16)),
        prints_from=70,
        foot="#ffffff",
    )
    return draw(stage, badge=_badge(mirror), prefix=prefix)


def wide(w: float, h: float, prefix: str, mirror: bool = False) -> Board:
    """1200 × 628: words left, house right."""
    stage = Stage(
        w,
        h,
        house=626,
        ground=582,
        scale=0.98,
        moon=(742, 88, 44),
        calm=((40, 40, 560, 350), (w - 300, 20, 290, 70)),
        prints_from=440,
    )
    return draw(stage, badge=_badge(mirror), prefix=prefix)


def square(w: float, h: float, prefix: str, mirror: bool = False) -> Board:
    """1080 × 1080: words above, house below."""
    stage = Stage(
        w,
        h,
        house=350,
        ground=884,
        scale=1.04,
        moon=(176, 566, 58),
        unit_at=110,
        calm=((40, 40, 1000, 420),),
        prints_from=40,
        snowfall=90,
    )
    return draw(stage, badge=_badge(mirror), prefix=prefix)


def story(w: float, h: float, prefix: str, mirror: bool = False) -> Board:
    """1080 × 1920: a tall sky, the house in the middle, snow for the logo below."""
    stage = Stage(
        w,
        h,
        house=250,
        ground=1400,
        scale=1.3,
        moon=(838, 752, 84),
        unit_at=120,
        calm=((40, 220, 1000, 560),),
        prints_from=20,
        snowfall=120,
    )
    return draw(stage, badge=_badge(mirror), prefix=prefix)


def landing(w: float, h: float, prefix: str, mirror: bool = False) -> Board:
    """1440 × 500 for the landing page's head; the form stands over its right."""
    windows = (
        (40, -348, True, "plant"),
        (180, -348, False, ""),
        (500, -348, True, "lamp"),
        (640, -348, True, "reader"),
        (880, -348, False, ""),
        (1020, -348, True, "plant"),
    )
    stage = Stage(
        w,
        h,
        house=596,
        ground=464,
        scale=0.74,
        moon=(1120, 78, 36),
        unit_at=16,
        wall_height=396,
        windows=windows,
        calm=((80, 40, 500, 330),),
        prints_from=420,
        snowfall=48,
        foot="#ffffff",
    )
    return draw(stage, badge=_badge(mirror), prefix=prefix)


def band(w: float, h: float, prefix: str, _mirror: bool = False) -> Board:
    """The strip over the second page: night, two drifts, the moon over roofs far away."""
    board = Board(w, h, prefix)
    board.add(rect(0, 0, w, h, board.gradient([(0, "#08302b", 1), (1, "#17524a", 1)])))
    for x, y in ((120, 6), (131, 20), (139, 9), (96, 24), (112, 16), (w - 8, 22), (w - 64, 5), (70, 5), (40, 23)):
        board.add(circle(x, y, 0.35, "#fff", opacity=0.5))
    board.add(path(f"M{w - 92} {h}V{h - 9}l9 -6l9 6v{9}zM{w - 74} {h}V{h - 6}l7 -5l7 5v6z", "#0a302b"))
    board.add(
        rect(w - 86, h - 8.4, 2.4, 3, "#f2a61c"),
        rect(w - 82, h - 8.4, 2.4, 3, "#f2a61c"),
        rect(w - 68, h - 6.4, 2, 2.6, "#f2a61c"),
    )
    board.add(path(f"M{w - 93} {h - 8.6}l10 -6.8l10 6.8l-1.4 .6l-8.6 -5.6l-8.6 5.6z", "#eef2ec"))
    board.add(
        path(
            f"M0 {h - 3}C{w * 0.2} {h - 8} {w * 0.36} {h - 5} {w * 0.55} {h - 3}S{w * 0.85} {h - 6} {w} {h - 4}V{h}H0z",
            "#c9d7cf",
        )
    )
    board.add(
        path(
            f"M0 {h - 1.4}C{w * 0.25} {h - 4.4} {w * 0.5} {h - 1} {w * 0.7} {h - 2}S{w * 0.9} "
            f"{h - 3} {w} {h - 1.6}V{h}H0z",
            "#ffffff",
        )
    )
    return board


def _stroke(d: str, colour: str = TONE) -> list[str]:
    return [line(d, colour, 1.7)]


QUIET = [
    *_stroke("M3.5 12c2.4 4 6.4 4 8.4 0M14 12c2 4 6 4 8.400 0M11.500 17.500l1.2 1l1.2 -1"),
    *_stroke("M4 8V3l4.500 3M21.500 8V3l-4.500 3", "#f2a61c"),
]
COLD = [
    *_stroke(
        "M12.500 2v20M3.840 7l17.320 10M3.840 17L21.160 7M9.800 3.500l2.700 2.700l2.700 "
        "-2.700M9.800 20.500l2.700 -2.700l2.700 2.700"
    ),
    circle(12.5, 12, 3.1, "#f2a61c"),
]
WEEKEND = [
    *_stroke("M3 5.500h18.500v16H3zM3 10h18.500M8 2.500v5M16.500 2.500v5"),
    rect(12, 13, 3.2, 5.5, "#f2a61c"),
    rect(16.6, 13, 3.2, 5.5, "#f2a61c"),
]
VISIT = _stroke(
    "M12 21.500c-4.500 -5 -7 -8.500 -7 -12a7 7 0 0 1 14 0c0 3.500 -2.500 7 -7 "
    "12zM9.500 9.500a2.500 2.500 0 0 0 5 0a2.500 2.500 0 0 0 -5 0",
    "#ffffff",
)
PLAN = _stroke("M3.500 4h17v16h-17zM3.500 11h8M11.500 4v4M11.500 11v3M11.500 20v-2.500M11.500 14h9", "#ffffff")
CARE = _stroke(
    "M14.500 6.500a4.500 4.500 0 0 1 5.500 -1.500l-3 3l1.500 2.500l2.500 -.5a4.500 "
    "4.500 0 0 1 -6 5L8.500 21.500a2 2 0 0 1 -3.500 -3L12.500 11a4.500 4.500 0 0 1 2 "
    "-4.500z",
    "#ffffff",
)

PICTURES = (
    Picture(
        "social-wide",
        1200,
        628,
        wide,
        headline=(64, 66, 496, 190),
        headline_size=80,
        subhead=(64, 262, 500, 84),
        subhead_size=28,
        logo=(80, 394, 298, 112),
        address=(84, 506, 290, 28),
        address_size=18,
        sign=(60, 44, 34),
        plate=(64, 386, 330, 160),
    ),
    Picture(
        "social-square",
        1080,
        1080,
        square,
        headline=(72, 112, 936, 228),
        headline_size=98,
        subhead=(72, 346, 720, 96),
        subhead_size=34,
        logo=(60, 908, 460, 150),
        address=(548, 957, 460, 50),
        address_size=32,
        address_align="end",
        sign=(72, 58, 42),
    ),
    Picture(
        "social-story",
        1080,
        1920,
        story,
        headline=(84, 352, 912, 300),
        headline_size=124,
        subhead=(84, 664, 640, 120),
        subhead_size=42,
        logo=(84, 1466, 912, 224),
        address=(84, 1700, 912, 60),
        address_size=38,
        sign=(84, 250, 48),
        sign_at_end=False,
    ),
)

THEME = Theme(
    slug="heat-that-keeps-quiet",
    mark="halvorsen",
    deep="#0e3d37",
    tone=TONE,
    accent="#f2a61c",
    tint="#f1f4ef",
    hair="#d5ddd6",
    headline_font="serif-bold",
    foot="#ffffff",
    hero=hero,
    band=band,
    benefit_icons=(QUIET, COLD, WEEKEND),
    step_icons=(VISIT, PLAN, CARE),
)
