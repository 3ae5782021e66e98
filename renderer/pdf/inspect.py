"""What a template PDF is and what forbids it: active content, signatures, passwords. Reports, never mends."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pikepdf

from renderer.jail import JailResult
from renderer.pdf.units import PageGeometry
from renderer.report import Problem

MAX_DEPTH = 60
_ACTIONS = {
    "/JavaScript": ("pdf.javascript", "a script (JavaScript)"),
    "/Launch": ("pdf.launch", "an action that starts a program (Launch)"),
    "/SubmitForm": ("pdf.submit_form", "an action that sends a form (SubmitForm)"),
    "/ImportData": ("pdf.submit_form", "an action that imports form data (ImportData)"),
    "/GoToR": ("pdf.remote_goto", "a jump into another file (GoToR)"),
    "/GoToE": ("pdf.remote_goto", "a jump into an embedded file (GoToE)"),
    "/Rendition": ("pdf.multimedia", "a multimedia action (Rendition)"),
    "/Movie": ("pdf.multimedia", "a film (Movie)"),
    "/Sound": ("pdf.multimedia", "a sound (Sound)"),
}
_KEYS = {
    "/JS": _ACTIONS["/JavaScript"],
    "/JavaScript": _ACTIONS["/JavaScript"],
    "/EmbeddedFiles": ("pdf.embedded_files", "embedded files"),
    "/EF": ("pdf.embedded_files", "embedded files"),
    "/XFA": ("pdf.xfa", "an XFA form"),
    "/RichMedia": ("pdf.multimedia", "rich media"),
}
_SUBTYPES = {
    "/RichMedia": ("pdf.multimedia", "rich media"),
    "/Screen": ("pdf.multimedia", "a multimedia screen"),
    "/3D": ("pdf.multimedia", "a 3D model"),
    "/FileAttachment": ("pdf.embedded_files", "embedded files"),
    "/Movie": ("pdf.multimedia", "a film (Movie)"),
    "/Sound": ("pdf.multimedia", "a sound (Sound)"),
}


def _without_address(error: Exception) -> str:
    """What the library says, less the place in memory that it names the stream by."""
    return str(error).split("at 0x", 1)[-1].partition(">: ")[2] or str(error)


@dataclass(frozen=True, slots=True)
class PdfInspection:
    """The pages as displayed and every problem; `problems` holding an error forbids the file."""

    pages: tuple[PageGeometry, ...]
    problems: tuple[Problem, ...]
    tagged: bool = False
    encrypted: bool = False
    linearized: bool = False

    @property
    def page_count(self) -> int:
        """Number of pages."""
        return len(self.pages)


@dataclass(frozen=True, slots=True)
class TreePage:
    """A leaf of the page tree with what it inherits resolved."""

    page: pikepdf.Object
    geometry: PageGeometry
    resources: pikepdf.Object | None


def inspect_pdf(source: bytes, path: str | None = None) -> PdfInspection:
    """Reads a PDF and reports all that forbids it as a template. `path` only names it in the problems."""
    try:
        with open_untouched(source) as pdf:
            return inspect_open(pdf, path)
    except pikepdf.PasswordError:
        message = "The file asks for a password to be opened: save it without one"
        return PdfInspection((), (Problem("pdf.password", message, path=path),), encrypted=True)
    except (pikepdf.PdfError, ValueError, RecursionError) as error:
        return PdfInspection(
            (), (Problem("pdf.invalid", f"The file is no readable PDF: {_without_address(error)}", path=path),)
        )


def has_words(source: bytes) -> bool:
    """True if the file holds a font, and so copy of its own. An unreadable file has none; others report that."""
    try:
        with open_untouched(source) as pdf:
            kinds = (item.get("/Type") for item in pdf.objects if isinstance(item, pikepdf.Dictionary))
            return any(kind == "/Font" for kind in kinds)
    except (pikepdf.PdfError, pikepdf.PasswordError, ValueError, RecursionError):
        return False


def inspect_task(data: bytes, args: Mapping[str, str]) -> JailResult:
    """`inspect_pdf` as a task of `renderer.jail`."""
    found = inspect_pdf(data, args.get("path"))
    return JailResult({"problems": [problem.as_dict() for problem in found.problems], "pages": len(found.pages)})


def open_untouched(source: bytes) -> pikepdf.Pdf:
    """The file as it is: pikepdf would otherwise move inherited attributes into the pages."""
    return pikepdf.open(io.BytesIO(source), inherit_page_attributes=False)


def inspect_open(pdf: pikepdf.Pdf, path: str | None = None) -> PdfInspection:
    """`inspect_pdf` for a file already open."""
    problems: dict[str, Problem] = {}
    for code, what in _active_content(pdf):
        message = f"The file holds {what}, which is not allowed in a template: save it again without"
        problems.setdefault(code, Problem(code, message, path=path))
    if _is_signed(pdf):
        message = "The file is signed; a partner's overlay would break the signature: take an unsigned copy"
        problems["pdf.signed"] = Problem("pdf.signed", message, path=path)
    pages = tuple(leaf.geometry for leaf in page_tree(pdf))
    if not pages:
        problems["pdf.no_pages"] = Problem("pdf.no_pages", "The file has no page", path=path)
    for number, page in enumerate(pages, 1):
        if min(page.size_points) < 3:
            width, height = page.size_mm
            message = f"Page {number} measures {width:.2f} × {height:.2f} mm: at least 1.1 mm is needed each way"
            problems["pdf.page_size"] = Problem("pdf.page_size", message, path=path, params={"page": number})
    root = pdf.Root
    marked = root.get("/MarkInfo")
    tagged = "/StructTreeRoot" in root or isinstance(marked, pikepdf.Dictionary)
    return PdfInspection(pages, tuple(problems.values()), tagged, pdf.is_encrypted, pdf.is_linearized)


def page_tree(pdf: pikepdf.Pdf) -> list[TreePage]:
    """Every leaf in order, without touching the file (pikepdf's own list rewrites shared pages)."""
    leaves: list[TreePage] = []
    root = pdf.Root.get("/Pages")
    if isinstance(root, pikepdf.Dictionary):
        _walk(root, {}, leaves, set(), 0)
    return leaves


_INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")


def _walk(
    node: pikepdf.Object,
    inherited: dict[str, pikepdf.Object],
    leaves: list[TreePage],
    above: set[tuple[int, int]],
    depth: int,
) -> None:
    if depth > MAX_DEPTH or (node.is_indirect and node.objgen in above):
        raise ValueError("the page tree runs in a circle or is too deep")
    own = dict(inherited)
    for key in _INHERITED:
        if key in node:
            own[key] = node[key]
    kids = node.get("/Kids")
    if isinstance(kids, pikepdf.Array):
        for kid in kids:
            if isinstance(kid, pikepdf.Dictionary):
                _walk(kid, own, leaves, above | {node.objgen}, depth + 1)
        return
    leaves.append(TreePage(node, _geometry(node, own), own.get("/Resources")))


def _geometry(page: pikepdf.Object, attributes: dict[str, pikepdf.Object]) -> PageGeometry:
    media = _box(attributes.get("/MediaBox")) or (0.0, 0.0, 612.0, 792.0)
    crop = _box(attributes.get("/CropBox")) or media
    x0, y0 = max(media[0], crop[0]), max(media[1], crop[1])
    x1, y1 = min(media[2], crop[2]), min(media[3], crop[3])
    if x1 <= x0 or y1 <= y0:  # readers ignore a CropBox that misses the page
        x0, y0, x1, y1 = media
    turned = attributes.get("/Rotate")
    rotate = int(turned) % 360 if isinstance(turned, int | float) else 0
    unit = page.get("/UserUnit", 1)
    return PageGeometry(x0, y0, x1, y1, rotate // 90 * 90, float(unit) if float(unit) > 0 else 1.0)


def _box(value: pikepdf.Object | None) -> tuple[float, float, float, float] | None:
    if not isinstance(value, pikepdf.Array) or len(value) != 4:
        return None
    a, b, c, d = (float(item) for item in value)
    return min(a, c), min(b, d), max(a, c), max(b, d)


def _active_content(pdf: pikepdf.Pdf) -> Iterator[tuple[str, str]]:
    names = {name.encode() for name in (*_ACTIONS, *_KEYS, *_SUBTYPES)}
    for item in pdf.objects:
        if isinstance(item, pikepdf.Stream):
            item = item.stream_dict  # noqa: PLW2901
        if isinstance(item, pikepdf.Dictionary | pikepdf.Array):
            written = item.unparse(resolved=True)
            if any(name in written for name in names):  # cheap: most objects hold none of the names
                yield from _active_in(item, 0)


def _active_in(item: pikepdf.Object, depth: int) -> Iterator[tuple[str, str]]:
    if depth > MAX_DEPTH:
        return
    if isinstance(item, pikepdf.Array):
        for member in item:
            if isinstance(member, pikepdf.Dictionary | pikepdf.Array) and not member.is_indirect:
                yield from _active_in(member, depth + 1)
        return
    kind = item.get("/S")
    if isinstance(kind, pikepdf.Name) and str(kind) in _ACTIONS:
        yield _ACTIONS[str(kind)]
    subtype = item.get("/Subtype")
    if isinstance(subtype, pikepdf.Name) and str(subtype) in _SUBTYPES and "/Rect" in item:
        yield _SUBTYPES[str(subtype)]
    for key, member in item.items():
        if key in _KEYS:
            yield _KEYS[key]
        if isinstance(member, pikepdf.Dictionary | pikepdf.Array) and not member.is_indirect:
            yield from _active_in(member, depth + 1)


def _is_signed(pdf: pikepdf.Pdf) -> bool:
    root = pdf.Root
    if "/Perms" in root:
        return True
    for item in pdf.objects:
        if isinstance(item, pikepdf.Dictionary):
            field = item.get("/FT") == pikepdf.Name.Sig and "/V" in item
            if field or ("/ByteRange" in item and "/Contents" in item):
                return True
    return False
