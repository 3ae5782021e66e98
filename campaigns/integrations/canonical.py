"""The canonical change: one shape for what Salesforce, HubSpot, Dynamics or a file tells. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from campaigns.core.errors import DomainError, Kind, invalid
from campaigns.core.money import exponent_of
from campaigns.core.text import one_line

MOST_BYTES = 256 * 1024
_ABOUT = frozenset({"object", "external_id", "revision"})
_DEAL = frozenset({"deal", "stage", "amount", "currency", "close_on", "next_step", "note"})
TAKEN: Mapping[str, frozenset[str]] = {
    "deal.stage": _DEAL,
    "deal.amount": _DEAL,
    "deal.won": _DEAL,
    "deal.lost": _DEAL | {"loss_reason"},
    "lead.updated": frozenset({"lead", "status", "note"}),
    "account.updated": frozenset(
        {"account", "name", "country", "website", "registry_id", "address", "direct", "owner"}
    ),
}
# What no other system decides: registration, protection, who it is for, and what brought it.
OURS = frozenset(
    {
        "state", "reference", "partner", "partner_id", "programme_id", "account_id", "account_key", "priority",
        "protected_from", "protected_until", "submitted_at", "decided_at", "policy_id", "product_line", "team", "split",
        "attribution", "credit", "credits", "source", "sourced", "influenced", "score", "own", "launch_id",
    }
)  # fmt: skip
OUR_TYPES = ("deal.", "lead.", "attribution.", "registration.")


@dataclass(frozen=True, slots=True)
class Change:
    """A change as another system tells it. `revision` orders its changes of one record; `data` holds the rest."""

    type: str
    object: str
    external_id: str
    revision: str
    data: Mapping[str, Any] = field(default_factory=dict)

    def text(self, name: str, most: int = 500) -> str:
        """A member as one line; empty where it is absent. `change.member` where it is no text, or too long."""
        value = self.data.get(name)
        if value is None:
            return ""
        if not isinstance(value, str) or len(value) > most or "\x00" in value:
            raise invalid("change.member", f"{name} must be a text of at most {most} characters.", member=name)
        return one_line(value)

    def day(self, name: str) -> date | None:
        """A member as a day."""
        text = self.text(name, 40)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError as error:
            raise invalid("change.member", f"{name} must be a day such as 2027-01-31.", member=name) from error


def ignored(code: str, message: str, **params: Any) -> DomainError:
    """A change that is well understood and not taken; Kind.GONE marks it, so that nobody is asked to mend it."""
    return DomainError(f"change.{code}", Kind.GONE, message, **params)


def read_change(body: Mapping[str, Any]) -> Change:
    """The change in a CloudEvents body, or in one with only `type` and `data`.

    Raises `change.member` for what is malformed; `change.not_yours` and `change.unknown_type`, to be ignored.
    """
    type_, data = body.get("type"), body.get("data")
    if not isinstance(type_, str) or not re.fullmatch(r"[a-z_]{1,40}\.[a-z_.]{1,40}", type_):
        raise invalid("change.member", "type must be like deal.stage.", member="type")
    if not isinstance(data, dict):
        raise invalid("change.member", "data must be an object.", member="data")
    if type_ not in TAKEN:
        if type_.startswith(OUR_TYPES):
            raise ignored("not_yours", "Registration, leads and attribution are decided here.", member=type_)
        raise ignored("unknown_type", "There is no such kind of change.", member=type_)
    ours = sorted(set(data) & OURS - TAKEN[type_])
    if ours:
        raise ignored("not_yours", "Registration and attribution are decided here.", member=", ".join(ours))
    unknown = sorted(set(data) - TAKEN[type_] - _ABOUT)
    if unknown:
        raise invalid("change.member", f"Unknown members: {', '.join(unknown)[:300]}.", member=unknown[0][:80])
    change = Change(type_, "", "", "", data)
    external_id, revision = change.text("external_id", 200), data.get("revision", "")
    if not external_id:
        raise invalid("change.member", "external_id is needed.", member="external_id")
    kind = change.text("object", 80) or type_.split(".", maxsplit=1)[0]
    if isinstance(revision, int) and not isinstance(revision, bool):
        revision = str(revision)
    if not isinstance(revision, str):
        raise invalid("change.member", "revision must be a number or an instant.", member="revision")
    order_of(revision)
    return Change(type_, kind, external_id, revision, data)


def order_of(revision: str) -> tuple[str, int] | None:
    """A revision as something that can be compared with another of its kind; None where there is none.

    A number of up to 18 digits, or an instant with its offset. `change.member` for anything else.
    """
    if not revision:
        return None
    if revision.isascii() and revision.isdigit() and len(revision) <= 18:
        return "number", int(revision)
    try:
        at = datetime.fromisoformat(revision)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or not 1 < at.year < 9999:
        raise invalid("change.member", "revision must be a number or an instant with its offset.", member="revision")
    return "instant", int((at.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1_000_000)


def refuse_stale(seen: str, told: str) -> None:
    """Raise `change.stale` (ignored) for a revision older than, or equal to, the one seen of the same kind."""
    before, now = order_of(seen), order_of(told)
    if before and now and before[0] == now[0] and now[1] <= before[1]:
        raise ignored("stale", "A later revision of this record was seen already.", measured=told, needed=seen)


def read_amount(change: Change, usual: str) -> tuple[int | None, str | None]:
    """(minor units, currency) of `amount` and `currency`; None for what is absent. Nothing is rounded.

    `amount` is a decimal text such as "1200.50", or a whole number. Raises `change.amount`, `money.currency_unknown`.
    """
    currency = change.text("currency", 3).upper()
    given = change.data.get("amount")
    if given is None:
        return None, currency or None
    if isinstance(given, bool) or not isinstance(given, str | int) or len(str(given)) > 30:
        raise invalid("change.amount", "amount must be a decimal text such as 1200.50.", member="amount")
    try:
        value = Decimal(str(given).strip())
    except InvalidOperation as error:
        raise invalid("change.amount", "amount must be a decimal text such as 1200.50.", member="amount") from error
    if not value.is_finite() or abs(value.adjusted()) > 30:
        raise invalid("change.amount", "amount must be a decimal text such as 1200.50.", member="amount")
    minor = value.scaleb(exponent_of(currency or usual))
    if minor != minor.to_integral_value() or not 0 <= minor < 2**53:
        raise invalid("change.amount", "amount has more digits than its currency, or is out of range.", member="amount")
    return int(minor), currency or None
