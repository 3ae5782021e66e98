"""Taking a CSV in: kept as a file, looked at, confirmed, then read in batches that each are done once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from campaigns.audience.columns import FIELDS, guess_columns
from campaigns.audience.importing import BadRow, ContactRow, ImportOptions, Reader, guess_date_order
from campaigns.audience.models import ContactImport
from campaigns.audience.rules import BASES
from campaigns.audience.service.bulk import take_batch
from campaigns.audience.service.lists import own_list
from campaigns.core.actor import Actor
from campaigns.core.csv_reading import CsvRow, CsvText, read_csv, rows_of
from campaigns.core.errors import DomainError, Kind, invalid
from campaigns.core.ids import new_id
from campaigns.core.permissions import require
from campaigns.core.ports import Storage
from campaigns.core.problems import Problem, raise_if_any
from campaigns.core.tenancy import must_exist, partner_of
from campaigns.core.text import one_line
from campaigns.db import audit, jobs
from campaigns.db.unit_of_work import UnitOfWork, UnitOfWorkFactory
from campaigns.db.upkeep import MANY_ROWS, ask_analyze

TASK = "audience.import"
BATCH = 5000
LOOKED_AT = 2000
SHOWN = 8
KEEP_DRAFTS = timedelta(days=7)
MOST_DRAFTS = 500
MOST_PROBLEMS = 500


@dataclass(frozen=True, slots=True)
class Preview:
    """What the file looks like before anything is taken: of its first rows, and how many there are.

    `good`, `bad` and `doubles` count within the first `looked_at` rows; `problems` are the first of them.
    """

    encoding: str
    delimiter: str
    has_header: bool
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    mapping: dict[str, int]
    date_order: str
    total: int
    looked_at: int
    good: int
    bad: int
    doubles: int
    possible_doubles: int
    problems: tuple[BadRow, ...]


def receive_file(uow: UnitOfWork, actor: Actor, storage: Storage, list_id: UUID, filename: str, data: bytes) -> UUID:
    """Keep a file for a list and remember how it seems to be cut. Nothing of it is taken yet.

    Raises `csv.…` for what is no CSV at all, `csv.empty` for one without rows.
    """
    own_list(uow, actor, list_id)
    source = read_csv(data)
    head = [row.cells for row in islice(rows_of(source), 50)]
    if not head:
        raise invalid("csv.empty", "The file has no rows.")
    guess = guess_columns(head)
    date_column = guess.mapping.get("consent_date", -1)
    order = guess_date_order(row[date_column] for row in head[1:] if 0 <= date_column < len(row))
    options = ImportOptions(guess.mapping, guess.has_header, source.encoding, source.delimiter, date_order=order)
    import_id = new_id()
    partner_id = partner_of(actor)
    key = f"imports/{partner_id}/{import_id}.csv"
    storage.put(key, data, "text/csv")
    uow.session.add(
        ContactImport(
            id=import_id, created_at=uow.now, partner_id=partner_id, list_id=list_id,
            filename=one_line(filename)[-120:] or "contacts.csv", source_key=key, state="draft", basis="",
            basis_source="", options=options.as_dict(), started_by=actor.person_id,
        )
    )  # fmt: skip
    uow.session.flush()
    return import_id


def options_of(row: ContactImport) -> ImportOptions:
    """The stored options as a value."""
    return ImportOptions(**row.options)


def look_at(data: bytes, options: ImportOptions, now: Any) -> Preview:
    """The preview of a file under options; pure, for the page to ask again as they change."""
    source = read_csv(data, encoding=options.encoding, delimiter=options.delimiter)
    rows = rows_of(source)
    head = list(islice(rows, LOOKED_AT + 1))
    total = len(head) + sum(1 for _ in rows)
    body = head[1:] if options.has_header else head
    reader = Reader(replace(options, basis=options.basis or "consent"), now)
    taken = [reader.take(row) for row in body]
    bad = [one for one in taken if isinstance(one, BadRow)]
    doubles = [one for one in bad if one.code == "row.duplicate"]
    width = max((len(row.cells) for row in head[:SHOWN]), default=0)
    headers = head[0].cells if head and options.has_header else []
    return Preview(
        encoding=source.encoding,
        delimiter=source.delimiter,
        has_header=options.has_header,
        headers=tuple((headers[index] if index < len(headers) else "")[:60] for index in range(width)),
        rows=tuple(
            tuple((row.cells[index] if index < len(row.cells) else "")[:80] for index in range(width))
            for row in body[:SHOWN]
        ),
        mapping=dict(options.mapping),
        date_order=options.date_order,
        total=total - int(options.has_header),
        looked_at=len(body),
        good=len(taken) - len(bad),
        bad=len(bad) - len(doubles),
        doubles=len(doubles),
        possible_doubles=len(reader.notes),
        problems=tuple(sorted([*bad, *reader.notes], key=lambda one: one.line)[:50]),
    )


def check_options(options: ImportOptions, columns: int) -> list[Problem]:
    """Everything that keeps a file from being taken: import.no_email, .mapping, .twice, .no_basis, .no_source."""
    problems = []
    if "email" not in options.mapping:
        problems.append(Problem("import.no_email", "Say which column holds the address.", slot="email"))
    used = list(options.mapping.values())
    if any(not 0 <= index < columns for index in used) or set(options.mapping) - set(FIELDS):
        problems.append(Problem("import.mapping", "A column was chosen that the file does not have.", slot="mapping"))
    if len(used) != len(set(used)):
        problems.append(Problem("import.twice", "One column was chosen for two things.", slot="mapping"))
    if "basis" not in options.mapping and options.basis not in BASES:
        problems.append(Problem("import.no_basis", "Say why you may write to these people.", slot="basis"))
    if not options.basis_source.strip():
        problems.append(
            Problem("import.no_source", "Say where you have them from, such as a fair or your orders.", slot="source")
        )
    return problems


def confirm_import(uow: UnitOfWork, actor: Actor, storage: Storage, import_id: UUID, options: ImportOptions) -> None:
    """Take the file in, as a job. Confirming twice is confirming once. `import.invalid` with all problems."""
    require(actor, "contact.write")
    row = must_exist(
        uow.session.execute(
            select(ContactImport)
            .where(ContactImport.id == import_id, ContactImport.partner_id == partner_of(actor))
            .with_for_update()
        ).scalar_one_or_none(),
        "import",
    )
    if row.state != "draft":
        return
    source = read_csv(storage.get(row.source_key), encoding=options.encoding, delimiter=options.delimiter)
    columns = max((len(one.cells) for one in islice(rows_of(source), 50)), default=0)
    raise_if_any("import.invalid", "The file cannot be taken in like this.", check_options(options, columns))
    options = replace(options, encoding=source.encoding, delimiter=source.delimiter)
    row.options, row.basis = options.as_dict(), options.basis
    row.basis_source = one_line(options.basis_source)[:200]
    row.state = "waiting"
    uow.session.flush()
    jobs.enqueue(uow, TASK, str(import_id), {"import_id": str(import_id)})
    audit.record(uow, actor, "contact.import", "import", import_id, {"list": str(row.list_id)})


def run_import(
    factory: UnitOfWorkFactory, storage: Storage, secret_key: str, import_id: UUID, *, batch: int = BATCH
) -> None:
    """Read the file batch after batch; each is one transaction that moves `rows_done`, so a repeat goes on from there.

    A file that cannot be read any more marks the import failed and says why; what was taken stays.
    """
    with factory() as uow:
        row = uow.session.get(ContactImport, import_id)
        if row is None or row.state not in ("waiting", "running"):
            if row is not None and row.state in ("done", "failed"):
                storage.delete(row.source_key)
            return
        row.state = "running"
        options, key, done, started = options_of(row), row.source_key, row.rows_done, row.created_at
    try:
        source = read_csv(storage.get(key), encoding=options.encoding, delimiter=options.delimiter)
        total = sum(1 for _ in rows_of(source)) - int(options.has_header)
    except DomainError as error:
        if error.kind is Kind.UNAVAILABLE:
            raise
        fail_import(factory, import_id, error.code)
        storage.delete(key)
        return
    reader = Reader(options, started)
    rows = _body(source, options)
    for row_ in islice(rows, done):  # known again, so that doubles are told from the first row on
        reader.take(row_)
    while True:
        reader.notes.clear()
        cut = list(islice(rows, batch))
        taken = [reader.take(one) for one in cut]
        good = [one for one in taken if isinstance(one, ContactRow)]
        bad = [one for one in taken if isinstance(one, BadRow)]
        with factory() as uow:
            if not _record(uow, secret_key, import_id, done, total, len(cut), good, [*bad, *reader.notes]):
                return
        done += len(cut)
        if len(cut) < batch:
            storage.delete(key)  # a file full of people, of which the rows are all that is needed
            return


def _body(source: CsvText, options: ImportOptions) -> Iterator[CsvRow]:
    rows = rows_of(source)
    if options.has_header:
        next(rows, None)
    return rows


def _record(
    uow: UnitOfWork,
    secret_key: str,
    import_id: UUID,
    done: int,
    total: int,
    read: int,
    good: list[ContactRow],
    problems: list[BadRow],
) -> bool:
    """One batch in one transaction; False if another process was quicker."""
    row = uow.session.get(ContactImport, import_id, with_for_update=True)
    if row is None or row.rows_done != done or row.state != "running":
        return False
    became = take_batch(uow, secret_key, row.partner_id, row.list_id, good, row.basis_source)
    counts = {**row.counts}
    for name, count in became.items():
        counts[name] = counts.get(name, 0) + count
    for problem in problems:
        counts[problem.code] = counts.get(problem.code, 0) + 1
    room = MOST_PROBLEMS - len(row.problems)
    ordered = sorted(problems, key=lambda one: one.line)
    row.problems = [*row.problems, *[one.as_dict() for one in ordered[: max(room, 0)]]]
    row.counts, row.rows_done, row.rows_total = counts, done + read, total
    if row.rows_done >= total:
        row.state, row.finished_at = "done", uow.now
        if row.rows_done >= MANY_ROWS:
            ask_analyze(uow, ("contact", "consent", "list_member"))
    return True


def fail_import(factory: UnitOfWorkFactory, import_id: UUID, code: str) -> None:
    """The import ended with an error that another try would not mend."""
    with factory() as uow:
        row = uow.session.get(ContactImport, import_id, with_for_update=True)
        if row is not None and row.state in ("waiting", "running"):
            row.state, row.error, row.finished_at = "failed", code, uow.now


def discard_import(uow: UnitOfWork, actor: Actor, storage: Storage, import_id: UUID) -> None:
    """Put a file that was only looked at away."""
    require(actor, "contact.write")
    row = must_exist(
        uow.session.execute(
            select(ContactImport).where(
                ContactImport.id == import_id,
                ContactImport.partner_id == partner_of(actor),
                ContactImport.state == "draft",
            )
        ).scalar_one_or_none(),
        "import",
    )
    storage.delete(row.source_key)
    uow.session.delete(row)


def old_drafts(uow: UnitOfWork) -> list[str]:
    """Forget files that were looked at a week ago and never taken in; where they lie, for whoever deletes them."""
    old = (
        select(ContactImport.id)
        .where(ContactImport.state == "draft", ContactImport.created_at < uow.now - KEEP_DRAFTS)
        .limit(MOST_DRAFTS)
        .with_for_update(skip_locked=True)
    )
    return list(
        uow.session.scalars(delete(ContactImport).where(ContactImport.id.in_(old)).returning(ContactImport.source_key))
    )
