"""A file of leads before it goes in: looked at row by row, then confirmed or put away; nothing of it is a lead yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, select

from campaigns.core.actor import Actor
from campaigns.core.csv_reading import read_csv, rows_of
from campaigns.core.errors import DomainError, Kind
from campaigns.core.permissions import require
from campaigns.core.ports import Storage
from campaigns.core.tenancy import must_exist
from campaigns.core.text import one_line
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.leads.imports import own_imports
from campaigns.leads.reading import LeadRow
from campaigns.leads.routing_models import LeadImport
from campaigns.leads.service.importing import body_of, owe_reading, read_row

LOOKED_AT: Final = 2000  # rows read for the preview; the rest is counted
SHOWN_ROWS, SHOWN_PROBLEMS = 5, 50
MOST_WIDE: Final = 30
KEEP_DRAFTS, MOST_DRAFTS = timedelta(days=7), 500


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file would bring: its first rows, each column as it is understood, and every row that cannot be taken.

    `columns` is one (header, our name or "", fact's name or "") per column. `good`, `bad` and `doubles` are of the
    first `looked_at` of `total` rows; a double has the address of an earlier row of the file.
    """

    encoding: str
    delimiter: str
    columns: tuple[tuple[str, str, str], ...]
    rows: tuple[tuple[str, ...], ...]
    total: int
    looked_at: int
    good: int
    bad: int
    doubles: int
    problems: tuple[Mapping[str, Any], ...]


def look_at(data: bytes, options: Mapping[str, Any]) -> Preview:
    """The preview of a kept file; pure. `csv.…` when it cannot be read that way."""
    cut = read_csv(data, encoding=options["encoding"], delimiter=options["delimiter"])
    first = next(iter(rows_of(cut)), None)
    body = body_of(cut, options)
    looked = list(islice(body, LOOKED_AT))
    total = len(looked) + sum(1 for _ in body)
    read = [read_row(row, options) for row in looked]
    met = Counter(one.email_key for one in read if isinstance(one, LeadRow))
    bad = [one for one in read if not isinstance(one, LeadRow)]
    shown = looked[:SHOWN_ROWS]
    wide = min(max((len(row.cells) for row in [*shown, *([first] if first else [])]), default=0), MOST_WIDE)
    names = {index: name for name, index in options["mapping"].items()}
    facts = {index: name for name, index in options["facts"].items()}
    heads = first.cells if first is not None and options["has_header"] else []
    return Preview(
        cut.encoding, cut.delimiter,
        tuple((_cell(heads, at), names.get(at, ""), facts.get(at, "")) for at in range(wide)),
        tuple(tuple(_cell(row.cells, at) for at in range(wide)) for row in shown),
        total, len(looked), len(met), len(bad), sum(met.values()) - len(met), tuple(bad[:SHOWN_PROBLEMS]),
    )  # fmt: skip


def _cell(cells: list[str], at: int) -> str:
    return one_line(cells[at])[:80] if at < len(cells) else ""


def confirm_leads(uow: UnitOfWork, actor: Actor, import_id: UUID) -> None:
    """Let a file that was looked at go in; twice is once. `import.state` (conflict) when it was taken back since."""
    row = _held(uow, actor, import_id)
    if row.state in ("waiting", "running", "done"):
        return
    if row.state != "draft":
        raise moved(row.state)
    row.state = "waiting"
    uow.session.flush()
    owe_reading(uow, actor, import_id, row.kind, row.source)


def discard_leads(uow: UnitOfWork, actor: Actor, storage: Storage, import_id: UUID) -> None:
    """Put away a file that was only looked at. `import.state` (conflict) when it went in meanwhile."""
    row = _held(uow, actor, import_id)
    if row.state != "draft":
        raise moved(row.state)
    storage.delete(row.storage_key)
    uow.session.delete(row)
    uow.session.flush()


def old_lead_drafts(uow: UnitOfWork) -> list[str]:
    """Forget files that were looked at a week ago and never went in; where they lie, for whoever deletes them."""
    old = (
        select(LeadImport.id)
        .where(LeadImport.state == "draft", LeadImport.created_at < uow.now - KEEP_DRAFTS)
        .limit(MOST_DRAFTS)
        .with_for_update(skip_locked=True)
    )
    gone = delete(LeadImport).where(LeadImport.id.in_(old)).returning(LeadImport.storage_key)
    return list(uow.session.scalars(gone))


def _held(uow: UnitOfWork, actor: Actor, import_id: UUID) -> LeadImport:
    """The giver's own file, locked; `import.not_found` for anybody else's."""
    require(actor, "lead.write" if actor.partner_id else "vendor_lead.write")
    query = select(LeadImport).where(LeadImport.id == import_id, own_imports(actor)).with_for_update()
    row = uow.session.execute(query.execution_options(populate_existing=True)).scalar_one_or_none()
    return must_exist(row, "import")  # type: ignore[no-any-return]


def moved(state: str) -> DomainError:
    """The conflict for a file that is not where the caller thinks."""
    return DomainError("import.state", Kind.CONFLICT, "The file is not at that point any more.", state=state)
