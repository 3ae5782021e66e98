"""Adds composite glyphs to a TrueType program, so that a cluster of many glyphs is one glyph with one meaning.

Readers copy text glyph by glyph: a dot drawn apart from its letter, or a raised vowel, would come
back as rubbish or a break. A composite draws the same outlines (OpenType, table glyf).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

_WORDS, _XY, _MORE, _OVERLAP = 0x0001, 0x0002, 0x0020, 0x0400


@dataclass(frozen=True, slots=True)
class Composite:
    """Components as (glyph of the program, x, y), an advance and a box, all in font units."""

    parts: tuple[tuple[int, int, int], ...]
    advance: int
    box: tuple[int, int, int, int]


def add_composites(program: bytes, composites: list[Composite]) -> bytes:
    """The program with the composites as its last glyphs, in order; checksums and maxima set anew."""
    if not composites:
        return program
    tables = _tables(program)
    count = struct.unpack_from(">H", tables["maxp"], 4)[0]
    metrics = struct.unpack_from(">H", tables["hhea"], 34)[0]
    if struct.unpack_from(">h", tables["head"], 50)[0]:
        offsets = list(struct.unpack_from(f">{count + 1}I", tables["loca"]))
    else:
        offsets = [offset * 2 for offset in struct.unpack_from(f">{count + 1}H", tables["loca"])]
    glyf = bytearray(tables["glyf"][: offsets[-1]])
    hmtx = bytearray(_full_metrics(tables["hmtx"], metrics, count))
    for composite in composites:
        glyf += _glyph(composite)
        glyf += b"\0" * (-len(glyf) % 4)
        offsets.append(len(glyf))
        hmtx += struct.pack(">Hh", composite.advance & 0xFFFF, composite.box[0])
    count += len(composites)
    head = bytearray(tables["head"])
    struct.pack_into(">h", head, 50, 1)
    hhea = bytearray(tables["hhea"])
    struct.pack_into(">H", hhea, 34, count)
    maxp = bytearray(tables["maxp"])
    struct.pack_into(">H", maxp, 4, count)
    most = max(len(composite.parts) for composite in composites)
    limits: tuple[int, ...] = struct.unpack_from(">4H", maxp, 6)  # points, contours: simple, then composite
    raised = [min(0xFFFF, max(limits[at], limits[at + 2]) * most) for at in (0, 1)]
    struct.pack_into(">2H", maxp, 10, *raised)
    elements, depth = struct.unpack_from(">2H", maxp, 28)
    struct.pack_into(">2H", maxp, 28, max(elements, most), depth + 1)
    tables |= {
        "glyf": bytes(glyf),
        "loca": struct.pack(f">{count + 1}I", *offsets),
        "hmtx": bytes(hmtx),
        "head": bytes(head),
        "hhea": bytes(hhea),
        "maxp": bytes(maxp),
    }
    return _program(tables)


def _glyph(composite: Composite) -> bytes:
    parts = [struct.pack(">5h", -1, *composite.box)]
    for at, (gid, x, y) in enumerate(composite.parts):
        flags = _WORDS | _XY | (_MORE if at + 1 < len(composite.parts) else 0) | (_OVERLAP if at == 0 else 0)
        parts.append(struct.pack(">2H2h", flags, gid, x, y))
    return b"".join(parts)


def _full_metrics(hmtx: bytes, metrics: int, count: int) -> bytes:
    """hmtx with an advance for every glyph (the last ones may share one)."""
    if metrics >= count:
        return hmtx[: 4 * count]
    advance = hmtx[4 * metrics - 4 : 4 * metrics - 2]
    bearings = hmtx[4 * metrics :]
    rest = b"".join(advance + bearings[2 * at : 2 * at + 2] for at in range(count - metrics))
    return hmtx[: 4 * metrics] + rest


def _tables(program: bytes) -> dict[str, bytes]:
    count = struct.unpack_from(">H", program, 4)[0]
    found = {}
    for at in range(count):
        tag, _, offset, length = struct.unpack_from(">4s3I", program, 12 + 16 * at)
        found[tag.decode("ascii")] = program[offset : offset + length]
    return found


def _checksum(data: bytes) -> int:
    padded = data + b"\0" * (-len(data) % 4)
    words: tuple[int, ...] = struct.unpack(f">{len(padded) // 4}I", padded)
    return sum(words) & 0xFFFFFFFF


def _program(tables: dict[str, bytes]) -> bytes:
    """An sfnt file of these tables."""
    head = bytearray(tables["head"])
    struct.pack_into(">I", head, 8, 0)
    tables = tables | {"head": bytes(head)}
    power = max(1, 1 << (len(tables).bit_length() - 1))
    header = struct.pack(
        ">I4H", 0x00010000, len(tables), power * 16, power.bit_length() - 1, len(tables) * 16 - power * 16
    )
    offset = 12 + 16 * len(tables)
    directory, body = [], []
    for tag in sorted(tables):
        data = tables[tag]
        directory.append(struct.pack(">4s3I", tag.encode("ascii"), _checksum(data), offset, len(data)))
        padded = data + b"\0" * (-len(data) % 4)
        body.append(padded)
        offset += len(padded)
    whole = bytearray(header + b"".join(directory) + b"".join(body))
    at = struct.unpack_from(">I", whole, whole.index(b"head", 12) + 8)[0]
    struct.pack_into(">I", whole, at + 8, (0xB1B0AFBA - _checksum(bytes(whole))) & 0xFFFFFFFF)
    return bytes(whole)
