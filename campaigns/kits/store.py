"""Kits as files: where a version's zip lies, and the loaded kits each process keeps."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Protocol

from campaigns.core.errors import DomainError, Kind
from campaigns.core.ports import Storage
from renderer.kit.archive import KitFiles, KitRefused, pack_kit, read_kit
from renderer.kit.load import LoadedKit, load_kit
from renderer.kit.samples import Sample, kit_samples

ZIP = "application/zip"
KEPT_BYTES = 400 * 1024 * 1024
KEPT_KITS = 24


class Archived(Protocol):
    """What names a stored kit: a `KitVersion` row or a `VersionRef`."""

    @property
    def digest(self) -> str: ...

    @property
    def archive_key(self) -> str: ...


class KitCache:
    """The last used kits by digest, bounded by count and by the bytes of their files. Safe between threads."""

    def __init__(self, kits: int = KEPT_KITS, size: int = KEPT_BYTES) -> None:
        self._kits, self._size, self._held = kits, size, 0
        self._kept: OrderedDict[str, tuple[LoadedKit, int]] = OrderedDict()
        self._lock = Lock()

    def get(self, digest: str) -> LoadedKit | None:
        """The kept kit; it becomes the most recent."""
        with self._lock:
            found = self._kept.get(digest)
            if found is not None:
                self._kept.move_to_end(digest)
            return found[0] if found else None

    def put(self, digest: str, kit: LoadedKit) -> None:
        """Keep a kit and drop the least recent ones beyond the bounds; the newest always stays."""
        size = sum(len(data) for data in kit.files.files.values())
        with self._lock:
            if digest in self._kept:
                return
            self._kept[digest] = (kit, size)
            self._held += size
            while len(self._kept) > 1 and (len(self._kept) > self._kits or self._held > self._size):
                self._held -= self._kept.popitem(last=False)[1][1]


_CACHE = KitCache()
_SAMPLES: OrderedDict[str, tuple[Sample, ...]] = OrderedDict()
_SAMPLES_LOCK = Lock()  # held while logos are read: of ten previews asked for at once one does the work


def archive_key(digest: str) -> str:
    """Where the zip of a kit lies; the same files lie once, whoever uploaded them."""
    return f"kits/{digest[:2]}/{digest}.zip"


def store_kit(storage: Storage, files: KitFiles) -> str:
    """Put the packed kit under its digest and return the key. Doing it again changes nothing."""
    key = archive_key(files.digest)
    if storage.stat(key) is None:
        storage.put(key, pack_kit(files), ZIP)
    return key


def kit_files(storage: Storage, version: Archived) -> KitFiles:
    """The files of a version. DomainError `kit.damaged` (unavailable) if storage gives other bytes."""
    files = read_kit(storage.get(version.archive_key))
    if files.digest != version.digest:
        raise DomainError("kit.damaged", Kind.UNAVAILABLE, "The stored kit is not the one that was uploaded.")
    return files


def open_kit(storage: Storage, version: Archived) -> LoadedKit:
    """The version's kit, ready to render; kept in this process. DomainError `kit.refused` if it has errors."""
    kept = _CACHE.get(version.digest)
    if kept is not None:
        return kept
    try:
        kit = load_kit(kit_files(storage, version))
    except KitRefused as error:
        raise DomainError("kit.refused", Kind.INVALID, error.message, problems=error.problems) from error
    _CACHE.put(version.digest, kit)
    return kit


def sample_ids(kit: LoadedKit) -> list[str]:
    """The names of the kit's sample brands, `typical` first, without reading them."""
    paths = [path for path in kit.files.files if path.startswith("samples/") and path.endswith(".toml")]
    names = [path.removeprefix("samples/").removesuffix(".toml") for path in paths]
    own = sorted((name for name in names if "/" not in name), key=lambda name: (name != "typical", name))
    return own or ["plain"]


def samples_of(storage: Storage, version: Archived) -> tuple[Sample, ...]:
    """The sample brands with their logos; kept in this process, since reading a logo takes its time."""
    with _SAMPLES_LOCK:
        kept = _SAMPLES.get(version.digest)
        if kept is None:
            kept = _SAMPLES[version.digest] = tuple(kit_samples(open_kit(storage, version))[0])
            while len(_SAMPLES) > KEPT_KITS:
                _SAMPLES.popitem(last=False)
        return kept
