"""Use cases of webhook endpoints: made with a secret shown once, changed, paused, resumed, disabled, tried out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind, invalid
from campaigns.core.ids import new_id
from campaigns.core.permissions import require
from campaigns.core.problems import Problem, raise_if_any
from campaigns.core.tenancy import must_exist, own_rows
from campaigns.core.text import one_line
from campaigns.db import audit
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.outbound.addresses import read_url
from campaigns.outbound.cloud_events import PING
from campaigns.outbound.delivering import queue_delivery, wake_waiting
from campaigns.outbound.models import BusinessEvent, CrmFeed, WebhookDelivery, WebhookEndpoint
from campaigns.outbound.signatures import new_secret, seal
from campaigns.partners.models import Membership

MOST = 20
MOST_TYPES = 50
OVERLAP = timedelta(hours=24)
ADAPTERS = ("", "csv_http")
_TYPE = re.compile(r"[a-z][a-z_]{0,39}\.(\*|[a-z][a-z_]{0,39})")
_SYSTEM = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True)
class EndpointForm:
    """What a person writes. `types` like `deal.won` or `deal.*`, none: all. `system` names the system behind it.

    `adapter` is one of ADAPTERS where it is no receiver of webhooks but a system to speak with, and to read from.
    """

    url: str
    title: str = ""
    system: str = ""
    types: tuple[str, ...] = ()
    adapter: str = ""


@dataclass(frozen=True, slots=True)
class NewSecret:
    """An endpoint and its secret, which is shown here and never again."""

    id: UUID
    secret: str
    version: int


def _check(form: EndpointForm, *, vendor: bool, loopback: bool) -> None:
    problems = []
    if form.url or not form.system:
        try:
            read_url(form.url, loopback=loopback)
        except DomainError as error:
            problems.append(Problem(error.code, error.message, slot="url"))
    if len(one_line(form.title)) > 80:
        problems.append(Problem("endpoint.title", "A title has at most 80 characters.", slot="title"))
    if form.system and not _SYSTEM.fullmatch(form.system):
        problems.append(Problem("endpoint.system", "A system is named like salesforce or crm-2.", slot="system"))
    if len(form.types) > MOST_TYPES or not all(_TYPE.fullmatch(one) for one in form.types):
        problems.append(Problem("endpoint.types", "An event is named like deal.won or deal.*.", slot="types"))
    if form.adapter and (form.adapter not in ADAPTERS or not vendor or not form.system or not form.url):
        problems.append(
            Problem("endpoint.adapter", "A vendor's system that is read needs an address and a name.", slot="adapter")
        )
    raise_if_any("endpoint.invalid", "Please look at the marked fields.", problems)


def keep_feed(uow: UnitOfWork, row: WebhookEndpoint) -> None:
    """An endpoint with an adapter is read from now on; one without it is not."""
    if row.adapter:
        made = insert(CrmFeed).values(endpoint_id=row.id, due_at=uow.now)
        uow.session.execute(made.on_conflict_do_nothing())
    else:
        gone = delete(CrmFeed).where(CrmFeed.endpoint_id == row.id)
        uow.session.execute(gone.execution_options(synchronize_session=False))


def create_endpoint(
    uow: UnitOfWork, actor: Actor, secret_key: str, form: EndpointForm, *, loopback: bool = False
) -> NewSecret:
    """An endpoint of the actor's tenant. Every problem at once in `endpoint.invalid`; `endpoint.many` at the limit."""
    require(actor, "webhook.manage")
    _check(form, vendor=actor.programme_id is not None, loopback=loopback)
    count = uow.session.scalar(
        select(func.count())
        .select_from(WebhookEndpoint)
        .where(own_rows(actor, WebhookEndpoint), WebhookEndpoint.state != "disabled")
    )
    if (count or 0) >= MOST:
        raise invalid("endpoint.many", f"A company has at most {MOST} endpoints.", needed=MOST)
    secret = new_secret()
    row = WebhookEndpoint(
        id=new_id(), created_at=uow.now, programme_id=actor.programme_id, partner_id=actor.partner_id, url=form.url,
        title=one_line(form.title), system=form.system, types=list(form.types), adapter=form.adapter,
        sealed_secret=seal(secret_key, secret), version=1,
    )  # fmt: skip
    uow.session.add(row)
    uow.session.flush()
    keep_feed(uow, row)
    audit.record(uow, actor, "webhook.create", "webhook", row.id, {"url": form.url, "system": form.system})
    return NewSecret(row.id, secret, 1)


def _own(uow: UnitOfWork, actor: Actor, endpoint_id: UUID, version: int | None = None) -> WebhookEndpoint:
    """The actor's endpoint, held until commit; `edit.changed_meanwhile` unless it is at the version."""
    require(actor, "webhook.manage")
    query = select(WebhookEndpoint).where(WebhookEndpoint.id == endpoint_id, own_rows(actor, WebhookEndpoint))
    row: WebhookEndpoint = must_exist(
        uow.session.scalars(query.with_for_update().execution_options(populate_existing=True)).one_or_none(), "webhook"
    )
    if version is not None and version != row.version:
        raise DomainError("edit.changed_meanwhile", Kind.PRECONDITION, "Somebody changed it since; read it again.")
    if row.state == "disabled":
        raise DomainError("endpoint.disabled", Kind.CONFLICT, "This endpoint is switched off. Make a new one.")
    return row


def change_endpoint(
    uow: UnitOfWork, actor: Actor, endpoint_id: UUID, version: int, form: EndpointForm, *, loopback: bool = False
) -> int:
    """Change what a person wrote; the new version. `edit.changed_meanwhile` if somebody was quicker."""
    row = _own(uow, actor, endpoint_id, version)
    _check(form, vendor=actor.programme_id is not None, loopback=loopback)
    row.adapter = form.adapter
    keep_feed(uow, row)
    row.url, row.title, row.system, row.types = form.url, one_line(form.title), form.system, list(form.types)
    return _kept(uow, actor, row, "change", {"url": form.url, "system": form.system})


def rotate_secret(uow: UnitOfWork, actor: Actor, secret_key: str, endpoint_id: UUID) -> NewSecret:
    """A new secret; the one before signs, and is accepted, for a day beside it."""
    row = _own(uow, actor, endpoint_id)
    secret = new_secret()
    row.former_secret, row.former_until = row.sealed_secret, uow.now + OVERLAP
    row.sealed_secret = seal(secret_key, secret)
    return NewSecret(row.id, secret, _kept(uow, actor, row, "rotate", {}))


def pause_endpoint(uow: UnitOfWork, actor: Actor, endpoint_id: UUID) -> int:
    """Nothing is sent until it is resumed; what happens meanwhile waits."""
    row = _own(uow, actor, endpoint_id)
    row.state, row.pause_reason = "paused", "person"
    return _kept(uow, actor, row, "pause", {})


def resume_endpoint(uow: UnitOfWork, actor: Actor, endpoint_id: UUID) -> int:
    """Send again, and first what waited."""
    row = _own(uow, actor, endpoint_id)
    row.state, row.pause_reason, row.failing_since = "active", "", None
    version = _kept(uow, actor, row, "resume", {})
    wake_waiting(uow, row.id)
    return version


def disable_endpoint(uow: UnitOfWork, actor: Actor, endpoint_id: UUID) -> None:
    """For good: nothing is sent or taken any more, what waits is skipped; its deliveries stay to be read."""
    row = _own(uow, actor, endpoint_id)
    close_endpoint(uow, row)
    _kept(uow, actor, row, "disable", {})


def close_endpoint(uow: UnitOfWork, row: WebhookEndpoint) -> None:
    """The rows behind it."""
    row.state, row.pause_reason = "disabled", ""
    uow.session.execute(
        update(WebhookDelivery)
        .where(WebhookDelivery.endpoint_id == row.id, WebhookDelivery.state == "waiting")
        .values(state="skipped", error="disabled", finished_at=uow.now)
        .execution_options(synchronize_session=False)
    )


def ping_endpoint(uow: UnitOfWork, actor: Actor, endpoint_id: UUID) -> UUID:
    """Send a `webhook.ping` to this endpoint alone; the delivery's id. `endpoint.paused` where nothing is sent now."""
    row = _own(uow, actor, endpoint_id)
    if row.state != "active" or not row.url:
        raise DomainError("endpoint.paused", Kind.CONFLICT, "Nothing is sent to this endpoint now. Resume it first.")
    programme_id = row.programme_id or must_exist(
        uow.session.scalar(select(Membership.programme_id).where(Membership.partner_id == row.partner_id).limit(1)),
        "programme",
    )
    event = BusinessEvent(
        event_id=new_id(), created_at=uow.now, type=PING, subject_type="webhook", subject_id=row.id,
        programme_id=programme_id, partner_id=row.partner_id, occurred_at=uow.now, data={}, for_vendor=False,
    )  # fmt: skip
    uow.session.add(event)
    uow.session.flush()
    audit.record(uow, actor, "webhook.ping", "webhook", row.id)
    return must_exist(queue_delivery(uow, row.id, event.id), "delivery")  # type: ignore[no-any-return]


def _kept(uow: UnitOfWork, actor: Actor, row: WebhookEndpoint, what: str, data: dict[str, str]) -> int:
    row.version += 1
    uow.session.flush()
    audit.record(uow, actor, f"webhook.{what}", "webhook", row.id, data)
    return row.version
