"""Who the token acts as."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from app.api.operation import Call, Shape, operation


class MeOut(Shape):
    """The token's person, tenant, role and scopes."""

    name: str
    role: str
    programme_id: UUID | None
    partner_id: UUID | None
    locale: str
    scopes: list[str]


@operation("get", "/me", summary="Who this token acts as", tag="Account", permission="self.read", answer=MeOut)
def get_me(call: Call[Any, Any]) -> MeOut:
    actor = call.actor
    return MeOut(
        name=actor.name,
        role=actor.role.value if actor.role else "",
        programme_id=actor.programme_id,
        partner_id=actor.partner_id,
        locale=actor.locale,
        scopes=sorted(actor.scopes or ()),
    )
