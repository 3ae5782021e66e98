"""Rows of submissions, kept as received, and of the leads they become."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from campaigns.db.base import Base, Keyed


class Submission(Keyed, Base):
    """A landing form as it was received; never updated. `form_token` UNIQUE makes a double post harmless."""

    __tablename__ = "submission"
    __table_args__ = (
        UniqueConstraint("launch_id", "form_token"),
        Index("ix_submission_launch", "launch_id", "created_at"),
        Index("ix_submission_doubtful", "partner_id", "created_at", postgresql_where=text("verdict <> 'human'")),
        CheckConstraint("verdict IN ('human','suspect','spam')", name="verdict"),
    )
    launch_id: Mapped[UUID] = mapped_column(ForeignKey("launch.id"))
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    partner_id: Mapped[UUID] = mapped_column(ForeignKey("partner.id"))
    locale: Mapped[str]
    form_token: Mapped[str]
    data: Mapped[dict[str, Any]]
    consent_given: Mapped[bool] = mapped_column(server_default=text("false"))
    consent_text: Mapped[str] = mapped_column(server_default="")
    verdict: Mapped[str] = mapped_column(server_default="human")  # human | suspect | spam
    reasons: Mapped[list[str]] = mapped_column(server_default="{}")
    visitor: Mapped[str] = mapped_column(server_default="")
    link_id: Mapped[int | None] = mapped_column(ForeignKey("tracked_link.id"))
    delivery_id: Mapped[int | None] = mapped_column(BigInteger)


LEAD_STATES = ("unrouted", "offered", "pooled", "new", "accepted", "declined", "handed", "closed")


class LeadIntake(Keyed, Base):
    """A lead as somebody handed it in, kept as received: a row of a file, a call of the API, an attendance.

    `digest` is over the received values; UNIQUE with its giver and source, so a file twice is once, until its
    import is taken back (`undone_at`): then the same row may come again.
    """

    __tablename__ = "lead_intake"
    __table_args__ = (
        Index(
            "uq_lead_intake_programme", "programme_id", "source", "digest",
            unique=True, postgresql_where=text("partner_id IS NULL AND undone_at IS NULL"),
        ),
        Index(
            "uq_lead_intake_partner", "programme_id", "partner_id", "source", "digest",
            unique=True, postgresql_where=text("partner_id IS NOT NULL AND undone_at IS NULL"),
        ),
        Index("ix_lead_intake_import", "import_id", postgresql_where=text("import_id IS NOT NULL")),
        CheckConstraint("kind IN ('csv','api','event','page')", name="kind"),
    )  # fmt: skip
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    partner_id: Mapped[UUID | None] = mapped_column(ForeignKey("partner.id"))  # set: the partner's own
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str]
    source: Mapped[str]  # the file's name, the event's, the token's
    line: Mapped[int | None]
    digest: Mapped[str]
    data: Mapped[dict[str, Any]]
    import_id: Mapped[UUID | None] = mapped_column(ForeignKey("lead_import.id"))
    undone_at: Mapped[datetime | None]


class Lead(Keyed, Base):
    """A person or company that answered. It came by a form (`submission_id`) or was handed in (`intake_id`).

    `partner_id` is whose it is: set from the start where the answer came to the partner's own launch; NULL while
    a vendor's lead is unrouted, offered or in the pool, and set when a partner accepts. `own` says which of both.
    """

    __tablename__ = "lead"
    __table_args__ = (
        UniqueConstraint("launch_id", "email_key"),
        CheckConstraint(f"state IN {LEAD_STATES}", name="state"),
        CheckConstraint("num_nonnulls(submission_id, intake_id) = 1", name="received"),
        CheckConstraint("NOT own OR partner_id IS NOT NULL", name="own"),
        CheckConstraint(
            "(partner_id IS NULL) = (state IN ('unrouted','offered','pooled')) OR state = 'closed'", name="held"
        ),
        Index("ix_lead_partner", "partner_id", "created_at"),
        Index("ix_lead_programme", "programme_id", "state", "created_at"),
        Index("ix_lead_email", "programme_id", "email_key"),
        Index("ix_lead_company", "programme_id", "company_key", postgresql_where=text("company_key <> ''")),
        Index("ix_lead_contact", "contact_id", postgresql_where=text("contact_id IS NOT NULL")),
        Index("ix_lead_next_action", "next_action_at", postgresql_where=text("state = 'accepted'")),
        Index("ix_lead_unrouted", "created_at", postgresql_where=text("state = 'unrouted'")),
        Index("ix_lead_idle", "acted_at", postgresql_where=text("state = 'accepted' AND NOT own")),
    )
    programme_id: Mapped[UUID] = mapped_column(ForeignKey("programme.id"))
    partner_id: Mapped[UUID | None] = mapped_column(ForeignKey("partner.id"))
    own: Mapped[bool] = mapped_column(server_default=text("true"))
    launch_id: Mapped[UUID | None] = mapped_column(ForeignKey("launch.id"))
    submission_id: Mapped[UUID | None] = mapped_column(ForeignKey("submission.id"))
    intake_id: Mapped[UUID | None] = mapped_column(ForeignKey("lead_intake.id"))
    contact_id: Mapped[UUID | None] = mapped_column(ForeignKey("contact.id"))
    name: Mapped[str]
    email: Mapped[str]
    email_key: Mapped[str]
    company: Mapped[str] = mapped_column(server_default="")
    company_key: Mapped[str] = mapped_column(server_default="")  # registrable domain; empty where none identifies
    job_title: Mapped[str] = mapped_column(server_default="")
    phone: Mapped[str] = mapped_column(server_default="")
    country: Mapped[str] = mapped_column(server_default="")  # ISO 3166-1 alpha-2
    region: Mapped[str] = mapped_column(server_default="")
    postal_code: Mapped[str] = mapped_column(server_default="")
    product_line: Mapped[str] = mapped_column(server_default="")
    message: Mapped[str] = mapped_column(server_default="")
    facts: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))  # employees, timeframe, budget, …
    locale: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="new")
    version: Mapped[int] = mapped_column(server_default="1")
    score: Mapped[int | None]
    scored_at: Mapped[datetime | None]
    score_parts: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    source_channel: Mapped[str] = mapped_column(server_default="")
    source_asset_id: Mapped[str] = mapped_column(server_default="")
    source_step_id: Mapped[str] = mapped_column(server_default="")
    source_link_id: Mapped[int | None] = mapped_column(ForeignKey("tracked_link.id"))
    touched_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decline_reason: Mapped[str] = mapped_column(server_default="")
    accepted_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    next_action: Mapped[str] = mapped_column(server_default="")
    next_action_at: Mapped[datetime | None]
    acted_at: Mapped[datetime | None]  # when its partner last did something about it; idle leads are found by it
    asked_at: Mapped[datetime | None]  # when an idle lead's partner was asked; emptied by the next act
    routed_from: Mapped[datetime | None]  # since when the present rounds of offers run
    recycled: Mapped[int] = mapped_column(server_default="0")


class LeadSubmission(Base):
    """Which submissions a lead is made of; the first is the lead's own `submission_id`."""

    __tablename__ = "lead_submission"
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id"), primary_key=True)
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.id"), primary_key=True, unique=True)


class LeadMerge(Keyed, Base):
    """Two leads are one, said by a person; the loser is not listed while it holds. Undone by `undone_at`."""

    __tablename__ = "lead_merge"
    __table_args__ = (
        Index("uq_lead_merge_loser", "loser_id", unique=True, postgresql_where=text("undone_at IS NULL")),
        Index("ix_lead_merge_winner", "winner_id"),
        CheckConstraint("winner_id <> loser_id", name="two"),
    )
    winner_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id"))
    loser_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id"))
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))


class LeadNote(Keyed, Base):
    """What was done about a lead, or happened to it; append-only. `kind`: note, call, mail, meeting, event, state."""

    __tablename__ = "lead_note"
    __table_args__ = (Index("ix_lead_note_lead", "lead_id", "happened_at"),)
    lead_id: Mapped[UUID] = mapped_column(ForeignKey("lead.id"))
    side: Mapped[str]  # partner | vendor | system
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str]
    words: Mapped[str] = mapped_column(server_default="")
    data: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    happened_at: Mapped[datetime]
