"""Settings → gateways → container: the one place that knows which implementation a URL means."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy.orm import Session, sessionmaker

from campaigns.bootstrap import Container, build
from campaigns.core.clock import Clock
from campaigns.core.ports import MailTransport, Storage, Waker
from campaigns.core.settings import Settings
from campaigns.db.session import make_engine, make_sessions
from campaigns.gateways.celery_queue import CeleryWaker
from campaigns.gateways.directory import DirectoryStorage
from campaigns.gateways.kept_files import KeptFiles
from campaigns.gateways.smtp import open_smtp


def open_storage(url: str) -> Storage:
    """The storage of `file:///path` or `s3://bucket/prefix?…`."""
    parts = urlsplit(url)
    if parts.scheme == "s3":
        from campaigns.gateways.s3 import open_s3  # noqa: PLC0415 - boto3 costs 0.3 s and is not always needed

        return open_s3(url)
    return DirectoryStorage(Path(unquote(parts.path)))


def open_mail(settings: Settings, storage: Storage, sessions: sessionmaker[Session]) -> MailTransport:
    """SMTP when a server is set, files for the outbox page otherwise."""
    if settings.smtp_url:
        return open_smtp(settings.smtp_url)
    return KeptFiles(storage, sessions)


def open_waker(settings: Settings) -> Waker:
    """Celery's queue at the broker."""
    return CeleryWaker(settings.broker_url, settings.broker_prefix)


def open_container(settings: Settings, *, pool_size: int = 8, clock: Clock | None = None) -> Container:
    """Everything a process works with, from its settings. Call it after fork, once per process."""
    engine = make_engine(settings.database_url, pool_size=pool_size)
    storage = open_storage(settings.storage_url)
    return build(
        settings,
        engine=engine,
        storage=storage,
        mail=open_mail(settings, storage, make_sessions(engine)),
        waker=open_waker(settings),
        clock=clock,
    )
