"""The composition root of the business: settings → container. Each process builds one, after fork."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine

from campaigns.core.clock import Clock, SystemClock
from campaigns.core.ports import MailTransport, Storage, Waker
from campaigns.core.settings import Settings
from campaigns.db.session import make_engine, make_sessions
from campaigns.db.unit_of_work import UnitOfWorkFactory
from renderer.text.fonts import FontBook


@dataclass(frozen=True, slots=True)
class Container:
    """Everything a process works with."""

    settings: Settings
    engine: Engine
    uow: UnitOfWorkFactory
    storage: Storage
    mail: MailTransport
    waker: Waker
    clock: Clock
    fonts: FontBook

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


def build(
    settings: Settings,
    *,
    waker: Waker,
    storage: Storage,
    mail: MailTransport,
    clock: Clock | None = None,
    engine: Engine | None = None,
    pool_size: int = 8,
) -> Container:
    """Wire the container over gateways that the caller opened (see `campaigns.gateways.open`)."""
    engine = engine or make_engine(settings.database_url, pool_size=pool_size)
    the_clock = clock or SystemClock()
    return Container(
        settings=settings,
        engine=engine,
        uow=UnitOfWorkFactory(make_sessions(engine), the_clock, waker),
        storage=storage,
        mail=mail,
        waker=waker,
        clock=the_clock,
        fonts=FontBook.load(settings.fonts_dir),
    )
