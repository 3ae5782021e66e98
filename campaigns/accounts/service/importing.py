"""A file of the vendor's accounts or open opportunities: kept, then read in batches that are each done once."""

from __future__ import annotations

import hashlib
from itertools import islice
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from campaigns.accounts.columns import KINDS, BadRow, RowReader, columns_of, missing_columns
from campaigns.accounts.forms import AccountForm, OpportunityForm
from campaigns.accounts.models import AccountImport
from campaigns.accounts.service.writing import write_account, write_opportunity
from campaigns.core.actor import Actor
from campaigns.core.csv_reading import read_csv, rows_of
from campaigns.core.errors import DomainError, Kind, invalid
from campaigns.core.ids import new_id
from campaigns.core.permissions import require
from campaigns.core.ports import Storage
from campaigns.core.tenancy import programme_of
from campaigns.core.text import one_line
from campaigns.db import audit, jobs
from campaigns.db.unit_of_work import UnitOfWork, UnitOfWorkFactory

TASK = "accounts.import"
BATCH = 500
MOST_PROBLEMS = 500


def receive_import(
    uow: UnitOfWork, actor: Actor, storage: Storage, *, kind: str, source: str, filename: str, data: bytes
) -> tuple[UUID, bool]:
    """Keep a file and ask for its reading; (id, whether it is new). The same file again is the same import.

    `kind` is accounts or opportunities, `source` the system it comes from. `import.kind`, `import.source`,
    `csv.…` for what is no CSV, `csv.empty`, `import.columns` naming the columns it lacks (all invalid).
    """
    require(actor, "account.write")
    if kind not in KINDS:
        raise invalid("import.kind", "A file holds accounts or opportunities.", given=kind[:40])
    system = one_line(source)
    if not 0 < len(system) <= 120:
        raise invalid("import.source", "Name the system the file comes from, in 1 to 120 characters.")
    programme_id = programme_of(actor)
    head = next(rows_of(read_csv(data)), None)
    if head is None:
        raise invalid("csv.empty", "The file has no rows.")
    lacking = missing_columns(kind, columns_of(head.cells))
    if lacking:
        raise invalid("import.columns", "The first row does not name these columns.", columns=", ".join(lacking))
    # the source is part of what makes a file the same: another system may have the very same rows
    digest = hashlib.sha256(system.encode() + b"\n" + data).hexdigest()
    new = new_id()
    key = f"accounts/{programme_id}/{new}.csv"
    made = uow.session.execute(
        insert(AccountImport)
        .values(
            id=new, created_at=uow.now, programme_id=programme_id, person_id=actor.person_id, kind=kind,
            source=system, filename=one_line(filename)[-120:] or f"{kind}.csv", digest=digest, storage_key=key,
        )
        .on_conflict_do_nothing(index_elements=["programme_id", "kind", "digest"])
        .returning(AccountImport.id)
    ).scalar_one_or_none()  # fmt: skip
    if made is None:
        known = uow.session.execute(
            select(AccountImport.id).where(
                AccountImport.programme_id == programme_id, AccountImport.kind == kind, AccountImport.digest == digest
            )
        ).scalar_one()
        return known, False
    storage.put(key, data, "text/csv")
    jobs.enqueue(uow, TASK, str(new), {"import_id": str(new)})
    audit.record(uow, actor, "account.import", "account_import", new, {"kind": kind, "source": system})
    return new, True


def run_import(factory: UnitOfWorkFactory, storage: Storage, import_id: UUID, *, batch: int = BATCH) -> None:
    """Read batch after batch; each is one transaction that moves `rows_done`, so a repeat goes on from there."""
    with factory() as uow:
        row = uow.session.get(AccountImport, import_id)
        if row is None or row.state not in ("waiting", "running"):
            return
        row.state = "running"
        key, done, kind, source = row.storage_key, row.rows_done, row.kind, row.source
    try:
        text = read_csv(storage.get(key))
        total = sum(1 for _ in rows_of(text)) - 1
    except DomainError as error:
        if error.kind is Kind.UNAVAILABLE:
            raise
        fail_import(factory, import_id, error.code)
        return
    rows = rows_of(text)
    reader = RowReader(kind, source, columns_of(next(rows).cells))
    for _ in islice(rows, done):
        pass
    while True:
        cut = list(islice(rows, batch))
        with factory() as uow:
            if not _record(uow, import_id, done, total, [reader.take(one) for one in cut]):
                return
        done += len(cut)
        if len(cut) < batch:
            return


def _record(
    uow: UnitOfWork, import_id: UUID, done: int, total: int, taken: list[AccountForm | OpportunityForm | BadRow]
) -> bool:
    """One batch in one transaction; False if another process was quicker."""
    row = uow.session.get(AccountImport, import_id, with_for_update=True)
    if row is None or row.rows_done != done or row.state != "running":
        return False
    bad = [one for one in taken if isinstance(one, BadRow)]
    for form in taken:
        if isinstance(form, BadRow):
            continue
        if isinstance(form, AccountForm):
            made = write_account(uow, row.programme_id, form, origin="import")[1]
        else:
            made = write_opportunity(uow, row.programme_id, form, origin="import")[1]
        row.created, row.updated = row.created + int(made), row.updated + int(not made)
    room = max(MOST_PROBLEMS - len(row.problems), 0)
    row.problems = [*row.problems, *[one.as_dict() for one in bad[:room]]]
    row.bad, row.rows, row.rows_done = row.bad + len(bad), total, done + len(taken)
    if row.rows_done >= total:
        row.state, row.finished_at = "done", uow.now
    return True


def fail_import(factory: UnitOfWorkFactory, import_id: UUID, code: str) -> None:
    """The import ended with an error that another try would not mend; what was taken stays."""
    with factory() as uow:
        mark_failed(uow, import_id, code)


def mark_failed(uow: UnitOfWork, import_id: UUID, code: str) -> None:
    """The same within a transaction."""
    row = uow.session.get(AccountImport, import_id, with_for_update=True)
    if row is not None and row.state in ("waiting", "running"):
        row.state, row.error, row.finished_at = "failed", code, uow.now
