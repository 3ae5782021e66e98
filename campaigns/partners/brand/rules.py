"""What a partner may write beside its logo: lengths, characters, addresses. Pure; all problems at once."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from dataclasses import asdict, dataclass, fields
from urllib.parse import urlsplit

from campaigns.partners.rules import is_colour, normalise_email
from renderer.report import Problem
from renderer.territory import is_country

MIN_LOGO_CONTRAST = 3.0  # WCAG 2.2, 1.4.11: graphical objects
LONGEST = {
    "name": 80,
    "legal_name": 120,
    "tagline": 120,
    "phone": 40,
    "email": 254,
    "url": 200,
    "address": 200,
    "legal_line": 240,
}
# Joiners and the three weak direction marks belong to ordinary Arabic, Persian and Hebrew text.
_WANTED_FORMAT_CHARACTERS = frozenset("\u200c\u200d\u200e\u200f\u061c\u00ad")
_PHONE = re.compile(r"\+?[0-9][0-9 ()./\u00a0\u2011\u2013-]*(?: ?(?:ext\.?|x) ?[0-9]{1,6})?")
_HOST = re.compile(r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")


@dataclass(frozen=True, slots=True)
class BrandForm:
    """A brand as people type it, and as a revision keeps it. Colours are `#rrggbb`; the rest is plain text.

    `country` is the address's, two letters of ISO 3166-1; pieces write dates, numbers and money as there.
    """

    name: str = ""
    legal_name: str = ""
    tagline: str = ""
    phone: str = ""
    email: str = ""
    url: str = ""
    address: str = ""
    country: str = ""
    legal_line: str = ""
    primary: str = "#14201b"
    secondary: str = "#4c5954"

    def as_dict(self) -> dict[str, str]:
        """JSON-ready."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, str]) -> BrandForm:
        """From a revision's data; names it does not know are left out."""
        return cls(**{item.name: str(data[item.name]) for item in fields(cls) if item.name in data})


def tidy(form: BrandForm) -> BrandForm:
    """White space collapsed, Unicode composed, colours in lower case, `https://` where a URL lacks its scheme."""
    values = {
        name: unicodedata.normalize("NFC", re.sub(r"[ \t\u00a0]+", " ", value)).strip()
        for name, value in form.as_dict().items()
    }
    values["primary"], values["secondary"] = values["primary"].lower(), values["secondary"].lower()
    if values["url"] and "://" not in values["url"] and ":" not in values["url"].split("/")[0]:
        values["url"] = "https://" + values["url"]
    values["country"] = values["country"].upper()
    return BrandForm(**values)


def check(form: BrandForm) -> list[Problem]:
    """Every problem of a tidied form; a problem's `slot` is the field."""
    problems = [problem for name, most in LONGEST.items() for problem in _text(name, getattr(form, name), most)]
    if not form.name:
        problems.append(Problem("brand.name_missing", "Write the company's name.", slot="name"))
    if form.phone and not (_PHONE.fullmatch(form.phone) and 4 <= sum(map(str.isdigit, form.phone)) <= 18):
        problems.append(
            Problem("brand.phone", "Write the telephone number with digits, like +44 117 496 0142.", slot="phone")
        )
    if form.email and normalise_email(form.email) is None:
        problems.append(Problem("brand.email", "This is not an email address.", slot="email"))
    if form.url and not _is_web_address(form.url):
        sentence = "Write the web address as people type it, like www.osterly.example; it begins with http or https."
        problems.append(Problem("brand.url", sentence, slot="url"))
    if form.country and not is_country(form.country):
        problems.append(Problem("brand.country", "Choose a country from the list.", slot="country"))
    wanted = "Write the colour as # and six digits, like #14304d."
    colours = ("primary", "secondary")
    problems += [Problem("brand.colour", wanted, slot=name) for name in colours if not is_colour(getattr(form, name))]
    return problems


def _text(name: str, value: str, most: int) -> list[Problem]:
    problems = []
    if len(value) > most:
        sentence = f"It has {len(value)} characters; at most {most} fit."
        problems.append(Problem("brand.long", sentence, slot=name, params={"measured": len(value), "needed": most}))
    if any(_is_forbidden(character) for character in value):
        sentence = "There is an invisible control character in it. Type it anew instead of pasting it."
        problems.append(Problem("brand.control", sentence, slot=name))
    return problems


def _is_forbidden(character: str) -> bool:
    """Controls, and those format characters that turn or hide text (bidi overrides, tags, byte order marks)."""
    category = unicodedata.category(character)
    if category == "Cf":
        return character not in _WANTED_FORMAT_CHARACTERS
    return category in ("Cc", "Cs", "Co", "Zl", "Zp")


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port_is_fine = parts.port is None or parts.port > 0
        host = (parts.hostname or "").encode("idna").decode()
    except (ValueError, UnicodeError):
        return False
    plain = not any(character.isspace() or character in "\"'<>\\" for character in url)
    return (
        parts.scheme in ("http", "https")
        and port_is_fine
        and plain
        and parts.username is None
        and parts.password is None
        and _HOST.fullmatch(host) is not None
    )


def revision_digest(form: BrandForm, light: str | None, dark: str | None) -> str:
    """SHA-256 over the brand's content: the form and the digests of its logos."""
    body = json.dumps([form.as_dict(), light, dark], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(body.encode()).hexdigest()
