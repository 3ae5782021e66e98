"""Who acts: a person with a role in one tenant, an API token, a signed link, or the system."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID


class Role(StrEnum):
    """The roles of domain.md; the first four are a vendor's, the last two a partner's."""

    MARKETING = "marketing"
    CHANNEL = "channel"
    FINANCE = "finance"
    ADMIN = "admin"
    PARTNER_ADMIN = "partner_admin"
    PARTNER_MEMBER = "partner_member"

    @property
    def is_partner(self) -> bool:
        """True for the roles inside a partner organisation."""
        return self in (Role.PARTNER_ADMIN, Role.PARTNER_MEMBER)


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who acts. Exactly one of `programme_id` and `partner_id` is set, neither for the system.

    `scopes` limits a token or a link; None means everything the role may do.
    """

    kind: Literal["person", "token", "link", "system"]
    role: Role | None = None
    person_id: UUID | None = None
    programme_id: UUID | None = None
    partner_id: UUID | None = None
    token_id: UUID | None = None
    scopes: frozenset[str] | None = None
    locale: str = "en"
    name: str = ""
    request_id: str = ""

    def as_dict(self) -> dict[str, Any]:
        """What the audit log keeps."""
        return {
            "kind": self.kind,
            "role": self.role.value if self.role else None,
            "person": str(self.person_id) if self.person_id else None,
            "token": str(self.token_id) if self.token_id else None,
        }


SYSTEM = Actor(kind="system", name="system")
