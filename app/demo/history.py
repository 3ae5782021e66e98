"""What happened before the demo began: answers, calls and deals of the last months, so that its reports have a story.

Answers, calls and touches are written straight into the tables, for no service makes a past; the deals go through their
services by a clock that is set back, so that their timelines and teams are real. Once: what is there stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.demo.dealing import reviewer_of
from app.demo.launching import DemoLaunch
from app.demo.seed import partner_actor
from campaigns.attribution.rules import Model, ModelName, PathRules, RunSpec
from campaigns.attribution.service import make_run
from campaigns.attribution.service.running import RunPlan
from campaigns.bootstrap import Container
from campaigns.core.actor import Actor
from campaigns.core.clock import SetClock
from campaigns.core.ids import new_id
from campaigns.core.ports import Waker
from campaigns.db.models import Job
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.deals.forms import DealForm
from campaigns.deals.models import Deal
from campaigns.deals.service import (
    Progress,
    approve,
    convert_deal,
    lose_deal,
    pick_up,
    register_deal,
    update_progress,
    win_deal,
)
from campaigns.deals.service.steps import TELL
from campaigns.launches.models import Launch, LaunchPiece
from campaigns.leads.models import Lead, LeadNote, LeadSubmission, Submission
from campaigns.sequences.models import StepMail
from campaigns.tracking.models import Touchpoint

MADE_AS = "demo-{}-{}"
MODELS = (ModelName.LINEAR, ModelName.TIME_DECAY, ModelName.W_SHAPED)


@dataclass(frozen=True, slots=True)
class Story:
    """A company's way: what it met (days before the end, kind, channel), and how the deal stands."""

    customers: tuple[tuple[str, str], ...]  # company and person, another for each partner
    title: str
    amount: int  # hundreds of minor units: pounds, or hundreds of yen
    state: str
    ended_days_ago: int
    met: tuple[tuple[int, str, str], ...]


STORIES = (
    Story((("Brookside Hotels", "Maya Brook"), ("Corniche Suites", "Hala Mansour"), ("Hoshino Ryokan", "Emi Hoshino")),
        "Heat pumps for two hotels", 48_600, "won", 6, (
        (74, "click", "mail"), (74, "page", "mail"), (73, "form", "mail"), (60, "call", ""), (41, "download", "qr"),
        (30, "meeting", ""), (9, "click", "mail"))),
    Story((("Linden Dairy", "Jonas Linden"), ("Oasis Dates", "Omar Rashid"), ("Kitano Foods", "Ken Kitano")),
        "Waste heat of the cold store", 31_250, "won", 19, (
        (66, "click", "linkedin"), (65, "page", "linkedin"), (65, "form", "linkedin"), (33, "event", ""),
        (12, "click", "mail"))),
    Story((("Harbour Clinic", "Ruth Okafor"), ("Gulf Clinic", "Sara Nasser"), ("Minato Clinic", "Yui Mori")),
        "Replacement of the boilers", 22_400, "converted", 0, (
        (28, "page", "qr"), (27, "form", "qr"), (11, "call", ""))),
    Story((("Northgate School", "Tom Field"), ("Palm School", "Layla Aziz"), ("Sakura School", "Ryo Abe")),
        "Gymnasium", 9_800, "lost", 25, (
        (50, "click", "facebook"), (49, "form", "facebook"))),
)  # fmt: skip


def tell(container: Container, launches: list[DemoLaunch], currencies: Mapping[str, str]) -> int:
    """Write the stories of each partner and a run of three models; how many deals. 0 if they are there already."""
    told = 0
    with container.uow() as uow:
        for place, launch in enumerate(launches):
            row = uow.session.get_one(Launch, launch.launch_id)
            first = MADE_AS.format(launch.partner.slug, 1)
            if uow.session.scalar(select(Deal.id).where(Deal.client_token == first)) is not None:
                continue
            pieces = _pieces(uow.session, row.id)
            currency = currencies.get(launch.partner.country, "EUR")
            teller = Teller(
                uow, row, place, launch.partner.country, currency, reviewer_of(uow, row.programme_id), container.waker
            )
            for number, story in enumerate(STORIES, 1):
                teller.tell(story, pieces, MADE_AS.format(launch.partner.slug, number))
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


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells stories of one partner's launch. `place` says which customers are this partner's."""

    uow: UnitOfWork
    launch: Launch
    place: int
    country: str
    currency: str
    reviewer: Actor
    waker: Waker

    def tell(self, story: Story, pieces: dict[str, tuple[str, str]], token: str) -> None:
        """What the customer met, its lead, and the deal of it."""
        session, launch = self.uow.session, self.launch
        whose = {"programme_id": launch.programme_id, "partner_id": launch.partner_id}
        end = self.uow.now - timedelta(days=story.ended_days_ago)
        company, person = story.customers[self.place % len(story.customers)]
        email = f"{person.split()[0].lower()}@{company.replace(' ', '-').lower()}.example"
        visitor, locale = token, launch.locales[0]
        answered = next(end - timedelta(days=days) for days, kind, _ in story.met if kind == "form")
        came_by = next(channel for _, kind, channel in story.met if kind == "form")
        source = (came_by, *pieces.get(came_by, ("", "")))
        lead_id = _lead(session, launch, (company, person, email), visitor, answered, source)
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
        session.flush()
        self._deal(story, company, person, email, token, lead_id, answered, end)

    def _deal(
        self, story: Story, company: str, person: str, email: str, token: str, lead_id: UUID, answered: datetime,
        end: datetime,
    ) -> None:  # fmt: skip
        """Registered, approved, gone on and ended by the services, each at its time."""
        partner = partner_actor(self.launch.partner_id, self.launch.locales[0])
        submitted = answered + timedelta(days=3)
        form = DealForm(
            company_name=company, country=self.country, website=f"https://www.{email.partition('@')[2]}",
            contact_name=person, contact_email=email, product_line="heat-pumps", amount_minor=story.amount * 100,
            currency=self.currency, close_on=self.uow.now.date() + timedelta(days=30), title=story.title,
        )  # fmt: skip
        made = register_deal(
            self._at(submitted), partner, self.launch.programme_id, token, form, source="lead", lead_id=lead_id
        )
        self.uow.session.execute(  # the place in the queue has the database's own clock; its moment is the story's
            update(Deal).where(Deal.id == made.id).values(submitted_at=submitted)
        )
        work = self._at(submitted + timedelta(hours=5))
        version = pick_up(work, self.reviewer, made.id, self._version(made.id)).version
        approve(work, self.reviewer, made.id, version, "Good work, go ahead.")
        work = self._at(submitted + timedelta(days=2))
        update_progress(work, partner, made.id, None, Progress(stage="Visit", next_step="Measure the rooms"))
        if story.state != "lost":
            convert_deal(self._at(submitted + timedelta(days=8)), partner, made.id, None)
            work = self._at(submitted + timedelta(days=11))
            update_progress(work, partner, made.id, None, Progress(stage="Offer", next_step="Talk about the offer"))
        if story.state == "won":
            win_deal(self._at(end), partner, made.id, None)
        elif story.state == "lost":
            lose_deal(self._at(end), partner, made.id, None, reason_code="no_budget")
        self._still(made.id)

    def _at(self, when: datetime) -> UnitOfWork:
        """The same transaction with its clock set back."""
        return UnitOfWork(self.uow.session, SetClock(when), self.waker)

    def _version(self, deal_id: UUID) -> int:
        return self.uow.session.get_one(Deal, deal_id, populate_existing=True).version

    def _still(self, deal_id: UUID) -> None:
        """Nobody is written to about what was long ago."""
        told = delete(Job).where(Job.task == TELL, Job.payload["deal_id"].astext == str(deal_id))
        self.uow.session.execute(told.execution_options(synchronize_session=False))


def _lead(
    session: Session,
    launch: Launch,
    who: tuple[str, str, str],
    visitor: str,
    at: datetime,
    source: tuple[str, str, str],
) -> UUID:
    """An answer and its lead; `source` is the channel, the piece and the step it came from."""
    whose = {"programme_id": launch.programme_id, "partner_id": launch.partner_id, "launch_id": launch.id}
    locale = launch.locales[0]
    company, person, email = who
    given = Submission(
        id=new_id(), locale=locale, form_token=visitor, data={"name": person, "email": email}, visitor=visitor,
        created_at=at, **whose,
    )  # fmt: skip
    session.add(given)
    session.flush()
    lead = Lead(
        id=new_id(), submission_id=given.id, name=person, email=email, email_key=email, company=company,
        locale=locale, state="accepted", created_at=at, decided_at=at + timedelta(hours=7),
        source_channel=source[0], source_asset_id=source[1], source_step_id=source[2], **whose,
    )  # fmt: skip
    session.add(lead)
    session.flush()
    session.add(LeadSubmission(lead_id=lead.id, submission_id=given.id))
    session.flush()
    return lead.id
