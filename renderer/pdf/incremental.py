"""A document as template bytes plus an appended section (ISO 32000-1, 7.5.6), made of bytes alone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from renderer.pdf.objects import Pieces


@dataclass(frozen=True, slots=True)
class FileEnd:
    """What an appended section must know of the file it follows.

    `size` is the first free object number; `root` and `info` are references (`5 0 R`), info None
    if there is none; `first_id` is hexadecimal; `kind` is how the file ends.
    """

    length: int
    startxref: int
    size: int
    root: bytes
    info: bytes | None
    first_id: bytes
    kind: Literal["table", "stream"]


@dataclass(frozen=True, slots=True)
class Replaced:
    """An object of the template that is written anew: its number, generation and pieces."""

    number: int
    generation: int
    pieces: Pieces


def append_section(end: FileEnd, replaced: Sequence[Replaced], added: Sequence[Pieces], digest: bytes) -> bytes:
    """The bytes to write behind the template: objects, cross-reference section, trailer.

    References in all pieces count `added` from 0. `digest` (of all content) becomes the second /ID.
    """
    base = end.size
    chunks: list[bytes] = [b"\n"]
    offset = end.length + 1
    entries: list[tuple[int, int, int]] = []
    for item in replaced:
        body = b"%d %d obj\n%s\nendobj\n" % (item.number, item.generation, _bytes(item.pieces, base))
        entries.append((item.number, offset, item.generation))
        chunks.append(body)
        offset += len(body)
    for number, pieces in enumerate(added, base):
        body = b"%d 0 obj\n%s\nendobj\n" % (number, _bytes(pieces, base))
        entries.append((number, offset, 0))
        chunks.append(body)
        offset += len(body)
    entries.sort()
    second = hashlib.sha256(digest + end.first_id).hexdigest()[:32].encode()
    common = b"/Root %s%s/Prev %d/ID[<%s><%s>]" % (
        end.root,
        b"/Info " + end.info if end.info else b"",
        end.startxref,
        end.first_id,
        second,
    )
    size = base + len(added)
    chunks.append(_table(entries, size, common) if end.kind == "table" else _stream(entries, size, common, offset))
    chunks.append(b"startxref\n%d\n%%%%EOF\n" % offset)
    return b"".join(chunks)


def _bytes(pieces: Pieces, base: int) -> bytes:
    return b"".join([piece if isinstance(piece, bytes) else b"%d 0 R" % (piece + base) for piece in pieces])


def _sections(entries: Sequence[tuple[int, int, int]]) -> list[tuple[int, list[tuple[int, int, int]]]]:
    sections: list[tuple[int, list[tuple[int, int, int]]]] = []
    for entry in entries:
        if sections and sections[-1][0] + len(sections[-1][1]) == entry[0]:
            sections[-1][1].append(entry)
        else:
            sections.append((entry[0], [entry]))
    return sections


def _table(entries: Sequence[tuple[int, int, int]], size: int, common: bytes) -> bytes:
    parts = [b"xref\n"]
    for first, members in _sections(entries):
        parts.append(b"%d %d\n" % (first, len(members)))
        parts += [b"%010d %05d n \n" % (offset, generation) for _, offset, generation in members]
    parts.append(b"trailer\n<</Size %d%s>>\n" % (size, common))
    return b"".join(parts)


def _stream(entries: Sequence[tuple[int, int, int]], size: int, common: bytes, offset: int) -> bytes:
    own = size  # the cross-reference stream is an object itself
    sections = _sections([*entries, (own, offset, 0)])
    index = b" ".join(b"%d %d" % (first, len(members)) for first, members in sections)
    rows = b"".join(
        b"\1" + place.to_bytes(8, "big") + generation.to_bytes(2, "big")
        for _, members in sections
        for _, place, generation in members
    )
    head = b"<</Type/XRef/Size %d%s/W[1 8 2]/Index[%s]/Length %d>>" % (own + 1, common, index, len(rows))
    return b"%d 0 obj\n%s\nstream\n%s\nendstream\nendobj\n" % (own, head, rows)
