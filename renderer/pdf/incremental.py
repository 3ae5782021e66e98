"""A document as template bytes plus an appended section (ISO 32000-1, 7.5.6), made of bytes alone.

This is done once per document, so everything that can be known before is in `Flat`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from renderer.pdf.objects import Piece, Pieces, joined

_END = b"\nendobj\n"


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
class Flat:
    """Objects run together: pieces whose ints are object numbers counted from 0, and each object's size.

    An object takes `fixed` bytes and `refs` numbers.
    """

    pieces: tuple[Piece, ...]
    fixed: tuple[int, ...]
    refs: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, objects: Sequence[Pieces]) -> Flat:
        """The objects with their `n 0 obj … endobj` around them and every reference written out."""
        every: list[Piece] = []
        fixed: list[int] = []
        refs: list[tuple[int, ...]] = []
        for number, pieces in enumerate(objects):
            whole: list[Piece] = [number, b" 0 obj\n"]
            for piece in pieces:
                whole += [piece] if isinstance(piece, bytes) else [piece, b" 0 R"]
            whole.append(_END)
            every += whole
            fixed.append(sum(len(piece) for piece in whole if isinstance(piece, bytes)))
            refs.append(tuple(piece for piece in whole if isinstance(piece, int)))
        return cls(joined(every), tuple(fixed), tuple(refs))

    def numbered(self, base: int) -> tuple[bytes, list[int]]:
        """The bytes with numbers from `base`, and the length of each object."""
        numbers = [b"%d" % number for number in range(base, base + len(self.fixed))]
        body = b"".join([numbers[piece] if piece.__class__ is int else piece for piece in self.pieces])  # type: ignore[misc]
        width = len(numbers[0]) if numbers else 0
        if numbers and len(numbers[-1]) == width:
            lengths = [fixed + width * len(refs) for fixed, refs in zip(self.fixed, self.refs, strict=True)]
        else:
            lengths = [
                fixed + sum([len(numbers[ref]) for ref in refs])
                for fixed, refs in zip(self.fixed, self.refs, strict=True)
            ]
        return body, lengths


@dataclass(frozen=True, slots=True)
class Replaced:
    """An object of the template that is written anew."""

    number: int
    generation: int
    body: bytes


def append_section(
    end: FileEnd, flat: Flat, added: Sequence[bytes], replaced: Sequence[Replaced], digest: bytes
) -> bytes:
    """The bytes to write behind the template: objects, cross-reference section, trailer.

    `flat` gets the numbers from `end.size`, the finished objects in `added` those behind it.
    `digest` (of all content) becomes the second /ID.
    """
    base = end.size
    body, lengths = flat.numbered(base)
    chunks = [b"\n", body]
    number = base + len(lengths)
    for data in added:
        chunk = b"%d 0 obj\n%s%s" % (number, data, _END)
        chunks.append(chunk)
        lengths.append(len(chunk))
        number += 1
    offsets = list(accumulate(lengths, initial=end.length + 1))
    place = offsets.pop()
    changed = []
    for item in sorted(replaced, key=lambda item: item.number):
        chunk = b"%d %d obj\n%s%s" % (item.number, item.generation, item.body, _END)
        chunks.append(chunk)
        changed.append((item.number, place, item.generation))
        place += len(chunk)
    second = hashlib.sha256(digest + end.first_id).hexdigest()[:32].encode()
    info = b"/Info " + end.info if end.info else b""
    values = (end.root, info, end.startxref, end.first_id, second)
    common = b"/Root %s%s/Prev %d/ID[<%s><%s>]" % values
    if end.kind == "table":
        chunks.append(_table(changed, base, offsets, common))
    else:
        chunks.append(_stream(changed, base, offsets, common, place))
    chunks.append(b"startxref\n%d\n%%%%EOF\n" % place)
    return b"".join(chunks)


def _table(changed: Sequence[tuple[int, int, int]], base: int, offsets: Sequence[int], common: bytes) -> bytes:
    parts = [b"xref\n"]
    parts += [b"%d 1\n%010d %05d n \n" % entry for entry in changed]
    rows = b"%010d 00000 n \n" * len(offsets) % tuple(offsets)
    parts.append(b"%d %d\n%strailer\n<</Size %d%s>>\n" % (base, len(offsets), rows, base + len(offsets), common))
    return b"".join(parts)


def _stream(
    changed: Sequence[tuple[int, int, int]], base: int, offsets: Sequence[int], common: bytes, place: int
) -> bytes:
    own = base + len(offsets)  # the cross-reference stream is an object itself
    index = b"".join([b"%d 1 " % number for number, _, _ in changed]) + b"%d %d" % (base, len(offsets) + 1)
    rows = b"".join(
        [
            *[b"\1" + offset.to_bytes(8, "big") + generation.to_bytes(2, "big") for _, offset, generation in changed],
            *[b"\1" + offset.to_bytes(8, "big") + b"\0\0" for offset in (*offsets, place)],
        ]
    )
    head = b"<</Type/XRef/Size %d%s/W[1 8 2]/Index[%s]/Length %d>>" % (own + 1, common, index, len(rows))
    return b"%d 0 obj\n%s\nstream\n%s\nendstream\nendobj\n" % (own, head, rows)
