"""The two-page data sheet: art and slots for one page size, in millimetres."""

from __future__ import annotations

from dataclasses import dataclass

from assets.make.slots import Sheet
from assets.make.svg import Board, circle, group, line, rect
from assets.make.theme import Theme, mark

INK, QUIET = "#16201d", "#33403c"
ROWS = 11


@dataclass(frozen=True, slots=True)
class Paper:
    """A page size in millimetres and the vertical rhythm that suits it."""

    name: str
    width: float
    height: float
    hero: float
    row: float


A4 = Paper("a4", 210.0, 297.0, 134.0, 8.4)
LETTER = Paper("letter", 215.9, 279.4, 114.0, 7.1)
MARGIN = 15.0


def _icon(elements: list[str], x: float, y: float, size: float) -> str:
    return group(elements, x=x, y=y, scale=size / 24)


def front_art(theme: Theme, paper: Paper, *, mirror: bool) -> Board:
    """The front page without any copy: hero, icons, rules, footer band."""
    w, h = paper.width, paper.height
    board = Board(w, h, "p")
    hero = theme.hero(w, paper.hero, "h", mirror)
    board.defs += [f'<clipPath id="hc"><rect width="{w}" height="{paper.hero}"/></clipPath>', *hero.defs]
    turned = group(hero.parts, x=w, flip=True) if mirror else "".join(hero.parts)
    board.add(rect(0, 0, w, h, "#ffffff"), f'<g clip-path="url(#hc)">{turned}</g>')
    board.add(rect(0, paper.hero - 0.4, w, 2, "#ffffff"))
    sign = mark(theme.mark, "dark")
    board.add(sign.placed(height=6, x=MARGIN, y=13.5) if mirror else sign.placed(height=6, right=w - MARGIN, y=13.5))
    top = paper.hero
    col = (w - 2 * MARGIN - 16) / 3
    for i, icon in enumerate(theme.benefit_icons):
        x = MARGIN + i * (col + 8)
        board.add(_icon(icon, w - x - 9.5 if mirror else x, top + 51, 9.5))
    board.add(line(f"M{MARGIN} {h - 70}H{w - MARGIN}M{MARGIN} {h - 46.5}H{w - MARGIN}", theme.hair, 0.3, cap="butt"))
    board.add(rect(0, h - 38, w, 38, theme.tint), rect(0, h - 38, w, 1, theme.accent))
    return board


def back_art(theme: Theme, paper: Paper, *, mirror: bool) -> Board:
    """The back page: band, table rules, step line, contact panel."""
    w, h, row = paper.width, paper.height, paper.row
    board = Board(w, h, "q")
    band = theme.band(w, 34, "b", mirror)
    board.defs += [f'<clipPath id="bc"><rect width="{w}" height="34"/></clipPath>', *band.defs]
    turned = group(band.parts, x=w, flip=True) if mirror else "".join(band.parts)
    board.add(rect(0, 0, w, h, "#ffffff"), f'<g clip-path="url(#bc)">{turned}</g>')
    board.add(rect(0, 33.6, w, 1, "#ffffff"))
    sign = mark(theme.mark, "dark")
    board.add(sign.placed(height=6, x=MARGIN, y=10) if mirror else sign.placed(height=6, right=w - MARGIN, y=10))
    top = 49.5
    for i in range(2, ROWS, 2):
        board.add(rect(MARGIN, top + row * (i - 1), w - 2 * MARGIN, row, theme.tint))
    board.add(line(f"M{MARGIN} {top}H{w - MARGIN}", theme.tone, 0.5, cap="butt"))
    rules = "".join(f"M{MARGIN} {top + row * i:.2f}H{w - MARGIN}" for i in range(1, ROWS + 1))
    board.add(line(rules, theme.hair, 0.25, cap="butt"))
    y = steps_top(paper) + 5
    col = (w - 2 * MARGIN - 16) / 3
    board.add(line(f"M{MARGIN} {y}H{w - MARGIN}", theme.hair, 0.5, cap="butt"))
    for i, icon in enumerate(theme.step_icons):
        x = MARGIN + i * (col + 8)
        cx = w - x - 5 if mirror else x + 5
        board.add(circle(cx, y, 6.2, "#ffffff"), circle(cx, y, 5, theme.tone), _icon(icon, cx - 3.1, y - 3.1, 6.2))
    board.add(rect(MARGIN, h - 78, w - 2 * MARGIN, 62, theme.tint))
    return board


def steps_top(paper: Paper) -> float:
    """Where the line of steps begins on the back page."""
    return 49.5 + ROWS * paper.row + 26


def layout(theme: Theme, paper: Paper, copy: dict[str, str], *, mirror: bool) -> Sheet:
    """Every slot of both pages; `copy` holds the source strings by key."""
    s = Sheet("mm", paper.width, mirror)
    _front_slots(s, theme, paper, copy)
    _back_slots(s, theme, paper, copy)
    return s


def _front_slots(s: Sheet, theme: Theme, paper: Paper, copy: dict[str, str]) -> None:
    w, h, top = paper.width, paper.height, paper.hero
    wide = w - 2 * MARGIN
    s.add("logo-front", "logo", (MARGIN, 10, 62, 20), ground="dark", align="start", valign="middle", locks=["position"])
    s.text(
        "headline",
        (MARGIN, 36, 88, 32),
        copy["headline"],
        35,
        font=theme.headline_font,
        colour="#ffffff",
        line_height=1.14,
        min_size=22,
        valign="top",
    )
    s.text("subhead", (MARGIN, 69, 76, 22), copy["subhead"], 12.5, colour="#ffffff", line_height=1.4, min_size=9.5)
    s.text("lead", (MARGIN, top + 8, wide, 8), copy["lead"], 15, font="sans-bold", colour=theme.tone, min_size=10.5)
    half = (wide - 9) / 2
    for i in (1, 2):
        x = MARGIN + (i - 1) * (half + 9)
        s.text(
            f"body-{i}", (x, top + 18.5, half, 28), copy[f"body_{i}"], 9.6, colour=QUIET, line_height=1.45, min_size=7.5
        )
    col = (wide - 16) / 3
    for i in (1, 2, 3):
        x = MARGIN + (i - 1) * (col + 8)
        s.text(
            f"benefit-{i}",
            (x, top + 62.5, col, 6),
            copy[f"benefit_{i}"],
            10.5,
            font="sans-bold",
            colour=INK,
            min_size=8,
        )
        s.text(
            f"benefit-{i}-text",
            (x, top + 68.8, col, 18),
            copy[f"benefit_{i}_text"],
            8.8,
            colour=QUIET,
            line_height=1.42,
            min_size=6.8,
        )
    quarter = (wide - 18) / 4
    for i in (1, 2, 3, 4):
        x = MARGIN + (i - 1) * (quarter + 6)
        s.text(
            f"fact-{i}",
            (x, h - 67, quarter, 10),
            copy[f"fact_{i}"],
            21,
            font="sans-bold",
            colour=theme.tone,
            min_size=13,
            valign="middle",
        )
        s.text(
            f"fact-{i}-label",
            (x, h - 56.5, quarter, 8),
            copy[f"fact_{i}_label"],
            8,
            colour=QUIET,
            line_height=1.3,
            min_size=6,
        )
    s.text("by", (MARGIN, h - 32, 110, 4.5), copy["by"], 8.2, colour=QUIET)
    s.text(
        "partner-name",
        (MARGIN, h - 27.2, 112, 8),
        "{{ brand.name }}",
        14,
        font="sans-bold",
        colour=INK,
        min_size=8.5,
        valign="middle",
    )
    s.text(
        "partner-contact",
        (MARGIN, h - 18, 112, 5),
        "{{ brand.phone }}  ·  {{ brand.url | replace('https://', '') }}",
        9.4,
        colour=INK,
        min_size=7,
    )
    s.text("partner-address", (MARGIN, h - 12.5, 112, 5), "{{ brand.address }}", 8, colour=QUIET, min_size=6)
    s.text(
        "scan",
        (w - MARGIN - 64, h - 31.5, 36, 25),
        copy["scan"],
        8.6,
        colour=QUIET,
        align="end",
        valign="middle",
        line_height=1.35,
        min_size=6.5,
    )
    s.add(
        "qr-front",
        "qr",
        (w - MARGIN - 25, h - 31.5, 25, 25),
        "{{ link.qr }}",
        colour="#16201d",
        ground="light",
        locks=["position", "style", "content"],
    )


def _back_slots(s: Sheet, theme: Theme, paper: Paper, copy: dict[str, str]) -> None:
    w, row = paper.width, paper.row
    wide = w - 2 * MARGIN
    s.text(
        "table-title",
        (MARGIN, 8, 110, 10),
        copy["table_title"],
        20,
        font=theme.headline_font,
        colour="#ffffff",
        page=2,
        min_size=13,
        valign="middle",
    )
    label, cell = wide * 0.46, wide * 0.18
    for c in (1, 2, 3):
        x = MARGIN + label + (c - 1) * cell
        s.text(
            f"model-{c}",
            (x, 42, cell - 2, 6),
            copy[f"model_{c}"],
            9.6,
            font="sans-bold",
            colour=theme.tone,
            page=2,
            align="end",
            valign="middle",
            min_size=7,
        )
    for r in range(1, ROWS + 1):
        y = 49.5 + (r - 1) * row
        s.text(
            f"row-{r}",
            (MARGIN + 2, y + 0.1, label - 4, row - 0.2),
            copy[f"row_{r}"],
            8.8,
            colour=QUIET,
            page=2,
            valign="middle",
            min_size=6.4,
        )
        cells = copy[f"row_{r}_cells"].split(" | ")
        for c, cell_text in enumerate(cells, 1):
            span = cell * 3 if len(cells) == 1 else cell
            x = MARGIN + label + (0 if len(cells) == 1 else (c - 1) * cell)
            s.text(
                f"row-{r}-{c}",
                (x, y + 0.1, span - 2, row - 0.2),
                cell_text,
                8.8,
                font="sans-bold",
                colour=INK,
                page=2,
                align="end",
                valign="middle",
                min_size=6.2,
            )
    foot = 49.5 + ROWS * row
    s.text(
        "footnote",
        (MARGIN, foot + 2, wide, 7),
        copy["footnote"],
        6.8,
        colour="#56625d",
        page=2,
        line_height=1.35,
        min_size=5.2,
    )
    top = steps_top(paper)
    s.text(
        "steps-title",
        (MARGIN, top - 11, wide, 7),
        copy["steps_title"],
        13,
        font="sans-bold",
        colour=theme.tone,
        page=2,
        min_size=9.5,
    )
    col = (wide - 16) / 3
    for i in (1, 2, 3):
        x = MARGIN + (i - 1) * (col + 8)
        s.text(
            f"step-{i}",
            (x, top + 13, col, 6),
            copy[f"step_{i}"],
            10.2,
            font="sans-bold",
            colour=INK,
            page=2,
            min_size=7.8,
        )
        s.text(
            f"step-{i}-text",
            (x, top + 19.3, col, 19),
            copy[f"step_{i}_text"],
            8.7,
            colour=QUIET,
            page=2,
            line_height=1.42,
            min_size=6.6,
        )
    _contact_slots(s, paper, copy)


def _contact_slots(s: Sheet, paper: Paper, copy: dict[str, str]) -> None:
    h = paper.height
    wide, y = paper.width - 2 * MARGIN, h - 78
    half = wide * 0.53
    s.add("panel", "box", (MARGIN, y, half, 62), colour="brand.primary", page=2, locks=["position"])
    s.add("panel-edge", "rule", (MARGIN, y, half, 1.2), colour="brand.secondary", page=2, locks=["position"])
    inner = half - 14
    on = "brand.on_primary"
    s.text("cta", (MARGIN + 7, y + 7, inner, 9), copy["cta"], 17, font="sans-bold", colour=on, page=2, min_size=11)
    s.text(
        "cta-text",
        (MARGIN + 7, y + 17.5, inner - 31, 23.5),
        copy["cta_text"],
        9,
        colour=on,
        page=2,
        line_height=1.42,
        min_size=7,
    )
    s.text(
        "cta-days",
        (MARGIN + 7, y + 41.5, inner - 31, 14.5),
        copy["cta_extra"],
        8.6,
        font="sans-bold",
        colour=on,
        page=2,
        valign="bottom",
        line_height=1.3,
        min_size=6.5,
    )
    s.add(
        "qr-ground",
        "box",
        (MARGIN + half - 35, y + 27, 28, 28),
        colour="#ffffff",
        page=2,
        locks=["position", "style", "content"],
    )
    s.add(
        "qr",
        "qr",
        (MARGIN + half - 34, y + 28, 26, 26),
        "{{ link.qr }}",
        colour="#16201d",
        ground="light",
        page=2,
        locks=["position", "style", "content"],
    )
    x, rest = MARGIN + half + 8, wide - half - 15
    s.add(
        "logo-back",
        "logo",
        (x, y + 6, rest, 20),
        ground="light",
        page=2,
        align="start",
        valign="middle",
        locks=["position"],
    )
    s.text(
        "contact-name",
        (x, y + 29.5, rest, 7.4),
        "{{ brand.name }}",
        10.5,
        font="sans-bold",
        colour=INK,
        page=2,
        valign="middle",
        min_size=6.5,
    )
    s.text("contact-phone", (x, y + 38, rest, 5), "{{ brand.phone }}", 9.4, colour=INK, page=2, min_size=7)
    s.text(
        "contact-url",
        (x, y + 43.5, rest, 5),
        "{{ brand.url | replace('https://', '') }}",
        9.4,
        colour=INK,
        page=2,
        min_size=6.5,
    )
    s.text(
        "contact-address",
        (x, y + 49, rest, 9),
        "{{ brand.address }}",
        8,
        colour=QUIET,
        page=2,
        line_height=1.3,
        min_size=5.6,
    )
    s.text("legal", (MARGIN, h - 13, wide, 7), "{{ brand.legal_line }}", 6.6, colour="#56625d", page=2, min_size=4.8)
