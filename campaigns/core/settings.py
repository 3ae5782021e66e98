"""The one reader of the environment. All problems are reported together, by name, at start."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

QUEUES = ("render", "send", "default", "check")


class SettingsError(Exception):
    """Every setting that cannot be used, one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Settings:
    """What the processes run with. Secrets are not in `repr`."""

    database_url: str = field(repr=False)
    broker_url: str = field(repr=False)
    storage_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    public_url: str
    data_dir: Path
    smtp_url: str | None = field(default=None, repr=False)
    fonts_dir: Path = Path("assets/fonts")
    log_format: str = "json"
    sender_domain: str = "localhost"
    send_policy: str = "at_most_once"
    trusted_proxies: int = 0
    metrics_token: str = field(default="", repr=False)
    broker_prefix: str = "throughline"
    keep_events_days: int = 90
    keep_deliveries_days: int = 30
    keep_changes_days: int = 90
    deal_mail_domain: str = ""  # of the addresses registrations are mailed to; empty: `sender_domain`
    webhook_loopback: bool = False  # this machine may be told of events: for tests and development

    @property
    def mailed_to(self) -> str:
        """The domain of the addresses registrations are mailed to."""
        return self.deal_mail_domain or self.sender_domain

    @property
    def secure_cookies(self) -> bool:
        """Cookies carry Secure whenever people come over HTTPS."""
        return self.public_url.startswith("https://")


KEPT_DAYS = {"KEEP_EVENTS_DAYS": 90, "KEEP_DELIVERIES_DAYS": 30, "KEEP_CHANGES_DAYS": 90}
LEAST_DAYS, MOST_DAYS = 7, 3650


def _days(problems: list[str], name: str, text: str, usual: int) -> int:
    """A number of days within the bounds: a week, since failing receivers are tried for days, to ten years."""
    if not text:
        return usual
    if not (text.isascii() and text.isdigit() and len(text) < 6 and LEAST_DAYS <= int(text) <= MOST_DAYS):
        problems.append(f"{name} must be a number of days from {LEAST_DAYS} to {MOST_DAYS}")
        return usual
    return int(text)


def _scheme(problems: list[str], name: str, value: str, allowed: tuple[str, ...]) -> None:
    scheme = urlsplit(value).scheme
    if scheme.split("+")[0] not in allowed:
        problems.append(f"{name} begins with {scheme or 'nothing'}://, it must be one of {', '.join(allowed)}")


def read(environ: Mapping[str, str], *, root: Path) -> Settings:
    """Settings from an environment in which every URL is set (the embedded stack fills what was not).

    Raises SettingsError with all problems.
    """
    problems: list[str] = []
    needed = ("DATABASE_URL", "BROKER_URL", "STORAGE_URL", "PUBLIC_URL")
    values = {name: environ.get(name, "").strip() for name in needed}
    problems += [f"{name} is not set" for name, value in values.items() if not value]
    if values["DATABASE_URL"]:
        _scheme(problems, "DATABASE_URL", values["DATABASE_URL"], ("postgresql", "postgres"))
    if values["BROKER_URL"]:
        _scheme(problems, "BROKER_URL", values["BROKER_URL"], ("redis", "rediss", "amqp", "amqps", "redis+socket"))
    if values["STORAGE_URL"]:
        _scheme(problems, "STORAGE_URL", values["STORAGE_URL"], ("file", "s3"))
    if values["PUBLIC_URL"]:
        _scheme(problems, "PUBLIC_URL", values["PUBLIC_URL"], ("http", "https"))
    smtp_url = environ.get("SMTP_URL", "").strip() or None
    if smtp_url:
        _scheme(problems, "SMTP_URL", smtp_url, ("smtp", "smtps"))
    secret = environ.get("SECRET_KEY", "")
    if len(secret) < 32:
        problems.append(f"SECRET_KEY has {len(secret)} characters, at least 32 are needed")
    policy = environ.get("SEND_POLICY", "at_most_once")
    if policy not in ("at_most_once", "at_least_once"):
        problems.append("SEND_POLICY must be at_most_once or at_least_once")
    proxies = environ.get("TRUSTED_PROXIES", "0")
    if not proxies.isdigit():
        problems.append("TRUSTED_PROXIES must be a number")
    prefix = environ.get("BROKER_PREFIX", "").strip() or "throughline"
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", prefix):
        problems.append("BROKER_PREFIX may hold up to 40 letters, digits, _ and -")
    loopback = environ.get("WEBHOOK_LOOPBACK", "0").strip() or "0"
    if loopback not in ("0", "1"):
        problems.append("WEBHOOK_LOOPBACK must be 0 or 1")
    keep = {name: _days(problems, name, environ.get(name, "").strip(), usual) for name, usual in KEPT_DAYS.items()}
    mail_domain = environ.get("DEAL_MAIL_DOMAIN", "").strip().lower()
    if mail_domain and not re.fullmatch(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+", mail_domain):
        problems.append("DEAL_MAIL_DOMAIN must be a domain such as deals.example.com")
    if problems:
        raise SettingsError(problems)
    public = values["PUBLIC_URL"].rstrip("/")
    return Settings(
        database_url=values["DATABASE_URL"],
        broker_url=values["BROKER_URL"],
        storage_url=values["STORAGE_URL"],
        secret_key=secret,
        public_url=public,
        data_dir=Path(environ.get("DATA_DIR", str(root / "var"))),
        smtp_url=smtp_url,
        fonts_dir=Path(environ.get("FONTS_DIR", str(root / "assets" / "fonts"))),
        log_format=environ.get("LOG_FORMAT", "json"),
        sender_domain=environ.get("SENDER_DOMAIN", urlsplit(public).hostname or "localhost"),
        send_policy=policy,
        trusted_proxies=int(proxies),
        metrics_token=environ.get("METRICS_TOKEN", ""),
        broker_prefix=prefix,
        keep_events_days=keep["KEEP_EVENTS_DAYS"],
        keep_deliveries_days=keep["KEEP_DELIVERIES_DAYS"],
        keep_changes_days=keep["KEEP_CHANGES_DAYS"],
        deal_mail_domain=mail_domain,
        webhook_loopback=loopback == "1",
    )


def read_database_url(environ: Mapping[str, str]) -> str:
    """DATABASE_URL alone, for what needs nothing else. Raises SettingsError."""
    problems: list[str] = []
    url = environ.get("DATABASE_URL", "").strip()
    if url:
        _scheme(problems, "DATABASE_URL", url, ("postgresql", "postgres"))
    else:
        problems.append("DATABASE_URL is not set")
    if problems:
        raise SettingsError(problems)
    return url


def new_secret_key() -> str:
    """A secret for a fresh installation; the embedded stack keeps it in its data folder."""
    return secrets.token_urlsafe(48)


def environment() -> dict[str, str]:
    """A copy of the process's environment; nobody else reads it."""
    return dict(os.environ)
