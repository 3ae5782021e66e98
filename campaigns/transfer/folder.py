"""The folder of an export: written for its owner alone, read as if a stranger had made it.

Reading walks from the folder's own descriptor, one name after the other, and follows no link, so nothing outside
it is ever opened, whatever a name in it says or is swapped for.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from campaigns.core.errors import DomainError, Kind
from campaigns.transfer.errors import damaged

CHUNK = 1 << 20
MOST_LINE = 16 * 1024 * 1024
MANIFEST = "manifest.json"
TABLES = "tables"
OBJECTS = "objects"
LISTING = "objects.jsonl"


class Target:
    """A new folder, mode 0700, its files 0600. Nothing that is there is overwritten."""

    def __init__(self, path: Path) -> None:
        """Make it. DomainError `transfer.path_taken` (conflict) unless the place is free or an empty folder."""
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            if any(path.iterdir()):
                raise FileExistsError
        except (FileExistsError, NotADirectoryError) as error:
            message = f"{path} is there already and not an empty folder; name a new place."
            raise DomainError("transfer.path_taken", Kind.CONFLICT, message) from error
        except OSError as error:
            raise DomainError(
                "transfer.path", Kind.INVALID, f"{path} cannot be written to: {error.strerror}.", path=str(path)
            ) from error
        path.chmod(0o700)
        self.path = path

    def create(self, *names: str) -> BinaryIO:
        """A new file below the folder; the caller closes it."""
        place = self.path.joinpath(*names)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb")

    def has(self, *names: str) -> bool:
        """True if the file was written already (two keys may hold the same bytes)."""
        return self.path.joinpath(*names).exists()


class Source:
    """An export as it lies on disk."""

    def __init__(self, path: Path) -> None:
        """Open it. DomainError `transfer.no_export` (not found) if the path is no folder."""
        try:
            self._root = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            message = f"{path} is no folder that can be read: {error.strerror}."
            raise DomainError("transfer.no_export", Kind.NOT_FOUND, message) from error

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self._root)

    def open(self, *names: str) -> BinaryIO:
        """A regular file below the folder. DomainError `transfer.damaged` for a link, a device or nothing."""
        shown, held = "/".join(names), os.dup(self._root)
        try:
            for name in names[:-1]:
                inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=held)
                os.close(held)
                held = inner
            # O_NONBLOCK: a pipe must not make the command wait for ever
            found = os.open(names[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=held)
        except OSError as error:
            raise damaged(shown, f"cannot be read ({error.strerror})") from error
        finally:
            os.close(held)
        if not stat.S_ISREG(os.fstat(found).st_mode):
            os.close(found)
            raise damaged(shown, "is not a regular file")
        return os.fdopen(found, "rb")

    def read(self, *names: str, most: int) -> bytes:
        """A small file whole; `transfer.damaged` if it is larger than `most` bytes."""
        with self.open(*names) as stream:
            data = stream.read(most + 1)
        if len(data) > most:
            raise damaged("/".join(names), f"is larger than {most} bytes")
        return data


def digest_of(stream: BinaryIO, most: int) -> tuple[str, int]:
    """(SHA-256 in hexadecimal, bytes) of what is left of a stream; stops once there is more than `most`."""
    digest, size = hashlib.sha256(), 0
    while size <= most and (chunk := stream.read(CHUNK)):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size


def lines(stream: BinaryIO, shown: str, done: Callable[[str, int], None]) -> Iterator[tuple[int, bytes]]:
    """(number from 1, line) of a JSON Lines file; after the last one `done` gets the SHA-256 and the lines' count."""
    digest, number = hashlib.sha256(), 0
    while line := stream.readline(MOST_LINE + 1):
        digest.update(line)
        number += 1
        if len(line) > MOST_LINE:
            raise damaged(shown, f"line {number} is longer than {MOST_LINE} bytes")
        if not line.endswith(b"\n"):
            raise damaged(shown, f"line {number} has no end")
        yield number, line
    done(digest.hexdigest(), number)
