"""Where the embedded stack keeps what: the data folder's layout, socket folders, the lock, the secret."""

from __future__ import annotations

import fcntl
import hashlib
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.embedded.child import StartError
from campaigns.core.settings import new_secret_key

LONGEST_SOCKET = 90  # sun_path holds 104 bytes on macOS, 108 on Linux; the names inside take up to 20


@dataclass(frozen=True, slots=True)
class Places:
    """Folders below `data`. `run` holds sockets and may lie elsewhere when `data` is too deep for them."""

    data: Path
    run: Path

    @property
    def logs(self) -> Path:
        """One log per process."""
        return self.data / "log"

    @property
    def postgres(self) -> Path:
        """The database cluster."""
        return self.data / "postgres"

    @property
    def storage(self) -> Path:
        """Stored files."""
        return self.data / "storage"

    @property
    def metrics(self) -> Path:
        """Counters that the processes share."""
        return self.data / "metrics"


def prepare(data: Path) -> Places:
    """Make the folders; private to this user (others may pass through when a database user of root's must)."""
    data = data.resolve()
    data.mkdir(parents=True, exist_ok=True)
    data.chmod(0o711 if os.geteuid() == 0 else 0o700)
    places = Places(data, _run_folder(data))
    for folder in (places.logs, places.storage, places.metrics):
        folder.mkdir(exist_ok=True)
    places.logs.chmod(0o700)
    places.storage.chmod(0o700)
    return places


def _run_folder(data: Path) -> Path:
    run = data / "run"
    if len(os.fsencode(run)) > LONGEST_SOCKET:
        name = hashlib.sha256(os.fsencode(data)).hexdigest()[:12]
        run = Path(tempfile.gettempdir()) / f"throughline-{os.geteuid()}-{name}"
    run.mkdir(exist_ok=True)
    found = run.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise StartError(f"{run} belongs to somebody else; remove it or set DATA_DIR to a shorter path")
    run.chmod(0o711 if os.geteuid() == 0 else 0o700)
    return run


@contextmanager
def locked(places: Places) -> Iterator[None]:
    """Hold the data folder; the lock ends with the process, so none is ever stale."""
    path = places.data / "lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
            raise StartError(
                f"{places.data} is in use by another `throughline up` (process {holder or 'unknown'}); "
                "stop that one, or choose another folder with --data"
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def secret_key(places: Places) -> str:
    """The installation's secret, made once and readable by its owner only."""
    path = places.data / "secret_key"
    if not path.exists():
        fresh = places.data / "secret_key.new"
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(new_secret_key())
        fresh.rename(path)
    return path.read_text(encoding="ascii").strip()
