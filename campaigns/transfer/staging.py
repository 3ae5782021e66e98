"""An export in temporary tables beside the real ones: every row and reference is looked at before one is written.

The temporary tables have the real ones' types, checks and unique keys, so what fits them fits the real ones;
references must lead to a row of the same export, so that no file can reach into another tenant's rows.
"""

# ruff: noqa: S608 - the SQL is made of names of the models and of one parsed UUID

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Table, text
from sqlalchemy import column as sql_column
from sqlalchemy import table as sql_table
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from campaigns.transfer.codec import BadValueError, decode
from campaigns.transfer.errors import bad_reference, bad_row
from campaigns.transfer.scope import GOES, columns, references

BATCH = 500


def staged(table: str) -> str:
    """The temporary table of a table."""
    return f"staged_{table}"


def make(session: Session, table: Table) -> None:
    """Its temporary table, gone at the end of the transaction."""
    name = staged(table.name)
    session.execute(
        text(
            f"CREATE TEMP TABLE {name} (LIKE {table.name} INCLUDING CONSTRAINTS INCLUDING INDEXES INCLUDING GENERATED)"
            " ON COMMIT DROP"
        )
    )
    for column in GOES[table.name].fresh:  # numbered by the real table
        session.execute(text(f"ALTER TABLE {name} DROP COLUMN {column} CASCADE"))


def fill(session: Session, table: Table, lines: Iterator[tuple[int, bytes]]) -> Iterator[int]:
    """Put the lines' rows into the temporary table; yields how many are in. DomainError `transfer.row`."""
    names = columns(table)
    target = sql_table(staged(table.name), *(sql_column(name, table.columns[name].type) for name in names))
    batch: list[tuple[int, dict[str, Any]]] = []
    done = 0
    for number, line in lines:
        try:
            batch.append((number, decode(table, names, line)))
        except BadValueError as error:
            raise bad_row(table.name, number, str(error)) from error
        if len(batch) == BATCH:
            _insert(session, table.name, target, batch)
            done += len(batch)
            batch = []
            yield done
    if batch:
        _insert(session, table.name, target, batch)
    yield done + len(batch)


def _insert(session: Session, name: str, target: Any, batch: list[tuple[int, dict[str, Any]]]) -> None:
    try:
        with session.begin_nested():
            for _, row in batch:
                session.execute(target.insert().values(row))
    except (IntegrityError, DataError):
        for number, row in batch:
            try:
                with session.begin_nested():
                    session.execute(target.insert().values(row))
            except (IntegrityError, DataError) as error:
                raise bad_row(name, number, reason(error)) from error
        raise


def reason(error: SQLAlchemyError) -> str:
    """What the database says about a row, on one line."""
    about = getattr(getattr(error, "orig", None), "diag", None)
    parts = [getattr(about, "message_primary", None), getattr(about, "message_detail", None)]
    return " ".join(part.strip().rstrip(".") + "." for part in parts if part).rstrip(".")[:400] or "cannot be stored"


def check(session: Session, table: Table) -> None:
    """Every reference leads to a staged row and every row holds what its table demands. `transfer.reference`."""
    name = staged(table.name)
    for column, other, key in references(table):
        lost = session.execute(
            text(
                f"SELECT CAST({column} AS text) FROM {name} AS mine WHERE {column} IS NOT NULL"
                f" AND NOT EXISTS (SELECT FROM {staged(other)} AS theirs WHERE theirs.{key} = mine.{column}) LIMIT 1"
            )
        ).scalar_one_or_none()
        if lost is not None:
            raise bad_reference(table.name, f"{column} {lost} is no row of {other} in this export")
    rule = GOES[table.name].holds
    # NULL is no answer: a row must say yes
    odd = session.execute(text(f"SELECT count(*) FROM {name} WHERE ({rule}) IS NOT TRUE")).scalar_one()
    if odd:
        raise bad_reference(table.name, f"{odd} rows are not what an export holds")


def demand_objects(session: Session, table: Table) -> None:
    """Note the storage keys that the staged rows name; `transfer.reference` for one out of place."""
    name = staged(table.name)
    for rule in GOES[table.name].objects:
        astray = session.execute(
            text(
                f"SELECT {rule.key} FROM {name} WHERE ({rule.key}) IS NOT NULL"
                f" AND NOT starts_with({rule.key}, :folder) LIMIT 1"
            ),
            {"folder": rule.folder},
        ).scalar_one_or_none()
        if astray is not None:
            raise bad_reference(table.name, f"the storage key {astray[:100]} is not in {rule.folder}")
        session.execute(
            text(
                f"INSERT INTO staged_key SELECT DISTINCT {rule.key}, {rule.needed} FROM {name}"
                f" WHERE ({rule.key}) IS NOT NULL"
                " ON CONFLICT (key) DO UPDATE SET needed = staged_key.needed OR excluded.needed"
            )
        )


def move(session: Session, table: Table) -> None:
    """The staged rows into the real table."""
    names = ", ".join(f'"{name}"' for name in columns(table))
    order = ", ".join(f'"{name}"' for name in (GOES[table.name].order or [key.name for key in table.primary_key]))
    session.execute(
        text(f"INSERT INTO {table.name} ({names}) SELECT {names} FROM {staged(table.name)} ORDER BY {order}")
    )
    for column in table.primary_key:
        if column.autoincrement is True and column.name not in GOES[table.name].fresh:
            # the next number is beyond every imported one, and none is given twice
            session.execute(
                text(
                    f"SELECT setval(pg_get_serial_sequence('{table.name}', '{column.name}'),"
                    f" greatest((SELECT max({column.name}) FROM {table.name}),"
                    f" nextval(pg_get_serial_sequence('{table.name}', '{column.name}'))))"
                )
            )
