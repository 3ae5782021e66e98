"""A sanitised SVG's picture by resvg, its ink box, and its one-page PDF by typst (docs/decisions/0003)."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import resvg_py
import typst
from PIL import Image, ImageChops

from renderer.errors import RenderError
from renderer.logo.measure import ink_box
from renderer.logo.svg import SVG, CleanSvg, Element, write

View = tuple[float, float, float, float]

_LOOK = 480  # px of the long side while looking for the ink
_FAINT = 4  # of 255: what resvg draws is clean, so its faintest edge counts
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_PAGE = b"""#set document(date: none)
#set page(width: float(sys.inputs.w) * 1pt, height: float(sys.inputs.h) * 1pt, margin: 0pt, fill: none)
#image(bytes(sys.inputs.svg), format: "svg", width: 100%, height: 100%)"""


def draw_svg(svg: bytes, width: int, height: int) -> bytes:
    """The document as PNG (RGBA, straight alpha) of exactly that size. RenderError `logo.svg_undrawable`."""
    try:
        return bytes(resvg_py.svg_to_bytes(svg_string=svg.decode(), width=width, height=height, skip_system_fonts=True))
    except ValueError as error:
        raise RenderError(
            "logo.svg_undrawable",
            f"The SVG cannot be drawn ({str(error)[:100]}). Export it again as plain SVG.",
            measured=str(error)[:100],
        ) from None


def pixel_size(width: float, height: float, long_side: int) -> tuple[int, int]:
    """Whole pixels (at least 1) of that aspect ratio with that long side."""
    scale = long_side / max(width, height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def trim_svg(clean: CleanSvg) -> View:
    """The viewBox of the ink, looked at twice: coarse, then closely. RenderError `logo.no_ink`."""
    x, y, width, height = clean.view
    for margin in (1, 0):
        picture = picture_of(clean.root, (x, y, width, height), _LOOK)
        box = ink_box(picture, _FAINT)
        if box is None:
            raise RenderError(
                "logo.no_ink",
                "Nothing is visible in the logo. Check that its layers are not hidden, and export it again.",
            )
        step_x, step_y = width / picture.width, height / picture.height
        left, top = max(box[0] - margin, 0), max(box[1] - margin, 0)
        right, bottom = min(box[2] + margin, picture.width), min(box[3] + margin, picture.height)
        x, y, width, height = x + left * step_x, y + top * step_y, (right - left) * step_x, (bottom - top) * step_y
    return x, y, width, height


def picture_of(root: Element, view: View, long_side: int) -> Image.Image:
    """The tree drawn with that viewBox, RGBA."""
    data = draw_svg(write(root, view), *pixel_size(view[2], view[3], long_side))
    return Image.open(io.BytesIO(data)).convert("RGBA")


def drop_white_ground(clean: CleanSvg) -> bool:
    """Removes a white rectangle that was drawn behind everything; True if that bared the corners."""
    first = next((e for e in clean.root.iter(SVG + "rect", SVG + "path", SVG + "polygon") if _is_drawn(e)), None)
    parent = first.getparent() if first is not None else None
    if first is None or parent is None:
        return False
    place = parent.index(first)
    before = picture_of(clean.root, clean.view, 200)
    parent.remove(first)
    after = picture_of(clean.root, clean.view, 200)
    corners = [(0, 0), (after.width - 1, 0), (0, after.height - 1), (after.width - 1, after.height - 1)]
    bared = all(after.getchannel("A").getpixel(at) == 0 for at in corners)
    # Only a ground whose removal changes nothing on white paper may go.
    difference = ImageChops.difference(_on_white(before), _on_white(after))
    if bared and not difference.point([0] * 24 + [1] * 232 + [0] * 24 + [1] * 232 + [0] * 24 + [1] * 232).getbbox():
        return True
    parent.insert(place, first)
    return False


def _is_drawn(element: Element) -> bool:
    hidden = {SVG + name for name in ("defs", "clipPath", "mask", "pattern", "symbol", "marker")}
    return not any(ancestor.tag in hidden for ancestor in element.iterancestors())


def _on_white(picture: Image.Image) -> Image.Image:
    paper = Image.new("RGBA", picture.size, "#ffffff")
    paper.alpha_composite(picture)
    return paper.convert("RGB")


def svg_to_pdf(svg: bytes, width: float, height: float) -> bytes:
    """One PDF page of exactly the viewBox (1 user unit = 1 pt), vectors kept. The same SVG gives the same bytes."""
    inputs = {"svg": svg.decode(), "w": repr(float(width)), "h": repr(float(height))}
    try:
        compiler = typst.Compiler(input=_PAGE, ignore_system_fonts=True, sys_inputs=inputs)
        pdf = compiler.compile(format="pdf", timestamp=_EPOCH, pdf_tags=False)
    except typst.TypstError as error:
        raise RenderError(
            "logo.svg_undrawable",
            f"The SVG cannot be made into a PDF ({str(error)[:100]}). Export it again as plain SVG.",
            measured=str(error)[:100],
        ) from None
    if not isinstance(pdf, bytes):
        raise TypeError("typst gave no single PDF")
    return pdf
