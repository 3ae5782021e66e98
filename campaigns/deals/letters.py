"""Letters about deals: to whom, in their own language, and what they say. None names another partner's registration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_date
from sqlalchemy import select

from campaigns.core.catalogs import LANGUAGES, N_, in_language
from campaigns.core.text import one_line
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.deals.models import Deal, DealClock, DealEvent
from campaigns.deals.people import partner_people, reviewers, team_people, vendor_people
from campaigns.deals.policies import policy_of
from campaigns.deals.service.neutrality import route_of
from campaigns.mailroom.letters import letter
from campaigns.mailroom.service import Letter, queue_mail
from campaigns.partners.models import Partner, Programme
from campaigns.partners.readers import Reader

To = Literal["partner", "team", "reviewers", "managers", "owners", "other"]
_BOTH = N_("Stage, next steps and notes are on its page.")
_WAITS = N_("It waits for an answer on your desk.")
_REASON = N_("What was said about it is on its page.")


@dataclass(frozen=True, slots=True)
class Wording:
    """Whom a letter goes to, its subject, and what it says; both marked for translation."""

    to: To
    subject: str
    says: str


WORDINGS = {
    "approved": Wording(
        "partner", N_("%(company)s is registered for you"),
        N_("%(programme)s has approved the registration %(reference)s. It is protected until %(day)s."),
    ),
    "returned": Wording(
        "partner", N_("Please complete your registration of %(company)s"),
        N_("%(programme)s has a question about %(reference)s. Answer by %(day)s and it keeps its place in the queue."),
    ),
    "rejected": Wording(
        "partner", N_("Your registration of %(company)s was not approved"),
        N_("The reason is on its page. You may appeal once, until %(day)s; then another person decides."),
    ),
    "reopened": Wording(
        "partner", N_("Your appeal about %(company)s was granted"),
        N_("Another person is looking at %(reference)s now."),
    ),
    "appeal_refused": Wording("partner", N_("Your appeal about %(company)s was refused"), _REASON),
    "shared": Wording(
        "partner", N_("You are on the team of a deal with %(company)s"), N_("Your part is on the deal's page."),
    ),
    "team": Wording("team", N_("The team of the deal with %(company)s has changed"), _BOTH),
    "expiring": Wording(
        "partner", N_("The protection of %(company)s ends on %(day)s"),
        N_("Ask for more time before then, or say that there is an opportunity now."),
    ),
    "expired": Wording(
        "partner", N_("The protection of %(company)s has ended"),
        N_("%(reference)s is not protected any more. You may register the company anew."),
    ),
    "extended": Wording(
        "partner", N_("The protection of %(company)s lasts until %(day)s now"),
        N_("%(programme)s has granted more time."),
    ),
    "extension_refused": Wording("partner", N_("No more time for %(company)s was granted"), _REASON),
    "revoked": Wording("partner", N_("The protection of %(company)s was taken back"), _REASON),
    "submitted": Wording(
        "reviewers", N_("%(partner)s has registered %(company)s"),
        N_("%(reference)s waits for a review until %(day)s."),
    ),
    "withdrawn": Wording("reviewers", N_("%(partner)s has withdrawn %(company)s"), _REASON),
    "appealed": Wording("managers", N_("%(partner)s appeals about %(company)s"), _WAITS),
    "extension_asked": Wording("reviewers", N_("%(partner)s asks for more time with %(company)s"), _WAITS),
    "revocation_asked": Wording("managers", N_("Confirm: take back the protection of %(company)s?"), _WAITS),
    "rung_remind": Wording(
        "reviewers", N_("Half the time for %(company)s is over"), N_("%(reference)s waits for a review until %(day)s."),
    ),
    "rung_manager": Wording(
        "managers", N_("The review of %(company)s is overdue"), N_("%(reference)s was due on %(day)s."),
    ),
    "rung_owner": Wording(
        "owners", N_("The review of %(company)s is long overdue"), N_("%(reference)s was due on %(day)s."),
    ),
    "converted": Wording("other", N_("%(company)s is an opportunity now"), _BOTH),
    "won": Wording("other", N_("The deal with %(company)s is won"), _BOTH),
    "lost": Wording("other", N_("The deal with %(company)s is lost"), _REASON),
}  # fmt: skip


def write_letters(uow: UnitOfWork, public_url: str, deal_id: UUID, name: str, about: str) -> int:
    """Owe a letter to each of its readers; how many were new. The same line again owes nobody a second one."""
    deal = uow.session.get(Deal, deal_id)
    wording = WORDINGS.get(name)
    if deal is None or wording is None:
        return 0
    event = _event(uow, deal_id, about)
    programme = uow.session.get_one(Programme, deal.programme_id)
    partner = uow.session.get_one(Partner, deal.partner_id)
    sent = 0
    for reader in _readers(uow, deal, wording.to, event):
        made = _compose(uow, deal, reader, wording, event, programme, partner, public_url)
        sent += (
            queue_mail(
                uow, kind="notice", dedupe_key=f"deal:{deal.id}:{name}:{about}:{reader.person_id}",
                recipient=reader.email, sender_name=programme.name, subject=made.subject, text_body=made.text_body,
                html_body=made.html_body, partner_id=reader.partner_id,
                programme_id=None if reader.partner_id else deal.programme_id,
            )
            is not None
        )  # fmt: skip
    return sent


def _event(uow: UnitOfWork, deal_id: UUID, about: str) -> DealEvent | None:
    if not about.isdigit():
        return None
    return uow.session.scalars(
        select(DealEvent).where(DealEvent.deal_id == deal_id, DealEvent.number == int(about))
    ).one_or_none()


def _readers(uow: UnitOfWork, deal: Deal, to: To, event: DealEvent | None) -> list[Reader]:
    session = uow.session
    if to == "other":  # whoever did not do it
        to = "reviewers" if event is not None and event.by_side == "partner" else "partner"
    if to == "partner":
        return partner_people(session, deal)
    if to == "team":
        return team_people(session, deal)
    if to == "reviewers":
        found = reviewers(session, deal, route_of(uow, deal))
    else:
        found = vendor_people(session, deal.programme_id, ["admin"] if to == "owners" else ["channel"])
        found = found or vendor_people(session, deal.programme_id, ["admin"])
    return [one for one in found if event is None or one.person_id != event.person_id] or found


def _compose(
    uow: UnitOfWork,
    deal: Deal,
    reader: Reader,
    wording: Wording,
    event: DealEvent | None,
    programme: Programme,
    partner: Partner,
    public_url: str,
) -> Letter:
    language = reader.locale if reader.locale in LANGUAGES else "en"
    values = {
        "company": one_line(str(deal.company.get("name", "")))[:120], "reference": deal.reference,
        "programme": programme.name, "partner": partner.name,
        "day": _day(uow, deal, event, language, reader.partner_id is not None),
    }  # fmt: skip

    def say(message: str) -> str:
        return in_language(language, message) % values

    path = "/portal/deals/" if reader.partner_id else "/channel/deals/"
    return letter(
        language,
        say(wording.subject),
        [in_language(language, N_("Hello %(name)s,"), name=reader.name), say(wording.says)],
        in_language(language, N_("Open the deal")),
        f"{public_url}{path}{deal.id}",
        in_language(language, N_("You get this because you work on this deal.")),
    )


def _day(uow: UnitOfWork, deal: Deal, event: DealEvent | None, language: str, theirs: bool) -> str:
    """The day a letter speaks of, as a date of the partner's or the vendor's own zone."""
    data = event.data if event is not None else {}
    text = data.get("until") or data.get("appeal_until") or data.get("due")
    at = datetime.fromisoformat(text) if text else _due(uow, deal)
    zone = policy_of(uow.session, deal).zone
    if theirs:
        zone = uow.session.get_one(Partner, deal.partner_id).time_zone
    return format_date(at.astimezone(ZoneInfo(zone)).date(), "long", locale=language)


def _due(uow: UnitOfWork, deal: Deal) -> datetime:
    clock = uow.session.get(DealClock, deal.id)
    return (clock.due_at if clock is not None else None) or uow.now
