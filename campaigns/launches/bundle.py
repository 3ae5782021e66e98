"""Everything of a launch as one zip, streamed: a folder per language, names that say what is in them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from typing import IO

from campaigns.artifacts.keys import part_key
from campaigns.core.ports import Storage
from campaigns.launches.queries import PieceLine

CHUNK = 256 * 1024
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same files give the same zip


class _Pipe(io.RawIOBase):
    """What has been written and not been taken yet; it cannot be sought in, so the zip is written straight through."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        chunk = bytes(data)  # type: ignore[call-overload]
        self._parts.append(chunk)
        return len(chunk)

    def take(self) -> bytes:
        """What is there now."""
        taken = b"".join(self._parts)
        self._parts = []
        return taken


def entries(pieces: Sequence[PieceLine]) -> list[tuple[str, str]]:
    """(name in the zip, storage key) of every ready piece; mails as the HTML and text a recipient would see."""
    found: dict[str, str] = {}
    for piece in pieces:
        if piece.file is None:
            continue
        if piece.kind == "email":
            found.setdefault(f"{piece.locale}/{piece.asset_id}.html", part_key(piece.file.fingerprint, "html"))
            found.setdefault(f"{piece.locale}/{piece.asset_id}.txt", part_key(piece.file.fingerprint, "text"))
        else:
            found.setdefault(f"{piece.locale}/{piece.file.filename}", piece.file.storage_key)
    return sorted(found.items())


def stream_zip(storage: Storage, pieces: Sequence[PieceLine]) -> Iterator[bytes]:
    """The zip in chunks; no more than one chunk of a file is held at a time."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:  # pictures and PDFs do not shrink
        for name, key in entries(pieces):
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system, info.external_attr = 3, 0o100644 << 16
            with storage.open(key) as source, archive.open(info, "w") as target:
                yield from _copy(source, target, pipe)
    yield pipe.take()


def _copy(source: IO[bytes], target: IO[bytes], pipe: _Pipe) -> Iterator[bytes]:
    while chunk := source.read(CHUNK):
        target.write(chunk)
        yield pipe.take()
