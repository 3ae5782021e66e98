"""PDF objects as byte pieces around object references, so that they can be numbered again without parsing."""

from __future__ import annotations

import io
import zlib
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

import pikepdf

from renderer.errors import RenderError

Piece = bytes | int  # an int is the reference to that local object
Pieces = tuple[Piece, ...]
COMPRESSION = 6


class ObjectSet:
    """Objects that refer to each other by their place in this set, from 0."""

    def __init__(self) -> None:
        self.objects: list[Pieces] = []

    def reserve(self) -> int:
        """A place to be filled later with `put`."""
        self.objects.append(())
        return len(self.objects) - 1

    def put(self, place: int, *pieces: Piece) -> int:
        """Fills a reserved place."""
        self.objects[place] = joined(pieces)
        return place

    def add(self, *pieces: Piece) -> int:
        """Adds an object; returns its place."""
        return self.put(self.reserve(), *pieces)

    def add_stream(self, dictionary: Sequence[Piece], data: bytes, *, compress: bool = True) -> int:
        """Adds a stream; `dictionary` is its entries without << >>, /Length and (if compressed here) /Filter."""
        return self.put_stream(self.reserve(), dictionary, data, compress=compress)

    def put_stream(self, place: int, dictionary: Sequence[Piece], data: bytes, *, compress: bool = True) -> int:
        """`add_stream` into a reserved place."""
        packed = zlib.compress(data, COMPRESSION) if compress else data
        extra = b"/Filter/FlateDecode" if compress else b""
        end = b"%s/Length %d>>stream\n%s\nendstream" % (extra, len(packed), packed)
        return self.put(place, b"<<", *dictionary, end)

    def include(self, objects: Sequence[Pieces]) -> int:
        """Adds another set's objects behind this one's; returns where its first one is now."""
        base = len(self.objects)
        for pieces in objects:
            self.objects.append(tuple(piece + base if isinstance(piece, int) else piece for piece in pieces))
        return base


def joined(pieces: Sequence[Piece]) -> Pieces:
    """The same pieces with neighbouring bytes put together."""
    result: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, bytes) and result and isinstance(result[-1], bytes):
            result[-1] += piece
        else:
            result.append(piece)
    return tuple(result)


def name_bytes(key: str) -> bytes:
    """A dictionary key as written, special characters escaped."""
    return pikepdf.Name(key).unparse()


def unparsed(value: object) -> bytes:
    """A member of a pikepdf dictionary or array as bytes; references stay references."""
    if isinstance(value, pikepdf.Object):
        return b"%d %d R" % value.objgen if value.is_indirect else value.unparse()
    if value is None:
        return b"null"
    if isinstance(value, bool):
        return b"true" if value else b"false"
    return format(Decimal(str(value)), "f").encode("ascii")


@lru_cache(maxsize=256)
def page_as_form(data: bytes) -> tuple[tuple[Pieces, ...], tuple[float, float, float, float]]:
    """A one-page PDF as objects, the first a form XObject, and the form's box (x0, y0, x1, y1).

    Raises RenderError `logo.pdf_invalid` if the bytes are no such PDF.
    """
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            page = pdf.pages[0]
            form = page.as_form_xobject()
            return _copied(form), _form_box(form)
    except (pikepdf.PdfError, IndexError, ValueError) as error:
        raise RenderError("logo.pdf_invalid", f"The logo's vector form cannot be read: {error}") from error


def _form_box(form: pikepdf.Object) -> tuple[float, float, float, float]:
    """The form's BBox as its /Matrix shows it."""
    x0, y0, x1, y1 = (float(value) for value in form["/BBox"])
    a, b, c, d, e, f = (float(value) for value in form.get("/Matrix", [1, 0, 0, 1, 0, 0]))
    corners = [(a * x + c * y + e, b * x + d * y + f) for x in (x0, x1) for y in (y0, y1)]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


_LEFT_OUT = frozenset({"/Parent", "/StructParent", "/StructParents", "/PieceInfo", "/Metadata", "/LastModified", "/OC"})


def _copied(first: pikepdf.Object) -> tuple[Pieces, ...]:
    """The object and all it refers to; streams stay as compressed as they are."""
    places: dict[tuple[int, int], int] = {}
    waiting: list[pikepdf.Object] = []
    result: dict[int, Pieces] = {}

    def place_of(item: pikepdf.Object) -> int:
        if item.objgen not in places:
            places[item.objgen] = len(places)
            waiting.append(item)
        return places[item.objgen]

    def written(item: object, *, top: bool = False) -> list[Piece]:
        if not isinstance(item, pikepdf.Object):
            return [unparsed(item)]
        if item.is_indirect and not top:
            return [place_of(item)]
        if isinstance(item, pikepdf.Array):
            pieces: list[Piece] = [b"["]
            for member in item:
                pieces += [b" ", *written(member)]
            return [*pieces, b"]"]
        if isinstance(item, pikepdf.Dictionary):
            return [b"<<", *entries(item), b">>"]
        return [item.unparse(resolved=True)]

    def entries(item: pikepdf.Object) -> list[Piece]:
        pieces: list[Piece] = []
        for key, member in item.items():
            if key not in _LEFT_OUT:
                pieces += [name_bytes(key), b" ", *written(member)]
        return pieces

    start = place_of(first)
    while waiting:
        item = waiting.pop()
        place = places[item.objgen]
        if isinstance(item, pikepdf.Stream):
            raw = item.read_raw_bytes()
            kept = pikepdf.Dictionary({key: value for key, value in item.stream_dict.items() if key != "/Length"})
            end = b"/Length %d>>stream\n%s\nendstream" % (len(raw), raw)
            result[place] = joined([b"<<", *entries(kept), end])
        else:
            result[place] = joined(written(item, top=True))
    if start != 0:
        raise ValueError("the form is not the first object")
    return tuple(result[place] for place in range(len(places)))
