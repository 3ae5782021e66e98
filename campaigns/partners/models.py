"""Rows of organisations, people and brand kits."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.db.base import Base, Keyed, Numbered


class Programme(Keyed, Base):
    """One vendor's partner programme: the tenant on the vendor's side."""

    __tablename__ = "programme"
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    accent: Mapped[str] = mapped_column(server_default="#0a5f56")
    locale: Mapped[str] = mapped_column(server_default="en")
    time_zone: Mapped[str] = mapped_column(server_default="UTC")
    postal_address: Mapped[str] = mapped_column(server_default="")
    sender_email: Mapped[str] = mapped_column(server_default="")
    logo_key: Mapped[str | None]
    version: Mapped[int] = mapped_column(server_default="1")


class Partner(Keyed, Base):
    """A company that sells with vendors: the tenant on the partner's side."""

    __tablename__ = "partner"
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    country: Mapped[str] = mapped_column(server_default="")
    locale: Mapped[str] = mapped_column(server_default="en")
    locales: Mapped[list[str]] = mapped_column(server_default="{}")
    time_zone: Mapped[str] = mapped_column(server_default="UTC")
    version: Mapped[int] = mapped_column(server_default="1")


class Membership(Keyed, Base):
    """A partner in a programme, with its tier and labels."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("programme_id", "partner_id"), Index("ix_membership_partner", "partner_id"))
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partner.id"))
    tier: Mapped[str] = mapped_column(server_default="")
    labels: Mapped[list[str]] = mapped_column(server_default="{}")
    ended_at: Mapped[datetime | None]


class Person(Keyed, Base):
    """Somebody who signs in. `epoch` rises when all sessions must end."""

    __tablename__ = "person"
    email: Mapped[str] = mapped_column(unique=True)  # normalised: lower-case, IDNA domain
    name: Mapped[str]
    password_hash: Mapped[str | None]
    locale: Mapped[str] = mapped_column(server_default="en")
    theme: Mapped[str] = mapped_column(server_default="auto")
    epoch: Mapped[int] = mapped_column(server_default="1")
    disabled_at: Mapped[datetime | None]


ONE_TENANT = "(programme_id IS NULL) <> (partner_id IS NULL)"
ROLE_FITS = "(programme_id IS NOT NULL) = (role IN ('marketing','channel','finance','admin'))"


class Grant(Keyed, Base):
    """A person's role in one tenant."""

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint(ONE_TENANT, name="one_tenant"),
        CheckConstraint(ROLE_FITS, name="role_fits"),
        Index(
            "uq_role_grant_programme",
            "person_id",
            "programme_id",
            "role",
            unique=True,
            postgresql_where=text("revoked_at IS NULL AND programme_id IS NOT NULL"),
        ),
        Index("ix_role_grant_partner", "partner_id"),
        Index(
            "uq_role_grant_partner",
            "person_id",
            "partner_id",
            unique=True,
            postgresql_where=text("revoked_at IS NULL AND partner_id IS NOT NULL"),
        ),
    )
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str]
    programme_id: Mapped[UUID | None] = mapped_column(ForeignKey("programme.id"))
    partner_id: Mapped[UUID | None] = mapped_column(ForeignKey("partner.id"))
    revoked_at: Mapped[datetime | None]


class Session(Keyed, Base):
    """A signed-in browser; only the digest of its secret is kept."""

    __tablename__ = "web_session"
    __table_args__ = (Index("ix_web_session_person", "person_id"), Index("ix_web_session_grant", "grant_id"))
    secret_digest: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    grant_id: Mapped[UUID] = mapped_column(ForeignKey("role_grant.id"))
    epoch: Mapped[int]
    scope: Mapped[str | None]  # set for sessions opened by a signed link: what it may do
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    user_agent: Mapped[str] = mapped_column(server_default="")


class Invitation(Keyed, Base):
    """An offer of a role by mail; used once."""

    __tablename__ = "invitation"
    __table_args__ = (CheckConstraint(ONE_TENANT, name="one_tenant"), CheckConstraint(ROLE_FITS, name="role_fits"))
    secret_digest: Mapped[str] = mapped_column(unique=True)
    email: Mapped[str]
    name: Mapped[str] = mapped_column(server_default="")
    role: Mapped[str]
    locale: Mapped[str] = mapped_column(server_default="en")
    programme_id: Mapped[UUID | None] = mapped_column(ForeignKey("programme.id"))
    partner_id: Mapped[UUID | None] = mapped_column(ForeignKey("partner.id"))
    from_programme_id: Mapped[UUID | None] = mapped_column(ForeignKey("programme.id"))
    invited_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class ApiToken(Keyed, Base):
    """A bearer token; acts with the grant's role, limited to its scopes."""

    __tablename__ = "api_token"
    prefix: Mapped[str]
    secret_digest: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    grant_id: Mapped[UUID] = mapped_column(ForeignKey("role_grant.id"))
    scopes: Mapped[list[str]]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class SignInAttempt(Numbered, Base):
    """A failed sign-in, for throttling by account and by address."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (
        Index("ix_sign_in_attempt_account", "account_key", "created_at"),
        Index("ix_sign_in_attempt_address", "address", "created_at"),
    )
    account_key: Mapped[str]
    address: Mapped[str]


class PasswordReset(Keyed, Base):
    """A link to set a new password; used once. `epoch` ties it to the password it replaces."""

    __tablename__ = "password_reset"
    __table_args__ = (Index("ix_password_reset_person", "person_id"),)
    secret_digest: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    epoch: Mapped[int]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class RequestWindow(Base):
    """How often something was asked for in one window of time; for request limits."""

    __tablename__ = "request_window"
    key: Mapped[str] = mapped_column(primary_key=True)
    starts_at: Mapped[datetime] = mapped_column(primary_key=True)
    count: Mapped[int]


class Logo(Keyed, Base):
    """A logo as intake left it; never updated. `measured` holds size, ink share, contrasts and notes."""

    __tablename__ = "logo"
    __table_args__ = (UniqueConstraint("partner_id", "digest"),)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partner.id"))
    digest: Mapped[str]
    kind: Mapped[str]
    filename: Mapped[str]
    png_key: Mapped[str]
    svg_key: Mapped[str | None]
    pdf_key: Mapped[str | None]
    measured: Mapped[dict[str, Any]]


class LogoUpload(Keyed, Base):
    """A file somebody dropped and what came of it; a refusal stays shown until another file or a dismissal."""

    __tablename__ = "logo_upload"
    __table_args__ = (
        Index("ix_logo_upload_partner", "partner_id", "created_at"),
        CheckConstraint("ground IN ('light','dark')", name="ground"),
    )
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partner.id"))
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    filename: Mapped[str]
    ground: Mapped[str]
    taken: Mapped[bool]
    logo_id: Mapped[UUID | None] = mapped_column(ForeignKey("logo.id"))
    darkened_id: Mapped[UUID | None] = mapped_column(ForeignKey("logo.id"))
    problems: Mapped[list[Any]]
    dismissed_at: Mapped[datetime | None]


class BrandKit(Base):
    """The head of a partner's brand: which revision is current. `version` guards edits (If-Match)."""

    __tablename__ = "brand_kit"
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partner.id"), primary_key=True)
    current_revision_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("brand_revision.id", use_alter=True, name="fk_brand_kit_current_revision")
    )
    version: Mapped[int] = mapped_column(server_default="1")


class BrandRevision(Keyed, Base):
    """One frozen save of a brand kit; never updated. `data` is name, colours, contact data, legal line."""

    __tablename__ = "brand_revision"
    __table_args__ = (UniqueConstraint("partner_id", "number"),)
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partner.id"))
    number: Mapped[int]
    data: Mapped[dict[str, Any]]
    logo_light_id: Mapped[UUID | None] = mapped_column(ForeignKey("logo.id"))
    logo_dark_id: Mapped[UUID | None] = mapped_column(ForeignKey("logo.id"))
    digest: Mapped[str]
    saved_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
