"""A logo handed in as PDF: checked for active content, then made into SVG by typst, so that one way leads on."""

from __future__ import annotations

import base64
import io
import re
import tempfile
from pathlib import Path

import pikepdf
import typst

from renderer.errors import RenderError

_ACTIVE = frozenset(
    {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/RichMedia", "/Rendition"}
)
_MAIN = b"""#set page(width: auto, height: auto, margin: 0pt, fill: none)
#image("logo.pdf")"""
_NESTED = re.compile(rb'href="data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)"')


def pdf_to_svg(data: bytes) -> bytes:
    """The single page as SVG, text as outlines. Its colours become sRGB.

    RenderError `logo.pdf_pages` (measured, needed), `logo.pdf_active`, `logo.pdf_encrypted`, `logo.damaged`,
    `logo.pdf_unsupported`.
    """
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            _check(pdf)
            plain = io.BytesIO()
            pdf.save(plain)
    except pikepdf.PasswordError:
        raise RenderError("logo.pdf_encrypted", "The PDF needs a password. Save it without one.") from None
    except pikepdf.PdfError as error:
        raise RenderError(
            "logo.damaged", "The PDF is damaged. Export it again from its own program.", measured=str(error)[:120]
        ) from None
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "logo.pdf").write_bytes(plain.getvalue())
        (place / "main.typ").write_bytes(_MAIN)
        try:
            compiler = typst.Compiler(input=place / "main.typ", root=place, ignore_system_fonts=True)
            drawn = compiler.compile(format="svg")
        except typst.TypstError as error:
            raise _unsupported(str(error)[:120]) from None
    nested = _NESTED.search(drawn) if isinstance(drawn, bytes) else None
    if nested is None:
        raise _unsupported("no vector page came out")
    return base64.b64decode(nested[1])


def _check(pdf: pikepdf.Pdf) -> None:
    if len(pdf.pages) != 1:
        raise RenderError(
            "logo.pdf_pages",
            f"The PDF has {len(pdf.pages)} pages; a logo is one page. Export only the logo's page.",
            measured=len(pdf.pages),
            needed=1,
        )
    if pdf.attachments or "/EmbeddedFiles" in pdf.Root.get("/Names", {}):
        raise _active("an embedded file")
    if "/AA" in pdf.Root or "/OpenAction" in pdf.Root:
        action = pdf.Root.get("/OpenAction")
        if "/AA" in pdf.Root or isinstance(action, pikepdf.Dictionary):
            raise _active("an action on opening")
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Dictionary):
            kind = str(thing.get("/S", ""))
            if kind in _ACTIVE or "/JS" in thing or "/JavaScript" in thing or "/AA" in thing:
                raise _active(kind.lstrip("/") or "JavaScript")


def _active(what: str) -> RenderError:
    return RenderError(
        "logo.pdf_active",
        f"The PDF contains active content ({what}), which is not accepted. Export the logo again as plain PDF or SVG.",
        measured=what,
    )


def _unsupported(why: str) -> RenderError:
    return RenderError(
        "logo.pdf_unsupported",
        f"This PDF cannot be drawn as a logo ({why}). Export the logo as SVG, or as a PNG of 2000 px.",
        measured=why,
    )
