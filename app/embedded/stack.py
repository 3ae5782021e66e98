"""Starts the stack in order, watches it, restarts what falls over, and stops everything it started."""

from __future__ import annotations

import os
import select
import shutil
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from app.embedded import parts, ports
from app.embedded.child import Child, Spec, StartError
from app.embedded.places import Places, locked, prepare, secret_key
from app.embedded.postgres import EmbeddedPostgres
from app.embedded.valkey import EmbeddedValkey
from app.embedded.watch import Watch, healthy
from campaigns.core.settings import SettingsError, read

AGAIN_AFTER_S = 1.0
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class StackOptions:
    """What `throughline up` was asked for. `first_run` are commands to run, on the terminal, once all is ready."""

    root: Path
    data: Path
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 0
    first_run: Sequence[Sequence[str]] = field(default=())

    @property
    def render_processes(self) -> int:
        """As many as there are processors, unless a number was asked for."""
        return self.workers or max(1, len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1)


class Stopped(Exception):  # noqa: N818 - not an error: somebody asked us to stop
    """A signal came."""


class Stack:
    """One run of the stack. `run` returns the exit code after everything is down again."""

    def __init__(self, options: StackOptions, environment: Mapping[str, str], say: Callable[[str], None]) -> None:
        self._options = options
        self._given = dict(environment)
        self._say = say
        self._asked_to_stop = 0
        self._asked_at = 0.0
        self._stopping = False  # on the way down by itself, such as after an error: a signal has nothing to interrupt
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_write, False)
        self._children: list[Child] = []

    def run(self) -> int:
        """Start, serve until a signal or a part that cannot be kept alive, stop."""
        before = {number: signal.signal(number, self._note) for number in SIGNALS}
        try:
            with ExitStack() as undo:
                try:
                    try:
                        return self._serve(undo)
                    finally:
                        self._stopping = True
                except Stopped:
                    self._say("stopping")
                    return 0
                except StartError as error:
                    self._say(f"error: {error}" + (f"\n{error.log}" if error.log else ""))
                    return 1
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            os.close(self._wake_read)
            os.close(self._wake_write)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        now = time.monotonic()
        if self._asked_to_stop and now - self._asked_at < AGAIN_AFTER_S:
            return  # the same wish by two ways: from the terminal and from whoever started us
        self._asked_to_stop += 1
        self._asked_at = now
        with suppress(BlockingIOError):
            os.write(self._wake_write, b".")
        if self._asked_to_stop == 1:
            if not self._stopping:
                self._stopping = True
                raise Stopped
            return
        for child in self._children:  # asked again: do not wait for anybody
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)

    def _serve(self, undo: ExitStack) -> int:
        options = self._options
        ports.check_free(options.host, options.port)
        places = prepare(options.data)
        undo.enter_context(locked(places))
        environment = self._environment(places)
        _check_settings(environment, options.root)
        database, broker = self._start_servers(undo, places, environment)
        self._migrate(environment, release_leases=database)
        undo.callback(self._stop_children)
        watch = Watch(lambda spec: self._lost(environment, spec) if database else None)
        web, *others = self._specs(places, environment)
        self._children.append(watch.start(web))
        self._wait_for_web(watch)  # before the others take the processors for their own start
        for spec in others:
            self._children.append(watch.start(spec))
        url = environment["PUBLIC_URL"]
        for command in options.first_run:
            self._run_once(command, environment)
        self._say(f"ready {url}")
        servers = [server.child for server in (database, broker) if server and server.child]
        while True:
            select.select([self._wake_read], [], [], 0.5)
            watch.look()
            self._children = watch.children
            for child in servers:
                if not child.is_running():
                    raise StartError(f"{child.spec.name} ended; its log is {child.spec.log}", child.log_tail())

    def _environment(self, places: Places) -> dict[str, str]:
        options = self._options
        environment = {name: value for name, value in self._given.items() if value != "" or name not in _URLS}
        environment.setdefault("PUBLIC_URL", f"http://{_name(options.host)}:{options.port}")
        environment.setdefault("STORAGE_URL", places.storage.as_uri())
        environment["DATA_DIR"] = str(places.data)
        environment["BIND"] = f"{options.host}:{options.port}"
        shutil.rmtree(places.metrics, ignore_errors=True)
        places.metrics.mkdir()
        environment["PROMETHEUS_MULTIPROC_DIR"] = str(places.metrics)
        environment.setdefault("PYTHONUNBUFFERED", "1")
        if len(environment.get("SECRET_KEY", "")) == 0:
            environment["SECRET_KEY"] = secret_key(places)
        return environment

    def _start_servers(
        self, undo: ExitStack, places: Places, environment: dict[str, str]
    ) -> tuple[EmbeddedPostgres | None, EmbeddedValkey | None]:
        database = broker = None
        if "DATABASE_URL" not in environment:
            database = EmbeddedPostgres(places.postgres, places.run, places.logs / "postgres.log")
            undo.callback(database.stop)
            environment["DATABASE_URL"] = database.start(self._given)
        if "BROKER_URL" not in environment:
            broker = EmbeddedValkey(places.run, places.logs / "valkey.log")
            undo.callback(broker.stop)
            environment["BROKER_URL"] = broker.start(self._given)
        return database, broker

    def _migrate(self, environment: Mapping[str, str], *, release_leases: object) -> None:
        from app.embedded import database  # noqa: PLC0415 - after the servers are on their way

        database.upgrade(environment, self._options.root)
        if release_leases:  # nobody else uses this database, so whoever held a lease is gone
            database.release_leases(environment, self._options.root)

    def _lost(self, environment: Mapping[str, str], spec: Spec) -> None:
        from app.embedded import database  # noqa: PLC0415 - see above

        if spec.queues:
            database.release_leases(environment, self._options.root, spec.queues)

    def _specs(self, places: Places, environment: Mapping[str, str]) -> list[Spec]:
        root, processes = self._options.root, self._options.render_processes
        return [
            parts.web(places, environment, root),
            parts.worker(places, environment, root, name="worker-render", queues=("render",), processes=processes),
            parts.worker(places, environment, root, name="worker", queues=("send", "default"), processes=2),
            # a check takes many seconds: beside the others it would keep ticks, mail or launches waiting
            parts.worker(places, environment, root, name="worker-check", queues=("check",), processes=1),
            parts.beat(places, environment, root),
        ]

    def _wait_for_web(self, watch: Watch) -> None:
        deadline = time.monotonic() + 60
        while not healthy(self._options.host, self._options.port):
            watch.look()
            self._children = watch.children
            if time.monotonic() > deadline:
                web = watch.children[0]
                raise StartError(f"the web server did not answer in 60 s; its log is {web.spec.log}", web.log_tail())
            time.sleep(0.05)

    def _run_once(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        import subprocess  # noqa: PLC0415 - only here

        done = subprocess.run(list(command), env=dict(environment), cwd=self._options.root, check=False)
        if done.returncode:
            raise StartError(f"{' '.join(command)} ended with exit code {done.returncode}")

    def _stop_children(self) -> None:
        for child in self._children:
            child.ask_to_stop()
        for child in self._children:
            child.stop(at_once=self._asked_to_stop > 1)


def _check_settings(environment: Mapping[str, str], root: Path) -> None:
    """Every problem with the settings, before anything is started; what is embedded is not known yet, and right."""
    embedded = {"DATABASE_URL": "postgresql:///embedded", "BROKER_URL": "redis+socket:///embedded"}
    try:
        read({**embedded, **environment}, root=root)
    except SettingsError as error:
        raise StartError("the settings cannot be used", "\n".join(error.problems)) from error


_URLS = ("DATABASE_URL", "BROKER_URL", "STORAGE_URL", "PUBLIC_URL", "SMTP_URL")


def _name(host: str) -> str:
    if host in ("0.0.0.0", "::"):  # noqa: S104 - read, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
