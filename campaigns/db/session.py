"""The engine and its sessions."""

from __future__ import annotations

from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker


def normalise_url(url: str) -> str:
    """`postgres://` and `postgresql://` mean psycopg 3 here."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def make_engine(url: str, *, pool_size: int = 8) -> Engine:
    """An engine whose statements give up after 30 s and whose locks after 10 s."""
    return create_engine(
        normalise_url(url),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        pool_timeout=10,
        connect_args={
            "connect_timeout": 5,
            "options": "-c statement_timeout=30000 -c lock_timeout=10000 -c timezone=UTC -c jit=off"
            " -c idle_in_transaction_session_timeout=60000",
        },
    )


def make_sessions(engine: Engine) -> sessionmaker[Session]:
    """Sessions that keep loaded values after commit."""
    return sessionmaker(engine, expire_on_commit=False)


def may_pass(error: BaseException) -> bool:
    """True for trouble that another try may not meet: the connection, a deadlock, a lock, resources, a shutdown.

    SQLSTATE 08 (connection), 40 (serialisation, deadlock), 53 (resources), 55P03 (lock), 57 (shutdown, cancel).
    """
    if isinstance(error, PoolTimeout):
        return True
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    return error.connection_invalidated or state is None or state[:2] in ("08", "40", "53", "57") or state == "55P03"
