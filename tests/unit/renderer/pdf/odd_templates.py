"""Template PDFs, each odd in one way, named by what is odd. All show 100 × 60 mm (or turned) with a red frame."""

from __future__ import annotations

import io
from collections.abc import Callable

import pikepdf
from pikepdf import Array, Dictionary, Name

K = 72 / 25.4
WIDTH, HEIGHT = 100 * K, 60 * K


def _new(content: bytes = b"", **page: object) -> pikepdf.Pdf:
    pdf = pikepdf.new()
    frame = b"q 1 0 0 RG 2 w 1 1 %.3f %.3f re S Q\n" % (WIDTH - 2, HEIGHT - 2)
    body = Dictionary(
        Type=Name.Page,
        MediaBox=Array([0, 0, round(WIDTH, 3), round(HEIGHT, 3)]),
        Resources=Dictionary(),
        Contents=pdf.make_stream(frame + content),
    )
    pdf.pages.append(pikepdf.Page(pdf.make_indirect(body)))
    for key, value in page.items():
        pdf.pages[0].obj["/" + key] = value
    return pdf


def _saved(pdf: pikepdf.Pdf, **options: object) -> bytes:
    buffer = io.BytesIO()
    settings: dict[str, object] = {"static_id": True, "min_version": "1.7"}
    if "encryption" in options:
        settings.pop("static_id")
    pdf.save(buffer, **{**settings, **options})  # type: ignore[arg-type]
    return buffer.getvalue()


def plain() -> bytes:
    return _saved(_new(), object_stream_mode=pikepdf.ObjectStreamMode.disable)


def old_version() -> bytes:
    return plain().replace(b"%PDF-1.7", b"%PDF-1.3")


def linearized() -> bytes:
    return _saved(_new(), linearize=True)


def aes256_owner_only() -> bytes:
    return _saved(_new(), encryption=pikepdf.Encryption(owner="owner", user="", R=6))


def rc4_owner_only() -> bytes:
    return _saved(_new(), encryption=pikepdf.Encryption(owner="owner", user="", R=3, aes=False, metadata=False))


def xref_stream() -> bytes:
    return _saved(_new(), object_stream_mode=pikepdf.ObjectStreamMode.generate)


def rotated(angle: int) -> bytes:
    turned = angle % 180 != 0
    box = (
        Array([0, 0, round(HEIGHT, 3), round(WIDTH, 3)]) if turned else Array([0, 0, round(WIDTH, 3), round(HEIGHT, 3)])
    )
    pdf = _new(MediaBox=box, Rotate=angle)
    size = (HEIGHT, WIDTH) if turned else (WIDTH, HEIGHT)
    frame = b"q 1 0 0 RG 2 w 1 1 %.3f %.3f re S Q\n" % (size[0] - 2, size[1] - 2)
    pdf.pages[0].obj.Contents = pdf.make_stream(frame)
    return _saved(pdf)


def rotate_90() -> bytes:
    return rotated(90)


def rotate_180() -> bytes:
    return rotated(180)


def rotate_270() -> bytes:
    return rotated(-90)


def cropped() -> bytes:
    x, y = -37.5, 212.25
    pdf = _new(
        MediaBox=Array([x - 50, y - 40, round(x + WIDTH + 30, 3), round(y + HEIGHT + 20, 3)]),
        CropBox=Array([x, y, round(x + WIDTH, 3), round(y + HEIGHT, 3)]),
    )
    frame = b"q 1 0 0 RG 2 w %.3f %.3f %.3f %.3f re S Q\n" % (x + 1, y + 1, WIDTH - 2, HEIGHT - 2)
    pdf.pages[0].obj.Contents = pdf.make_stream(frame)
    return _saved(pdf)


def inherited() -> bytes:
    pdf = _new()
    page, node = pdf.pages[0].obj, pdf.Root.Pages
    node.MediaBox, node.Resources = page.MediaBox, Dictionary(ExtGState=Dictionary(G=Dictionary(LW=3)))
    del page.MediaBox, page.Resources
    page.Contents = pdf.make_stream(page.Contents.read_bytes() + b"q /G gs Q\n")
    return _saved(pdf)


def unbalanced_save() -> bytes:
    return _saved(_new(b"q 0.5 0 0 0.5 40 30 cm q 2 0 0 2 9 9 cm 0 0 5 5 re W n\n"))


def scaled_ctm() -> bytes:
    return _saved(_new(b"0.24 0 0 -0.24 17 90 cm 0 1 0 RG\n"))


def unmatched_restore() -> bytes:
    return _saved(_new(b"Q 1 0 0 1 3 3 cm Q Q\n"))


def open_text_and_marks() -> bytes:
    return _saved(_new(b"/P BMC BT 3 Tr\n"))


def user_unit() -> bytes:
    unit = 2.5
    pdf = _new(MediaBox=Array([0, 0, round(WIDTH / unit, 4), round(HEIGHT / unit, 4)]), UserUnit=unit)
    frame = b"q 1 0 0 RG 1 w 0.5 0.5 %.3f %.3f re S Q\n" % (WIDTH / unit - 1, HEIGHT / unit - 1)
    pdf.pages[0].obj.Contents = pdf.make_stream(frame)
    return _saved(pdf)


def content_array() -> bytes:
    pdf = _new()
    page = pdf.pages[0].obj
    page.Contents = Array([page.Contents, pdf.make_stream(b"q 1 0 0 1 5 5"), pdf.make_stream(b"cm 0 0 1 1 re f")])
    return _saved(pdf)


def no_contents() -> bytes:
    pdf = _new()
    del pdf.pages[0].obj.Contents
    return _saved(pdf)


def name_taken() -> bytes:
    pdf = _new()
    form = pdf.make_stream(b"0 0 1 rg 0 0 3 3 re f", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 3, 3]))
    pdf.pages[0].obj.Resources = pdf.make_indirect(Dictionary(XObject=Dictionary({"/TL0": form})))
    return _saved(pdf)


def shared_page() -> bytes:
    """Two leaves of the tree are the same object; slots on page 1 must not show on page 2."""
    data = plain()
    body = data[: data.index(b"xref\n")]
    number = body[body.index(b"/Kids [ ") + 8 :].split(b" ")[0]
    old = b"/Kids [ %s 0 R ]" % number
    body = body.replace(old, b"/Kids [ %s 0 R %s 0 R ]" % (number, number)).replace(b"/Count 1", b"/Count 2")
    return _table_again(body)


def two_revisions() -> bytes:
    data = plain()
    start = data[data.rindex(b"startxref") + 10 :].split(b"\n")[0]
    size = data[data.index(b"/Size ") + 6 :].split(b" ")[0]
    root = data[data.index(b"/Root ") + 6 :].split(b" ")[0]
    extra = b"%s 0 obj\n<</Producer(second revision)>>\nendobj\n" % size
    offset, place = len(data), len(data) + len(extra)
    return (
        data
        + extra
        + (
            b"xref\n%s 1\n%010d 00000 n \ntrailer\n<</Size %d/Root %s 0 R/Info %s 0 R/Prev %s>>\n"
            b"startxref\n%d\n%%%%EOF\n" % (size, offset, int(size) + 1, root, size, start, place)
        )
    )


def hybrid() -> bytes:
    """A table whose trailer also names a cross-reference stream (ISO 32000-1, 7.5.8.4)."""
    data = plain()
    at = data.index(b"xref\n")
    size = int(data[data.index(b"/Size ") + 6 :].split(b" ")[0])
    row = b"\1" + at.to_bytes(4, "big") + b"\0"
    stream = b"%d 0 obj\n<</Type/XRef/Size %d/W[1 4 1]/Index[%d 1]/Length 6>>stream\n%s\nendstream\nendobj\n" % (
        size, size + 1, size, row,
    )  # fmt: skip
    table = data[at:].replace(b"trailer <<", b"trailer << /XRefStm %d" % at, 1)
    table = table[: table.rindex(b"startxref")] + b"startxref\n%d\n%%%%EOF\n" % (at + len(stream))
    return data[:at] + stream + table


def garbage_before_header() -> bytes:
    return b"\0\0garbage\n" + plain()


def claims_pdfa() -> bytes:
    pdf = _new()
    with pdf.open_metadata(set_pikepdf_as_editor=False) as metadata:
        metadata["pdfaid:part"] = "2"
        metadata["pdfaid:conformance"] = "B"
    return _saved(pdf)


def tagged() -> bytes:
    pdf = _new()
    pdf.Root.MarkInfo = Dictionary(Marked=True)
    pdf.Root.StructTreeRoot = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    return _saved(pdf)


def _table_again(body: bytes) -> bytes:
    offsets = {}
    for line_start in range(len(body)):
        if line_start and body[line_start - 1 : line_start] != b"\n":
            continue
        head = body[line_start : line_start + 20].split(b" 0 obj", 1)
        if len(head) == 2 and head[0].isdigit():
            offsets[int(head[0])] = line_start
    rows = b"".join(b"%010d 00000 n \n" % offsets[number] for number in sorted(offsets))
    root = next(number for number, at in offsets.items() if b"/Catalog" in body[at : body.index(b"endobj", at)])
    count = len(offsets) + 1
    trailer = b"trailer\n<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (count, root, len(body))
    return body + b"xref\n0 %d\n0000000000 65535 f \n" % count + rows + trailer


ALL: tuple[Callable[[], bytes], ...] = (
    plain, old_version, linearized, aes256_owner_only, rc4_owner_only, xref_stream, hybrid, rotate_90, rotate_180,
    rotate_270, cropped, inherited, unbalanced_save, scaled_ctm, unmatched_restore, open_text_and_marks, user_unit,
    content_array, no_contents, name_taken, shared_page, two_revisions, garbage_before_header, claims_pdfa, tagged,
)  # fmt: skip
