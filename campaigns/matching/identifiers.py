"""Company numbers as people write them: which number it is, in canonical form, or a note on why it is none.

A number counts only where it is valid; an invalid one is shown to whoever typed it and matches nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from campaigns.matching.schemes import EU, WORLD, Scheme, by_code, by_country

MAX_INPUT = 80
_COUNTRY_SPELLINGS = {"UK": "GB", "EL": "GR", "XI": "GB"}
_LABEL = re.compile(  # what people write before the number
    r"^\s*(?:ust-?\s?id(?:[-.\s]?nr)?|umsatzsteuer-id|mwst|vat|tva|iva|moms|btw|p\.?\s?iva|nip|cvr|orgnr|org\.?\s?nr|org|"
    r"lei|d-?u-?n-?s|siren|siret|инн|огрн|унп|едрпоу|vkn|vergi\s?no|trn|uid|crn|company|法人番号|统一社会信用代码|登録番号)"
    r"[\s.:#]*(?:no|nr|number|id)?[\s.:#]*(?=[\dA-Z])",
    re.IGNORECASE,
)


_COURT = re.compile(r"\b(?:amtsgericht|registergericht|handelsregister|ag)\b[\s.:,]*", re.IGNORECASE)
_REGISTER = re.compile(r"\b(HR[AB]|GnR|PR|VR)(?=\d)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Identifier:
    """A valid number: the scheme's code ("SE.orgnr", "lei") and its canonical value."""

    scheme: str
    value: str

    @property
    def rank(self) -> int:
        """ENTITY, TAX or SITE of `schemes`."""
        return by_code()[self.scheme].rank

    @property
    def checked(self) -> bool:
        """Whether the number carries a check digit, so that a slip of the hand can't have made it."""
        return by_code()[self.scheme].checked


@dataclass(frozen=True, slots=True)
class Note:
    """Why something given is no identifier: a code and what it is about, to be told by the page in its language."""

    code: str
    raw: str
    country: str = ""


def country_code(raw: str) -> str:
    """ISO 3166 alpha-2 in capitals, or "" if it is no two letters. UK and EL become GB and GR."""
    code = raw.strip().upper()
    code = _COUNTRY_SPELLINGS.get(code, code)
    return code if re.fullmatch("[A-Z]{2}", code) else ""


def _placeholder(value: str) -> bool:
    """Numbers that fill a mandatory field: one digit repeated, or digits counted up or down."""
    digits = re.sub(r"\D", "", value)
    if len(digits) < 6:
        return False
    return len(set(digits)) == 1 or digits in "01234567890123456789" or digits in "98765432109876543210"


def _candidates(text: str, kind: str, country: str) -> list[Scheme]:
    """Schemes to try, the likeliest first."""
    wanted = kind.strip()
    if wanted.lower() in ("lei", "duns"):
        return [scheme for scheme in WORLD if scheme.code == wanted.lower()]
    named = [scheme for code, scheme in by_code().items() if code.lower() == wanted.lower() and scheme.kinds]
    if named:
        return named
    compact = re.sub(r"[\s.-]", "", text).upper()
    found = []
    if re.fullmatch(r"[A-Z0-9]{18}\d{2}", compact):
        found.append(WORLD[0])
    prefix = country_code(compact[:2])
    if prefix and wanted in ("", "vat", "tax") and (prefix in EU or prefix == "GB") and compact[2:3]:
        found += [scheme for scheme in by_country(prefix) if "vat" in scheme.kinds]
    if compact.startswith("CHE"):
        found += by_country("CH")
    if re.fullmatch(r"T\d{13}", compact):  # the Japanese invoice number is T and the corporate number
        found += by_country("JP")
    if country:
        found += [scheme for scheme in by_country(country) if not wanted or wanted in scheme.kinds]
    return list(dict.fromkeys(found))


@lru_cache(maxsize=8192)
def read_number(raw: str, kind: str = "", country: str = "") -> Identifier | Note:
    """Read one number. `kind`: "" (guess), "vat", "tax", "registry", "lei", "duns", or a scheme's code.

    `country` scopes national numbers. Never raises.
    """
    shown = raw.strip()[:MAX_INPUT]
    where = country_code(country)
    label = _LABEL.match(shown)
    text = shown[label.end() :] if label else shown
    if label and not kind and re.match(r"\s*d-?u-?n-?s", label.group(), re.IGNORECASE):
        kind = "duns"
    schemes = _candidates(text, kind, where)
    if not schemes:
        return Note("matching.number.no_country" if not where else "matching.number.unknown", shown, where)
    if _placeholder(text):
        return Note("matching.number.placeholder", shown, where)
    for scheme in schemes:
        number = text
        if scheme.code == "JP.cn":
            number = text.strip().removeprefix("T")
        elif scheme.code == "DE.hrb":  # "Amtsgericht Aachen, HRB44123" is how letterheads have it
            number = _REGISTER.sub(r"\1 ", _COURT.sub("", text)).strip(" ,;")
        if scheme.country and scheme.country in EU and scheme.rank and text[:2].upper() == scheme.country:
            number = text if scheme.code.endswith((".vat", ".tva")) else text[2:]
        read = scheme.read(number)
        if read and not _placeholder(read[1]):
            return Identifier(*read)
    return Note("matching.number.invalid", shown, where)
