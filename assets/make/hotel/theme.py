"""The look of "Wi-Fi nobody talks about": deep blue night, lit windows, sans headline."""

from __future__ import annotations

from assets.make.hotel import breakfast
from assets.make.hotel.scene import Stage, draw
from assets.make.pictures import Picture
from assets.make.svg import Board, circle, line, rect
from assets.make.theme import Theme

TONE = "#2447c5"


def hero(w: float, h: float, prefix: str, _mirror: bool = False) -> Board:
    """The scene behind the data sheet's headline, `w` by `h` millimetres."""
    scale = min(0.178, (h - 7 - 25) / 605)
    return draw(
        Stage(
            w,
            h,
            left=w - 97,
            ground=h - 7,
            scale=scale,
            floors=4,
            columns=4,
            calm=((10, 8, 100, 82), (w - 70, 8, 62, 14)),
            foot="#ffffff",
        ),
        prefix=prefix,
    )


def wide(w: float, h: float, prefix: str, _mirror: bool = False) -> Board:
    """1200 × 628: words left, the hotel right."""
    return draw(
        Stage(
            w, h, left=636, ground=592, scale=0.78, floors=4, columns=6, calm=((40, 40, 580, 350), (900, 20, 280, 70))
        ),
        prefix=prefix,
    )


def square(w: float, h: float, prefix: str, _mirror: bool = False) -> Board:
    """1080 × 1080: words above, the hotel below."""
    return draw(
        Stage(w, h, left=300, ground=884, scale=0.82, floors=3, columns=7, calm=((40, 40, 1000, 420),), stars=60),
        prefix=prefix,
    )


def story(w: float, h: float, prefix: str, _mirror: bool = False) -> Board:
    """1080 × 1920: a tall sky with rings, the hotel in the middle, the pavement for the logo."""
    return draw(
        Stage(w, h, left=210, ground=1420, scale=1.0, floors=4, columns=7, calm=((40, 220, 1000, 560),), stars=80),
        prefix=prefix,
    )


def landing(w: float, h: float, prefix: str, _mirror: bool = False) -> Board:
    """1440 × 500 for the landing page's head; the form stands over its right."""
    return draw(
        Stage(w, h, left=600, ground=466, scale=0.6, floors=4, columns=6, calm=((80, 40, 480, 330),), foot="#ffffff"),
        prefix=prefix,
    )


def band(w: float, h: float, prefix: str, _mirror: bool = False) -> Board:
    """The strip over the second page: one corridor of doors, an access point, its rings."""
    board = Board(w, h, prefix)
    board.add(rect(0, 0, w, h, board.gradient([(0, "#0b1650", 1), (1, "#24379a", 1)])))
    cx = w - 74.5
    for r in (34, 26, 18, 10):
        board.add(circle(cx, 5.6, r, "#ffffff", opacity=0.06))
    board.add(rect(cx - 5, 4.4, 10, 2.3, "#ffffff", r=1.15), circle(cx, 5.55, 0.5, TONE))
    for i in range(3):
        x = w - 98 + i * 18.5
        lit = i == 1
        board.add(
            rect(x - 0.8, 15.2, 11.6, 18.8, "#0b1650", opacity=0.6),
            rect(x, 16, 10, 18, "#1b2c80"),
            rect(x + 1.6, 18, 6.8, 6, "#22358f"),
            circle(x + 8.4, 26.5, 0.55, "#f2a61c"),
        )
        if lit:
            board.add(rect(x, 33.2, 10, 0.8, "#ffcf66"), rect(x - 1.2, 33.4, 12.4, 0.8, "#f2a61c", opacity=0.7))
    board.add(rect(0, h - 1.4, w, 1.4, "#0b1650"))
    return board


def _stroke(d: str, colour: str = TONE) -> list[str]:
    return [line(d, colour, 1.7)]


PILLOW = [
    *_stroke("M3 20.500v-13M3 17.500h18.500v3M21.500 17.500v-3.500c0 -1.500 -1 -2.500 -2.500 -2.500H10v6"),
    *_stroke("M15 3.500a6.500 6.500 0 0 1 6 6.500M15 7a3 3 0 0 1 2.800 2.800", "#f2a61c"),
    circle(6.5, 13, 2.1, TONE),
]
WATCH = [*_stroke("M2.500 12.500h4l2 -6l4 12l3 -8.500l1.500 2.500h4.500"), circle(21.2, 12.5, 1.9, "#f2a61c")]
KEY = [
    *_stroke("M5 3.500h10.500v17.500H5zM15.500 6l5 2v13h-5"),
    circle(12.6, 12.5, 1.3, "#f2a61c"),
    *_stroke("M8 7.500h2.500"),
]
SEND = _stroke(
    "M4 3.500h16v17H4zM4 10.500h6.500M10.500 3.500v3M10.500 10.500v4M10.500 20.500v-2.500M14.500 10.500H20", "#ffffff"
)
PROOF = _stroke(
    "M12 18.500h.01M8.800 15a4.600 4.600 0 0 1 6.400 0M5.800 11.800a9 9 0 0 1 12.400 0M3 8.500a13 13 0 0 1 18 0",
    "#ffffff",
)
SLEEP = _stroke("M20 14.500A8.500 8.500 0 1 1 10 4a7 7 0 0 0 10 10.500z", "#ffffff")

PICTURES = (
    Picture(
        "social-wide",
        1200,
        628,
        wide,
        headline=(64, 66, 540, 190),
        headline_size=74,
        subhead=(64, 262, 480, 84),
        subhead_size=28,
        logo=(80, 394, 298, 112),
        address=(84, 506, 290, 28),
        address_size=18,
        sign=(60, 38, 30),
        plate=(64, 386, 330, 160),
    ),
    Picture(
        "social-square",
        1080,
        1080,
        square,
        headline=(72, 112, 936, 228),
        headline_size=92,
        subhead=(72, 346, 620, 92),
        subhead_size=32,
        logo=(60, 908, 460, 150),
        address=(548, 957, 460, 50),
        address_size=32,
        address_align="end",
        sign=(72, 52, 38),
    ),
    Picture(
        "social-story",
        1080,
        1920,
        story,
        headline=(84, 352, 912, 280),
        headline_size=112,
        subhead=(84, 640, 640, 120),
        subhead_size=42,
        logo=(84, 1466, 912, 224),
        address=(84, 1700, 912, 60),
        address_size=38,
        sign=(84, 250, 44),
        sign_at_end=False,
    ),
)

THEME = Theme(
    slug="wifi-nobody-talks-about",
    mark="cordant",
    deep="#16266f",
    tone=TONE,
    accent="#f2a61c",
    tint="#f1f3fa",
    hair="#d3d9ea",
    headline_font="sans-bold",
    foot="#ffffff",
    hero=hero,
    band=band,
    benefit_icons=(PILLOW, WATCH, KEY),
    step_icons=(SEND, PROOF, SLEEP),
)
MORE_ART = {"event-invitation": lambda mirror: [breakfast.art(mirror=mirror)]}
MORE_LAYOUTS = {"event-invitation": lambda copy, mirror: breakfast.layout(copy, mirror=mirror)}
