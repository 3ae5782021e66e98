"""Rows of contacts, lists, consent and suppression. A vendor never sees them, only totals."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.db.base import Base, Keyed

WORD_ENDS = r"[\s\u3000@.,;:()<>\"/+_-]+"  # what parts words, in an address and in a name; PostgreSQL and Python alike
SEARCH_WORDS = (
    "array_to_tsvector(array_remove(regexp_split_to_array(lower(email || ' ' || first_name || ' ' || last_name"
    f" || ' ' || company), '{WORD_ENDS}'), ''))"
)


class ContactList(Keyed, Base):
    """A partner's named list."""

    __tablename__ = "contact_list"
    __table_args__ = (UniqueConstraint("partner_id", "name"),)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partner.id"))
    name: Mapped[str]
    version: Mapped[int] = mapped_column(server_default="1")
    archived_at: Mapped[datetime | None]


class Contact(Keyed, Base):
    """A person a partner may write to. `email_key` is the normalised address."""

    __tablename__ = "contact"
    __table_args__ = (
        UniqueConstraint("partner_id", "email_key"),
        Index("ix_contact_email_key", "email_key"),
        Index("ix_contact_partner", "partner_id", "created_at"),
        Index("ix_contact_search", "search", postgresql_using="gin"),
    )
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partner.id"))
    email: Mapped[str]
    email_key: Mapped[str]
    first_name: Mapped[str] = mapped_column(server_default="")
    last_name: Mapped[str] = mapped_column(server_default="")
    company: Mapped[str] = mapped_column(server_default="")
    phone: Mapped[str] = mapped_column(server_default="")
    country: Mapped[str] = mapped_column(server_default="")
    locale: Mapped[str] = mapped_column(server_default="")
    time_zone: Mapped[str] = mapped_column(server_default="")
    extra: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    version: Mapped[int] = mapped_column(server_default="1")
    erased_at: Mapped[datetime | None]
    # the words of address, names and company, for search by their beginnings; needs no extension of PostgreSQL
    search: Mapped[str] = mapped_column(TSVECTOR, Computed(SEARCH_WORDS, persisted=True), deferred=True)


class ListMember(Base):
    """A contact on a list."""

    __tablename__ = "list_member"
    __table_args__ = (Index("ix_list_member_contact", "contact_id"),)
    list_id: Mapped[UUID] = mapped_column(ForeignKey("contact_list.id"), primary_key=True)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"), primary_key=True)


class Consent(Keyed, Base):
    """Why a contact may be written to: controller, purpose, basis, source, text, times."""

    __tablename__ = "consent"
    __table_args__ = (
        Index("ix_consent_contact", "contact_id"),
        CheckConstraint("basis IN ('consent','existing_customer','legitimate_interest','contract')", name="basis"),
    )
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contact.id"))
    controller: Mapped[str] = mapped_column(server_default="partner")  # partner | vendor
    programme_id: Mapped[UUID | None] = mapped_column(ForeignKey("programme.id"))
    purpose: Mapped[str] = mapped_column(server_default="marketing")
    basis: Mapped[str]
    source: Mapped[str]
    text_shown: Mapped[str] = mapped_column(server_default="")
    text_digest: Mapped[str] = mapped_column(server_default="")
    given_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    confirmed_digest: Mapped[str | None]  # double opt-in


class Suppression(Keyed, Base):
    """An address that must not be mailed within a scope; effective at once, never deleted by an import."""

    __tablename__ = "suppression"
    __table_args__ = (
        CheckConstraint("scope IN ('partner','programme','global')", name="scope"),
        CheckConstraint(
            "(scope = 'partner' AND partner_id IS NOT NULL AND programme_id IS NULL)"
            " OR (scope = 'programme' AND programme_id IS NOT NULL AND partner_id IS NULL)"
            " OR (scope = 'global' AND partner_id IS NULL AND programme_id IS NULL)",
            name="scope_fits",
        ),
        Index("ix_suppression_partner", "partner_id", postgresql_where=text("lifted_at IS NULL")),
        Index("ix_suppression_programme", "programme_id", postgresql_where=text("lifted_at IS NULL")),
        Index(
            "uq_suppression_partner",
            "email_key",
            "partner_id",
            unique=True,
            postgresql_where=text("scope = 'partner' AND lifted_at IS NULL"),
        ),
        Index(
            "uq_suppression_programme",
            "email_key",
            "programme_id",
            unique=True,
            postgresql_where=text("scope = 'programme' AND lifted_at IS NULL"),
        ),
        Index(
            "uq_suppression_global",
            "email_key",
            unique=True,
            postgresql_where=text("scope = 'global' AND lifted_at IS NULL"),
        ),
    )
    scope: Mapped[str]
    email_key: Mapped[str]
    partner_id: Mapped[UUID | None] = mapped_column(ForeignKey("partner.id"))
    programme_id: Mapped[UUID | None] = mapped_column(ForeignKey("programme.id"))
    reason: Mapped[str]  # unsubscribe | bounce | complaint | manual
    source: Mapped[str] = mapped_column(server_default="")
    lifted_at: Mapped[datetime | None]


class ContactImport(Keyed, Base):
    """A CSV that was taken in: its file, its mapping, what became of its rows, bad rows by line."""

    __tablename__ = "contact_import"
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partner.id"))
    list_id: Mapped[UUID] = mapped_column(ForeignKey("contact_list.id"))
    filename: Mapped[str]
    source_key: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="draft")  # draft | waiting | running | done | failed
    basis: Mapped[str]
    basis_source: Mapped[str]
    options: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    rows_done: Mapped[int] = mapped_column(server_default="0")
    rows_total: Mapped[int | None]
    counts: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    problems: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    error: Mapped[str | None]
    started_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    finished_at: Mapped[datetime | None]
