"""The honest peer of a launch: reportlab + pypdf + Pillow making the same PDFs and pictures one after the other.

It fills the same slots of the same kit: text, logo and QR code on every page, each picture at its size. It does less
(no shaping, no fit, no contrast check, no mails or landing page), so its figure flatters it.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont
from pypdf import PdfReader, PdfWriter
from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

MM = 72 / 25.4


class Peer:
    """A kit's folder, opened once; `make(brand)` draws every PDF and picture of it in the source language."""

    def __init__(self, kit: Path, logo: bytes, font: Path) -> None:
        self._kit, self._logo, self._font = kit, logo, font
        pdfmetrics.registerFont(TTFont("peer", str(font)))

    def make(self, brand: dict[str, str]) -> int:
        """Bytes made."""
        made = [self._sheet(name, brand) for name in ("datasheet-a4", "datasheet-letter")]
        made += [self._picture(name, brand) for name in ("social-wide", "social-square", "social-story")]
        return sum(len(data) for data in made)

    def _slots(self, path: str) -> list[dict[str, Any]]:
        slots: list[dict[str, Any]] = json.loads((self._kit / path).read_text("utf-8"))["slots"]
        return slots

    def _sheet(self, name: str, brand: dict[str, str]) -> bytes:
        slots = self._slots(f"pdf/{name}.layout.json")
        writer = PdfWriter(clone_from=self._kit / "pdf" / f"{name}.pdf")
        for number, page in enumerate(writer.pages, 1):
            height = float(page.mediabox.height)
            buffer = io.BytesIO()
            canvas = Canvas(buffer, pagesize=(float(page.mediabox.width), height))
            for slot in slots:
                if slot.get("page", 1) == number:
                    self._draw(canvas, slot, height, brand)
            canvas.showPage()
            canvas.save()
            page.merge_page(PdfReader(io.BytesIO(buffer.getvalue())).pages[0])
        out = io.BytesIO()
        writer.write(out)
        return out.getvalue()

    def _draw(self, canvas: Canvas, slot: dict[str, Any], height: float, brand: dict[str, str]) -> None:
        x, y, wide, high = (float(side) * MM for side in slot["box"])
        bottom = height - y - high
        if slot["type"] == "logo":
            picture = ImageReader(io.BytesIO(self._logo))
            canvas.drawImage(picture, x, bottom, wide, high, preserveAspectRatio=True, mask="auto")
        elif slot["type"] == "qr":
            drawing = Drawing(wide, high, transform=[wide / 80, 0, 0, high / 80, 0, 0])
            drawing.add(QrCodeWidget(brand["url"], barWidth=80, barHeight=80))
            renderPDF.draw(drawing, canvas, x, bottom)
        elif slot["type"] == "text":
            size = float(slot.get("size", 10))
            canvas.setFont("peer", size)
            canvas.setFillColor(slot["colour"] if str(slot.get("colour", "")).startswith("#") else "#222222")
            for line, words in enumerate(_filled(slot["value"], brand).split("\n")):
                canvas.drawString(x, height - y - size * (1 + 1.3 * line), words)

    def _picture(self, name: str, brand: dict[str, str]) -> bytes:
        with Image.open(self._kit / "images" / f"{name}.png") as opened:
            picture = opened.convert("RGB")
        draw = ImageDraw.Draw(picture)
        with Image.open(io.BytesIO(self._logo)) as opened:
            logo = opened.convert("RGBA")
        for slot in self._slots(f"images/{name}.layout.json"):
            x, y, wide, high = (round(side) for side in slot["box"])
            if slot["type"] == "logo":
                fitted = logo.copy()
                fitted.thumbnail((wide, high), Image.Resampling.LANCZOS)
                picture.paste(fitted, (x, y), fitted)
            elif slot["type"] == "text":
                font = ImageFont.truetype(str(self._font), round(slot.get("size", 20)))
                draw.multiline_text((x, y), _filled(slot["value"], brand), font=font, fill="#222222")
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=90)
        return out.getvalue()


def _filled(value: str, brand: dict[str, str]) -> str:
    for name, words in brand.items():
        value = value.replace("{{ brand." + name + " }}", words)
    return value
