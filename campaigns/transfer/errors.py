"""The refusals of an export and an import, in one place, so that each says the same thing in the same way."""

from __future__ import annotations

from campaigns.core.errors import DomainError, Kind


def damaged(what: str, why: str) -> DomainError:
    """A file of the export that is not what the manifest says, or no file at all."""
    return DomainError("transfer.damaged", Kind.INVALID, f"{what}: {why}.", file=what)


def bad_row(table: str, line: int, why: str) -> DomainError:
    """A row that the tables cannot hold."""
    return DomainError(
        "transfer.row", Kind.INVALID, f"tables/{table}.jsonl, line {line}: {why}.", table=table, line=line
    )


def bad_reference(table: str, why: str) -> DomainError:
    """A row that leads out of the export or to nothing."""
    return DomainError("transfer.reference", Kind.INVALID, f"tables/{table}.jsonl: {why}.", table=table)


def taken(table: str, why: str) -> DomainError:
    """Something of the export is in this installation already."""
    return DomainError(
        "transfer.taken",
        Kind.CONFLICT,
        f"Something of this export is here already ({table}: {why}). Nothing was imported. Import into an"
        " installation that does not hold these rows.",
        table=table,
    )
