"""Rows of companies a programme knows: what identifies them, and what the vendor's own people sell to them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.db.base import Base, Keyed


class Account(Keyed, Base):
    """A company of one programme; partners never list them. `name_keys` find candidates, they decide nothing.

    `direct` is set where the vendor's own people sell; `owner` is who of them, as imported.
    """

    __tablename__ = "account"
    __table_args__ = (
        Index("ix_account_programme", "programme_id", "name"),
        Index("ix_account_name_keys", "name_keys", postgresql_using="gin"),
        CheckConstraint("origin IN ('registration','import','api','lead')", name="origin"),
    )
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    name: Mapped[str]
    country: Mapped[str] = mapped_column(server_default="")  # ISO 3166-1 alpha-2
    website: Mapped[str] = mapped_column(server_default="")
    address: Mapped[str] = mapped_column(server_default="")
    name_keys: Mapped[list[str]] = mapped_column(server_default="{}")
    origin: Mapped[str]
    direct: Mapped[bool] = mapped_column(server_default=text("false"))
    owner: Mapped[str] = mapped_column(server_default="")
    version: Mapped[int] = mapped_column(server_default="1")


class AccountIdentifier(Keyed, Base):
    """An exact identifier of an account: `kind` and `value` as `campaigns.matching` writes them.

    UNIQUE in a programme, so that two registrations of one company at one instant find one account.
    """

    __tablename__ = "account_identifier"
    __table_args__ = (
        UniqueConstraint("programme_id", "kind", "value"),
        Index("ix_account_identifier_account", "account_id"),
    )
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str]
    value: Mapped[str]


class AccountMerge(Keyed, Base):
    """Two accounts are one company, said by a person; undone by `undone_at`, never deleted."""

    __tablename__ = "account_merge"
    __table_args__ = (
        Index("uq_account_merge_loser", "loser_id", unique=True, postgresql_where=text("undone_at IS NULL")),
        Index("ix_account_merge_winner", "winner_id"),
        CheckConstraint("winner_id <> loser_id", name="two"),
    )
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    winner_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    loser_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str] = mapped_column(server_default="")
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))


class Opportunity(Keyed, Base):
    """An open opportunity of the vendor's own people, imported; a registration may conflict with it."""

    __tablename__ = "opportunity"
    __table_args__ = (
        UniqueConstraint("programme_id", "source", "external_id"),
        Index("ix_opportunity_account", "account_id", postgresql_where=text("closed_at IS NULL")),
        CheckConstraint("amount_minor IS NULL OR currency <> ''", name="currency"),
    )
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    source: Mapped[str]  # the file or system it came from
    external_id: Mapped[str]
    title: Mapped[str] = mapped_column(server_default="")
    product_line: Mapped[str] = mapped_column(server_default="")
    stage: Mapped[str] = mapped_column(server_default="")
    owner: Mapped[str] = mapped_column(server_default="")
    amount_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(server_default="")
    opened_on: Mapped[date | None]
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default="1")


class AccountImport(Keyed, Base):
    """A file of accounts or opportunities: what was taken, and every bad row with its line and code."""

    __tablename__ = "account_import"
    __table_args__ = (
        UniqueConstraint("programme_id", "kind", "digest"),
        CheckConstraint("kind IN ('accounts','opportunities')", name="kind"),
        CheckConstraint("state IN ('waiting','running','done','failed')", name="state"),
    )
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str]
    source: Mapped[str]
    filename: Mapped[str]
    digest: Mapped[str]
    storage_key: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="waiting")
    rows: Mapped[int] = mapped_column(server_default="0")
    rows_done: Mapped[int] = mapped_column(server_default="0")
    created: Mapped[int] = mapped_column(server_default="0")
    updated: Mapped[int] = mapped_column(server_default="0")
    bad: Mapped[int] = mapped_column(server_default="0")
    error: Mapped[str] = mapped_column(server_default="")
    problems: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    finished_at: Mapped[datetime | None]
