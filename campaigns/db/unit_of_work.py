"""One transaction, committed at the edge: a session, the clock, what is written last, the calls sent after commit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from types import TracebackType

from sqlalchemy.orm import Session, sessionmaker

from campaigns.core.clock import Clock
from campaigns.core.ports import Wake, Waker


class UnitOfWork:
    """What a service works in. Services never commit; `with factory() as uow` at the edge does.

    Leaving the block without an exception commits and then sends the wake-up calls; an exception
    rolls back and sends none.
    """

    def __init__(self, session: Session, clock: Clock, waker: Waker, request_id: str = "") -> None:
        self.session = session
        self.clock = clock
        self.request_id = request_id
        self._waker = waker
        self._wakes: list[Wake] = []
        self._last: list[tuple[str, Callable[[], None]]] = []

    @property
    def now(self) -> datetime:
        """The clock's present, aware, UTC."""
        return self.clock.now()

    def wake_after_commit(self, wake: Wake) -> None:
        """Remember a call for a job row of this transaction."""
        self._wakes.append(wake)

    def write_last(self, write: Callable[[], None], *, order: str) -> None:
        """Remember a write for the very end of the transaction, when every other row is locked already.

        For what many transactions queue up for, such as a chain's end: taken last, it closes no circle. Writes
        go by `order`, those of one order as they were asked for.
        """
        self._last.append((order, write))

    def write_out(self) -> None:
        """Do the last writes now; `commit` does it, tests that never commit call it."""
        writes, self._last = self._last, []
        if writes:
            self.session.flush()
        for _, write in sorted(writes, key=lambda one: one[0]):
            write()

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """What is done inside is undone as a whole if it raises: rows, last writes and wake-up calls."""
        wakes, last = len(self._wakes), len(self._last)
        try:
            with self.session.begin_nested():
                yield
        except BaseException:
            del self._wakes[wakes:], self._last[last:]
            raise

    def commit(self) -> None:
        """Commit and call; for the edge only."""
        self.write_out()
        self.session.commit()
        calls, self._wakes = self._wakes, []
        if calls:
            self._waker.wake(calls)

    def rollback(self) -> None:
        """Undo everything and forget the calls."""
        self.session.rollback()
        self._wakes, self._last = [], []

    def __enter__(self) -> UnitOfWork:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self.commit()
            else:
                self.rollback()
        finally:
            self.session.close()


class UnitOfWorkFactory:
    """Makes units of work over one engine."""

    def __init__(self, sessions: sessionmaker[Session], clock: Clock, waker: Waker) -> None:
        self.sessions = sessions
        self.clock = clock
        self.waker = waker

    def __call__(self, request_id: str = "") -> UnitOfWork:
        """A fresh unit of work; use it in a `with` block."""
        return UnitOfWork(self.sessions(), self.clock, self.waker, request_id)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for reads only; rolled back at the end."""
        session = self.sessions()
        try:
            yield session
        finally:
            session.rollback()
            session.close()
