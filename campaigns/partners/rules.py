"""Pure rules about people: addresses, passwords, throttling, programme colours."""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta

from email_validator import EmailNotValidError, validate_email

from renderer.report import Problem

PASSWORD_MIN, PASSWORD_MAX = 12, 256
IDLE = timedelta(hours=12)  # a session unused for so long has ended
ATTEMPT_WINDOW = timedelta(minutes=15)
ATTEMPTS_PER_ACCOUNT = 8
ATTEMPTS_PER_ADDRESS = 40
_COLOUR = re.compile(r"#[0-9a-f]{6}")


def normalise_email(raw: str) -> str | None:
    """Lower-case with an IDNA domain, or None if it is no address. Nothing is looked up."""
    try:
        found = validate_email(raw.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return None
    return f"{found.local_part.lower()}@{(found.ascii_domain or found.domain).lower()}"


def password_problems(password: str, email: str = "") -> list[Problem]:
    """What is wrong with a new password. Length only: composition rules help nobody (NIST SP 800-63B, 3.1.1.2)."""
    length = len(unicodedata.normalize("NFC", password))
    if length < PASSWORD_MIN:
        return [
            Problem(
                "password.short",
                f"The password has {length} characters; at least {PASSWORD_MIN} are needed.",
                slot="password",
                params={"measured": length, "needed": PASSWORD_MIN},
            )
        ]
    if length > PASSWORD_MAX:
        return [
            Problem(
                "password.long",
                f"The password has {length} characters; at most {PASSWORD_MAX} are taken.",
                slot="password",
                params={"measured": length, "needed": PASSWORD_MAX},
            )
        ]
    plain = password.strip().lower()
    if email and plain in (email.lower(), email.lower().split("@")[0] * 2):
        return [Problem("password.is_email", "The password is the email address. Choose another.", slot="password")]
    if len(set(plain)) < 4:
        return [
            Problem("password.monotonous", "The password repeats a few characters. Choose another.", slot="password")
        ]
    return []


def slugify(name: str) -> str:
    """A short ASCII name for addresses; `partner` when nothing is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:48].strip("-") or "partner"


def is_colour(value: str) -> bool:
    """True for `#rrggbb` in lower case."""
    return _COLOUR.fullmatch(value) is not None


def slug_colour_version(accent: str) -> str:
    """What changes in the address of a programme's stylesheet when its colour changes."""
    return accent.removeprefix("#")
