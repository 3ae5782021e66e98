"""The partner's next list in words: a figure with its reason, what to do, why, and the one button."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from flask import url_for

from app.i18n import gettext as _
from app.i18n import ngettext
from app.i18n.formats import date, duration, number, time, zone
from campaigns.desk.rules import Heat, Kind, Thing, heat


@dataclass(frozen=True, slots=True)
class Said:
    """What a line says; no button where `url` is empty."""

    figure: str
    reason: str
    title: str
    text: str
    button: str
    url: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the list as the page shows it."""

    heat: Heat
    said: Said
    programme_slug: str
    programme_name: str


def lines_of(things: list[Thing], now: datetime) -> list[Line]:
    """The lines, in the order of the things."""
    return [
        Line(heat(thing, now), WORDS[thing.kind](thing, now), thing.programme_slug, thing.programme_name)
        for thing in things
    ]


def summary_of(lines: list[Line]) -> str:
    """How much there is, and whether it may wait."""
    counted = ngettext("One thing.", "%(num)s things.", len(lines))
    urgency = lines[0].heat if lines else ""
    if urgency == "hot":
        said = _("Do the first one now.")
    elif urgency == "warm":
        said = _("The first one should not wait long.")
    else:
        said = _("Nothing is urgent.")
    return f"{counted} {said}"


def _launch(thing: Thing) -> str:
    return url_for("launches.page", launch_id=thing.launch_id)


def _when(at: datetime | None, now: datetime) -> str:
    """The time today, the day otherwise."""
    if at is None:
        return _("Any day")
    return time(at) if at.astimezone(zone()).date() == now.astimezone(zone()).date() else date(at, "MMMd")


def _lead(thing: Thing, now: datetime) -> Said:
    text = _("From your campaign “%(campaign)s”.", campaign=thing.title) if thing.title else _("From your own list.")
    if thing.more:
        text += " " + ngettext("One more waits behind it.", "%(num)s more wait behind it.", thing.more)
    return Said(
        duration(now - thing.at) if thing.at else "",
        _("waiting for an answer"),
        _("Answer %(who)s", who=thing.who),
        text,
        _("Answer the lead"),
        url_for("leads.show", lead_id=thing.target),
    )


def _offer(thing: Thing, now: datetime) -> Said:
    return Said(
        duration(thing.at - now) if thing.at else "",
        _("left to decide"),
        _("Accept or decline %(who)s", who=thing.who),
        _("A lead your vendor has chosen you for. After that it goes to somebody else."),
        _("Look at the lead"),
        url_for("lead_offers.offer", offer_id=thing.target),
    )


def _action(thing: Thing, now: datetime) -> Said:
    if thing.title:
        figure, reason, text = _when(thing.at, now), _("you said you would"), thing.title
    else:
        figure, reason, text = _("Open"), _("no next step"), _("It is yours now. Say what you do next, and when.")
    return Said(
        figure, reason, _("Go on with %(who)s", who=thing.who), text, _("Open the lead"),
        url_for("leads.show", lead_id=thing.target),
    )  # fmt: skip


def _failed(thing: Thing, now: datetime) -> Said:
    return Said(
        _("Stuck"),
        _("since %(day)s", day=_when(thing.at, now)),
        _("Mend “%(campaign)s”", campaign=thing.title),
        _("A piece could not be made, so nothing was mailed. The launch says which one and why."),
        _("See what failed"),
        _launch(thing),
    )


def _logo_refused(thing: Thing, now: datetime) -> Said:
    return Said(
        _("Refused"),
        _when(thing.at, now),
        _("Mend your logo “%(file)s”", file=thing.title),
        _("It cannot be read well. The brand page shows what was measured and what is needed; "
          "until then your pieces stay as they are."),
        _("See how to mend it"),
        url_for("brand.show") + "#refused",
    )  # fmt: skip


def _logo_missing(thing: Thing, now: datetime) -> Said:
    del thing, now
    return Said(
        _("No logo"),
        _("on your pieces"),
        _("Add your logo"),
        _("Until then your name stands on the pieces in letters."),
        _("Add the logo"),
        url_for("brand.show"),
    )


def _paused(thing: Thing, now: datetime) -> Said:
    del now
    if thing.count:
        text = ngettext(
            "%(num)s mail is held back until you let it go on.",
            "%(num)s mails are held back until you let it go on.",
            thing.count,
        )
    else:
        text = _("Nothing goes out until you let it go on. The landing page stays up.")
    return Said(
        _("Paused"),
        _("by your company"),
        _("Let “%(campaign)s” go on, or stop it", campaign=thing.title),
        text,
        _("Look at the launch"),
        _launch(thing),
    )


def _nobody(thing: Thing, now: datetime) -> Said:
    del now
    if thing.count:
        text = ngettext(
            "One person is on it, without a consent that holds, or unsubscribed.",
            "%(num)s people are on it, all without a consent that holds, or unsubscribed.",
            thing.count,
        )
    else:
        text = _("It is empty. Add the people who agreed to hear from you.")
    return Said(
        _("Nobody"),
        _("may be mailed"),
        _("Fill your list “%(list)s”", list=thing.title),
        text,
        _("Open the list"),
        url_for("audience.table", list_id=thing.target),
    )


def _starting(thing: Thing, now: datetime) -> Said:
    return Said(
        _when(thing.at, now),
        _("goes out"),
        ngettext(
            "“%(campaign)s” goes to %(num)s person",
            "“%(campaign)s” goes to %(num)s people",
            thing.count,
            campaign=thing.title,
        ),
        _("Until then you can stop it, at no cost."),
        _("Look at the launch"),
        _launch(thing),
    )


def _finishing(thing: Thing, now: datetime) -> Said:
    return Said(
        _when(thing.at, now),
        _("last mail"),
        _("“%(campaign)s” is nearly done", campaign=thing.title),
        ngettext("%(num)s mail is still to go.", "%(num)s mails are still to go.", thing.count),
        _("Look at the launch"),
        _launch(thing),
    )


def _newer(thing: Thing, now: datetime) -> Said:
    del now
    return Said(
        _("Any day"),
        _("version %(number)s is out", number=number(thing.number)),
        _("Launch “%(campaign)s” in its new version", campaign=thing.title),
        _("What runs keeps the version it began with. One click launches the new one with the same choices."),
        _("Look at the launch"),
        _launch(thing),
    )


def _suggested(thing: Thing, now: datetime) -> Said:
    del now
    return Said(
        _("Any day"),
        _("suggested"),
        _("Launch “%(campaign)s”", campaign=thing.title),
        _("It stands ready in your name, and you have not used it yet."),
        _("Look at it"),
        url_for("campaigns.page", kit_id=thing.target),
    )


def _again(thing: Thing, now: datetime) -> Said:
    del now
    said = []
    if thing.count:
        said.append(
            ngettext("%(num)s of your contacts is new since.", "%(num)s of your contacts are new since.", thing.count)
        )
    said.append(ngettext("Last time: %(num)s lead.", "Last time: %(num)s leads.", thing.leads))
    return Said(
        _("Any day"),
        _("suggested"),
        _("Launch “%(campaign)s” again", campaign=thing.title),
        " ".join(said),
        _("Look at it"),
        url_for("campaigns.page", kit_id=thing.target),
    )


def _deal_asked(thing: Thing, now: datetime) -> Said:
    late = thing.at is not None and thing.at <= now
    return Said(
        _("Late") if late else _when(thing.at, now),
        _("answered by then it keeps its place"),
        _("Answer the question about %(company)s", company=thing.who),
        _("The vendor handed the registration back. The clock rests until you answer."),
        _("Answer it"),
        url_for("deals.show", deal_id=thing.target),
    )


def _deal_ending(thing: Thing, now: datetime) -> Said:
    return Said(
        _when(thing.at, now),
        _("protection ends"),
        _("Go on with %(company)s, or ask for more time", company=thing.who),
        _("After that another partner may register the company. An opportunity keeps its protection."),
        _("Open the deal"),
        url_for("deals.show", deal_id=thing.target),
    )


WORDS: Mapping[Kind, Callable[[Thing, datetime], Said]] = MappingProxyType(
    {
        Kind.OFFER: _offer,
        Kind.LEAD: _lead,
        Kind.ACTION: _action,
        Kind.DEAL_ASKED: _deal_asked,
        Kind.FAILED: _failed,
        Kind.DEAL_ENDING: _deal_ending,
        Kind.LOGO_MISSING: _logo_missing,
        Kind.LOGO_REFUSED: _logo_refused,
        Kind.PAUSED: _paused,
        Kind.NOBODY: _nobody,
        Kind.STARTING: _starting,
        Kind.FINISHING: _finishing,
        Kind.NEWER: _newer,
        Kind.SUGGESTED: _suggested,
        Kind.AGAIN: _again,
    }
)
