"""A programme's own settings: name, colour, postal address, sender."""

from __future__ import annotations

from dataclasses import dataclass

from campaigns.core.actor import Actor
from campaigns.core.business_time import time_zones
from campaigns.core.permissions import require
from campaigns.core.problems import Problem, raise_if_any
from campaigns.core.tenancy import must_exist, programme_of
from campaigns.db import audit
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.partners import rules
from campaigns.partners.errors import changed_meanwhile
from campaigns.partners.models import Programme
from renderer.logo.contrast import contrast_ratio
from renderer.logo.palette import TEXT_CONTRAST, darken_to


@dataclass(frozen=True, slots=True)
class ProgrammeForm:
    """What an administrator may set. `accent` is `#rrggbb`; the address stands under every mail."""

    name: str
    accent: str
    postal_address: str
    sender_email: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class SavedProgramme:
    """What was saved. `darkened_from` is the colour asked for, if it had less than 4.5:1 on white."""

    accent: str
    contrast: float
    darkened_from: str | None


def save_programme(uow: UnitOfWork, actor: Actor, form: ProgrammeForm, if_version: int) -> SavedProgramme:
    """Save; a colour too pale for text is darkened in its hue, and the answer says so. All problems at once."""
    require(actor, "programme.write")
    name, address = " ".join(form.name.split()), "\n".join(form.postal_address.split("\r\n")).strip()
    accent, sender = form.accent.strip().lower(), form.sender_email.strip()
    problems = []
    if not 1 <= len(name) <= 80 or not name.isprintable():
        problems.append(Problem("programme.name", "The name needs 1 to 80 characters.", slot="name"))
    if not rules.is_colour(accent):
        problems.append(Problem("brand.colour", "Write the colour as # and six digits, like #14304d.", slot="accent"))
    if len(address) > 300 or not all(line.isprintable() for line in address.split("\n")):
        problems.append(
            Problem("programme.address", "The address may have 300 characters in plain lines.", slot="postal_address")
        )
    if sender and rules.normalise_email(sender) is None:
        problems.append(Problem("person.email", "This is not an email address.", slot="sender_email"))
    if form.time_zone not in time_zones():
        problems.append(Problem("programme.time_zone", "Choose a time zone from the list.", slot="time_zone"))
    raise_if_any("programme.invalid", "The programme was not saved.", problems)
    programme: Programme = must_exist(
        uow.session.get(Programme, programme_of(actor), with_for_update=True, populate_existing=True), "programme"
    )
    if programme.version != if_version:
        raise changed_meanwhile()
    dark_enough = darken_to(accent, TEXT_CONTRAST)
    programme.name, programme.accent, programme.postal_address = name, dark_enough, address
    programme.sender_email, programme.time_zone = rules.normalise_email(sender) or "", form.time_zone
    programme.version += 1
    audit.record(uow, actor, "programme.saved", "programme", programme.id, {"name": name, "accent": dark_enough})
    contrast = round(contrast_ratio(dark_enough, "#ffffff"), 1)
    return SavedProgramme(dark_enough, contrast, accent if accent != dark_enough else None)
