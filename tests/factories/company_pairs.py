"""The gold pairs of tests/data/matching/pairs.csv as companies."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from campaigns.matching.company import Company, Number

FILE = Path(__file__).resolve().parents[1] / "data" / "matching" / "pairs.csv"
KINDS = {"vat", "tax", "registry", "lei", "duns", "FR.siren", "TR.vkn"}


@dataclass(frozen=True)
class Pair:
    """One row: label "same", "affiliate" or "different", the case it stands for, and both companies."""

    line: int
    label: str
    case: str
    a: Company
    b: Company


def company(text: str) -> Company:
    """A company from "n=Name; c=DE; …" as the file writes it."""
    found: dict[str, list[str]] = {}
    for part in text.split("; "):
        key, _, value = part.partition("=")
        found.setdefault(key.strip(), []).append(value.strip())
    assert set(found) <= set("ncseiap"), text
    numbers = []
    for raw in found.get("i", []):
        kind, _, value = raw.partition(":")
        numbers.append(Number(value, kind) if kind in KINDS else Number(raw))
    return Company(
        names=tuple(found.get("n", [])),
        country=found.get("c", [""])[0],
        sites=tuple(found.get("s", [])),
        emails=tuple(found.get("e", [])),
        numbers=tuple(numbers),
        address=found.get("a", [""])[0],
        phone=found.get("p", [""])[0],
    )


@cache
def gold() -> tuple[Pair, ...]:
    """All pairs of the file."""
    pairs = []
    for number, line in enumerate(FILE.read_text(encoding="utf-8").splitlines(), start=1):
        if line and not line.startswith("#"):
            label, case, a, b = line.split("|")
            assert label in ("same", "affiliate", "different"), line
            pairs.append(Pair(number, label, case, company(a), company(b)))
    return tuple(pairs)
