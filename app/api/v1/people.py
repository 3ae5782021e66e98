"""People of the caller's own company, and invitations to it."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from flask import url_for
from pydantic import Field

from app.api.operation import Answer, Body, Call, Shape, operation
from app.api.values import Text
from app.i18n import LANGUAGES
from app.mails import absolute, invitation_letter
from campaigns.core.errors import invalid
from campaigns.core.tenancy import must_exist
from campaigns.partners import queries
from campaigns.partners.queries import Pending
from campaigns.partners.service import invitations, people
from campaigns.partners.service.invitations import Invited

RoleName = Literal["admin", "marketing", "channel", "finance", "partner_admin", "partner_member"]
Language = Literal["en", "de", "fr", "es", "ja", "ar"]
assert set(Language.__args__) == set(LANGUAGES)  # type: ignore[attr-defined] # noqa: S101 - two lists that must agree


class PersonOut(Shape):
    """Somebody with a role in your company; `id` is of the role. `disabled_at` is set where the account is closed."""

    id: UUID
    person_id: UUID
    name: str
    email: str
    role: str
    last_seen_at: datetime | None
    disabled_at: datetime | None


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


# what an administrator does to a role or an invitation: nothing to answer
_manage = partial(
    operation,
    tag="People",
    permission="people.manage",
    status=204,
)


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
                disabled_at=row.disabled_at,
            )
            for row in found
        ]
    )


@_manage(
    "put",
    "/people/{grant_id:uuid}/role",
    summary="Another role for a colleague, who then signs in anew",
    body=RoleIn,
)
def put_role(call: Call[RoleIn, Any]) -> None:
    side: Literal["vendor", "partner"] = "partner" if call.actor.partner_id else "vendor"
    people.change_role(call.uow, call.actor, call.path["grant_id"], call.body.role, side)


@_manage(
    "delete",
    "/people/{grant_id:uuid}",
    summary="Take a colleague's role; sessions and tokens of it end at once",
)
def delete_person(call: Call[Any, Any]) -> None:
    people.revoke_grant(call.uow, call.actor, call.path["grant_id"])


@_manage(
    "post",
    "/people/{grant_id:uuid}/sign-out",
    summary="Sign a colleague out everywhere",
)
def sign_out_person(call: Call[Any, Any]) -> None:
    people.end_sessions_of(call.uow, call.actor, call.path["grant_id"])


@_manage(
    "post",
    "/people/{grant_id:uuid}/disable",
    summary="Close a colleague's account, whose every role is in your company",
)
def disable_person(call: Call[Any, Any]) -> None:
    people.disable_person(call.uow, call.actor, _person_of(call))


@_manage(
    "post",
    "/people/{grant_id:uuid}/enable",
    summary="Open a colleague's closed account again",
)
def enable_person(call: Call[Any, Any]) -> None:
    people.enable_person(call.uow, call.actor, _person_of(call))


def _person_of(call: Call[Any, Any]) -> UUID:
    found = queries.colleagues(call.uow.session, call.actor)
    wanted = (row.person_id for row in found if row.grant_id == call.path["grant_id"])
    person_id: UUID = must_exist(next(wanted, None), "grant")
    return person_id


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


@_manage(
    "delete",
    "/people/invitations/{invitation_id:uuid}",
    summary="Withdraw an invitation; its link stops working",
)
def delete_invitation(call: Call[Any, Any]) -> None:
    invitations.revoke_invitation(call.uow, call.actor, call.path["invitation_id"])
