"""JPEG by splicing: restart segments stand alone (ITU-T T.81, E.1.4), so only those under the slots are encoded anew.

Byte for byte what encoding the whole picture with the same restart interval gives: standard Huffman tables, one
baseline scan, chroma averaged within its own unit.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from PIL import Image

from renderer.image.geometry import Rect, merge_overlapping
from renderer.image.profile import SRGB_PROFILE

QUALITY = 88
_RESTART = re.compile(rb"\xff[\xd0-\xd7]")
_AIM = 8  # units per segment looked for: finer costs two bytes and a fresh DC value each, coarser encodes in vain


@dataclass(frozen=True, slots=True)
class JpegBase:
    """An encoded picture cut at its restart markers. `starts[i]` is where segment i begins in `scan`."""

    width: int
    height: int
    unit: tuple[int, int]
    interval: int
    per_row: int
    subsampling: int
    head: bytes = field(repr=False)
    scan: bytes = field(repr=False)
    starts: tuple[int, ...] = field(repr=False)


def prepare_jpeg(image: Image.Image, subsampling: int = 2) -> JpegBase:
    """Encodes an RGB picture. `subsampling` is Pillow's: 0 for 4:4:4, 1 for 4:2:2, 2 for 4:2:0."""
    unit = {0: (8, 8), 1: (16, 8), 2: (16, 16)}[subsampling]
    across = -(-image.width // unit[0])
    interval = _interval(across)
    head, scan = _split(encode_whole(image, interval, subsampling))
    starts = (0, *(found.end() for found in _RESTART.finditer(scan)))
    return JpegBase(image.width, image.height, unit, interval, across // interval, subsampling, head, scan, starts)


def encode_whole(image: Image.Image, interval: int, subsampling: int, *, profile: bytes | None = SRGB_PROFILE) -> bytes:
    """The plain encoding with a restart marker every `interval` units; what a splice has to equal."""
    out = io.BytesIO()
    image.save(
        out, "JPEG", quality=QUALITY, subsampling=subsampling, restart_marker_blocks=interval, icc_profile=profile,
        optimize=False, progressive=False,
    )  # fmt: skip
    return out.getvalue()


def splice(base: JpegBase, dirty: Sequence[Rect], compose: Callable[[Rect], Image.Image]) -> bytes:
    """The base with the pixels under `dirty` replaced by what `compose` gives for a rectangle of them."""
    pieces: list[bytes] = [base.head]
    done = 0
    replaced: dict[int, bytes] = {}
    for cells in merge_overlapping(_cells(base, rect) for rect in dirty):
        _encode_cells(base, cells, compose, replaced)
    count = len(base.starts)
    for index in sorted(replaced):
        start = base.starts[index]
        if start > done:
            pieces.append(base.scan[done:start])
        pieces.append(replaced[index])
        if index + 1 < count:
            pieces.append(bytes((0xFF, 0xD0 + index % 8)))
            done = base.starts[index + 1]
        else:
            done = len(base.scan)
    pieces.extend((base.scan[done:], b"\xff\xd9"))
    return b"".join(pieces)


def _encode_cells(
    base: JpegBase, cells: Rect, compose: Callable[[Rect], Image.Image], replaced: dict[int, bytes]
) -> None:
    left, top, right, bottom = cells
    wide, high = base.interval * base.unit[0], base.unit[1]
    area = (left * wide, top * high, min(right * wide, base.width), min(bottom * high, base.height))
    _, scan = _split(encode_whole(compose(area), base.interval, base.subsampling, profile=None))
    segments = _RESTART.split(scan)
    for at, segment in enumerate(segments):
        row, column = divmod(at, right - left)
        replaced[(top + row) * base.per_row + left + column] = segment


def _cells(base: JpegBase, rect: Rect) -> Rect:
    wide, high = base.interval * base.unit[0], base.unit[1]
    return rect[0] // wide, rect[1] // high, -(-rect[2] // wide), -(-rect[3] // high)


def _interval(across: int) -> int:
    """The divisor of a row's units nearest to the aim; a row of a prime length is one segment."""
    divisors = [number for number in range(2, across + 1) if across % number == 0] or [1]
    return min(divisors, key=lambda number: (abs(number - _AIM), number))


def _split(data: bytes) -> tuple[bytes, bytes]:
    """Everything up to the scan's data, and the data without the end marker."""
    at = 2
    while data[at + 1] != 0xDA:
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return data[:at], data[at:-2]
