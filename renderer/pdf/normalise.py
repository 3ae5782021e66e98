"""Rewrites, once and always to the same bytes, a template that an appended section would not suit."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass

import pikepdf

from renderer.pdf.inspect import open_untouched, page_tree
from renderer.report import Problem

_CLAIM = re.compile(rb"pdfaid:part|pdfxid:GTS_PDFXVersion|pdfx:GTS_PDFXVersion|pdfuaid:part|pdfvtid:")
_CLAIM_SPACES = (
    "http://www.aiim.org/pdfa/ns/id/",
    "http://www.npes.org/pdfx/ns/id/",
    "http://www.aiim.org/pdfua/ns/id/",
    "http://www.npes.org/pdfvt/ns/id/",
)
LEAST_VERSION = "1.5"  # transparency needs 1.4; artifacts, cross-reference streams 1.5


@dataclass(frozen=True, slots=True)
class Balance:
    """What a page's content leaves open at its end, and how often it restores what was never saved."""

    open_states: int
    open_text: int
    open_marks: int
    lost_restores: int


def unmatched_restores(page: pikepdf.Object) -> Balance:
    """Counts q/Q, BT/ET and marked content of a page."""
    states = text = marks = lost = 0
    if "/Contents" not in page:
        return Balance(0, 0, 0, 0)
    for instruction in pikepdf.parse_content_stream(page, "q Q BT ET BMC BDC EMC"):
        operator = str(instruction.operator)
        if operator == "q":
            states += 1
        elif operator == "Q":
            if states:
                states -= 1
            else:
                lost += 1
        elif operator in ("BT", "ET"):
            text = int(operator == "BT")
        elif operator in ("BMC", "BDC"):
            marks += 1
        else:
            marks = max(0, marks - 1)
    return Balance(states, text, marks, lost)


def reasons_to_normalise(source: bytes) -> list[str]:
    """Why the file cannot be appended to as it is; empty if it can."""
    reasons = []
    with open_untouched(source) as pdf:
        if pdf.is_encrypted:
            reasons.append("encrypted")
        if pdf.is_linearized:
            reasons.append("linearized")
        leaves = page_tree(pdf)
        numbers = [leaf.page.objgen for leaf in leaves]
        if len(set(numbers)) != len(numbers) or (0, 0) in numbers:
            reasons.append("shared pages")
        if any(unmatched_restores(leaf.page).lost_restores for leaf in leaves):
            reasons.append("unmatched Q")
        if _claims(pdf):
            reasons.append("conformance claim")
        if pdf.pdf_version < LEAST_VERSION:
            reasons.append("version")
        if max(number for number, _ in pdf.get_xref_table()) >= int(pdf.trailer.get("/Size", 0)):
            reasons.append("size")
        starts = re.findall(rb"startxref\s+(\d+)\s+%%EOF", source)
        start = int(starts[-1]) if starts else -1
        sound = 0 <= start < len(source) and re.match(rb"xref|\d+\s+\d+\s+obj", source[start : start + 30])
        if not source.startswith(b"%PDF-") or not sound or pdf.get_warnings():
            reasons.append("damaged")
        elif b"/XRefStm" in source[start:]:
            reasons.append("hybrid")
    return reasons


def normalised(source: bytes) -> tuple[bytes, tuple[Problem, ...]]:
    """The same document, decrypted, plain, each page an object of its own; and what was given up."""
    warnings: list[Problem] = []
    with pikepdf.open(io.BytesIO(source)) as pdf:
        for page in pdf.pages:  # walking this list makes shared pages separate ones
            if "/Contents" in page.obj and unmatched_restores(page.obj).lost_restores:
                page.obj["/Contents"] = pdf.make_stream(_without_lost_restores(page.obj))
        if _claims(pdf):
            _drop_claims(pdf)
            message = "The file claims PDF/A, PDF/X or PDF/UA; with an overlay that is not sure, so it goes"
            warnings.append(Problem("pdf.claim_dropped", message, "note"))
        buffer = io.BytesIO()
        pdf.save(
            buffer,
            deterministic_id=True,
            linearize=False,
            encryption=False,
            min_version=LEAST_VERSION,
            object_stream_mode=pikepdf.ObjectStreamMode.preserve,
            fix_metadata_version=False,
        )
    return buffer.getvalue(), tuple(warnings)


def _without_lost_restores(page: pikepdf.Object) -> bytes:
    """A reader ignores a Q that restores nothing; inside our q it would end the vendor's state early."""
    kept, depth = [], 0
    for instruction in pikepdf.parse_content_stream(page):
        operator = str(instruction.operator)
        if operator == "Q" and depth == 0:
            continue
        depth += (operator == "q") - (operator == "Q")
        kept.append(instruction)
    return bytes(pikepdf.unparse_content_stream(kept))


def _claims(pdf: pikepdf.Pdf) -> bool:
    metadata = pdf.Root.get("/Metadata")
    if isinstance(metadata, pikepdf.Stream) and _CLAIM.search(metadata.read_bytes()):
        return True
    info = pdf.trailer.get("/Info")
    return isinstance(info, pikepdf.Dictionary) and "/GTS_PDFXVersion" in info


def _drop_claims(pdf: pikepdf.Pdf) -> None:
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
        for key in [key for key in metadata if key.startswith(tuple("{" + space for space in _CLAIM_SPACES))]:
            del metadata[key]
        for key in [key for key in metadata if "GTS_PDFX" in key]:
            del metadata[key]
    info = pdf.trailer.get("/Info")
    if isinstance(info, pikepdf.Dictionary):
        for key in ("/GTS_PDFXVersion", "/GTS_PDFXConformance"):
            if key in info:
                del info[key]
