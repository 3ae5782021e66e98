"""Sentences of errors about leads, offers, the pool and their rules, by code."""

from __future__ import annotations

from app.i18n import N_

TEXTS: dict[str, str] = {
    "action.invalid": N_("Say what you do next, and when."),
    "action.text": N_("Say in 1 to %(needed)s characters what you do next."),
    "action.day": N_("Choose a day from today on, within a year."),
    "offer.reason": N_("Say why, so that the next ones fit better."),
    "offer.state": N_("The offer is over: it was answered, withdrawn, or its time has run out."),
    "lead.no_email": N_("An address such as name@company.com is needed."),
    "lead.email": N_("This is not a complete address, such as name@company.com."),
    "note.kind": N_("Choose what it was: a note, a call, a mail or a meeting."),
    "note.words": N_("Write 1 to %(needed)s characters."),
    "pool.gone": N_("The lead is not in the pool any more."),
    "pool.state": N_("This request was decided or withdrawn already."),
    "merge.same": N_("A lead cannot be merged with itself."),
    "merge.apart": N_("These two leads are not of one programme."),
    "merge.done": N_("One of them is merged already. Take that back first."),
    "rules.invalid": N_("Please look at the marked fields."),
    "rules.changed": N_("Somebody published other rules meanwhile. Load the page again and repeat your change."),
    "rules.number": N_("A whole number from %(least)s to %(most)s is needed."),
    "rules.list": N_("At least one text is needed, and at most %(most)s."),
    "rules.text": N_("A text of 1 to %(most)s characters is needed."),
    "rules.at_least": N_("A number is needed to compare with."),
    "rules.country": N_("%(name)s is no country code of two letters."),
    "rules.hours": N_("A day opens before it closes, such as 09:00 and 17:00; one day at least is open."),
    "rules.holiday": N_("%(name)s is no day such as 2027-01-01."),
    "rules.zone": N_("Choose a time zone from the list."),
    "rules.field": N_("Choose a field of the lead, or facts. and a name."),
    "coverage.invalid": N_("Please look at the marked fields."),
    "coverage.country": N_("%(name)s is no country that we know."),
    "coverage.capacity": N_("A number from 0 to %(needed)s is needed."),
    "coverage.changed": N_("Somebody saved a change while you were editing. Load the page again."),
    "import.no_addresses": N_("No column holds addresses such as name@company.com. Call one “Email” in the first row."),
    "import.state": N_("The file is not at that point any more. Look at it again."),
    "import.no_event": N_("Say which event these people came to."),
}
