"""A brand with a vector and a raster logo, made on the spot."""

from __future__ import annotations

import hashlib
import io

import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import Image, ImageDraw

from renderer.spec import BrandSpec, LogoImage


def logo_png(width: int = 600, height: int = 300) -> bytes:
    image = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.ellipse((0, 0, width - 1, height - 1), fill=(0, 160, 60, 255))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def logo_pdf() -> bytes:
    """A green block with a half-transparent black corner, a page of exactly 80 × 40 points with its own names."""
    pdf = pikepdf.new()
    state = Dictionary(Type=Name.ExtGState, ca=0.5)
    page = Dictionary(
        Type=Name.Page,
        MediaBox=Array([10, 20, 90, 60]),
        Resources=Dictionary(ExtGState=Dictionary(F0=pdf.make_indirect(state)), XObject=Dictionary()),
        Contents=pdf.make_stream(b"0 0.627 0.235 rg 10 20 80 40 re f /F0 gs 0 g 10 20 20 20 re f"),
    )
    pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
    buffer = io.BytesIO()
    pdf.save(buffer, static_id=True)
    return buffer.getvalue()


def logo(kind: str, **changes: object) -> LogoImage:
    png = logo_png()
    pdf = logo_pdf() if kind == "vector" else None
    values: dict[str, object] = {
        "kind": kind,
        "png": png,
        "width": 80.0,
        "height": 40.0,
        "ink_share": 0.9,
        "contrast_on_light": 5.0,
        "contrast_on_dark": 4.0,
        "digest": hashlib.sha256(png + (pdf or b"")).hexdigest(),
        "pdf": pdf,
    }
    return LogoImage(**{**values, **changes})  # type: ignore[arg-type]


def brand(kind: str = "vector") -> BrandSpec:
    return BrandSpec("Osterly", "#0b6b53", "#14201b", logo_light=logo(kind))
