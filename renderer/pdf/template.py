"""A template PDF compiled once: what an appended section needs to know, and each slot page as bytes with holes."""

from __future__ import annotations

import hashlib
import re
import threading
from collections import OrderedDict
from dataclasses import dataclass

import pikepdf

from renderer.errors import RenderError
from renderer.pdf.incremental import FileEnd, Flat, Replaced, append_section
from renderer.pdf.inspect import TreePage, inspect_pdf, open_untouched, page_tree
from renderer.pdf.normalise import normalised, reasons_to_normalise, unmatched_restores
from renderer.pdf.objects import name_bytes, unparsed
from renderer.pdf.units import PageGeometry, numbers
from renderer.report import Problem, has_errors

CACHE_BYTES = 256 * 1024 * 1024
_DROPPED = frozenset({"/Contents", "/Resources", "/Thumb"})


@dataclass(frozen=True, slots=True)
class PageTemplate:
    """A page as bytes around the overlay's name: `head` ref `middle` q-stream `contents` tail `end`.

    `tail` is the stream object that closes what the vendor left open and draws the overlay.
    """

    number: int
    generation: int
    geometry: PageGeometry
    head: bytes
    middle: bytes
    contents: bytes
    end: bytes
    tail: bytes


class PdfTemplate:
    """A compiled template. `data` is what every document starts with; `digest` is of the source."""

    def __init__(self, digest: str, data: bytes, warnings: tuple[Problem, ...]) -> None:
        self.digest = digest
        self.data = data
        self.data_digest = hashlib.sha256(data).digest()
        self.warnings = warnings
        self._lock = threading.Lock()
        self._prepared: dict[int, PageTemplate] = {}
        with open_untouched(data) as pdf:
            self.pages = tuple(leaf.geometry for leaf in page_tree(pdf))
            self.tagged = "/StructTreeRoot" in pdf.Root or "/MarkInfo" in pdf.Root
            self.end = _file_end(pdf, data, self.data_digest)

    @property
    def page_count(self) -> int:
        """Number of pages."""
        return len(self.pages)

    def page(self, number: int) -> PageTemplate:
        """The page of that number, from 1, prepared when first asked.

        Raises RenderError `pdf.page_missing`.
        """
        prepared = self._prepared.get(number)
        if prepared is not None:
            return prepared
        with self._lock:
            if number not in self._prepared:
                if not 1 <= number <= len(self.pages):
                    raise RenderError(
                        "pdf.page_missing",
                        f"A slot stands on page {number}, the file has {len(self.pages)}: correct the layout",
                        page=number,
                        pages=len(self.pages),
                    )
                with open_untouched(self.data) as pdf:
                    self._prepared[number] = _prepare(page_tree(pdf)[number - 1], tagged=self.tagged)
            return self._prepared[number]


_cache: OrderedDict[str, PdfTemplate] = OrderedDict()
_cache_lock = threading.Lock()


def compile_template(source: bytes) -> PdfTemplate:
    """The compiled template of a PDF, kept by digest (least recently used go first beyond 256 MB).

    Raises RenderError with the code of the first problem `inspect_pdf` finds (`pdf.signed`,
    `pdf.javascript`, `pdf.password`, `pdf.invalid`, …); `problems` in its params lists all codes.
    """
    digest = hashlib.sha256(source).hexdigest()
    with _cache_lock:
        if digest in _cache:
            _cache.move_to_end(digest)
            return _cache[digest]
    template = _compile(source, digest)
    with _cache_lock:
        _cache[digest] = template
        while len(_cache) > 1 and sum(len(kept.data) for kept in _cache.values()) > CACHE_BYTES:
            _cache.popitem(last=False)
    return template


def clear_templates() -> None:
    """Forgets every compiled template."""
    with _cache_lock:
        _cache.clear()


def _compile(source: bytes, digest: str) -> PdfTemplate:
    inspection = inspect_pdf(source)
    if has_errors(inspection.problems):
        first = next(problem for problem in inspection.problems if problem.severity == "error")
        codes = [problem.code for problem in inspection.problems]
        raise RenderError(first.code, first.message, **first.params, problems=codes)
    if not reasons_to_normalise(source):
        template = _sound(digest, source, ())
        if template is not None:
            return template
    template = _sound(digest, *normalised(source))
    if template is None:
        message = "An overlay cannot be laid on this file without faults: save it again with another program"
        raise RenderError("pdf.unsound", message)
    return template


def _sound(digest: str, data: bytes, warnings: tuple[Problem, ...]) -> PdfTemplate | None:
    try:
        template = PdfTemplate(digest, data, warnings)
    except (KeyError, IndexError, ValueError):  # its end is cut off; qpdf reads it all the same
        return None
    return template if is_sound(template) else None


def is_sound(template: PdfTemplate) -> bool:
    """True if a sample document made from the template is read by qpdf without a warning, its first page whole."""
    page = template.page(1)
    base = template.end.size
    parts = (page.head, base, page.middle, base + 1, page.contents, base + 2, page.end)
    form = (b"<</Type/XObject/Subtype/Form/BBox[0 0 1 1]/Length 0>>stream\n\nendstream",)
    save = b"<</Length 1>>stream\nq\nendstream"
    body = b"%s%d 0 R%s%d 0 R%s%d 0 R%s" % parts
    replaced = [Replaced(page.number, page.generation, body)]
    delta = append_section(template.end, Flat.of([form]), [save, page.tail], replaced, b"sample")
    try:
        with open_untouched(template.data + delta) as pdf:
            first = page_tree(pdf)[0]
            drawn = {str(item.operands[0]) for item in pikepdf.parse_content_stream(first.page, "Do")}
            whole = first.geometry == page.geometry and any(name.startswith("/TL") for name in drawn)
            return whole and not pdf.get_warnings()
    except (pikepdf.PdfError, IndexError, ValueError):
        return False


def _file_end(pdf: pikepdf.Pdf, data: bytes, digest: bytes) -> FileEnd:
    start = int(re.findall(rb"startxref\s+(\d+)", data)[-1])
    kind = "table" if data[start : start + 4] == b"xref" else "stream"
    trailer = pdf.trailer
    ids = trailer.get("/ID")
    first = bytes(ids[0]).hex() if isinstance(ids, pikepdf.Array) and len(ids) == 2 else digest[:16].hex()
    info = trailer.get("/Info")
    return FileEnd(
        length=len(data),
        startxref=start,
        size=int(trailer["/Size"]),
        root=b"%d %d R" % pdf.Root.objgen,
        info=b"%d %d R" % info.objgen if isinstance(info, pikepdf.Dictionary) and info.is_indirect else None,
        first_id=first.encode(),
        kind="table" if kind == "table" else "stream",
    )


def _prepare(leaf: TreePage, *, tagged: bool) -> PageTemplate:
    page = leaf.page
    resources: dict[str, bytes] = {}
    drawn: dict[str, bytes] = {}
    if leaf.resources is not None:
        resources = {key: unparsed(value) for key, value in leaf.resources.items() if key != "/XObject"}
        drawn = {key: unparsed(value) for key, value in leaf.resources.get("/XObject", {}).items()}
    name = next(f"/TL{number}" for number in range(len(drawn) + 1) if f"/TL{number}" not in drawn)
    kept = b"".join(_entry(key, unparsed(value)) for key, value in page.items() if key not in _DROPPED)
    others = b"".join(_entry(key, value) for key, value in resources.items())
    head = b"<<%s/Resources<<%s/XObject<<%s%s " % (
        kept,
        others,
        b"".join(_entry(key, value) for key, value in drawn.items()),
        name.encode(),
    )
    balance = unmatched_restores(page)
    draw = b"q %s cm %s Do Q" % (numbers(*leaf.geometry.matrix), name.encode())
    if tagged:
        draw = b"/Artifact BMC %s EMC" % draw
    closing = b"\nET" * balance.open_text + b"\nEMC" * balance.open_marks + b"\nQ" * (balance.open_states + 1)
    tail = closing + b"\n" + draw
    return PageTemplate(
        *page.objgen,
        geometry=leaf.geometry,
        head=head,
        middle=b">>>>/Contents[",
        contents=b" %s " % _content_references(page),
        end=b"]>>",
        tail=b"<</Length %d>>stream\n%s\nendstream" % (len(tail), tail),
    )


def _entry(key: str, value: bytes) -> bytes:
    return b"%s %s" % (name_bytes(key), value)


def _content_references(page: pikepdf.Object) -> bytes:
    contents = page.get("/Contents")
    if isinstance(contents, pikepdf.Array):
        return b" ".join(b"%d %d R" % item.objgen for item in contents if isinstance(item, pikepdf.Stream))
    if isinstance(contents, pikepdf.Stream):
        return b"%d %d R" % contents.objgen
    return b""
