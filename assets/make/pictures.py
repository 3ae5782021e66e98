"""The three pictures of a campaign: backgrounds without copy, and their slots in pixels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from assets.make.slots import Sheet
from assets.make.svg import Board, group, rect
from assets.make.theme import Theme, mark

Scene = Callable[[float, float, str, bool], Board]


@dataclass(frozen=True, slots=True)
class Picture:
    """One format: where words, the vendor's mark, the partner's logo and address stand. Boxes in pixels."""

    name: str
    width: int
    height: int
    scene: Scene
    headline: tuple[float, float, float, float]
    headline_size: float
    subhead: tuple[float, float, float, float]
    subhead_size: float
    logo: tuple[float, float, float, float]
    address: tuple[float, float, float, float]
    address_size: float
    sign: tuple[float, float, float]  # x of the near edge, y, height
    sign_at_end: bool = True
    address_align: str = "start"
    logo_align: str = "start"
    plate: tuple[float, float, float, float] | None = None
    address_colour: str = "#16201d"


def background(theme: Theme, picture: Picture, *, mirror: bool) -> Board:
    """The picture without any copy; `mirror` turns the composition, not the vendor's mark."""
    w, h = picture.width, picture.height
    board = Board(w, h, "p")
    scene = picture.scene(w, h, "s", mirror)
    board.defs += scene.defs
    board.add(group(scene.parts, x=w, flip=True) if mirror else "".join(scene.parts))
    if picture.plate:
        x, y, pw, ph = picture.plate
        board.add(rect(w - x - pw if mirror else x, y, pw, ph, "#ffffff"))
    x, y, size = picture.sign
    sign = mark(theme.mark, "dark")
    near_left = picture.sign_at_end == mirror
    board.add(sign.placed(height=size, x=x, y=y) if near_left else sign.placed(height=size, right=w - x, y=y))
    return board


def layout(theme: Theme, picture: Picture, copy: dict[str, str], *, mirror: bool) -> Sheet:
    """The slots over the background."""
    s = Sheet("px", picture.width, mirror)
    size = picture.headline_size
    s.text(
        "headline",
        picture.headline,
        copy["headline"],
        size,
        font=theme.headline_font,
        colour="#ffffff",
        line_height=1.12,
        min_size=round(size * 0.58),
    )
    s.text(
        "subhead",
        picture.subhead,
        copy["subhead"],
        picture.subhead_size,
        colour="#ffffff",
        line_height=1.35,
        min_size=round(picture.subhead_size * 0.72),
    )
    s.add("logo", "logo", picture.logo, ground="light", align=picture.logo_align, valign="middle", locks=["position"])
    s.text(
        "address",
        picture.address,
        "{{ brand.url | replace('https://', '') }}",
        picture.address_size,
        font="sans-bold",
        colour=picture.address_colour,
        align=picture.address_align,
        valign="middle",
        min_size=round(picture.address_size * 0.5),
    )
    return s
