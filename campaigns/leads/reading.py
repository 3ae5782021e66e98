"""A lead as somebody hands it in: columns in six languages, values bounded and cleaned. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from babel import Locale

from campaigns.audience.columns import guess_columns, squeeze
from campaigns.audience.importing import LANGUAGES, read_locale
from campaigns.core.text import clean_lines, one_line
from campaigns.leads.identity import company_key, email_key

LIMITS: Final[Mapping[str, int]] = {
    "name": 200, "company": 200, "job_title": 120, "phone": 40, "region": 80, "postal_code": 20,
    "product_line": 80, "website": 300,
}  # fmt: skip
MOST_MESSAGE, MOST_FACTS, MOST_FACT = 5000, 20, 300
_NAMES = {
    "job_title": "jobtitle title position role berufsbezeichnung fonction poste cargo puesto 役職 المسمىالوظيفي",
    "region": "region state province bundesland departement provincia 地域 都道府県 المنطقة",
    "postal_code": "postalcode zip zipcode postcode plz postleitzahl codepostal codigopostal 郵便番号 الرمزالبريدي",
    "product_line": "product productline interest produkt produktlinie produit producto linea 製品 商品 المنتج",
    "message": "message note notes comments nachricht notiz commentaire mensaje nota 備考 メッセージ الرسالة",
    "website": "website url site web webseite homepage siteweb sitioweb ウェブサイト الموقع",
}
_KNOWN = {squeeze(word): name for name, words in _NAMES.items() for word in words.split()}
_FACT_NAME = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class LeadRow:
    """A lead that can be taken; `raw` is what was received, `line` where in a file."""

    values: Mapping[str, str]
    email: str
    email_key: str
    company_key: str
    facts: Mapping[str, str]
    raw: Mapping[str, str] = field(repr=False)
    line: int | None = None

    @property
    def digest(self) -> str:
        """SHA-256 over the received values, whatever their order."""
        text = json.dumps(dict(self.raw), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    found: dict[str, str] = {}
    for spoken in LANGUAGES:
        for code, name in Locale(spoken).territories.items():
            if len(code) == 2 and code.isalpha():
                found.setdefault(name.casefold(), code)
                found[code.casefold()] = code
    return found


def country_code(text: str) -> str:
    """ISO 3166-1 alpha-2 of a code or of a country's name in ten languages; empty when it is neither."""
    return _countries().get(one_line(text).casefold(), "")


def lead_columns(rows: Sequence[Sequence[str]]) -> tuple[dict[str, int], dict[str, int], bool]:
    """(our columns, others as facts by their header, whether the first row is a header)."""
    guess = guess_columns(rows)
    mapping = {name: index for name, index in guess.mapping.items() if name not in ("basis", "consent_date")}
    facts: dict[str, int] = {}
    if guess.has_header and rows:
        used = set(mapping.values())
        for index, cell in enumerate(rows[0]):
            name = _KNOWN.get(squeeze(cell))
            if index in used:
                continue
            if name is not None and name not in mapping:
                mapping[name] = index
            elif (fact := fact_name(cell)) and len(facts) < MOST_FACTS:
                facts.setdefault(fact, index)
    return mapping, facts, guess.has_header


def fact_name(text: str) -> str:
    """A header as rules name it after `facts.`: small Latin letters, digits and underscores; may be empty."""
    return _FACT_NAME.sub("_", text.casefold()).strip("_")[:60]


def read_lead(given: Mapping[str, str], facts: Mapping[str, str], *, line: int | None = None) -> LeadRow | str:
    """A lead of received values, or the code of what is wrong: row.no_email, row.email_invalid."""
    values = {name: one_line(given.get(name, ""))[:most] for name, most in LIMITS.items()}
    if not values["name"]:
        parts = (one_line(given.get(name, "")) for name in ("first_name", "last_name"))
        values["name"] = " ".join(part for part in parts if part)[:200]
    values["message"] = clean_lines(given.get("message", ""))[:MOST_MESSAGE]
    values["country"] = country_code(given.get("country", ""))
    values["locale"] = read_locale(one_line(given.get("locale", "")))
    if not one_line(given.get("email", "")):
        return "row.no_email"
    email, key = email_key(given["email"])
    if not key:
        return "row.email_invalid"
    kept = {name: one_line(text)[:MOST_FACT] for name, text in list(facts.items())[:MOST_FACTS] if one_line(text)}
    if values["website"]:
        kept.setdefault("website", values["website"])
    raw = {name: text for name, text in given.items() if text} | {f"facts.{name}": text for name, text in kept.items()}
    return LeadRow(values, email, key, company_key(values["website"], email), kept, raw, line)


def score_values(lead: Any) -> dict[str, str]:
    """What the rules may ask of a lead's row, as text."""
    named = {name: str(getattr(lead, name) or "") for name in
             ("country", "region", "product_line", "job_title", "company", "phone", "message")}  # fmt: skip
    named["origin"] = lead.source_channel or ("launch" if lead.launch_id else "handed_in")
    return named | {f"facts.{fact_name(str(name))}": str(value) for name, value in (lead.facts or {}).items()}
