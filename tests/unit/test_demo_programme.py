"""The demo programme holds together: every file it names is there, every list is what the script makes."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path
from typing import Any

import pytest

from assets.make import contacts
from renderer.kit.brand_file import read_brand
from renderer.spec import BrandSpec

DEMO = Path(__file__).resolve().parents[2] / "assets" / "demo"


@pytest.fixture(scope="module")
def programme() -> dict[str, Any]:
    return tomllib.loads((DEMO / "programme.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def brands() -> dict[str, BrandSpec]:
    return {name: read_brand(DEMO / name / "brand.toml") for name in ("osterly", "naseem", "tanabe")}


def test_the_roles_of_a_programme_are_all_there(programme: dict[str, Any]) -> None:
    roles = [person["role"] for person in programme["programme"][0]["person"]]
    assert set(roles) == {"marketing", "finance", "channel", "admin"}
    assert roles.count("finance") == 2  # four eyes need two people


def test_every_address_is_an_example(programme: dict[str, Any]) -> None:
    people = [person for side in (*programme["programme"], *programme["partner"]) for person in side["person"]]
    assert all(person["email"].endswith(".example") for person in people)


def test_three_partners_have_three_locales_a_brand_and_a_list(
    programme: dict[str, Any], brands: dict[str, BrandSpec]
) -> None:
    assert [partner["slug"] for partner in programme["partner"]] == ["osterly", "naseem", "tanabe"]
    for partner in programme["partner"]:
        assert partner["brand"] == f"{partner['slug']}/brand.toml"
        brand = brands[partner["slug"]]
        assert brand.name == partner["name"]
        assert brand.logo_light is not None
        assert brand.logo_dark is not None
        assert brand.logo_light.contrast_on_light >= 3
        assert brand.logo_dark.contrast_on_dark >= 3
        rows = list(csv.DictReader((DEMO / partner["contacts"]).read_text("utf-8").splitlines()))
        assert 60 <= len(rows) <= 120
        assert {row["locale"] for row in rows} - {""} == set(partner["locales"])
        assert all(row["email"].strip().endswith(".example") for row in rows if row["email"] != "reception@")


def test_the_logos_are_awkward_in_different_ways(brands: dict[str, BrandSpec]) -> None:
    shapes = {
        name: brand.logo_light.width / brand.logo_light.height for name, brand in brands.items() if brand.logo_light
    }
    assert shapes["osterly"] > 6
    assert shapes["naseem"] == pytest.approx(1, abs=0.02)
    assert shapes["tanabe"] < 0.6
    assert brands["tanabe"].logo_light is not None
    assert brands["tanabe"].logo_light.kind == "raster"


@pytest.mark.parametrize("wanted", contacts.LISTS, ids=lambda item: item.partner)
def test_committed_lists_are_what_the_script_makes(wanted: contacts.List) -> None:
    assert (DEMO / wanted.partner / "contacts.csv").read_bytes() == contacts.contact_list(wanted)


def test_one_list_holds_rows_an_import_must_refuse_or_mend() -> None:
    rows = list(csv.DictReader((DEMO / "osterly" / "contacts.csv").read_text("utf-8").splitlines()))
    emails = [row["email"].strip().lower() for row in rows]
    assert len(emails) - len(set(emails)) >= 1
    assert any(row["basis"] == "" for row in rows)
    assert any("@" in row["email"] and not row["email"].split("@")[1] for row in rows)
