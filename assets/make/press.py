"""Turns drawings into files: SVG pages to one PDF, a drawing to PNG. The same drawing gives the same bytes."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Sequence
from pathlib import Path

import resvg_py
import typst
from PIL import Image

from assets.make.svg import Board, num


def pdf(pages: Sequence[Board]) -> bytes:
    """A PDF with one page per board; a board's unit is the millimetre."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        lines = ["#set document(date: none)"]
        for number, board in enumerate(pages):
            (root / f"{number}.svg").write_text(board.svg(), "utf-8")
            lines.append(f"#set page(width: {num(board.width)}mm, height: {num(board.height)}mm, margin: 0mm)")
            lines.append(f'#image("{number}.svg", width: 100%, height: 100%)')
        (root / "main.typ").write_text("\n".join(lines), "utf-8")
        made = typst.compile(
            str(root / "main.typ"), root=str(root), format="pdf", pdf_tags=False, ignore_system_fonts=True
        )
    return bytes(made)


def png(board: Board) -> bytes:
    """The drawing at one pixel per unit, opaque RGB."""
    raw = bytes(
        resvg_py.svg_to_bytes(
            svg_string=board.svg(), width=int(board.width), height=int(board.height), skip_system_fonts=True
        )
    )
    out = io.BytesIO()
    Image.open(io.BytesIO(raw)).convert("RGB").save(out, "PNG", optimize=True)
    return out.getvalue()
