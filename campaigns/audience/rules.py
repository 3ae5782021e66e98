"""What is true of addresses, locales and consent: pure functions, no database, no network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

BASES = ("consent", "existing_customer", "legitimate_interest", "contract")
# the strongest reason is the one shown when several suppressions hold
SUPPRESSION_RANK = {"complaint": 1, "bounce": 2, "erased": 3, "unsubscribe": 4, "manual": 5}
MOST_EMAIL_CHARS = 254  # RFC 5321, 4.5.3.1.3, less the angle brackets
# domains where dots in the local part mean nothing
_DOTLESS = frozenset({"gmail.com", "googlemail.com"})


@dataclass(frozen=True, slots=True)
class Address:
    """An address as it is mailed (`email`), as it is compared (`key`), and where it may be a double (`alias_key`)."""

    email: str
    key: str
    alias_key: str


def alias_key(key: str) -> str:
    """What several spellings of one mailbox share: without `+tag`, at Gmail without dots too.

    Only a hint: it marks possible duplicates and never merges, for the rule is the provider's own.
    """
    local, _, domain = key.rpartition("@")
    local = local.split("+", 1)[0] or local
    if domain in _DOTLESS:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"


def normalise(text: str) -> Address | None:
    """The address in a field, or None when it is none: trimmed, `mailto:` removed, domain in IDNA, no DNS.

    The key is lower-case throughout with the domain in its ASCII form (RFC 5891).
    """
    raw = text.strip().strip("\u200b\ufeff\u00a0")
    if raw[:7].lower() == "mailto:":
        raw = raw[7:]
    if not raw or len(raw) > MOST_EMAIL_CHARS or any(ord(char) < 32 for char in raw):
        return None
    try:
        found = validate_email(raw, check_deliverability=False, test_environment=True, strict=True)
    except EmailNotValidError:
        return None
    # a local part beyond ASCII needs SMTPUTF8, which few relays carry: it cannot be mailed from here
    if found.ascii_email is None or len(found.ascii_email) > MOST_EMAIL_CHARS:
        return None
    key = found.ascii_email.lower()
    return Address(email=f"{found.local_part}@{found.ascii_domain}", key=key, alias_key=alias_key(key))


def _spelt(locale: str) -> str:
    return locale.replace("_", "-").lower()


def locale_tables(locales: Sequence[str], default_locale: str) -> tuple[dict[str, str], dict[str, str], str]:
    """(by exact tag, by language, fallback) of a launch's locales; keys are lower-case with hyphens.

    A contact gets its own locale if chosen, else the first of its language, else the partner's default
    if that or its language is chosen, else the first. ValueError without any locale.
    """
    if not locales:
        raise ValueError("a launch has at least one locale")
    exact = {_spelt(locale): locale for locale in locales}
    by_language: dict[str, str] = {}
    for locale in locales:
        by_language.setdefault(_spelt(locale).split("-")[0], locale)
    default = _spelt(default_locale)
    fallback = exact.get(default) or by_language.get(default.split("-")[0]) or locales[0]
    return exact, by_language, fallback


def locale_for(contact_locale: str, locales: Sequence[str], default_locale: str) -> str:
    """The locale a contact gets; the same rule as the set-based queries."""
    exact, by_language, fallback = locale_tables(locales, default_locale)
    spelt = _spelt(contact_locale)
    return exact.get(spelt) or by_language.get(spelt.split("-")[0]) or fallback
