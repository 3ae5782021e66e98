"""Targets of a fiscal quarter: written one by one or from a file, changed with their version, taken away and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor
from campaigns.core.csv_reading import CsvRow, read_csv, rows_of
from campaigns.core.errors import DomainError, Kind, invalid
from campaigns.core.ids import new_id
from campaigns.core.money import Money
from campaigns.core.money_text import parse_money
from campaigns.core.permissions import require
from campaigns.core.problems import Problem, raise_if_any
from campaigns.core.tenancy import must_exist, programme_of
from campaigns.db import audit
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.deals.models import ProductLine
from campaigns.partners.models import Membership, Partner
from campaigns.reports.models import SalesTarget
from campaigns.reports.periods import quarter_name, read_quarter
from campaigns.reports.settings import settings_of

MOST_ROWS = 2000
COLUMNS = ("quarter", "partner", "region", "product", "amount", "currency")


@dataclass(frozen=True, slots=True)
class TargetForm:
    """A target as it is written: `quarter` like 2026-Q2, `partner` a slug, `region` a country, `product` a code."""

    quarter: str
    amount_minor: int
    currency: str
    partner: str = ""
    region: str = ""
    product: str = ""


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A target as it is shown."""

    id: UUID
    quarter: str
    starts_on: date
    partner_id: UUID | None
    partner_slug: str
    partner: str
    region: str
    product: str
    amount_minor: int
    currency: str
    version: int
    removed: bool


def targets(session: Session, actor: Actor, *, starts_on: date | None = None, removed: bool = False) -> list[TargetRow]:
    """The programme's targets, the newest quarter first; `removed` with those that can be brought back."""
    require(actor, "report.read")
    programme_id = programme_of(actor)
    fiscal_month = settings_of(session, programme_id).fiscal_month
    query = (
        select(SalesTarget, func.coalesce(Partner.slug, ""), func.coalesce(Partner.name, ""))
        .outerjoin(Partner, Partner.id == SalesTarget.partner_id)
        .where(SalesTarget.programme_id == programme_id)
        .order_by(SalesTarget.starts_on.desc(), Partner.name.nulls_first(), SalesTarget.region,
                  SalesTarget.product_line, SalesTarget.currency, SalesTarget.id)
        .limit(MOST_ROWS)
    )  # fmt: skip
    if starts_on is not None:
        query = query.where(SalesTarget.starts_on == starts_on)
    if not removed:
        query = query.where(SalesTarget.removed_at.is_(None))
    return [
        TargetRow(
            row.id, quarter_name(row.starts_on, fiscal_month), row.starts_on, row.partner_id, slug, name, row.region,
            row.product_line, row.amount_minor, row.currency, row.version, row.removed_at is not None,
        )
        for row, slug, name in session.execute(query)
    ]  # fmt: skip


def put_target(uow: UnitOfWork, actor: Actor, form: TargetForm) -> UUID:
    """Write a target; one of the same quarter, partner, region, product and currency is changed. Its id.

    Raises `report.quarter`, `target.partner`, `target.region`, `target.product`, `money.*`, `target.negative`.
    """
    require(actor, "report.set")
    programme_id = programme_of(actor)
    starts_on = read_quarter(form.quarter, settings_of(uow.session, programme_id).fiscal_month)
    amount = Money(form.amount_minor, form.currency)
    if amount.amount_minor < 0:
        raise invalid("target.negative", "A target is zero or more.")
    partner_id = _partner(uow.session, programme_id, form.partner.strip())
    region, product = form.region.strip().upper(), form.product.strip()
    if region and not (len(region) == 2 and region.isascii() and region.isalpha()):
        raise invalid("target.region", "A region is a country's code of two letters, as DE.", given=region[:20])
    if product:
        _must_be_product(uow.session, programme_id, product)
    same = select(SalesTarget).where(
        SalesTarget.programme_id == programme_id, SalesTarget.starts_on == starts_on,
        SalesTarget.partner_id.is_not_distinct_from(partner_id), SalesTarget.region == region,
        SalesTarget.product_line == product, SalesTarget.currency == amount.currency,
        SalesTarget.removed_at.is_(None),
    )  # fmt: skip
    row = uow.session.scalars(same.with_for_update()).one_or_none()
    if row is None:
        row = SalesTarget(
            id=new_id(), created_at=uow.now, programme_id=programme_id, starts_on=starts_on, partner_id=partner_id,
            region=region, product_line=product, amount_minor=amount.amount_minor, currency=amount.currency,
            made_by=actor.person_id,
        )  # fmt: skip
        _add(uow, row)
    elif row.amount_minor != amount.amount_minor:
        row.amount_minor, row.version, row.made_by = amount.amount_minor, row.version + 1, actor.person_id
    told: dict[str, Any] = {"quarter": form.quarter, **amount.as_json()}
    told |= {"partner": form.partner, "region": region, "product": product}
    audit.record(uow, actor, "target.put", "sales_target", row.id, told)
    return row.id


def _add(uow: UnitOfWork, row: SalesTarget) -> None:
    try:
        with uow.savepoint():
            uow.session.add(row)
            uow.session.flush()
    except IntegrityError as error:
        message = "Somebody wrote this target at the same moment. Load the page again."
        raise DomainError("target.exists", Kind.CONFLICT, message) from error


def _partner(session: Session, programme_id: UUID, slug: str) -> UUID | None:
    if not slug:
        return None
    query = select(Partner.id).join(Membership, Membership.partner_id == Partner.id)
    found = session.scalars(query.where(Membership.programme_id == programme_id, Partner.slug == slug)).one_or_none()
    if found is None:
        raise invalid("target.partner", "No partner of the programme has this short name.", given=slug[:80])
    return found


def _must_be_product(session: Session, programme_id: UUID, code: str) -> None:
    known = select(ProductLine.id).where(ProductLine.programme_id == programme_id, ProductLine.code == code)
    if session.scalars(known).one_or_none() is None:
        raise invalid("target.product", "The programme has no product line of this code.", given=code[:80])


def _own(uow: UnitOfWork, actor: Actor, target_id: UUID) -> SalesTarget:
    require(actor, "report.set")
    mine = select(SalesTarget).where(SalesTarget.id == target_id, SalesTarget.programme_id == programme_of(actor))
    return must_exist(uow.session.scalars(mine.with_for_update()).one_or_none(), "target")  # type: ignore[no-any-return]


def change_target(uow: UnitOfWork, actor: Actor, target_id: UUID, amount_minor: int, *, version: int) -> int:
    """Change a target's amount; its new version. `target.changed` (precondition) where somebody else did meanwhile."""
    row = _own(uow, actor, target_id)
    if row.version != version:
        raise DomainError("target.changed", Kind.PRECONDITION, "Somebody else changed it meanwhile.")
    amount = Money(amount_minor, row.currency)
    if amount.amount_minor < 0:
        raise invalid("target.negative", "A target is zero or more.")
    row.amount_minor, row.version = amount.amount_minor, row.version + 1
    audit.record(uow, actor, "target.put", "sales_target", row.id, amount.as_json())
    return row.version


def remove_target(uow: UnitOfWork, actor: Actor, target_id: UUID) -> None:
    """Take a target away; `restore_target` brings it back."""
    row = _own(uow, actor, target_id)
    if row.removed_at is None:
        row.removed_at = uow.now
        audit.record(uow, actor, "target.remove", "sales_target", row.id)


def restore_target(uow: UnitOfWork, actor: Actor, target_id: UUID) -> None:
    """Bring it back. `target.exists` (conflict) where another one stands in its place."""
    row = _own(uow, actor, target_id)
    if row.removed_at is not None:
        row.removed_at = None
        _add(uow, row)
        audit.record(uow, actor, "target.restore", "sales_target", row.id)


def import_targets(uow: UnitOfWork, actor: Actor, data: bytes) -> int:
    """Targets of a CSV with the columns quarter, amount, currency and, where wanted, partner, region, product.

    All rows or none; how many. Amounts are written as 1234.50. Raises `csv.*`, `target.columns`, `target.rows` for
    too many, and `target.file` with a problem for every bad line.
    """
    require(actor, "report.set")
    rows = rows_of(read_csv(data[: 2**20 + 1])) if len(data) <= 2**20 else iter(())
    head = next(rows, None)
    if head is None:
        raise invalid("csv.empty", "The file has no rows.")
    names = [cell.strip().lower() for cell in head.cells]
    if {"quarter", "amount", "currency"} - set(names):
        raise invalid("target.columns", "The first row names quarter, amount and currency.", columns=", ".join(names))
    problems: list[Problem] = []
    count = 0
    for row in rows:
        count += 1
        if count > MOST_ROWS:
            raise invalid("target.rows", "The file has more than 2,000 targets. Split it.", needed=MOST_ROWS)
        try:
            with uow.savepoint():
                put_target(uow, actor, _form(dict(zip(names, row.cells, strict=False)), row))
        except DomainError as error:
            problems.append(Problem(error.code, error.message, slot=f"line {row.line}", params={"line": row.line}))
    raise_if_any("target.file", "Nothing was taken; please mend the marked lines.", problems[:50])
    return count


def _form(cells: Mapping[str, str], row: CsvRow) -> TargetForm:
    if row.fault:
        raise invalid(row.fault, "The line cannot be read.")
    currency = cells.get("currency", "").strip().upper()
    amount = parse_money(cells.get("amount", ""), currency, "en")
    others = {name: cells.get(name, "") for name in ("partner", "region", "product")}
    return TargetForm(cells.get("quarter", ""), amount.amount_minor, currency, **others)
