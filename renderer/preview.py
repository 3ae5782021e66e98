"""Pictures of finished files for people to look at: a page of a PDF, a smaller picture of a picture."""

from __future__ import annotations

import io
from threading import Lock

import pypdfium2
from PIL import Image

from renderer.errors import RenderError

MAX_WIDTH = 2000
MAX_PIXELS = 12_000_000
MAX_SOURCE_PIXELS = 80_000_000
_PDFIUM = Lock()  # PDFium may be used by one thread at a time


def page_picture(pdf: bytes, page: int = 1, width: int = 800) -> bytes:
    """A page as PNG, `width` pixels wide (at most 2,000). `page` counts from 1.

    RenderError `preview.no_such_page`, `preview.unreadable`.
    """
    with _PDFIUM:
        try:
            document = pypdfium2.PdfDocument(pdf)
        except pypdfium2.PdfiumError as error:
            raise RenderError("preview.unreadable", f"The PDF cannot be opened: {error}.") from error
        try:
            if not 1 <= page <= len(document):
                message = f"The PDF has {len(document)} pages; there is no page {page}."
                raise RenderError("preview.no_such_page", message, measured=len(document), needed=page)
            sheet = document[page - 1]
            wide, high = sheet.get_size()
            scale = min(width, MAX_WIDTH) / max(wide, 1.0)
            scale = min(scale, (MAX_PIXELS / max(wide * high, 1.0)) ** 0.5)
            picture = sheet.render(scale=scale).to_pil().convert("RGB")
        finally:
            document.close()
    return _png(picture)


def smaller(data: bytes, width: int) -> bytes:
    """A picture at most `width` pixels wide, as PNG. RenderError `preview.unreadable`."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            if picture.width * picture.height > MAX_SOURCE_PIXELS:
                raise RenderError("preview.unreadable", "The picture is too large to be shown.")
            if picture.format == "JPEG":
                picture.draft("RGB", (min(width, MAX_WIDTH), picture.height))
            shown = picture.convert("RGBA" if "A" in picture.getbands() else "RGB")
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise RenderError("preview.unreadable", f"The picture cannot be read: {error}.") from error
    bound = min(width, MAX_WIDTH)
    if shown.width > bound:
        shown = shown.resize((bound, max(1, round(shown.height * bound / shown.width))), Image.Resampling.LANCZOS)
    return _png(shown)


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=3)
    return out.getvalue()
