"""What happened before the demo began: answers, calls and deals of the last months, so that its reports have a story.

Written straight into the tables, for no service makes a past. Once: what is there stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo.launching import DemoLaunch
from campaigns.accounts.models import Account
from campaigns.attribution.rules import Model, ModelName, PathRules, RunSpec
from campaigns.attribution.service import make_run
from campaigns.attribution.service.running import RunPlan
from campaigns.bootstrap import Container
from campaigns.core.ids import new_id
from campaigns.deals.models import Deal
from campaigns.launches.models import Launch, LaunchPiece
from campaigns.leads.models import Lead, LeadNote, LeadSubmission, Submission
from campaigns.sequences.models import StepMail
from campaigns.tracking.models import Touchpoint

REFERENCE = "DEMO-{}-{}"
MODELS = (ModelName.LINEAR, ModelName.TIME_DECAY, ModelName.W_SHAPED)


@dataclass(frozen=True, slots=True)
class Story:
    """A company's way: what it met (days before the end, kind, channel), and how the deal stands."""

    company: str
    person: str
    title: str
    amount: int  # hundreds of minor units: pounds, or hundreds of yen
    state: str
    ended_days_ago: int
    met: tuple[tuple[int, str, str], ...]


STORIES = (
    Story("Brookside Hotels", "Maya Brook", "Heat pumps for two hotels", 48_600, "won", 6, (
        (74, "click", "mail"), (74, "page", "mail"), (73, "form", "mail"), (60, "call", ""), (41, "download", "qr"),
        (30, "meeting", ""), (9, "click", "mail"))),
    Story("Linden Dairy", "Jonas Linden", "Waste heat of the cold store", 31_250, "won", 19, (
        (66, "click", "linkedin"), (65, "page", "linkedin"), (65, "form", "linkedin"), (33, "event", ""),
        (12, "click", "mail"))),
    Story("Harbour Clinic", "Ruth Okafor", "Replacement of the boilers", 22_400, "converted", 0, (
        (28, "page", "qr"), (27, "form", "qr"), (11, "call", ""))),
    Story("Northgate School", "Tom Field", "Gymnasium", 9_800, "lost", 25, (
        (50, "click", "facebook"), (49, "form", "facebook"))),
)  # fmt: skip


def tell(container: Container, launches: list[DemoLaunch], currencies: Mapping[str, str]) -> int:
    """Write the stories of each partner and a run of three models; how many deals. 0 if they are there already."""
    told = 0
    with container.uow() as uow:
        for launch in launches:
            row = uow.session.get_one(Launch, launch.launch_id)
            first = REFERENCE.format(launch.partner.slug, 1)
            if uow.session.scalar(select(Deal.id).where(Deal.reference == first)) is not None:
                continue
            pieces = _pieces(uow.session, row.id)
            for number, story in enumerate(STORIES, 1):
                reference = REFERENCE.format(launch.partner.slug, number)
                country = launch.partner.country
                _tell(uow.session, row, story, pieces, reference, country, currencies.get(country, "EUR"), uow.now)
                told += 1
        programmes = {uow.session.get_one(Launch, launch.launch_id).programme_id for launch in launches}
    for model in MODELS if told else ():
        for programme_id in programmes:
            with container.uow() as uow:
                make_run(uow.session, programme_id, RunPlan(RunSpec(Model(model), PathRules(), uow.now)))
    return told


def _pieces(session: Session, launch_id: UUID) -> dict[str, tuple[str, str]]:
    """Channel → (asset, step) that its touches come from; "" where the launch has none of the kind."""
    mail = session.execute(select(StepMail.asset_id, StepMail.step_id).where(StepMail.launch_id == launch_id)).first()
    kinds = {"qr": "pdf", "linkedin": "image", "facebook": "image"}
    found = {"mail": (mail.asset_id, mail.step_id) if mail else ("", "")}
    for channel, kind in kinds.items():
        asset = session.scalars(
            select(LaunchPiece.asset_id).where(LaunchPiece.launch_id == launch_id, LaunchPiece.kind == kind)
        ).first()
        found[channel] = (asset or "", "")
    return found


def _tell(
    session: Session,
    launch: Launch,
    story: Story,
    pieces: dict[str, tuple[str, str]],
    reference: str,
    country: str,
    currency: str,
    now: datetime,
) -> None:
    end = now - timedelta(days=story.ended_days_ago)
    whose = {"programme_id": launch.programme_id, "partner_id": launch.partner_id}
    email = f"{story.person.split()[0].lower()}@{story.company.split()[0].lower()}.example"
    visitor, locale = f"demo-{reference}", launch.locales[0]
    answered = next(end - timedelta(days=days) for days, kind, _ in story.met if kind == "form")
    came_by = next(channel for _, kind, channel in story.met if kind == "form")
    lead_id = _lead(session, launch, story, email, visitor, answered, (came_by, *pieces.get(came_by, ("", ""))))
    for days, kind, channel in story.met:
        at = end - timedelta(days=days)
        if kind in ("call", "meeting", "event"):
            session.add(LeadNote(lead_id=lead_id, side="partner", kind=kind, happened_at=at, created_at=at))
            continue
        asset, step = pieces.get(channel, ("", ""))
        session.add(
            Touchpoint(
                launch_id=launch.id, kind=kind, channel=channel, asset_id=asset, step_id=step, locale=locale,
                visitor=visitor, occurred_at=at, created_at=at, **whose,
            )
        )  # fmt: skip
    _deal(session, story, reference, country, currency, email, lead_id, answered, end, whose)


def _lead(
    session: Session,
    launch: Launch,
    story: Story,
    email: str,
    visitor: str,
    at: datetime,
    source: tuple[str, str, str],
) -> UUID:
    """A lead that became a deal; `source` is the channel, the piece and the step it came from."""
    whose = {"programme_id": launch.programme_id, "partner_id": launch.partner_id, "launch_id": launch.id}
    locale = launch.locales[0]
    given = Submission(
        id=new_id(), locale=locale, form_token=visitor, data={"name": story.person, "email": email}, visitor=visitor,
        created_at=at, **whose,
    )  # fmt: skip
    session.add(given)
    session.flush()
    lead = Lead(
        id=new_id(), submission_id=given.id, name=story.person, email=email, email_key=email, company=story.company,
        locale=locale, state="handed", created_at=at, decided_at=at + timedelta(hours=7),
        source_channel=source[0], source_asset_id=source[1], source_step_id=source[2], **whose,
    )  # fmt: skip
    session.add(lead)
    session.flush()
    session.add(LeadSubmission(lead_id=lead.id, submission_id=given.id))
    session.flush()
    return lead.id


def _deal(
    session: Session,
    story: Story,
    reference: str,
    country: str,
    currency: str,
    email: str,
    lead_id: UUID,
    answered: datetime,
    end: datetime,
    whose: dict[str, Any],
) -> None:
    account = Account(
        id=new_id(), programme_id=whose["programme_id"], name=story.company, country=country, origin="lead"
    )
    session.add(account)
    session.flush()
    submitted = answered + timedelta(days=3)
    closed = end if story.state in ("won", "lost") else None
    minor = story.amount * 100
    session.add(
        Deal(
            id=new_id(), reference=reference, client_token=reference, lead_id=lead_id, source="lead",
            state=story.state, title=story.title, company={"name": story.company, "country": country},
            contact={"name": story.person, "email": email}, product_line="heat-pumps",
            amount_minor=minor, won_amount_minor=minor if story.state == "won" else None, currency=currency,
            account_id=account.id, account_key=account.id, submitted_at=submitted,
            decided_at=submitted + timedelta(hours=5), protected_from=submitted + timedelta(hours=5),
            protected_until=submitted + timedelta(days=120), opportunity_at=submitted + timedelta(days=8),
            closed_at=closed, created_at=answered + timedelta(days=2), **whose,
        )
    )  # fmt: skip
    session.flush()
