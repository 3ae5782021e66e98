"""One supervised process: its log, its leash (it ends when we end, however we end), and its bounded stop."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Spec:
    """What to run. `stop_signal` asks it to end, `orphan_signal` reaches it when the supervisor dies (Linux).

    `queues` names what a worker consumes, so that its leases can be given back when it is lost.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path | None
    directory: Path
    stop_signal: signal.Signals = signal.SIGTERM
    orphan_signal: signal.Signals = signal.SIGTERM
    stop_within_s: float = 10.0
    user: int | None = None
    group: int | None = None
    queues: tuple[str, ...] = field(default=())


class Child:
    """A process started from a Spec, in a process group of its own. Start it from the main thread only:
    Linux sends the orphan signal when the starting *thread* ends.
    """

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        supervisor = os.getpid()
        orphan_signal = int(spec.orphan_signal)

        def leash() -> None:
            if _LIBC is not None:
                _LIBC.prctl(_PR_SET_PDEATHSIG, orphan_signal)
                if os.getppid() != supervisor:  # it died between fork and here
                    os.kill(os.getpid(), signal.SIGKILL)

        with open(spec.log or os.devnull, "ab") if spec.log else open(os.devnull, "wb") as log:
            self.process = subprocess.Popen(
                list(spec.command),
                env=dict(spec.environment),
                cwd=spec.directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,
                user=spec.user,
                group=spec.group,
                extra_groups=[] if spec.user is not None else None,
                preexec_fn=leash,  # noqa: PLW1509 - the supervisor has one thread, and this only calls prctl
            )

    @property
    def pid(self) -> int:
        """The process id, which is also its group's."""
        return self.process.pid

    def is_running(self) -> bool:
        """True until it has ended."""
        return self.process.poll() is None

    def ask_to_stop(self) -> None:
        """Send the stop signal."""
        if self.is_running():
            with suppress(ProcessLookupError):
                self.process.send_signal(self.spec.stop_signal)

    def stop(self, *, at_once: bool = False) -> None:
        """Ask, wait its time, then kill whatever is left of its process group."""
        if not at_once:
            self.ask_to_stop()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(self.spec.stop_within_s)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait()

    def log_tail(self, lines: int = 15) -> str:
        """The last lines it wrote."""
        if self.spec.log is None or not self.spec.log.is_file():
            return ""
        text = self.spec.log.read_bytes()[-20_000:].decode("utf-8", "replace")
        return "\n".join(text.splitlines()[-lines:])


def wait_until(ready: Callable[[], bool], child: Child, *, within_s: float, what: str) -> None:
    """Poll `ready()` until it is true. Raises StartError with the log's end if the child ends or takes too long."""
    deadline = time.monotonic() + within_s
    while not ready():
        if not child.is_running():
            raise StartError(f"{what} ended while starting (exit code {child.process.returncode})", child.log_tail())
        if time.monotonic() > deadline:
            raise StartError(f"{what} was not ready within {within_s:.0f} s", child.log_tail())
        time.sleep(0.03)


class StartError(Exception):
    """A part of the stack did not start; `log` is the end of what it wrote."""

    def __init__(self, message: str, log: str = "") -> None:
        super().__init__(message)
        self.log = log
