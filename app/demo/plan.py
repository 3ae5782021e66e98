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
    list_name: str
    people: tuple[DemoPerson, ...]


@dataclass(frozen=True, slots=True)
class DemoVendor:
    """A vendor's programme with its people and its kits."""

    slug: str
    name: str
    accent: str
    time_zone: str
    locale: str
    address: str
    sender_email: str
    kits: tuple[str, ...]
    people: tuple[DemoPerson, ...]


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """The vendors, the kit that is launched, and the partners, who sell with all of them."""

    vendors: tuple[DemoVendor, ...]
    launch: str
    partners: tuple[DemoPartner, ...]


def _person(raw: dict[str, Any]) -> DemoPerson:
    return DemoPerson(raw["name"], raw["email"], Role(raw["role"]), raw["locale"])


def _vendor(raw: dict[str, Any]) -> DemoVendor:
    return DemoVendor(
        slug=raw["slug"],
        name=raw["name"],
        accent=raw["accent"],
        time_zone=raw["time_zone"],
        locale=raw["locale"],
        address=raw["address"],
        sender_email=raw["email"],
        kits=tuple(raw["kits"]),
        people=tuple(_person(person) for person in raw["person"]),
    )


def read_plan(path: Path) -> DemoPlan:
    """The plan; paths in it are relative to its folder."""
    raw = tomllib.loads(path.read_text("utf-8"))
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
            list_name=item["list_name"],
            people=tuple(_person(person) for person in item["person"]),
        )
        for item in raw["partner"]
    )
    return DemoPlan(tuple(_vendor(item) for item in raw["programme"]), raw["launch"], partners)
