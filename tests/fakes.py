"""Fakes at the ports, for tests that need no real storage or mail server."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import BinaryIO

from campaigns.core.errors import not_found
from campaigns.core.ports import Envelope, SendResult, StoredObject


class MemoryStorage:
    """Objects in a dictionary."""

    def __init__(self) -> None:
        self.objects: dict[str, tuple[bytes, str]] = {}
        self.written: dict[str, datetime] = {}

    def put(self, key: str, data: bytes, media_type: str) -> StoredObject:
        self.objects[key] = (data, media_type)
        self.written[key] = datetime.now(UTC)
        return StoredObject(key, len(data), media_type)

    def put_joined(self, key: str, parts: Sequence[str | bytes], media_type: str) -> StoredObject:
        return self.put(key, b"".join(self.get(p) if isinstance(p, str) else p for p in parts), media_type)

    def get(self, key: str) -> bytes:
        if key not in self.objects:
            raise not_found("object")
        return self.objects[key][0]

    def open(self, key: str) -> BinaryIO:
        return io.BytesIO(self.get(key))

    def stat(self, key: str) -> StoredObject | None:
        found = self.objects.get(key)
        return StoredObject(key, len(found[0]), found[1]) if found else None

    def delete(self, key: str) -> None:
        self.objects.pop(key, None)

    def keys(self, prefix: str) -> Iterator[str]:
        return iter(sorted(key for key in self.objects if key.startswith(prefix)))

    def aged(self, prefix: str, before: datetime) -> Iterator[str]:
        return iter([key for key in self.keys(prefix) if self.written[key] < before])

    def tidy(self, before: datetime) -> int:
        return 0

    def check(self) -> None:
        return None


@dataclass
class KeepingMail:
    """Keeps what it was given; `outcome` is what it answers."""

    sent: list[Envelope] = field(default_factory=list)
    outcome: SendResult = field(default_factory=lambda: SendResult("sent", 250, "kept"))

    def send(self, envelopes: Sequence[Envelope]) -> list[SendResult]:
        self.sent += envelopes
        return [self.outcome for _ in envelopes]
