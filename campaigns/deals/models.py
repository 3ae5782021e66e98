"""Rows of deals: the registration, its products, its team, and what was asked and decided about it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.db.base import Base, Keyed

STATES = (
    "draft", "submitted", "under_review", "action_required", "in_conflict", "approved", "shared", "rejected",
    "expired", "converted", "won", "lost", "withdrawn", "revoked",
)  # fmt: skip
PROTECTED = "state IN ('approved','converted')"


class Deal(Keyed, Base):
    """A partner's registration. `reference` is random, so that no partner can count another's.

    `priority` is a number of the database's own sequence and `submitted_at` its clock, both given at submission:
    they say who was first. `company` is what the partner wrote, frozen at submission; `account_id` is the company
    the matcher found or made, and `account_key` the one it stands for after merges: the exclusive part.
    Money is in minor units of `currency`. `stage`, `next_step` and amount may be owned by a CRM (`owner_system`).
    `version` guards the vendor's steps and counts every change; `partner_version` guards the partner's and counts
    only what a partner may know of, so that nobody reads a review's course, or a rival, out of a number.
    """

    __tablename__ = "deal"
    __table_args__ = (
        UniqueConstraint("programme_id", "reference"),
        UniqueConstraint("partner_id", "client_token"),
        Index(
            "uq_deal_protected", "programme_id", "account_key", "product_line",
            unique=True, postgresql_where=text(PROTECTED),
        ),
        Index("ix_deal_partner", "partner_id", "created_at"),
        Index("ix_deal_programme", "programme_id", "state", "created_at"),
        Index("ix_deal_account", "account_key"),
        Index("ix_deal_lead", "lead_id", postgresql_where=text("lead_id IS NOT NULL")),
        Index("ix_deal_protected_until", "protected_until", postgresql_where=text(PROTECTED)),
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint("amount_minor >= 0", name="amount"),
        Index("ix_deal_warn_at", "warn_at", postgresql_where=text("warn_at IS NOT NULL")),
        CheckConstraint(
            "state IN ('draft','withdrawn') OR (account_key IS NOT NULL AND submitted_at IS NOT NULL)", name="submitted"
        ),
        CheckConstraint(f"NOT ({PROTECTED}) OR protected_until IS NOT NULL", name="protected"),
    )  # fmt: skip
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partner.id"))
    reference: Mapped[str]
    client_token: Mapped[str]
    lead_id: Mapped[UUID | None] = mapped_column(ForeignKey("lead.id"))
    source: Mapped[str]  # page | lead | api | mail | csv
    state: Mapped[str] = mapped_column(server_default="draft")
    version: Mapped[int] = mapped_column(server_default="1")
    partner_version: Mapped[int] = mapped_column(server_default="1")
    title: Mapped[str] = mapped_column(server_default="")
    company: Mapped[dict[str, Any]]  # name, country, website, registry_id, address
    contact: Mapped[dict[str, Any]]  # name, email, phone, title
    product_line: Mapped[str]
    amount_minor: Mapped[int] = mapped_column(BigInteger, server_default="0")
    currency: Mapped[str]
    close_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(server_default="")
    stage: Mapped[str] = mapped_column(server_default="")
    next_step: Mapped[str] = mapped_column(server_default="")
    next_step_on: Mapped[date | None]
    owner_system: Mapped[str] = mapped_column(server_default="")
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    account_key: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    policy_id: Mapped[UUID | None] = mapped_column(ForeignKey("deal_policy.id"))
    submitted_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    submitted_at: Mapped[datetime | None]
    priority: Mapped[int | None] = mapped_column(BigInteger)
    reviewer_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    editable: Mapped[list[str]] = mapped_column(server_default="{}")
    returned_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    reason_code: Mapped[str] = mapped_column(server_default="")
    reason: Mapped[str] = mapped_column(server_default="")
    protected_from: Mapped[datetime | None]
    protected_until: Mapped[datetime | None]
    warn_at: Mapped[datetime | None]  # when the partner is next warned that protection ends
    extensions: Mapped[int] = mapped_column(server_default="0")
    team_named: Mapped[bool] = mapped_column(
        server_default=text("false")
    )  # the team's partners read each other's names
    shared_into: Mapped[UUID | None] = mapped_column(ForeignKey("deal.id"))
    opportunity_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    won_amount_minor: Mapped[int | None] = mapped_column(BigInteger)


class DealPriority(Base):
    """Where priorities come from, numbered by the database in the order of its clock.

    A deal has one, and a later one if it came back too late from being returned; the latest holds.
    """

    __tablename__ = "deal_priority"
    __table_args__ = (Index("ix_deal_priority_deal", "deal_id"),)
    number: Mapped[int] = mapped_column(BigInteger, Identity(always=False), primary_key=True)
    deal_id: Mapped[UUID] = mapped_column(ForeignKey("deal.id"))
    at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))


class DealLine(Keyed, Base):
    """A product of a deal, with its own currency."""

    __tablename__ = "deal_line"
    __table_args__ = (
        UniqueConstraint("deal_id", "place"),
        CheckConstraint("amount_minor >= 0 AND quantity > 0", name="amount"),
    )
    deal_id: Mapped[UUID] = mapped_column(ForeignKey("deal.id"))
    place: Mapped[int]
    product: Mapped[str]
    quantity: Mapped[int] = mapped_column(server_default="1")
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]


class DealMember(Keyed, Base):
    """A partner of a deal's team, its role and its part in hundredths of a percent; the parts of a deal make 10,000."""

    __tablename__ = "deal_member"
    __table_args__ = (
        UniqueConstraint("deal_id", "partner_id"),
        Index("ix_deal_member_partner", "partner_id"),
        CheckConstraint("role IN ('lead','sourcing','implementation','support')", name="role"),
        CheckConstraint("split_bp BETWEEN 0 AND 10000", name="split"),
    )
    deal_id: Mapped[UUID] = mapped_column(ForeignKey("deal.id"))
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partner.id"))
    role: Mapped[str]
    split_bp: Mapped[int]
    from_deal_id: Mapped[UUID | None] = mapped_column(ForeignKey("deal.id"))
    removed_at: Mapped[datetime | None]


class DealEvent(Keyed, Base):
    """A line of a deal's timeline; append-only. `sight`: both sides, the vendor's only, the partner's only.

    `data` never names a rival: whatever a partner may read is made from it as it is.
    """

    __tablename__ = "deal_event"
    __table_args__ = (
        UniqueConstraint("deal_id", "number"),
        CheckConstraint("sight IN ('both','vendor','partner')", name="sight"),
    )
    deal_id: Mapped[UUID] = mapped_column(ForeignKey("deal.id"))
    number: Mapped[int]
    kind: Mapped[str]  # a transition's name, note, stage, reminder, warning, match
    sight: Mapped[str] = mapped_column(server_default="both")
    by_side: Mapped[str]  # partner | vendor | system
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    from_state: Mapped[str] = mapped_column(server_default="")
    to_state: Mapped[str] = mapped_column(server_default="")
    words: Mapped[str] = mapped_column(server_default="")
    data: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))


class DealMatch(Keyed, Base):
    """What a deal was found to resemble, and why. Of `other_deal_id`, `opportunity_id`, `account_id` one is set."""

    __tablename__ = "deal_match"
    __table_args__ = (
        Index("ix_deal_match_deal", "deal_id"),
        Index("ix_deal_match_other", "other_deal_id", postgresql_where=text("other_deal_id IS NOT NULL")),
        CheckConstraint("num_nonnulls(other_deal_id, opportunity_id, account_id) = 1", name="one"),
        CheckConstraint("strength IN ('block','flag')", name="strength"),
    )
    deal_id: Mapped[UUID] = mapped_column(ForeignKey("deal.id"))
    other_deal_id: Mapped[UUID | None] = mapped_column(ForeignKey("deal.id"))
    opportunity_id: Mapped[UUID | None] = mapped_column(ForeignKey("opportunity.id"))
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    strength: Mapped[str]
    findings: Mapped[list[Any]]
    dismissed_at: Mapped[datetime | None]
    dismissed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))


class DealRequest(Keyed, Base):
    """Something asked about a decided deal: an extension, an appeal, a revocation; one open of a kind at a time."""

    __tablename__ = "deal_request"
    __table_args__ = (
        Index("uq_deal_request_open", "deal_id", "kind", unique=True, postgresql_where=text("state = 'open'")),
        CheckConstraint("kind IN ('extension','appeal','revocation')", name="kind"),
        CheckConstraint("state IN ('open','granted','refused')", name="state"),
    )
    deal_id: Mapped[UUID] = mapped_column(ForeignKey("deal.id"))
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="open")
    reason: Mapped[str] = mapped_column(server_default="")
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(server_default="")


class DealEvidence(Keyed, Base):
    """A file that speaks for a deal or a request about it."""

    __tablename__ = "deal_evidence"
    __table_args__ = (UniqueConstraint("deal_id", "digest"),)
    deal_id: Mapped[UUID] = mapped_column(ForeignKey("deal.id"))
    request_id: Mapped[UUID | None] = mapped_column(ForeignKey("deal_request.id"))
    filename: Mapped[str]
    content_type: Mapped[str]
    size: Mapped[int]
    digest: Mapped[str]
    storage_key: Mapped[str]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))


class DealApproval(Keyed, Base):
    """One person's yes to a deal in a round; a deal above a limit needs several persons'. Edits begin a new round."""

    __tablename__ = "deal_approval"
    __table_args__ = (UniqueConstraint("deal_id", "round", "person_id"),)
    deal_id: Mapped[UUID] = mapped_column(ForeignKey("deal.id"))
    round: Mapped[int]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))


class DealClock(Base):
    """A deal's SLA clock: due when its business hours are used up; paused while the partner is asked."""

    __tablename__ = "deal_clock"
    __table_args__ = (Index("ix_deal_clock_next", "next_at", postgresql_where=text("next_at IS NOT NULL")),)
    deal_id: Mapped[UUID] = mapped_column(ForeignKey("deal.id"), primary_key=True)
    round: Mapped[int] = mapped_column(server_default="1")
    started_at: Mapped[datetime]
    hours: Mapped[int]
    used_s: Mapped[int] = mapped_column(server_default="0")  # business seconds used before `started_at`
    due_at: Mapped[datetime | None]  # None while paused or stopped
    paused_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    reached: Mapped[int] = mapped_column(server_default="0")  # the last percent of the ladder told of
    next_at: Mapped[datetime | None]  # when the next rung is


class DealRung(Base):
    """A rung of the ladder that was told of: the key makes each happen once."""

    __tablename__ = "deal_rung"
    deal_id: Mapped[UUID] = mapped_column(ForeignKey("deal.id"), primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    percent: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class DealPolicy(Keyed, Base):
    """A version of a programme's public rules of registration; never updated. The newest published one holds."""

    __tablename__ = "deal_policy"
    __table_args__ = (UniqueConstraint("programme_id", "number"),)
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    number: Mapped[int]
    data: Mapped[dict[str, Any]]
    note: Mapped[str] = mapped_column(server_default="")
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime]


class DealMailAddress(Keyed, Base):
    """The secret part of the address to which a partner's people mail registrations; one at a time is in force."""

    __tablename__ = "deal_mail_address"
    __table_args__ = (
        UniqueConstraint("token"),
        Index("uq_deal_mail_address_partner", "partner_id", unique=True, postgresql_where=text("ended_at IS NULL")),
    )
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partner.id"))
    token: Mapped[str]
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]


class ProductLine(Keyed, Base):
    """What a programme sells, as deals are registered for; ended ones stay for old deals."""

    __tablename__ = "product_line"
    __table_args__ = (UniqueConstraint("programme_id", "code"),)
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    code: Mapped[str]
    name: Mapped[str]
    ended_at: Mapped[datetime | None]
