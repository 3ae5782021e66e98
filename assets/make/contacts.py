"""Invented contact lists for the demo partners: `python -m assets.make.contacts`.

The same table gives the same rows.
"""

from __future__ import annotations

import csv
import io
import random
import re
import tomllib
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

DEMO = Path(__file__).resolve().parents[1] / "demo"
PEOPLE = Path(__file__).parent / "copy" / "people.toml"
COLUMNS = ("email", "first_name", "last_name", "company", "country", "locale", "basis", "consent_date")
BASES = ("consent", "consent", "consent", "contract", "legitimate_interest")


@dataclass(frozen=True, slots=True)
class List:
    """How many people of each language a partner knows, and whether rows with faults are mixed in."""

    partner: str
    shares: tuple[tuple[str, int], ...]
    seed: int
    faults: bool = False


LISTS = (
    List("osterly", (("en", 76), ("de", 16), ("fr", 10)), 41, faults=True),
    List("naseem", (("ar", 58), ("en", 18), ("fr", 8)), 42),
    List("tanabe", (("ja", 52), ("en", 12), ("de", 6)), 43),
)
# What a real upload holds: a double in other letters, spaces, no domain, no basis, no name, a date that is none.
FAULTS = (
    (
        "Paul.OKAFOR@norbury-schools-trust.example",
        "Paul",
        "Okafor",
        "Norbury Schools Trust",
        "GB",
        "en",
        "consent",
        "2025-03-06",
    ),
    (
        "paul.okafor@norbury-schools-trust.example",
        "Paul",
        "Okafor",
        "Norbury Schools Trust",
        "GB",
        "en",
        "consent",
        "2025-03-06",
    ),
    (
        "  grace.hollis@castellane-hotels.example ",
        " Grace",
        "Hollis ",
        "Castellane Hotels; Bath, Wells",
        "GB",
        "en",
        "consent",
        "2025-06-19",
    ),
    ("reception@", "", "", "Clifton Court Hotel", "GB", "en", "consent", "2025-05-02"),
    ("estates@kelston-estates.example", "", "", "Kelston Estates", "GB", "", "legitimate_interest", "2025-01-20"),
    (
        "owen.penrose@wraxall-college.example",
        "Owen",
        "Penrose",
        'Wraxall College, "The Lodge"',
        "GB",
        "en",
        "",
        "2025-02-11",
    ),
    (
        "imogen.sallow@bedminster-mills.example",
        "Imogen",
        "Sallow",
        "Bedminster Mills",
        "GB",
        "en",
        "consent",
        "31/02/2025",
    ),
)


def _ascii(text: str) -> str:
    plain = (
        unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("ı", "i"))
        .encode("ascii", "ignore")
        .decode()
        .lower()
    )
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _people(table: dict[str, Any], locale: str, count: int, rnd: random.Random) -> list[tuple[str, ...]]:
    firsts = list(zip(table["first"], table.get("first_latin", table["first"]), strict=True))
    lasts = list(zip(table["last"], table.get("last_latin", table["last"]), strict=True))
    companies = list(zip(table["companies"], table.get("companies_latin", table["companies"]), strict=True))
    pairs = rnd.sample([(first, last) for first in firsts for last in lasts], count)
    rows: list[tuple[str, ...]] = []
    for first, last in pairs:
        company = rnd.choice(companies)
        asked = date(2026, 1, 1) + timedelta(days=rnd.randrange(300))
        address = f"{_ascii(first[1])}.{_ascii(last[1])}@{_ascii(company[1])}.example"
        rows.append(
            (address, first[0], last[0], company[0], table["country"], locale, rnd.choice(BASES), asked.isoformat())
        )
    return rows


def contact_list(wanted: List) -> bytes:
    """The partner's contacts.csv, UTF-8 with a header line."""
    people = tomllib.loads(PEOPLE.read_text("utf-8"))
    rnd = random.Random(wanted.seed)
    rows = [row for locale, count in wanted.shares for row in _people(people[locale], locale, count, rnd)]
    rnd.shuffle(rows)
    if wanted.faults:
        for at, fault in enumerate(FAULTS):
            rows.insert(9 + 11 * at, fault)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    return out.getvalue().encode()


def main() -> None:
    """Write every list."""
    for wanted in LISTS:
        (DEMO / wanted.partner / "contacts.csv").write_bytes(contact_list(wanted))


if __name__ == "__main__":
    main()
