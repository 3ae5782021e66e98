"""People of the caller's own company, and invitations to it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from flask import url_for
from pydantic import Field

from app.api.operation import Answer, Body, Call, Shape, operation
from app.api.values import Text
from app.i18n import LANGUAGES
from app.mails import absolute, invitation_letter
from campaigns.core.errors import invalid
from campaigns.partners import queries
from campaigns.partners.queries import Pending
from campaigns.partners.service import invitations, people
from campaigns.partners.service.invitations import Invited

RoleName = Literal["admin", "marketing", "channel", "finance", "partner_admin", "partner_member"]
Language = Literal["en", "de", "fr", "es", "ja", "ar"]
assert set(Language.__args__) == set(LANGUAGES)  # type: ignore[attr-defined] # noqa: S101 - two lists that must agree


class PersonOut(Shape):
    """Somebody with a role in your company; `id` is of the role, which `DELETE` takes."""

    id: UUID
    person_id: UUID
    name: str
    email: str
    role: str
    last_seen_at: datetime | None


class PersonList(Shape):
    """Everybody with a role in your company, by name."""

    items: list[PersonOut]


class InvitationOut(Shape):
    """An open invitation."""

    id: UUID
    email: str
    role: str
    sent_at: datetime
    expires_at: datetime


class InvitationList(Shape):
    """Invitations nobody has answered, the newest 200."""

    items: list[InvitationOut]


class InvitedOut(Shape):
    """A new invitation. Its `link` is mailed, and shown here once."""

    id: UUID
    email: str
    link: str


class PersonIn(Body):
    """Whom to invite, in which role and language."""

    email: Annotated[Text, Field(min_length=3, max_length=254)]
    name: Annotated[Text, Field(max_length=people.NAME_MAX)] = ""
    role: RoleName
    locale: Language = "en"


class RoleIn(Body):
    """Another role."""

    role: RoleName


def pending_list(rows: list[Pending]) -> InvitationList:
    """Open invitations as the API gives them."""
    names = tuple(InvitationOut.model_fields)
    return InvitationList(items=[InvitationOut(**{name: getattr(row, name) for name in names}) for row in rows])


def invited(made: Invited) -> Answer:
    """The answer to an invitation."""
    link = absolute(url_for("invitation.form", token=made.secret))
    return Answer(InvitedOut(id=made.id, email=made.email, link=link), status=201)


@operation(
    "get", "/people", summary="People of your company", tag="People", permission="people.manage", answer=PersonList
)
def list_people(call: Call[Any, Any]) -> PersonList:
    found = queries.colleagues(call.uow.session, call.actor)
    return PersonList(
        items=[
            PersonOut(
                id=row.grant_id,
                person_id=row.person_id,
                name=row.name,
                email=row.email,
                role=row.role,
                last_seen_at=row.last_seen_at,
            )
            for row in found
        ]
    )


@operation(
    "put",
    "/people/{grant_id:uuid}/role",
    summary="Another role for a colleague, who then signs in anew",
    tag="People",
    permission="people.manage",
    body=RoleIn,
    status=204,
)
def put_role(call: Call[RoleIn, Any]) -> None:
    side: Literal["vendor", "partner"] = "partner" if call.actor.partner_id else "vendor"
    people.change_role(call.uow, call.actor, call.path["grant_id"], call.body.role, side)


@operation(
    "delete",
    "/people/{grant_id:uuid}",
    summary="Take a colleague's role; sessions and tokens of it end at once",
    tag="People",
    permission="people.manage",
    status=204,
)
def delete_person(call: Call[Any, Any]) -> None:
    people.revoke_grant(call.uow, call.actor, call.path["grant_id"])


@operation(
    "post",
    "/people/{grant_id:uuid}/sign-out",
    summary="Sign a colleague out everywhere",
    tag="People",
    permission="people.manage",
    status=204,
)
def sign_out_person(call: Call[Any, Any]) -> None:
    people.end_sessions_of(call.uow, call.actor, call.path["grant_id"])


@operation(
    "get",
    "/people/invitations",
    summary="Open invitations to your company",
    tag="People",
    permission="people.manage",
    answer=InvitationList,
)
def list_invitations(call: Call[Any, Any]) -> InvitationList:
    return pending_list(queries.pending_colleagues(call.uow.session, call.actor, call.uow.now))


@operation(
    "post",
    "/people/invitations",
    summary="Invite a colleague",
    tag="People",
    permission="people.manage",
    body=PersonIn,
    answer=InvitedOut,
    status=201,
    limit=("invite", 60, 3600),
)
def invite_person(call: Call[PersonIn, Any]) -> Answer:
    said = call.body
    if said.role not in people.ROLES["partner" if call.actor.partner_id else "vendor"]:
        raise invalid("grant.role", "There is no such role in your company.")
    return invited(
        invitations.invite_colleague(
            call.uow,
            call.actor,
            email=said.email,
            name=said.name,
            role=said.role,
            locale=said.locale,
            compose=invitation_letter,
        )
    )


@operation(
    "delete",
    "/people/invitations/{invitation_id:uuid}",
    summary="Withdraw an invitation; its link stops working",
    tag="People",
    permission="people.manage",
    status=204,
)
def delete_invitation(call: Call[Any, Any]) -> None:
    invitations.revoke_invitation(call.uow, call.actor, call.path["invitation_id"])
