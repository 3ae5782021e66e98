"""Rows of a CSV as contacts: what each row says, what is wrong with it. Pure; the database is `service.importing`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any, Literal

from babel import Locale

from campaigns.audience.rules import BASES, Address, normalise
from campaigns.core.business_time import time_zones
from campaigns.core.csv_reading import CsvRow
from campaigns.core.text import one_line

DateOrder = Literal["dmy", "mdy", "ymd"]
LANGUAGES = ("en", "de", "fr", "es", "ja", "ar", "it", "pt", "nl", "pl")
LIMITS = {"first_name": 100, "last_name": 100, "company": 200, "phone": 40, "country": 60}
_DATE = re.compile(r"(\d{1,4})[./\-年](\d{1,2})[./\-月](\d{1,4})日?(?:[T ].*)?")
_TAG = re.compile(r"[a-z]{2,3}([-_][a-z0-9]{2,8}){0,2}", re.I)
_BASIS_WORDS = {
    "consent": ("consent", "optin", "einwilligung", "consentement", "consentimiento", "同意", "موافقة"),
    "existing_customer": (
        "existingcustomer",
        "customer",
        "bestandskunde",
        "kunde",
        "client",
        "cliente",
        "既存顧客",
        "عميل",
    ),
    "legitimate_interest": ("legitimateinterest", "berechtigtesinteresse", "interetlegitime", "intereslegitimo"),
    "contract": ("contract", "vertrag", "contrat", "contrato", "契約", "عقد"),
}


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What the person chose: how the file is read, what its columns are, and the basis for rows without one."""

    mapping: Mapping[str, int]
    has_header: bool = True
    encoding: str = ""
    delimiter: str = ""
    basis: str = ""
    basis_source: str = ""
    given_on: str = ""  # ISO date for rows without one
    date_order: DateOrder = "dmy"

    def as_dict(self) -> dict[str, Any]:
        """For the import's row."""
        return {name: getattr(self, name) for name in self.__slots__} | {"mapping": dict(self.mapping)}


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A row that can be taken."""

    line: int
    address: Address
    values: Mapping[str, str]
    basis: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot: its line, a code, and the cell that is wrong (bounded)."""

    line: int
    code: str
    cell: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For the import's row."""
        return {"line": self.line, "code": self.code, "cell": self.cell}


@dataclass(slots=True)
class Reader:
    """Turns rows into contacts and remembers what it has seen, to tell doubles by case and possible ones by dots."""

    options: ImportOptions
    now: datetime
    seen: dict[str, int] = field(default_factory=dict)
    aliases: dict[str, int] = field(default_factory=dict)
    notes: list[BadRow] = field(default_factory=list)

    def take(self, row: CsvRow) -> ContactRow | BadRow:
        """A contact, or why not. `row.duplicate` names the earlier line; a possible double is a note and is taken."""
        if row.fault:
            return BadRow(row.line, row.fault)
        cells = row.cells

        def cell(name: str) -> str:
            index = self.options.mapping.get(name, -1)
            return one_line(cells[index]) if 0 <= index < len(cells) else ""

        raw = cell("email")
        if not raw:
            return BadRow(row.line, "row.no_email")
        address = normalise(raw)
        if address is None:
            return BadRow(row.line, "row.email_invalid", raw[:80])
        if address.key in self.seen:
            return BadRow(row.line, "row.duplicate", str(self.seen[address.key]))
        basis = read_basis(cell("basis")) if cell("basis") else self.options.basis
        if basis not in BASES:
            return BadRow(row.line, "row.basis_unknown", cell("basis")[:80])
        given = self._given(cell("consent_date"))
        if isinstance(given, str):
            return BadRow(row.line, given, cell("consent_date")[:80])
        self.seen[address.key] = row.line
        earlier = self.aliases.setdefault(address.alias_key, row.line)
        if earlier != row.line:
            self.notes.append(BadRow(row.line, "row.possible_duplicate", str(earlier)))
        return ContactRow(row.line, address, _values(cell), basis, given)

    def _given(self, text: str) -> datetime | str:
        wanted = text or self.options.given_on
        if not wanted:
            return self.now
        day = read_date(wanted, self.options.date_order if text else "ymd")
        if day is None:
            return "row.date_invalid"
        at = datetime.combine(day, time(), UTC)
        return at if at <= self.now else "row.date_in_future"


def _values(cell: Any) -> dict[str, str]:
    values = {name: cell(name)[:most] for name, most in LIMITS.items()}
    if not values["first_name"] and not values["last_name"]:
        values["first_name"], values["last_name"] = split_name(cell("name"))
    values["locale"] = read_locale(cell("locale"))
    values["time_zone"] = cell("time_zone") if cell("time_zone") in time_zones() else ""
    return values


def split_name(name: str) -> tuple[str, str]:
    """(first, last): `Last, First` and `First Last`; a name of one word is a first name."""
    if "," in name:
        last, _, first = name.partition(",")
        return first.strip()[:100], last.strip()[:100]
    first, _, last = name.rpartition(" ")
    return (first or last)[:100], (last if first else "")[:100]


def read_basis(text: str) -> str:
    """The basis a cell means; empty when it means none of ours."""
    word = "".join(char for char in text.casefold() if char.isalnum())
    for basis, words in _BASIS_WORDS.items():
        if word in words:
            return basis
    return ""


@lru_cache(maxsize=1)
def _language_names() -> dict[str, str]:
    names: dict[str, str] = {}
    for code in LANGUAGES:
        for spoken in LANGUAGES:
            name = Locale(spoken).languages.get(code)
            if name:
                names[name.casefold()] = code
    return names


def read_locale(text: str) -> str:
    """A tag as it is, or the tag of a language named in one of ten languages; empty otherwise."""
    named = _language_names().get(text.casefold())
    if named is not None:
        return named
    return text.replace("_", "-") if _TAG.fullmatch(text) else ""


def read_date(text: str, order: DateOrder) -> date | None:
    """A date by the order chosen; a four-digit year in front always means year, month, day."""
    found = _DATE.fullmatch(text.strip())
    if found is None:
        return None
    first, second, third = (int(part) for part in found.groups())
    if len(found[1]) == 4 or order == "ymd":
        year, month, day = first, second, third
    elif order == "mdy":
        month, day, year = first, second, third
    else:
        day, month, year = first, second, third
    if year < 100:
        year += 2000
    try:
        return date(year, month, day)
    except ValueError:
        return None


def guess_date_order(cells: Iterator[str]) -> DateOrder:
    """The order that fits most cells; where both do, day before month, as most of the world writes."""
    fits = {"dmy": 0, "mdy": 0, "ymd": 0}
    for text in cells:
        found = _DATE.fullmatch(text.strip())
        if found is None:
            continue
        if len(found[1]) == 4:
            fits["ymd"] += 1
        else:
            fits["dmy"] += int(found[1]) <= 31 and int(found[2]) <= 12
            fits["mdy"] += int(found[1]) <= 12 and int(found[2]) <= 31
    best = max(fits, key=lambda name: fits[name])
    return "ymd" if best == "ymd" else "mdy" if best == "mdy" else "dmy"
