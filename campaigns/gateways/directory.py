"""Storage in a directory: objects are files, written under a new name and renamed, so nobody sees half of one.

A media type that the file name does not already say is kept in a small file of its own.
"""

from __future__ import annotations

import mimetypes
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from campaigns.core.ids import new_id
from campaigns.core.ports import StoredObject
from campaigns.gateways.keys import missing, unavailable, valid_key

_NAMES = mimetypes.MimeTypes(filenames=())  # the table of the standard library, not the machine's


def _implied(key: str) -> str:
    return _NAMES.guess_type(key)[0] or "application/octet-stream"


class DirectoryStorage:
    """Objects below `root`: `objects/` holds them, `types/` unusual media types, `new/` what is being written."""

    def __init__(self, root: Path) -> None:
        self._objects = root / "objects"
        self._types = root / "types"
        self._new = root / "new"

    def _path(self, key: str) -> Path:
        return self._objects / valid_key(key)

    def _install(self, fresh: Path, key: str, media_type: str) -> StoredObject:
        target, note = self._path(key), self._types / key
        size = fresh.stat().st_size
        if media_type == _implied(key):
            note.unlink(missing_ok=True)
        else:
            named = self._fresh()
            named.write_text(media_type, encoding="ascii")
            note.parent.mkdir(parents=True, exist_ok=True)
            named.replace(note)
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh.replace(target)
        return StoredObject(key, size, media_type)

    def _fresh(self) -> Path:
        self._new.mkdir(parents=True, exist_ok=True)
        return self._new / new_id().hex

    def put(self, key: str, data: bytes, media_type: str) -> StoredObject:
        """Store the object whole; on disk before it is seen."""
        return self.put_joined(key, [data], media_type)

    def put_joined(self, key: str, parts: Sequence[str | bytes], media_type: str) -> StoredObject:
        """Store the parts one after another; stored ones are copied inside the kernel where it can."""
        valid_key(key)
        sources = [part if isinstance(part, bytes) else self._path(part) for part in parts]
        fresh = None
        try:
            fresh = self._fresh()
            with fresh.open("xb") as target:
                for source in sources:
                    if isinstance(source, bytes):
                        target.write(source)
                    else:
                        _append(source, target)
                target.flush()
                os.fsync(target.fileno())
            return self._install(fresh, key, media_type)
        except FileNotFoundError as error:
            raise missing(next((str(part) for part in parts if isinstance(part, str)), key)) from error
        except OSError as error:
            raise unavailable(error.strerror or "the directory cannot be written to") from error
        finally:
            if fresh is not None:
                with suppress(OSError):
                    fresh.unlink()

    def get(self, key: str) -> bytes:
        """The whole object."""
        with self.open(key) as stream:
            return stream.read()

    def open(self, key: str) -> BinaryIO:
        """The object as a file; the caller closes it."""
        try:
            return self._path(key).open("rb")
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
            raise missing(key) from error
        except OSError as error:
            raise unavailable(error.strerror or "the file cannot be read") from error

    def stat(self, key: str) -> StoredObject | None:
        """What is known of the object; None if it is absent."""
        path = self._path(key)
        try:
            if not path.is_file():
                return None
            size = path.stat().st_size
            media_type = (self._types / key).read_text(encoding="ascii")
        except FileNotFoundError:
            if not path.is_file():
                return None
            media_type = _implied(key)
        return StoredObject(key, size, media_type)

    def delete(self, key: str) -> None:
        """Remove the object; absent is fine."""
        for path in (self._path(key), self._types / key):
            path.unlink(missing_ok=True)

    def keys(self, prefix: str) -> Iterator[str]:
        """Every key that begins with the prefix, in order; the prefix need not end at a slash."""
        folder = self._objects / prefix.rpartition("/")[0] if "/" in prefix else self._objects
        found = []
        for place, _, names in os.walk(folder):
            below = Path(place).relative_to(self._objects)
            found += [key for name in names if (key := (below / name).as_posix()).startswith(prefix)]
        yield from sorted(found)

    def aged(self, prefix: str, before: datetime) -> Iterator[str]:
        """Keys of files last written before the instant."""
        for key in self.keys(prefix):
            if _older(self._path(key), before):
                yield key

    def tidy(self, before: datetime) -> int:
        """Remove files whose writer ended before it could name them."""
        removed = 0
        for path in list(self._new.iterdir()) if self._new.is_dir() else []:
            if _older(path, before):
                path.unlink(missing_ok=True)
                removed += 1
        return removed

    def check(self) -> None:
        """Write, read and remove a probe."""
        probe = f"check/{new_id().hex}"
        self.put(probe, b"probe", "text/plain")
        try:
            if self.get(probe) != b"probe":
                raise unavailable("a file came back different")
        finally:
            self.delete(probe)


def _older(path: Path, before: datetime) -> bool:
    try:
        return path.stat().st_mtime < before.timestamp()
    except FileNotFoundError:  # somebody else was quicker
        return False


def _append(source: Path, target: BinaryIO) -> None:
    """Append a file, by copy_file_range (no bytes through this process, shared blocks where the disk can)."""
    with source.open("rb") as stream:
        left = os.fstat(stream.fileno()).st_size
        target.flush()
        if hasattr(os, "copy_file_range"):
            with suppress(OSError):  # another file system, or one that cannot: the plain copy below goes on
                while left and (moved := os.copy_file_range(stream.fileno(), target.fileno(), left)):
                    left -= moved
        if left:
            stream.seek(-left, os.SEEK_END)
            target.seek(0, os.SEEK_END)
            shutil.copyfileobj(stream, target, 1 << 20)
