"""Watches the stack's own processes: one that ends is started again, one that will not stay up stops the stack."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable

from app.embedded.child import Child, Spec, StartError

FALLS = 5
WITHIN_S = 60.0


class Watch:
    """Keeps the processes of some specs alive. `lost(spec)` is called before one is started again."""

    def __init__(self, lost: Callable[[Spec], None]) -> None:
        self._lost = lost
        self.children: list[Child] = []
        self._falls: dict[str, list[float]] = {}

    def start(self, spec: Spec) -> Child:
        """Start it and watch it from now on."""
        child = Child(spec)
        self.children.append(child)
        return child

    def look(self) -> None:
        """Start again what has ended; StartError after `FALLS` falls of one process within `WITHIN_S` seconds."""
        for place, child in enumerate(self.children):
            if child.is_running():
                continue
            name, now = child.spec.name, time.monotonic()
            falls = [at for at in self._falls.get(name, []) if now - at < WITHIN_S] + [now]
            self._falls[name] = falls
            if len(falls) >= FALLS:
                raise StartError(
                    f"{name} ended {len(falls)} times within {WITHIN_S:.0f} s; its log is {child.spec.log}",
                    child.log_tail(),
                )
            child.stop(at_once=True)  # what it left of its process group
            self._lost(child.spec)
            self.children[place] = Child(child.spec)


def healthy(host: str, port: int) -> bool:
    """True if the web server answers."""
    connection = http.client.HTTPConnection("127.0.0.1" if host in ("0.0.0.0", "") else host, port, timeout=5)  # noqa: S104
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
