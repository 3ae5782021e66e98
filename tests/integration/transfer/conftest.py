"""Two installations: the tests' own database with a folder, and a second, empty one beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from campaigns.core.ports import Storage
from campaigns.db.session import make_engine, make_sessions
from campaigns.db.unit_of_work import UnitOfWorkFactory
from campaigns.gateways.directory import DirectoryStorage
from campaigns.metadata import metadata
from campaigns.transfer.exporting import Transferred, export_programme
from campaigns.transfer.importing import import_programme
from tests.conftest import build_schema


@dataclass
class Installation:
    """A database and a storage, with what the commands do to them."""

    engine: Engine
    uow: UnitOfWorkFactory
    storage: Storage
    told: list[tuple[str, int, int]] = field(default_factory=list)

    def export(self, programme_id: UUID, path: Path, **more: bool) -> Transferred:
        return export_programme(self.uow, self.storage, metadata, programme_id, path, told=self._tell, **more)

    def take(self, path: Path) -> Transferred:
        return import_programme(self.uow, self.storage, metadata, path, told=self._tell)

    def _tell(self, what: str, done: int, total: int) -> None:
        self.told.append((what, done, total))

    def count(self, table: str) -> int:
        with self.engine.connect() as connection:
            return connection.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one()

    def rows(self) -> int:
        return sum(self.count(table.name) for table in metadata.sorted_tables)


@pytest.fixture
def storage(tmp_path: Path) -> DirectoryStorage:
    return DirectoryStorage(tmp_path / "storage-here")


@pytest.fixture
def here(engine: Engine, committing: UnitOfWorkFactory, storage: DirectoryStorage) -> Installation:
    return Installation(engine, committing, storage)


@pytest.fixture(scope="session")
def other_engine(server_url: str, database_url: str) -> Iterator[Engine]:
    name = f"{make_url(database_url).database}_other"
    admin = create_engine(server_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine = make_engine(make_url(server_url).set(database=name).render_as_string(hide_password=False))
    build_schema(engine)
    yield engine
    engine.dispose()
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def there(other_engine: Engine, clock, waker, tmp_path: Path) -> Iterator[Installation]:
    factory = UnitOfWorkFactory(make_sessions(other_engine), clock, waker)
    yield Installation(other_engine, factory, DirectoryStorage(tmp_path / "storage-there"))
    names = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
    with other_engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
