"""Files of leads and of an event's guests: received, read batch by batch, every bad row with its line and code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any
from uuid import UUID

from campaigns.core.actor import Actor
from campaigns.core.csv_reading import CsvRow, CsvText, read_csv, rows_of
from campaigns.core.errors import DomainError, Kind, invalid
from campaigns.core.ids import new_id
from campaigns.core.ports import Storage
from campaigns.core.text import one_line
from campaigns.db import audit, jobs
from campaigns.db.unit_of_work import UnitOfWork, UnitOfWorkFactory
from campaigns.leads.reading import LeadRow, lead_columns, read_lead
from campaigns.leads.routing_models import LeadImport
from campaigns.leads.service.taking import MOST_SOURCE, Giver, giver_of, take_rows

TASK = "leads.import"
BATCH = 500
MOST_PROBLEMS = 500


def receive_leads(
    uow: UnitOfWork,
    actor: Actor,
    storage: Storage,
    *,
    kind: str,
    source: str,
    filename: str,
    data: bytes,
    programme_id: UUID | None = None,
    draft: bool = False,
) -> UUID:
    """Keep a file and owe its reading; of a `draft` only when it is confirmed. `kind` csv or event; `source` is the
    list's or event's name.

    Raises `csv.…` for what is no CSV, `csv.empty`, `import.no_addresses` when no column holds addresses,
    `import.no_event` for an event without a name.
    """
    giver = giver_of(uow, actor, programme_id)
    name = one_line(filename)[-MOST_SOURCE:] or "leads.csv"
    named = one_line(source)[:MOST_SOURCE] or ("" if kind == "event" else name)
    if not named:
        raise invalid("import.no_event", "Say which event these people came to.")
    cut = read_csv(data)
    head = [row.cells for row in islice(rows_of(cut), 50)]
    if not head:
        raise invalid("csv.empty", "The file has no rows.")
    mapping, facts, has_header = lead_columns(head)
    if "email" not in mapping:
        raise invalid("import.no_addresses", "No column holds addresses such as name@company.com.")
    import_id = new_id()
    key = f"lead-imports/{giver.programme_id}/{import_id}.csv"
    storage.put(key, data, "text/csv")
    options = {
        "mapping": mapping, "facts": facts, "has_header": has_header, "encoding": cut.encoding,
        "delimiter": cut.delimiter, "locale": giver.locale,
    }  # fmt: skip
    uow.session.add(
        LeadImport(
            id=import_id, created_at=uow.now, programme_id=giver.programme_id, partner_id=giver.partner_id,
            person_id=giver.person_id, kind=kind, source=named, filename=name, storage_key=key, options=options,
            state="draft" if draft else "waiting", error="",
        )
    )  # fmt: skip
    uow.session.flush()
    if not draft:
        owe_reading(uow, actor, import_id, kind, named)
    return import_id


def owe_reading(uow: UnitOfWork, actor: Actor, import_id: UUID, kind: str, source: str) -> None:
    """The file goes in as soon as a worker has time."""
    jobs.enqueue(uow, TASK, str(import_id), {"import_id": str(import_id)})
    audit.record(uow, actor, "lead.import", "lead_import", import_id, {"kind": kind, "source": source})


def import_leads(factory: UnitOfWorkFactory, storage: Storage, import_id: UUID, *, batch: int = BATCH) -> None:
    """Read the file; each batch is one transaction that moves `rows_done`, so a repeat goes on from there."""
    with factory() as uow:
        row = uow.session.get(LeadImport, import_id, with_for_update=True)
        if row is None or row.state not in ("waiting", "running"):
            return
        row.state = "running"
        options, key, done = dict(row.options), row.storage_key, row.rows_done
    try:
        cut = read_csv(storage.get(key), encoding=options["encoding"], delimiter=options["delimiter"])
        total = sum(1 for _ in body_of(cut, options))
    except DomainError as error:
        if error.kind is Kind.UNAVAILABLE:
            raise
        fail_leads(factory, import_id, error.code)
        storage.delete(key)
        return
    rows = islice(body_of(cut, options), done, None)
    while True:
        part = list(islice(rows, batch))
        read = [read_row(one, options) for one in part]
        with factory() as uow:
            if not _record(uow, import_id, done, total, len(part), read, options):
                return
        done += len(part)
        if done >= total or not part:
            storage.delete(key)  # what was received is kept row by row
            return


def body_of(cut: CsvText, options: Mapping[str, Any]) -> Iterator[CsvRow]:
    """The rows below the header, if there is one."""
    rows = rows_of(cut)
    if options["has_header"]:
        next(rows, None)
    return rows


def read_row(row: CsvRow, options: Mapping[str, Any]) -> LeadRow | dict[str, Any]:
    """A row as a lead, or its line, code and cell when it cannot be one."""

    def cells(columns: Mapping[str, int]) -> dict[str, str]:
        return {name: row.cells[index] for name, index in columns.items() if index < len(row.cells)}

    given = cells(options["mapping"])
    found = row.fault or read_lead(given, cells(options["facts"]), line=row.line)
    if isinstance(found, str):
        return {"line": row.line, "code": found, "cell": one_line(given.get("email", ""))[:80]}
    return found


def _record(
    uow: UnitOfWork,
    import_id: UUID,
    done: int,
    total: int,
    count: int,
    read: list[LeadRow | dict[str, Any]],
    options: Mapping[str, Any],
) -> bool:
    """One batch; False if another process was quicker."""
    row = uow.session.get(LeadImport, import_id, with_for_update=True)
    if row is None or row.rows_done != done or row.state != "running":
        return False
    giver = Giver(row.programme_id, row.partner_id, row.person_id, options["locale"], row.id)
    taken = take_rows(uow, giver, row.kind, row.source, [one for one in read if isinstance(one, LeadRow)])
    bad = [one for one in read if isinstance(one, dict)]
    row.taken += len(taken.new)
    row.known += taken.known + len(taken.met)
    row.problems = [*row.problems, *bad[: max(MOST_PROBLEMS - len(row.problems), 0)]]
    row.rows, row.rows_done = total, done + count
    if row.rows_done >= total:
        row.state, row.finished_at = "done", uow.now
    return True


def fail_leads(factory: UnitOfWorkFactory, import_id: UUID, code: str) -> None:
    """The import ended with an error that another try would not mend; what was taken stays."""
    with factory() as uow:
        mark_failed(uow, import_id, code)


def mark_failed(uow: UnitOfWork, import_id: UUID, code: str) -> None:
    """The same in the caller's transaction."""
    row = uow.session.get(LeadImport, import_id, with_for_update=True)
    if row is not None and row.state in ("waiting", "running"):
        row.state, row.error, row.finished_at = "failed", code, uow.now
