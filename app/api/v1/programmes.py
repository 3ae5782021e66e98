"""The programmes the caller belongs to, and the settings of a vendor's own."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import select

from app.api.operation import Answer, Body, Call, Shape, operation
from app.api.paging import Page, PageQuery, fetch
from app.api.values import Text
from campaigns.partners import records
from campaigns.partners.models import Membership, Programme
from campaigns.partners.service.programmes import ProgrammeForm, save_programme


class ProgrammeOut(Shape):
    """A vendor's partner programme. `accent` is `#rrggbb`."""

    id: UUID
    slug: str
    name: str
    accent: str
    locale: str
    time_zone: str


class ProgrammePage(Page[ProgrammeOut]):
    """A page of programmes."""


def _show(row: Programme) -> ProgrammeOut:
    return ProgrammeOut(
        id=row.id, slug=row.slug, name=row.name, accent=row.accent, locale=row.locale, time_zone=row.time_zone
    )


@operation(
    "get",
    "/programmes",
    summary="Programmes you belong to",
    tag="Programmes",
    permission="self.read",
    query=PageQuery,
    answer=ProgrammePage,
)
def list_programmes(call: Call[Any, PageQuery]) -> ProgrammePage:
    query = select(Programme)
    if call.actor.partner_id is not None:
        mine = select(Membership.programme_id).where(
            Membership.partner_id == call.actor.partner_id, Membership.ended_at.is_(None)
        )
        query = query.where(Programme.id.in_(mine))
    else:
        query = query.where(Programme.id == call.actor.programme_id)
    rows, cursor = fetch(call.uow.session, query, Programme, call.query, _show)
    return ProgrammePage(items=rows, next_cursor=cursor)


class ProgrammeIn(Body):
    """A programme's settings. `accent` is `#rrggbb`; one too pale for white text (4.5:1) is darkened in its hue.

    The postal address stands under every mail; `sender_email` is what mails come from, empty for the installation's.
    """

    name: Annotated[Text, Field(min_length=1, max_length=80)]
    accent: Annotated[str, Field(pattern="^#[0-9a-fA-F]{6}$")]
    postal_address: Annotated[Text, Field(max_length=300)] = ""
    sender_email: Annotated[Text, Field(max_length=254)] = ""
    time_zone: Annotated[Text, Field(max_length=64)] = "UTC"


class SettingsOut(Shape):
    """Your programme as it is set. The ETag is for If-Match."""

    slug: str
    name: str
    accent: str
    postal_address: str
    sender_email: str
    time_zone: str


def _settings(call: Call[Any, Any]) -> Answer:
    page = records.programme_page(call.uow.session, call.actor)
    return Answer(SettingsOut(slug=page.slug, **asdict(page.form)), version=page.version)


@operation(
    "get",
    "/programme",
    summary="Your programme's settings",
    tag="Programmes",
    permission="programme.read",
    answer=SettingsOut,
)
def get_programme(call: Call[Any, Any]) -> Answer:
    return _settings(call)


@operation(
    "put",
    "/programme",
    summary="Save your programme's settings",
    tag="Programmes",
    permission="programme.write",
    body=ProgrammeIn,
    answer=SettingsOut,
    versioned=True,
)
def put_programme(call: Call[ProgrammeIn, Any]) -> Answer:
    save_programme(call.uow, call.actor, ProgrammeForm(**call.body.model_dump()), call.if_match or 0)
    call.uow.session.flush()
    return _settings(call)
