"""Signed files, active content and passwords are refused by code; what is harmless passes."""

from __future__ import annotations

import io
from collections.abc import Callable

import odd_templates
import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from renderer.errors import RenderError
from renderer.pdf.inspect import inspect_pdf
from renderer.pdf.render import compile_template


def changed(change: Callable[[pikepdf.Pdf], None], **options: object) -> bytes:
    with pikepdf.open(io.BytesIO(odd_templates.plain())) as pdf:
        change(pdf)
        buffer = io.BytesIO()
        pdf.save(buffer, **options)  # type: ignore[arg-type]
    return buffer.getvalue()


def link(action: Dictionary) -> Callable[[pikepdf.Pdf], None]:
    def change(pdf: pikepdf.Pdf) -> None:
        annotation = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=action)
        pdf.pages[0].obj.Annots = Array([annotation])

    return change


def script_on_open(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def script_in_names(pdf: pikepdf.Pdf) -> None:
    action = pdf.make_indirect(Dictionary(S=Name.JavaScript, JS=pdf.make_stream(b"app.alert(1)")))
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), action])))


def script_in_object_stream(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.AA = Dictionary(O=pdf.make_indirect(Dictionary(S=Name.JavaScript, JS=String("1"))))


def attachment(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["a.txt"] = b"hello"


def signature(pdf: pikepdf.Pdf) -> None:
    value = pdf.make_indirect(
        Dictionary(Type=Name.Sig, ByteRange=Array([0, 1, 2, 3]), Contents=String("0"), Filter=Name("/Adobe.PPKLite"))
    )
    field = pdf.make_indirect(Dictionary(FT=Name.Sig, T=String("s"), V=value))
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]), SigFlags=3)


def film(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Annots = Array([Dictionary(Type=Name.Annot, Subtype=Name.RichMedia, Rect=Array([0, 0, 9, 9]))])


def xfa(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AcroForm = Dictionary(Fields=Array([]), XFA=pdf.make_stream(b"<xdp/>"))


REFUSED = [
    (script_on_open, "pdf.javascript"),
    (script_in_names, "pdf.javascript"),
    (script_in_object_stream, "pdf.javascript"),
    (link(Dictionary(S=Name.Launch, F=String("calc.exe"))), "pdf.launch"),
    (link(Dictionary(S=Name.SubmitForm, F=String("x"))), "pdf.submit_form"),
    (link(Dictionary(S=Name.GoToR, F=String("other.pdf"))), "pdf.remote_goto"),
    (link(Dictionary(S=Name.GoToE, T=Dictionary())), "pdf.remote_goto"),
    (attachment, "pdf.embedded_files"),
    (signature, "pdf.signed"),
    (film, "pdf.multimedia"),
    (xfa, "pdf.xfa"),
]


@pytest.mark.parametrize(("change", "code"), REFUSED, ids=[f"{code}-{at}" for at, (_, code) in enumerate(REFUSED)])
@pytest.mark.parametrize("mode", list(pikepdf.ObjectStreamMode.__members__.values()))
def test_refused_by_code(change: Callable[[pikepdf.Pdf], None], code: str, mode: pikepdf.ObjectStreamMode) -> None:
    source = changed(change, object_stream_mode=mode)
    assert [problem.code for problem in inspect_pdf(source).problems] == [code]
    with pytest.raises(RenderError) as caught:
        compile_template(source)
    assert caught.value.code == code
    assert "save it again" in caught.value.message or "unsigned" in caught.value.message


def test_escaped_names_do_not_hide_a_script() -> None:
    source = changed(script_on_open, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    hidden = source.replace(b"/S /JavaScript", b"/S /Java#53cript")
    assert hidden != source
    assert [problem.code for problem in inspect_pdf(hidden).problems] == ["pdf.javascript"]


def test_all_problems_at_once() -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        script_on_open(pdf)
        attachment(pdf)
        signature(pdf)

    codes = {problem.code for problem in inspect_pdf(changed(change)).problems}
    assert codes == {"pdf.javascript", "pdf.embedded_files", "pdf.signed"}


def test_password_and_rubbish() -> None:
    locked = changed(lambda pdf: None, encryption=pikepdf.Encryption(owner="o", user="u"))
    assert [problem.code for problem in inspect_pdf(locked).problems] == ["pdf.password"]
    for rubbish in (b"", b"%PDF-1.7\nnothing", b"\x89PNG\r\n"):
        assert [problem.code for problem in inspect_pdf(rubbish).problems] == ["pdf.invalid"]


def test_harmless_links_and_forms_pass() -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        link(Dictionary(S=Name.URI, URI=String("https://example.com/JavaScript")))(pdf)
        pdf.Root.OpenAction = Array([pdf.pages[0].obj, Name.Fit])
        field = pdf.make_indirect(Dictionary(FT=Name.Tx, T=String("/JavaScript"), V=String("x")))
        pdf.Root.AcroForm = Dictionary(Fields=Array([field]))

    assert inspect_pdf(changed(change)).problems == ()


def test_pages_as_displayed() -> None:
    pages = inspect_pdf(odd_templates.rotate_90()).pages
    assert [tuple(round(side) for side in page.size_mm) for page in pages] == [(100, 60)]
    assert [tuple(round(side) for side in page.size_mm) for page in inspect_pdf(odd_templates.user_unit()).pages] == [
        (100, 60)
    ]
    assert inspect_pdf(odd_templates.shared_page()).page_count == 2


def test_a_slot_on_a_missing_page(fonts: object) -> None:
    with pytest.raises(RenderError, match=r"pdf\.page_missing"):
        compile_template(odd_templates.plain()).page(2)
