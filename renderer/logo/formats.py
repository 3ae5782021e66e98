"""What kind of file a logo is, by its content, and the limits it has to keep. Names and declared types are ignored."""

from __future__ import annotations

import zlib
from typing import Literal

from renderer.errors import RenderError
from renderer.image.opening import RasterFormat, recognise_raster

LogoFormat = Literal["svg", "pdf"] | RasterFormat

MAX_BYTES = 5_000_000
MAX_SVG_BYTES = 10_000_000  # of an .svgz, unpacked
MIN_PIXELS = 80
PRINT_PIXELS = 600
PNG_LONG_SIDE = 2000

_ACCEPTED = "SVG, PDF, PNG, JPEG, WebP, TIFF or GIF"


def recognise(data: bytes) -> tuple[LogoFormat, bytes]:
    """The format and the bytes to parse (an .svgz unpacked).

    RenderError `logo.too_large` (measured, needed: bytes), `logo.empty`, `logo.unknown_type`.
    """
    if not data:
        raise RenderError("logo.empty", f"The file is empty. Upload the logo as {_ACCEPTED}.")
    if len(data) > MAX_BYTES:
        raise RenderError(
            "logo.too_large",
            f"The file has {len(data) / 1e6:.1f} MB; at most {MAX_BYTES / 1e6:.0f} MB are accepted. "
            "Export it as SVG, or as a PNG of 2000 px.",
            measured=len(data),
            needed=MAX_BYTES,
        )
    if data[:2] == b"\x1f\x8b":
        data = _gunzip(data)
    found = _by_magic(data)
    if found is None:
        raise RenderError("logo.unknown_type", f"The file is not a picture we know. Upload the logo as {_ACCEPTED}.")
    return found, data


def _by_magic(data: bytes) -> LogoFormat | None:
    raster = recognise_raster(data)
    if raster is not None:
        return raster
    if b"%PDF-" in data[:1024]:
        return "pdf"
    # XML in any of its encodings; lxml decides in the end whether it is SVG.
    head = data[:4096].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return "svg" if head.startswith(b"<") and (b"<svg" in head or b":svg" in head or b"<?xml" in head) else None


def _gunzip(data: bytes) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        plain = unpacker.decompress(data, MAX_SVG_BYTES + 1)
    except zlib.error:
        raise RenderError("logo.damaged", "The compressed SVG is damaged. Export it again.") from None
    if len(plain) > MAX_SVG_BYTES:
        raise RenderError(
            "logo.too_large",
            f"The compressed SVG unpacks to more than {MAX_SVG_BYTES / 1e6:.0f} MB. "
            "Simplify its paths and export it again.",
            measured=len(plain),
            needed=MAX_SVG_BYTES,
        )
    return plain
