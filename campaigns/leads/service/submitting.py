"""A landing form comes in: kept as received, judged, and where a person sent it a lead of the partner's own."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from campaigns.core.errors import DomainError, Kind
from campaigns.core.ids import new_id
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.launches.models import Launch
from campaigns.leads.form_token import FormToken, read_form_token
from campaigns.leads.models import Submission
from campaigns.leads.rules import (
    HONEYPOT,
    LAUNCH_RATE,
    MOST_AGE,
    REFUSE_RATE,
    TOKEN,
    VIA,
    VISITOR_RATE,
    Answers,
    Circumstances,
    check_form,
    judge_form,
    kept,
)
from campaigns.leads.service.converting import Arrival, Converted, convert
from campaigns.tracking.addresses import PublicSettings
from campaigns.tracking.queries import source_of
from campaigns.tracking.service import Followed, RequestFacts, read_link_token, visitor_digest
from renderer.kit.manifest import Landing
from renderer.report import Problem


@dataclass(frozen=True, slots=True)
class FormLaunch:
    """The launch a form belongs to, as the public page found it."""

    id: UUID
    slug: str
    programme_id: UUID
    partner_id: UUID


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the visitor is to be told. `problems` and `stale` mean nothing was taken and the form is shown again.

    `converted` is set when a lead came of it just now, so that letters are owed.
    """

    taken: bool
    stale: bool = False
    problems: tuple[Problem, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    converted: Converted | None = None


def form_launch(session: Session, slug: str) -> FormLaunch | None:
    """The launch of a slug if it takes forms: its page is live and was not cancelled."""
    row = session.execute(
        select(Launch.id, Launch.slug, Launch.programme_id, Launch.partner_id).where(
            Launch.slug == slug, Launch.state.in_(("ready", "running", "paused", "finished"))
        )
    ).one_or_none()
    return FormLaunch(*row) if row else None


def submit_form(
    uow: UnitOfWork,
    settings: PublicSettings,
    launch: FormLaunch,
    landing: Landing,
    locale: str,
    raw: Mapping[str, str],
    facts: RequestFacts,
) -> Outcome:
    """Take a form. `landing` is in the visitor's language; `raw` is what the browser sent, first values only.

    Everything wrong is returned at once. The same token twice gives the same answer and one submission.
    `form.too_many` (throttled) when one visitor floods the page.
    """
    token = read_form_token(settings.secret_key, launch.id, raw.get(TOKEN, ""))
    bounded = kept(raw)
    answers, problems = check_form(landing, raw)
    if token is None or uow.now - token.made_at > MOST_AGE:
        return Outcome(taken=False, stale=True, problems=tuple(problems), values=bounded)
    if answers is None:
        return Outcome(taken=False, problems=tuple(problems), values=bounded)
    visitor = visitor_digest(settings.secret_key, launch.id, facts)
    via = _via(settings, raw)
    around = _circumstances(uow, launch, token, visitor, raw, facts)
    verdict, reasons = judge_form(answers, around)
    submission_id = _keep(uow, launch, locale, token, bounded, answers, landing.consent, verdict, reasons, visitor, via)
    if submission_id is None or verdict != "human":  # a repeat, or kept apart: the page says thank you all the same
        return Outcome(taken=True)
    arrival = Arrival(
        submission_id, launch.id, launch.slug, launch.programme_id, launch.partner_id, locale, visitor, via
    )
    return Outcome(taken=True, converted=convert(uow, settings, arrival, answers, landing.consent, facts))


def _via(settings: PublicSettings, raw: Mapping[str, str]) -> Followed | None:
    return read_link_token(settings.secret_key, raw.get(VIA, "")[:80])


def _circumstances(
    uow: UnitOfWork, launch: FormLaunch, token: FormToken, visitor: str, raw: Mapping[str, str], facts: RequestFacts
) -> Circumstances:
    def since(span: timedelta) -> ColumnElement[bool]:
        return Submission.created_at >= uow.now - span

    by_visitor, by_launch = uow.session.execute(
        select(
            select(func.count())
            .where(Submission.launch_id == launch.id, Submission.visitor == visitor, since(VISITOR_RATE[1]))
            .scalar_subquery(),
            select(func.count()).where(Submission.launch_id == launch.id, since(LAUNCH_RATE[1])).scalar_subquery(),
        )
    ).one()
    if by_visitor >= REFUSE_RATE:
        raise DomainError(
            "form.too_many",
            Kind.THROTTLED,
            "This form was sent very often from your network. Try again in ten minutes.",
        )
    return Circumstances(
        honeypot=raw.get(HONEYPOT, ""),
        age_s=(uow.now - token.made_at).total_seconds(),
        by_visitor=by_visitor,
        by_launch=by_launch,
        user_agent=facts.user_agent,
    )


def _keep(
    uow: UnitOfWork,
    launch: FormLaunch,
    locale: str,
    token: FormToken,
    data: dict[str, str],
    answers: Answers,
    consent_text: str,
    verdict: str,
    reasons: tuple[str, ...],
    visitor: str,
    via: Followed | None,
) -> UUID | None:
    """The new row's id; None if this token was used before."""
    return uow.session.execute(
        insert(Submission)
        .values(
            id=new_id(),
            created_at=uow.now,
            launch_id=launch.id,
            programme_id=launch.programme_id,
            partner_id=launch.partner_id,
            locale=locale,
            form_token=hashlib.sha256(token.name.encode()).hexdigest(),
            data=data,
            consent_given=answers.consent,
            consent_text=consent_text,
            verdict=verdict,
            reasons=list(reasons),
            visitor=visitor,
            link_id=_own_link(uow, launch, via),
            delivery_id=via.delivery_id if via else None,
        )
        .on_conflict_do_nothing(index_elements=["launch_id", "form_token"])
        .returning(Submission.id)
    ).scalar_one_or_none()


def _own_link(uow: UnitOfWork, launch: FormLaunch, via: Followed | None) -> int | None:
    source = source_of(uow.session, launch.id, via.link_id) if via else None
    return source.link_id if source else None
