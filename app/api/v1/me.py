"""Who the token acts as, and what persons set about themselves: name, language, appearance, open sessions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from app.api.operation import Body, Call, Shape, operation
from app.api.v1.people import Language
from app.api.values import Text
from app.i18n import LANGUAGES
from campaigns.core.tenancy import must_exist
from campaigns.partners import queries
from campaigns.partners.models import Person
from campaigns.partners.service import people, sessions

Theme = Literal["auto", "light", "dark"]


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


class ProfileIn(Body):
    """Name, language and appearance of the pages."""

    name: Annotated[Text, Field(min_length=1, max_length=people.NAME_MAX)]
    locale: Language
    theme: Theme = "auto"


class ProfileOut(Shape):
    """The person behind the token."""

    name: str
    email: str
    locale: str
    theme: str


class SessionOut(Shape):
    """A browser that is signed in."""

    id: UUID
    browser: str
    since: datetime
    last_seen_at: datetime


class SessionList(Shape):
    """Your signed-in browsers, latest first, at most 50."""

    items: list[SessionOut]


def _profile(call: Call[Any, Any]) -> ProfileOut:
    person = must_exist(call.uow.session.get(Person, call.actor.person_id), "person")
    return ProfileOut(name=person.name, email=person.email, locale=person.locale, theme=person.theme)


@operation("get", "/me/profile", summary="Your own settings", tag="Account", permission="self.read", answer=ProfileOut)
def get_profile(call: Call[Any, Any]) -> ProfileOut:
    return _profile(call)


@operation(
    "put",
    "/me/profile",
    summary="Set your name, language and appearance",
    tag="Account",
    permission="self.write",
    body=ProfileIn,
    answer=ProfileOut,
)
def put_profile(call: Call[ProfileIn, Any]) -> ProfileOut:
    said = call.body
    people.save_profile(call.uow, call.actor, said.name, said.locale, said.theme, list(LANGUAGES))
    return _profile(call)


@operation(
    "get",
    "/me/sessions",
    summary="Browsers in which you are signed in",
    tag="Account",
    permission="self.read",
    answer=SessionList,
)
def list_sessions(call: Call[Any, Any]) -> SessionList:
    found = queries.sessions_of(call.uow.session, call.actor, call.uow.now)
    return SessionList(
        items=[
            SessionOut(id=one.id, browser=one.browser, since=one.created_at, last_seen_at=one.last_seen_at)
            for one in found
        ]
    )


@operation(
    "delete",
    "/me/sessions/{session_id:uuid}",
    summary="Sign one browser out",
    tag="Account",
    permission="self.write",
    status=204,
)
def end_session(call: Call[Any, Any]) -> None:
    sessions.end_session(call.uow, call.actor, call.path["session_id"])


@operation(
    "delete",
    "/me/sessions",
    summary="Sign out in every browser; links mailed to you stop working, too",
    tag="Account",
    permission="self.write",
    status=204,
)
def end_sessions(call: Call[Any, Any]) -> None:
    sessions.sign_out_everywhere(call.uow, call.actor)
