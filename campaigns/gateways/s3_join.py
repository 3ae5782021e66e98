"""How to join stored objects and bytes into one S3 multipart upload: a pure plan.

Every part but the last has at least 5 MiB (S3's rule), so short stretches are read and sent, long ones copied by S3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MIN_PART = 5 * 1024 * 1024
MAX_COPY = 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Copy:
    """Bytes `first` to `last`, both included, of a stored object."""

    key: str
    first: int
    last: int

    @property
    def size(self) -> int:
        """Number of bytes."""
        return self.last - self.first + 1


def _size(piece: bytes | Copy) -> int:
    return len(piece) if isinstance(piece, bytes) else piece.size


def plan_join(parts: Sequence[bytes | tuple[str, int]]) -> list[list[bytes | Copy]]:
    """Parts (bytes, or a stored object's key and size) → upload parts, each a list of pieces.

    An upload part that is one `Copy` can be copied by S3; in any other, its pieces are read and sent.
    """
    plan: list[list[bytes | Copy]] = []
    short: list[bytes | Copy] = []
    for part in parts:
        if isinstance(part, bytes):
            if part:
                short.append(part)
        else:
            key, size = part
            at = 0
            missing = MIN_PART - sum(map(_size, short)) if short else 0
            if missing > 0 and size:
                at = min(missing, size)
                short.append(Copy(key, 0, at - 1))
            while size - at >= MIN_PART:
                if short:
                    plan.append(short)
                    short = []
                take = min(MAX_COPY, size - at)
                plan.append([Copy(key, at, at + take - 1)])
                at += take
            if at < size:
                short.append(Copy(key, at, size - 1))
        if sum(map(_size, short)) >= MIN_PART and len(short) > 1:
            plan.append(short)
            short = []
    if short:
        plan.append(short)
    return plan
