"""Contacts of the calling partner: searched, added with their basis, edited with If-Match, erased for good."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import func, or_, select

from app.api.operation import Answer, Body, Call, Shape, operation
from app.api.paging import Page, PageQuery, fetch
from app.api.values import Instant, Text
from campaigns.audience import pages
from campaigns.audience.models import Contact, ListMember
from campaigns.audience.service import contacts
from campaigns.audience.service.contacts import LIMITS, Basis, ContactForm
from campaigns.core.errors import DomainError, Kind
from campaigns.core.tenancy import scoped
from campaigns.leads.service import forget_person


class ContactsQuery(PageQuery):
    """Part of an address, a name or a company; only one list's."""

    search: Annotated[Text, Field(max_length=200)] = ""
    list_id: UUID | None = None


class ContactIn(Body):
    """What is known of a person. `locale` is like `de` or `pt-BR`, `time_zone` like `Europe/Berlin`."""

    email: Annotated[Text, Field(min_length=3, max_length=254)]
    first_name: Annotated[Text, Field(max_length=LIMITS["first_name"])] = ""
    last_name: Annotated[Text, Field(max_length=LIMITS["last_name"])] = ""
    company: Annotated[Text, Field(max_length=LIMITS["company"])] = ""
    phone: Annotated[Text, Field(max_length=LIMITS["phone"])] = ""
    country: Annotated[Text, Field(max_length=LIMITS["country"])] = ""
    locale: Annotated[Text, Field(max_length=35)] = ""
    time_zone: Annotated[Text, Field(max_length=64)] = ""


class BasisIn(Body):
    """Why you may write to them, where you have that from, and since when (now if not said)."""

    basis: Literal["consent", "existing_customer", "legitimate_interest", "contract"]
    source: Annotated[Text, Field(min_length=1, max_length=200)]
    given_at: Instant | None = None
    expires_at: Instant | None = None


class NewContactIn(ContactIn):
    """A person with the basis, put on a list if one is named."""

    basis: BasisIn
    list_id: UUID | None = None


class ConsentOut(Shape):
    """Why and since when somebody may be written to, or no more."""

    basis: str
    source: str
    given_at: datetime
    expires_at: datetime | None
    withdrawn_at: datetime | None


class ContactOut(Shape):
    """A contact in a list."""

    id: UUID
    email: str
    first_name: str
    last_name: str
    company: str
    phone: str
    country: str
    locale: str
    time_zone: str
    created_at: datetime
    version: int


class ContactDetail(ContactOut):
    """A contact with its consents, its lists, and the reasons it is not mailed."""

    erased: bool
    consents: list[ConsentOut]
    list_ids: list[UUID]
    blocked: list[str]


class ContactList(Page[ContactOut]):
    """A page of contacts, newest first."""


class WithdrawnOut(Shape):
    """How many consents ended."""

    ended: int


def _show(row: Contact) -> ContactOut:
    return ContactOut(**{name: getattr(row, name) for name in ContactOut.model_fields})


def _detail(call: Call[Any, Any], contact_id: UUID) -> Answer:
    page = pages.contact_page(call.uow.session, call.actor, contact_id)
    value = ContactDetail(
        id=page.id,
        created_at=page.created_at,
        version=page.version,
        erased=page.erased,
        consents=[
            ConsentOut(**{name: getattr(one, name) for name in ConsentOut.model_fields}) for one in page.consents
        ],
        list_ids=[one.id for one in page.lists],
        blocked=list(page.blocks),
        **page.values,
    )
    return Answer(value, version=page.version)


def _form(body: ContactIn) -> ContactForm:
    return ContactForm(**body.model_dump(include=set(ContactIn.model_fields)))


@operation(
    "get",
    "/contacts",
    summary="Your contacts",
    tag="Audience",
    permission="contact.read",
    query=ContactsQuery,
    answer=ContactList,
)
def list_contacts(call: Call[Any, ContactsQuery]) -> ContactList:
    asked = call.query
    query = scoped(select(Contact), call.actor, Contact).where(Contact.erased_at.is_(None))
    if asked.list_id is not None:
        query = query.where(Contact.id.in_(select(ListMember.contact_id).where(ListMember.list_id == asked.list_id)))
    if asked.search.strip():
        whole = func.concat_ws(" ", Contact.first_name, Contact.last_name)
        columns = (Contact.email, whole, Contact.company)
        query = query.where(or_(*[column.icontains(asked.search.strip(), autoescape=True) for column in columns]))
    rows, cursor = fetch(call.uow.session, query, Contact, asked, _show)
    return ContactList(items=rows, next_cursor=cursor)


@operation(
    "post",
    "/contacts",
    summary="Add a contact with its basis",
    tag="Audience",
    permission="contact.write",
    body=NewContactIn,
    answer=ContactDetail,
    status=201,
    idempotent=True,
)
def create_contact(call: Call[NewContactIn, Any]) -> Answer:
    said = call.body.basis
    basis = Basis(said.basis, said.source, said.given_at or call.uow.now, said.expires_at)
    secret = call.container.settings.secret_key
    made = contacts.add_contact(call.uow, call.actor, secret, _form(call.body), basis, call.body.list_id)
    shown = _detail(call, made)
    return Answer(shown.value, status=201, version=shown.version, headers={"Location": f"/api/v1/contacts/{made}"})


@operation(
    "get",
    "/contacts/{contact_id:uuid}",
    summary="A contact",
    tag="Audience",
    permission="contact.read",
    answer=ContactDetail,
)
def get_contact(call: Call[Any, Any]) -> Answer:
    return _detail(call, call.path["contact_id"])


@operation(
    "put",
    "/contacts/{contact_id:uuid}",
    summary="Save a contact",
    tag="Audience",
    permission="contact.write",
    body=ContactIn,
    answer=ContactDetail,
    versioned=True,
)
def put_contact(call: Call[ContactIn, Any]) -> Answer:
    contact_id, secret = call.path["contact_id"], call.container.settings.secret_key
    contacts.edit_contact(call.uow, call.actor, secret, contact_id, call.if_match or 0, _form(call.body))
    return _detail(call, contact_id)


@operation(
    "delete",
    "/contacts/{contact_id:uuid}",
    summary="Erase a person for good (GDPR, article 17)",
    tag="Audience",
    permission="contact.write",
    status=204,
    versioned=True,
)
def erase_contact(call: Call[Any, Any]) -> None:
    contact_id = call.path["contact_id"]
    page = pages.contact_page(call.uow.session, call.actor, contact_id)
    if page.version != call.if_match:
        raise DomainError("contact.changed", Kind.PRECONDITION, "Somebody has changed this contact meanwhile.")
    forget_person(call.uow, call.actor, call.container.settings.secret_key, contact_id)


@operation(
    "post",
    "/contacts/{contact_id:uuid}/withdraw-consent",
    summary="They took every consent back",
    tag="Audience",
    permission="contact.write",
    answer=WithdrawnOut,
)
def withdraw_consent(call: Call[Any, Any]) -> WithdrawnOut:
    return WithdrawnOut(ended=contacts.withdraw_consent(call.uow, call.actor, call.path["contact_id"]))
