"""Partners of the calling vendor's programme, and invitations of companies. Never their contacts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import select

from app.api.operation import Answer, Body, Call, Shape, operation
from app.api.paging import Page, PageQuery, fetch
from app.api.v1.people import InvitationList, InvitedOut, Language, invited, pending_list
from app.api.values import Text
from app.mails import invitation_letter
from campaigns.core.tenancy import programme_of
from campaigns.partners import queries
from campaigns.partners.models import Membership, Partner
from campaigns.partners.service import invitations


class PartnersQuery(PageQuery):
    """Part of a name."""

    search: Annotated[Text, Field(max_length=80)] = ""


class PartnerOut(Shape):
    """A partner of your programme."""

    id: UUID
    slug: str
    name: str
    country: str
    tier: str
    joined_at: datetime


class PartnerPage(Page[PartnerOut]):
    """A page of partners, the latest first."""


class PartnerIn(Body):
    """The company to invite and the person who will head it. `country` is two letters."""

    company: Annotated[Text, Field(min_length=1, max_length=80)]
    country: Annotated[str, Field(pattern="^([A-Za-z]{2})?$")] = ""
    email: Annotated[Text, Field(min_length=3, max_length=254)]
    name: Annotated[Text, Field(max_length=120)] = ""
    locale: Language = "en"


@operation(
    "get",
    "/partners",
    summary="Partners of your programme",
    tag="Partners",
    permission="partner.read",
    query=PartnersQuery,
    answer=PartnerPage,
)
def list_partners(call: Call[Any, PartnersQuery]) -> PartnerPage:
    session = call.uow.session
    query = (
        select(Membership)
        .join(Partner, Partner.id == Membership.partner_id)
        .where(Membership.programme_id == programme_of(call.actor), Membership.ended_at.is_(None))
    )
    if call.query.search.strip():
        query = query.where(Partner.name.icontains(call.query.search.strip(), autoescape=True))
    rows, cursor = fetch(session, query, Membership, call.query, lambda row: row)
    about = {
        row.id: row for row in session.scalars(select(Partner).where(Partner.id.in_([row.partner_id for row in rows])))
    }
    items = [
        PartnerOut(
            id=row.partner_id,
            slug=about[row.partner_id].slug,
            name=about[row.partner_id].name,
            country=about[row.partner_id].country,
            tier=row.tier,
            joined_at=row.created_at,
        )
        for row in rows
    ]
    return PartnerPage(items=items, next_cursor=cursor)


@operation(
    "get",
    "/partners/invitations",
    summary="Open invitations of companies",
    tag="Partners",
    permission="partner.invite",
    answer=InvitationList,
)
def list_partner_invitations(call: Call[Any, Any]) -> InvitationList:
    return pending_list(queries.pending_partners(call.uow.session, call.actor, call.uow.now))


@operation(
    "post",
    "/partners/invitations",
    summary="Invite a company into your programme",
    tag="Partners",
    permission="partner.invite",
    body=PartnerIn,
    answer=InvitedOut,
    status=201,
    limit=("invite", 60, 3600),
)
def invite_partner(call: Call[PartnerIn, Any]) -> Answer:
    said = call.body.model_dump()
    return invited(invitations.invite_partner(call.uow, call.actor, compose=invitation_letter, **said))


@operation(
    "delete",
    "/partners/invitations/{invitation_id:uuid}",
    summary="Withdraw an invitation of a company",
    tag="Partners",
    permission="partner.invite",
    status=204,
)
def delete_partner_invitation(call: Call[Any, Any]) -> None:
    invitations.revoke_invitation(call.uow, call.actor, call.path["invitation_id"])
