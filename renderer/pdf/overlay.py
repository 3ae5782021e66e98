"""A partner's overlay: one form XObject per page, as byte pieces, independent of the template it goes on."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from renderer.errors import RenderError
from renderer.kit.manifest import BrandRules
from renderer.logo.contrast import logo_for, on_plate
from renderer.logo.placement import PLATE_MARGIN, place_logo, plate_around
from renderer.pdf.images import logo_objects, picture_objects
from renderer.pdf.incremental import Flat
from renderer.pdf.objects import ObjectSet, Piece, Pieces, page_as_form
from renderer.pdf.qr import draw_qr, fill_colour
from renderer.pdf.text import FontPalette, draw_text
from renderer.pdf.units import MM_PER_POINT, POINTS_PER_MM, numbers
from renderer.report import Problem
from renderer.spec import BrandSpec, FilledSlot, LogoImage, direction
from renderer.text.fit import fit_text
from renderer.text.fonts import FontBook

MARGIN_MM = 20.0  # ink may stand out of its slot: accents, italics
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Overlay:
    """`forms` maps a page's number to the place of its form XObject in `flat`."""

    flat: Flat
    forms: tuple[tuple[int, int], ...]
    digest: bytes
    warnings: tuple[Problem, ...]


def build_overlay(
    slots: Sequence[FilledSlot], brand: BrandSpec, rules: BrandRules, locale: str, fonts: FontBook
) -> Overlay:
    """Draws every slot. Raises RenderError (its params name the slot) where something does not fit."""
    drawing = _Drawing(brand, rules, locale, fonts)
    for filled in slots:
        try:
            drawing.draw(filled)
        except RenderError as error:
            raise RenderError(error.code, error.message, **{"slot": filled.slot.id, **error.params}) from error
    return drawing.finish()


class _Drawing:
    """The state of one overlay while it is drawn."""

    def __init__(self, brand: BrandSpec, rules: BrandRules, locale: str, fonts: FontBook) -> None:
        self.brand, self.rules, self.locale, self.fonts = brand, rules, locale, fonts
        self.objects = ObjectSet()
        self.palette = FontPalette()
        self.content: dict[int, list[bytes]] = {}
        self.boxes: dict[int, list[Box]] = {}
        self.images: dict[object, int] = {}
        self.warnings: list[Problem] = []

    def draw(self, filled: FilledSlot) -> None:
        """Adds one slot's operators to its page."""
        slot = filled.slot
        drawn = {
            "text": self._text,
            "logo": self._logo,
            "image": self._image,
            "qr": self._qr,
            "rule": self._fill,
            "box": self._fill,
        }[slot.type](filled)
        if drawn:
            self.content.setdefault(slot.page, []).append(drawn)
            self.boxes.setdefault(slot.page, []).append(slot.box)

    def _text(self, filled: FilledSlot) -> bytes:
        fitted = fit_text(filled, self.fonts, self.locale, unit_per_size=MM_PER_POINT)
        self.warnings += fitted.warnings
        x, y = filled.slot.box[0] * POINTS_PER_MM, -filled.slot.box[1] * POINTS_PER_MM
        drawn = draw_text(fitted, x, y, self.palette)
        return fill_colour(filled.colour) + b"\n" + drawn if drawn else b""

    def _fill(self, filled: FilledSlot) -> bytes:
        return fill_colour(filled.colour) + b" %s re f\n" % _rectangle(filled.slot.box)

    def _qr(self, filled: FilledSlot) -> bytes:
        drawn, warnings = draw_qr(filled)
        self.warnings += warnings
        return drawn + b"\n"

    def _logo(self, filled: FilledSlot) -> bytes:
        slot = filled.slot
        choice = logo_for(self.brand, slot.ground, self.rules.min_contrast)
        logo, clear = choice.logo, self.rules.clear_space
        placed = place_logo(
            logo,
            slot.box,
            clear_space=max(clear, PLATE_MARGIN) if choice.plate else clear,
            align=slot.align,
            min_side=self.rules.min_logo_mm,
            direction=direction(self.locale),
        )
        plate = b""
        if choice.plate:
            self.warnings.append(on_plate(slot.id))
            plate = fill_colour(choice.plate) + b" %s re f\n" % _rectangle(plate_around(placed, slot.box))
        return plate + (self._vector(logo, placed) if logo.pdf else self._raster(logo, placed))

    def _vector(self, logo: LogoImage, box: Box) -> bytes:
        objects, (x0, y0, x1, y1) = page_as_form(logo.pdf or b"")
        place = self._included(("form", logo.digest), objects)
        x, y, width, height = (value * POINTS_PER_MM for value in box)
        across, up = width / (x1 - x0), height / (y1 - y0)
        matrix = numbers(across, 0, 0, up, x - x0 * across, -y - height - y0 * up)
        return b"q %s cm /X%d Do Q\n" % (matrix, place)

    def _raster(self, logo: LogoImage, box: Box) -> bytes:
        image = logo_objects(logo.png, round(box[2], 2))
        place = self._included(("logo", logo.digest, round(box[2], 2)), image.objects)
        return b"q %s cm /X%d Do Q\n" % (_placed(box), place)

    def _image(self, filled: FilledSlot) -> bytes:
        """Covers the box, centred; what stands over is clipped."""
        if filled.picture is None:
            return b""
        image = picture_objects(filled.picture)
        place = self._included(("picture", filled.picture), image.objects)
        x, y, width, height = filled.slot.box
        scale = max(width / image.width, height / image.height)
        across, down = image.width * scale, image.height * scale
        whole = (x + (width - across) / 2, y + (height - down) / 2, across, down)
        return b"q %s re W n %s cm /X%d Do Q\n" % (_rectangle(filled.slot.box), _placed(whole), place)

    def _included(self, key: object, objects: Sequence[Pieces]) -> int:
        if key not in self.images:
            self.images[key] = self.objects.include(objects)
        return self.images[key]

    def finish(self) -> Overlay:
        """Adds fonts and forms."""
        font_places = [use.write(self.objects) for use in self.palette.uses.values()]
        forms = []
        for page in sorted(self.content):
            content = b"".join(self.content[page])
            entries: list[Piece] = [b"/Type/XObject/Subtype/Form/BBox[%s]/Resources<<" % self._bounds(page)]
            fonts = [(b"F%d" % at, place) for at, place in enumerate(font_places)]
            images = [(b"X%d" % place, place) for place in self.images.values()]
            for kind, members in ((b"/Font<<", fonts), (b"/XObject<<", images)):
                used = [(name, place) for name, place in members if b"/" + name + b" " in content]
                if used:
                    entries.append(kind)
                    for name, place in used:
                        entries += [b"/" + name + b" ", place]
                    entries.append(b">>")
            forms.append((page, self.objects.add_stream([*entries, b">>"], content)))
        flat = Flat.of(self.objects.objects)
        whole = hashlib.sha256(flat.numbered(0)[0])
        return Overlay(flat, tuple(forms), whole.digest(), tuple(self.warnings))

    def _bounds(self, page: int) -> bytes:
        boxes = self.boxes[page]
        left, top = min(box[0] for box in boxes) - MARGIN_MM, min(box[1] for box in boxes) - MARGIN_MM
        right = max(box[0] + box[2] for box in boxes) + MARGIN_MM
        bottom = max(box[1] + box[3] for box in boxes) + MARGIN_MM
        return numbers(*(value * POINTS_PER_MM for value in (left, -bottom, right, -top)))


def _rectangle(box: Box) -> bytes:
    x, y, width, height = (value * POINTS_PER_MM for value in box)
    return numbers(x, -y - height, width, height)


def _placed(box: Box) -> bytes:
    x, y, width, height = (value * POINTS_PER_MM for value in box)
    return numbers(width, 0, 0, height, x, -y - height)
