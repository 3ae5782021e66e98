"""assets/demo/programme.toml as values."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from campaigns.core.actor import Role


class DemoFailed(Exception):  # noqa: N818 - the demo's own end, told to the terminal
    """The demo cannot go on; the sentence says why."""


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody with a sign-in."""

    name: str
    email: str
    role: Role
    locale: str


@dataclass(frozen=True, slots=True)
class DemoPartner:
    """A partner with its brand and its contacts."""

    slug: str
    name: str
    country: str
    time_zone: str
    tier: str
    locales: tuple[str, ...]
    brand: Path
    contacts: Path
    people: tuple[DemoPerson, ...]


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """The whole demo programme."""

    slug: str
    name: str
    accent: str
    time_zone: str
    locale: str
    address: str
    sender_email: str
    kits: tuple[str, ...]
    launch: str
    people: tuple[DemoPerson, ...]
    partners: tuple[DemoPartner, ...]


def _person(raw: dict[str, Any]) -> DemoPerson:
    return DemoPerson(raw["name"], raw["email"], Role(raw["role"]), raw["locale"])


def read_plan(path: Path) -> DemoPlan:
    """The plan; paths in it are relative to its folder."""
    raw = tomllib.loads(path.read_text("utf-8"))
    programme = raw["programme"]
    partners = tuple(
        DemoPartner(
            slug=item["slug"],
            name=item["name"],
            country=item["country"],
            time_zone=item["time_zone"],
            tier=item["tier"],
            locales=tuple(item["locales"]),
            brand=path.parent / item["brand"],
            contacts=path.parent / item["contacts"],
            people=tuple(_person(person) for person in item["person"]),
        )
        for item in raw["partner"]
    )
    return DemoPlan(
        slug=programme["slug"],
        name=programme["name"],
        accent=programme["accent"],
        time_zone=programme["time_zone"],
        locale=programme["locale"],
        address=programme["address"],
        sender_email=programme["email"],
        kits=tuple(programme["kits"]),
        launch=programme["launch"],
        people=tuple(_person(person) for person in raw["person"]),
        partners=partners,
    )
