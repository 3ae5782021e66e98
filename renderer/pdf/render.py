"""The PDF renderer's door: a compiled template, filled slots and a brand become an appended section."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from renderer.kit.manifest import BrandRules
from renderer.pdf.incremental import Replaced, append_section
from renderer.pdf.overlay import Overlay, build_overlay
from renderer.pdf.template import PdfTemplate, clear_templates, compile_template
from renderer.report import Problem
from renderer.spec import BrandSpec, FilledSlot
from renderer.text.fonts import FontBook

__all__ = ["PdfResult", "clear_stores", "compile_template", "render_pdf"]

OVERLAYS_KEPT = 256
_SAVE = b"<</Length 1>>stream\nq\nendstream"
_overlays: OrderedDict[object, Overlay] = OrderedDict()
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class PdfResult:
    """What is stored: the file is the template's bytes and `delta` behind them."""

    delta: bytes = field(repr=False)
    overlay_digest: str
    pages: int
    warnings: tuple[Problem, ...]

    def whole(self, template: PdfTemplate) -> bytes:
        """The finished file."""
        return template.data + self.delta


def render_pdf(
    template: PdfTemplate,
    slots: Sequence[FilledSlot],
    brand: BrandSpec,
    rules: BrandRules,
    locale: str,
    fonts: FontBook,
) -> PdfResult:
    """One document. The same arguments give the same bytes.

    Raises RenderError: `text.*`, `logo.*`, `qr.*`, `image.*` with the slot in its params, or
    `pdf.page_missing` if a slot stands on a page the template lacks.
    """
    for number in {filled.slot.page for filled in slots}:
        template.page(number)
    overlay = cached_overlay(slots, brand, rules, locale, fonts)
    warnings = (*template.warnings, *overlay.warnings)
    return PdfResult(overlay_delta(template, overlay), overlay.digest.hex(), template.page_count, warnings)


def cached_overlay(
    slots: Sequence[FilledSlot], brand: BrandSpec, rules: BrandRules, locale: str, fonts: FontBook
) -> Overlay:
    """The overlay, from the process's store of the last 256 if it is there."""
    logos = tuple(logo.digest if logo else "" for logo in (brand.logo_light, brand.logo_dark))
    key = (tuple(slots), brand.name, logos, rules, locale, fonts.digest)
    with _lock:
        found = _overlays.get(key)
        if found is not None:
            _overlays.move_to_end(key)
            return found
    overlay = build_overlay(slots, brand, rules, locale, fonts)
    with _lock:
        _overlays[key] = overlay
        if len(_overlays) > OVERLAYS_KEPT:
            _overlays.popitem(last=False)
    return overlay


def clear_stores() -> None:
    """Forgets kept templates and overlays: what follows is rendered from nothing."""
    with _lock:
        _overlays.clear()
    clear_templates()


def overlay_delta(template: PdfTemplate, overlay: Overlay) -> bytes:
    """The appended section that lays an overlay over a template; empty if there is nothing to draw."""
    if not overlay.forms:
        return b""
    base = template.end.size
    save = base + len(overlay.flat.fixed)
    added = [_SAVE]
    replaced = []
    for number, form in overlay.forms:
        page = template.page(number)
        parts = (page.head, base + form, page.middle, save, page.contents, save + len(added), page.end)
        replaced.append(Replaced(page.number, page.generation, b"%s%d 0 R%s%d 0 R%s%d 0 R%s" % parts))
        added.append(page.tail)
    return append_section(template.end, overlay.flat, added, replaced, template.data_digest + overlay.digest)
