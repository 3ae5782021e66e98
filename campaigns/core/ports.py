"""What the business needs from the outside, as protocols. `campaigns.gateways` implements them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Literal, Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class StoredObject:
    """What a storage knows of an object: its key, size in bytes and media type."""

    key: str
    size: int
    media_type: str


class Storage(Protocol):
    """Objects by key. Keys are POSIX-like, never from outside. `put` replaces whole objects atomically."""

    def put(self, key: str, data: bytes, media_type: str) -> StoredObject: ...

    def put_joined(self, key: str, parts: Sequence[str | bytes], media_type: str) -> StoredObject:
        """Store the concatenation of stored objects (str: their keys) and bytes, without re-upload where it can."""
        ...

    def get(self, key: str) -> bytes:
        """The whole object; DomainError `storage.missing` (not_found) if absent."""
        ...

    def open(self, key: str) -> BinaryIO: ...

    def stat(self, key: str) -> StoredObject | None: ...

    def delete(self, key: str) -> None: ...

    def keys(self, prefix: str) -> Iterator[str]: ...

    def aged(self, prefix: str, before: datetime) -> Iterator[str]:
        """Keys that begin with the prefix and were last written before the instant, in order."""
        ...

    def tidy(self, before: datetime) -> int:
        """Remove what writes that broke off before the instant left behind; how many. Never an object."""
        ...

    def check(self) -> None:
        """Raise DomainError `storage.unavailable` unless it can be written to and read from now."""
        ...


@dataclass(frozen=True, slots=True)
class Wake:
    """A wake-up call for one job row. It may be lost or come twice; the row is the truth."""

    job_id: UUID
    task: str
    queue: str
    request_id: str = ""


class Waker(Protocol):
    """Sends wake-up calls after commit. It never raises: a sweeper finds what was not called."""

    def wake(self, calls: Sequence[Wake]) -> None: ...

    def depth(self, queue: str) -> int | None:
        """How many calls wait in a queue, so that the sweeper does not pile up more; None if unknown."""
        ...


@dataclass(frozen=True, slots=True)
class SendResult:
    """What became of one message: 250 → sent, 4yz → deferred, 5yz → refused, silence after DATA → unknown.

    Code 0 means that no server said it: refused or deferred before one was asked.
    """

    outcome: Literal["sent", "deferred", "refused", "unknown"]
    code: int
    reply: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message for one recipient, complete as bytes."""

    sender: str
    recipient: str
    message_id: str
    data: bytes
    delivery_id: int | None = None
    partner_id: UUID | None = None


class MailTransport(Protocol):
    """Carries messages: SMTP, or files shown in the outbox page. One result each, in order."""

    def send(self, envelopes: Sequence[Envelope]) -> list[SendResult]: ...
