"""PNG by strips: each begins without the row above and ends in a full flush, so that only strips under slots change.

One IDAT per strip; the checksum over all rows is combined from the strips' own (RFC 1950, Adler-32).
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from renderer.image.geometry import Rect

STRIP_ROWS = 16
BASE_LEVEL = 9
SLOT_LEVEL = 6
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOUR_TYPE = {"RGB": 2, "RGBA": 6}
_ADLER = 65521


@dataclass(frozen=True, slots=True)
class PngBase:
    """Whole IDAT chunks by strip of `STRIP_ROWS` rows, with the Adler-32 and length of each strip's filtered rows."""

    width: int
    height: int
    mode: str
    head: bytes = field(repr=False)
    chunks: tuple[bytes, ...] = field(repr=False)
    sums: tuple[tuple[int, int], ...] = field(repr=False)


def prepare_png(image: Image.Image) -> PngBase:
    """Filters and deflates an RGB or RGBA picture once."""
    header = struct.pack(">IIBBBBB", image.width, image.height, 8, _COLOUR_TYPE[image.mode], 0, 0, 0)
    head = _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"sRGB", b"\0") + _chunk(b"IDAT", b"\x78\xda")
    chunks, sums = [], []
    for top in range(0, image.height, STRIP_ROWS):
        rows = image.crop((0, top, image.width, min(top + STRIP_ROWS, image.height)))
        chunk, checksum = _strip(rows, BASE_LEVEL)
        chunks.append(chunk)
        sums.append(checksum)
    return PngBase(image.width, image.height, image.mode, head, tuple(chunks), tuple(sums))


def restrip(base: PngBase, dirty: Sequence[Rect], compose: Callable[[Rect], Image.Image]) -> bytes:
    """The base with the rows under `dirty` replaced by what `compose` gives for a rectangle of whole rows."""
    pieces, checksum, at = [base.head], 1, 0
    for first, last in [*_strip_ranges(dirty), (len(base.chunks), len(base.chunks))]:
        pieces.extend(base.chunks[at:first])
        for adler, length in base.sums[at:first]:
            checksum = combine_adler(checksum, adler, length)
        if first < last:
            area = (0, first * STRIP_ROWS, base.width, min(last * STRIP_ROWS, base.height))
            chunk, (adler, length) = _strip(compose(area), SLOT_LEVEL)
            pieces.append(chunk)
            checksum = combine_adler(checksum, adler, length)
        at = last
    # An empty final block closes the stream.
    pieces.append(_chunk(b"IDAT", b"\x03\x00" + struct.pack(">I", checksum)))
    pieces.append(_chunk(b"IEND", b""))
    return b"".join(pieces)


def combine_adler(first: int, second: int, second_length: int) -> int:
    """The Adler-32 of two byte strings joined, from the sums of each."""
    low = ((first & 0xFFFF) + (second & 0xFFFF) - 1) % _ADLER
    high = ((first >> 16) + (second >> 16) + second_length * ((first & 0xFFFF) - 1)) % _ADLER
    return high << 16 | low


def filtered_rows(image: Image.Image) -> bytes:
    """The rows with PNG's adaptive filters, the first one referring to no row above it.

    Pillow's own encoder filters them (as stored blocks, which only have to be unpacked); its first row is
    done again, since it was filtered against a row of zeros that is not there in the whole picture.
    """
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=0)
    rows = bytearray(zlib.decompress(_image_data(out.getvalue())))
    first = np.frombuffer(image.crop((0, 0, image.width, 1)).tobytes(), dtype=np.uint8)
    size = len(image.getbands())
    sub = first.copy()
    sub[size:] -= first[:-size]
    smaller = np.abs(sub.view(np.int8).astype(np.int32)).sum() < np.abs(first.view(np.int8).astype(np.int32)).sum()
    rows[: 1 + len(first)] = b"\x01" + sub.tobytes() if smaller else b"\x00" + first.tobytes()
    return bytes(rows)


def _strip(image: Image.Image, level: int) -> tuple[bytes, tuple[int, int]]:
    rows = filtered_rows(image)
    packer = zlib.compressobj(level, zlib.DEFLATED, -15, 9)
    body = packer.compress(rows) + packer.flush(zlib.Z_FULL_FLUSH)
    return _chunk(b"IDAT", body), (zlib.adler32(rows), len(rows))


def _strip_ranges(dirty: Sequence[Rect]) -> list[tuple[int, int]]:
    ranges: list[tuple[int, int]] = []
    for top, bottom in sorted((rect[1] // STRIP_ROWS, -(-rect[3] // STRIP_ROWS)) for rect in dirty):
        if ranges and top <= ranges[-1][1]:
            ranges[-1] = (ranges[-1][0], max(ranges[-1][1], bottom))
        else:
            ranges.append((top, bottom))
    return ranges


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(body, zlib.crc32(kind)))


def _image_data(png: bytes) -> bytes:
    at, found = len(_SIGNATURE), []
    while at < len(png):
        length = int.from_bytes(png[at : at + 4], "big")
        if png[at + 4 : at + 8] == b"IDAT":
            found.append(png[at + 8 : at + 8 + length])
        at += 12 + length
    return b"".join(found)
