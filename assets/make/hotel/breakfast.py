"""The invitation, A5 portrait: a breakfast whose steam is a signal. Art and slots in millimetres."""

from __future__ import annotations

from assets.make.slots import Sheet
from assets.make.svg import Board, circle, ellipse, group, line, path, rect
from assets.make.theme import mark

W, H = 148.0, 210.0
TOP = 117.0
INK, QUIET, TONE = "#16201d", "#33403c", "#2447c5"


def _cup() -> list[str]:
    """A cup on its saucer, 48 wide, its foot at (0, 0); three arcs rise from it."""
    return [
        ellipse(0, 0, 30, 4.4, "#c6d0ee"),
        ellipse(0, -1.4, 30, 4.2, "#ffffff"),
        ellipse(0, -1.6, 16, 2, "#dfe5f6"),
        line("M17 -21c9 -3 12 8 1 12", "#ffffff", 3.6),
        path("M-18 -25c0 16 5 23 18 23s18 -7 18 -23z", "#ffffff"),
        path("M9 -2.7C15 -6 18 -13 18 -25h-5c0 12 -1 18 -4 22.300z", "#dfe5f6"),
        ellipse(0, -25, 18, 3.6, "#eef2fc"),
        ellipse(0, -24.7, 15.6, 2.7, "#5b3310"),
        line(
            "M-5 -38.500a7.400 7.400 0 0 1 10 0M-10.500 -44.500a15.500 15.500 0 0 1 21 0M-16 "
            "-50.500a23.500 23.500 0 0 1 32 0",
            "#ffffff",
            3.4,
        ),
        circle(0, -33, 2.3, "#ffffff"),
    ]


def _croissant() -> list[str]:
    return [
        ellipse(0, 0.4, 24, 3.4, "#c6d0ee"),
        ellipse(0, -0.6, 24, 3.2, "#ffffff"),
        path(
            "M-17 -2C-21 -9 -13 -17 0 -17S21 -9 17 -2c-2 2.600 -6 1.600 -7 -1c-2 -3.500 -6 "
            "-4.600 -10 -4.600s-8 1.100 -10 4.600c-1 2.600 -5 3.600 -7 1z",
            "#e08f1f",
        ),
        line(
            "M-6 -16.300C-3.500 -12.500 -3 -10 -3.600 -7.400M6 -16.300C3.500 -12.500 3 -10 "
            "3.600 -7.400M-13.500 -12.300c3 2 4.500 5 4.300 8M13.500 -12.300c-3 2 -4.500 5 "
            "-4.300 8",
            "#a85f0a",
            1.1,
        ),
    ]


def _keycard() -> list[str]:
    return [
        '<g transform="rotate(-12)">'
        + rect(-11, -7, 22, 14, "#f2a61c", r=1.6)
        + rect(-11, -3.6, 22, 2.6, "#b8740a")
        + circle(6.5, 3.4, 1.6, "#ffffff")
        + "</g>"
    ]


def art(*, mirror: bool) -> Board:
    """The page without any copy: dawn over roofs, the table, the tinted foot."""
    board = Board(W, H, "e")
    board.add(rect(0, 0, W, H, "#ffffff"))
    sky = board.gradient(
        [
            (0, "#16266f", 1),
            (0.5, "#3d56c6", 1),
            (0.66, "#8d8fd6", 1),
            (0.78, "#f0b58f", 1),
            (0.86, "#ffd98a", 1),
            (1, "#ffd98a", 1),
        ]
    )
    scene = [rect(0, 0, W, TOP, sky)]
    board.glow(62, 89, 30, "#fff3d0", 0.9)
    glow = board.parts.pop()
    roofs = "M0 95V85h9v-5h8v7h10v-11h7v-4h5v4h7v13h9v-6h10v8h12v-16h9v10h11v-5h8v9h10v-13h12v11h10v-6H150V117H0z"
    scene += [glow, circle(62, 89, 7.5, "#fff3d0"), path(roofs, "#24379a")]
    for x, y in ((30, 83), (33.5, 87), (12, 85), (72, 85), (76, 89), (104, 84), (128, 85), (55, 89)):
        scene.append(rect(x, y, 1.3, 1.8, "#ffd98a"))
    scene += [rect(0, 93, W, TOP - 93, "#eef2fc"), rect(0, 93, W, 1.2, "#ffffff"), rect(0, TOP - 3, W, 3, "#c6d0ee")]
    scene += [
        ellipse(131, 110, 10, 1.2, "#c6d0ee"),
        group(_cup(), x=94, y=106.5, scale=0.85),
        group(_croissant(), x=40, y=109),
        group(_keycard(), x=131, y=104, scale=0.85),
    ]
    board.add(group(scene, x=W, flip=True) if mirror else "".join(scene))
    board.add(rect(0, TOP - 0.3, W, 1, "#ffffff"))
    sign = mark("cordant", "dark")
    board.add(sign.placed(height=5, x=12, y=11) if mirror else sign.placed(height=5, right=W - 12, y=11))
    board.add(line(f"M12 153H{W - 12}M12 163.5H{W - 12}", "#d3d9ea", 0.3, cap="butt"))
    board.add(rect(0, H - 38, W, 38, "#f1f3fa"))
    return board


def layout(copy: dict[str, str], *, mirror: bool) -> Sheet:
    """The invitation's slots."""
    s = Sheet("mm", W, mirror)
    s.add("logo-top", "logo", (12, 8, 52, 14), ground="dark", align="start", valign="middle", locks=["position"])
    s.text("kicker", (12, 27, 120, 5), copy["ev_kicker"], 9, font="sans-bold", colour="#ffd98a", min_size=7)
    s.text(
        "headline",
        (12, 32.5, 124, 25),
        copy["ev_headline"],
        28,
        font="sans-bold",
        colour="#ffffff",
        line_height=1.14,
        min_size=17,
    )
    s.text("text", (12, 122.5, 124, 21), copy["ev_text"], 9.4, colour=QUIET, line_height=1.45, min_size=7.6)
    for key, y in (("when", 144.4), ("where", 154.6)):
        s.text(key, (12, y, 24, 8), copy[f"ev_{key}"], 9, colour=QUIET, valign="middle", min_size=7)
        s.text(
            f"{key}-value",
            (38, y, 98, 8),
            copy[f"ev_{key}_value"],
            11,
            font="sans-bold",
            colour=INK,
            valign="middle",
            min_size=6.5,
        )
    s.text("host", (12, H - 34, 60, 4), copy["ev_host"], 8, colour=QUIET)
    s.add(
        "logo-foot", "logo", (12, H - 29.5, 58, 15), ground="light", align="start", valign="middle", locks=["position"]
    )
    s.text(
        "host-line",
        (12, H - 13.5, 62, 8),
        "{{ brand.phone }}  ·  {{ brand.url | replace('https://', '') }}\n{{ brand.address }}",
        7.4,
        colour=QUIET,
        line_height=1.35,
        min_size=4.8,
    )
    s.add("panel", "box", (78, H - 44, 58, 38), colour="brand.primary", locks=["position"])
    s.add("panel-edge", "rule", (78, H - 44, 58, 1.2), colour="brand.secondary", locks=["position"])
    s.text(
        "cta", (83, H - 38.5, 48, 6.5), copy["ev_cta"], 12.5, font="sans-bold", colour="brand.on_primary", min_size=8.5
    )
    s.text(
        "cta-text",
        (83, H - 31, 21.5, 22),
        copy["ev_cta_text"],
        7.6,
        colour="brand.on_primary",
        line_height=1.4,
        min_size=5.6,
    )
    s.add("qr-ground", "box", (106.5, H - 32, 25, 25), colour="#ffffff", locks=["position", "style", "content"])
    s.add(
        "qr",
        "qr",
        (107.5, H - 31, 23, 23),
        "{{ link.qr }}",
        colour="#16201d",
        ground="light",
        locks=["position", "style", "content"],
    )
    return s
