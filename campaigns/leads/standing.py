"""What routing asks of deals, which stand above leads: who wins, and who works with a company already."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Standing:
    """Deals won and decided by partner, and whose deal with the company is protected now."""

    won: Mapping[UUID, int] = field(default_factory=dict)
    decided: Mapping[UUID, int] = field(default_factory=dict)
    company_partner: UUID | None = None


StandingOf = Callable[[Session, UUID, str], Standing]
"""(session, programme, the company's domain or "") → how partners stand; given by whoever calls routing."""
