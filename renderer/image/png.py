"""PNG by strips: each begins without the row above and ends in a full flush, so that only strips under slots change.

One IDAT per strip; the checksum over all rows is combined from the strips' own (RFC 1950, Adler-32).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from renderer.image.geometry import Rect

STRIP_ROWS = 32  # fewer rows would mean less drawn anew under a slot, but a file some per cent larger
# Level and strategy of zlib. Photographs are best coded by runs alone, and forty times faster; drawings by matches.
# The base tries them all once per strip; the rows of a slot take the one that served most of the strips they replace.
_MATCHES, _FILTERED, _RUNS = (6, zlib.Z_DEFAULT_STRATEGY), (6, zlib.Z_FILTERED), (6, zlib.Z_RLE)
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOUR_TYPE = {"RGB": 2, "RGBA": 6}
_ADLER = 65521
_SAMPLE = 7  # prime to 3 and 4, so that every channel is in the sample

Bytes = NDArray[Any]


@dataclass(frozen=True, slots=True)
class PngBase:
    """Whole IDAT chunks by strip of `STRIP_ROWS` rows, with the Adler-32 and length of each strip's filtered rows."""

    width: int
    height: int
    mode: str
    head: bytes = field(repr=False)
    chunks: tuple[bytes, ...] = field(repr=False)
    sums: tuple[tuple[int, int], ...] = field(repr=False)
    runs: tuple[bool, ...] = field(repr=False)  # per strip: whether coding by runs was the smallest


def prepare_png(image: Image.Image) -> PngBase:
    """Filters and deflates an RGB or RGBA picture once."""
    header = struct.pack(">IIBBBBB", image.width, image.height, 8, _COLOUR_TYPE[image.mode], 0, 0, 0)
    head = _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"sRGB", b"\0") + _chunk(b"IDAT", b"\x78\xda")
    chunks, sums, runs = [], [], []
    for top in range(0, image.height, STRIP_ROWS):
        rows = image.crop((0, top, image.width, min(top + STRIP_ROWS, image.height)))
        filtered = filtered_rows(rows)
        tried = [_deflate(filtered, way) for way in (_RUNS, _MATCHES, _FILTERED)]
        chunks.append(min(tried, key=len))
        runs.append(len(tried[0]) < min(len(tried[1]), len(tried[2])))
        sums.append((zlib.adler32(filtered), len(filtered)))
    return PngBase(image.width, image.height, image.mode, head, tuple(chunks), tuple(sums), tuple(runs))


def restrip(base: PngBase, dirty: Sequence[Rect], compose: Callable[[Rect], Image.Image]) -> bytes:
    """The base with the rows under `dirty` replaced by what `compose` gives for a rectangle of whole rows."""
    pieces, checksum, at = [base.head], 1, 0
    for first, last in [*_strip_ranges(dirty), (len(base.chunks), len(base.chunks))]:
        pieces.extend(base.chunks[at:first])
        for adler, length in base.sums[at:first]:
            checksum = combine_adler(checksum, adler, length)
        if first < last:
            area = (0, first * STRIP_ROWS, base.width, min(last * STRIP_ROWS, base.height))
            filtered = filtered_rows(compose(area))
            pieces.append(_deflate(filtered, _RUNS if 2 * sum(base.runs[first:last]) > last - first else _MATCHES))
            checksum = combine_adler(checksum, zlib.adler32(filtered), len(filtered))
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
    """The rows with PNG's adaptive filters (least sum of absolute differences), the first referring to no row above.

    A row's filter is chosen on a sample of its bytes, and only that one is then worked out.
    """
    size, height = len(image.getbands()), image.height
    padded = np.zeros((height + 1, (image.width + 1) * size), dtype=np.uint8)
    padded[1:, size:] = np.asarray(image).reshape(height, -1)
    here, left, above, corner = padded[1:, size:], padded[1:, :-size], padded[:-1, size:], padded[:-1, :-size]
    sample = [part[:, ::_SAMPLE] for part in (here, left, above, corner)]
    tried = np.stack([_residue(kind, *sample) for kind in range(5)])
    sums = np.minimum(tried, 0 - tried).sum(axis=2, dtype=np.int64)
    sums[2:, 0] = np.iinfo(np.int64).max
    chosen = sums.argmin(axis=0)
    rows = np.empty((height, 1 + here.shape[1]), dtype=np.uint8)
    rows[:, 0] = chosen
    for kind in np.unique(chosen):
        at = chosen == kind
        rows[at, 1:] = _residue(int(kind), here[at], left[at], above[at], corner[at])
    return rows.tobytes()


def _residue(kind: int, here: Bytes, left: Bytes, above: Bytes, corner: Bytes) -> Bytes:
    """What a filter leaves of the bytes (PNG, third edition, 9.2): none, sub, up, average, Paeth."""
    if kind == 0:
        return here
    if kind == 1:
        return here - left
    if kind == 2:
        return here - above
    if kind == 3:
        mean: Bytes = (left >> 1) + (above >> 1) + (left & above & 1)
        return here - mean
    a, b, c = (part.astype(np.int16) for part in (left, above, corner))
    to_left, to_above, to_corner = np.abs(b - c), np.abs(a - c), np.abs(a + b - 2 * c)
    nearest = np.where(to_above <= to_corner, above, corner)
    rest: Bytes = here - np.where((to_left <= to_above) & (to_left <= to_corner), left, nearest)
    return rest


def _deflate(rows: bytes, way: tuple[int, int]) -> bytes:
    packer = zlib.compressobj(way[0], zlib.DEFLATED, -15, 9, way[1])
    return _chunk(b"IDAT", packer.compress(rows) + packer.flush(zlib.Z_FULL_FLUSH))


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
