"""Deliveries: queued once per endpoint and event, claimed by one process, recorded by the attempt that was claimed.

At least once: a process lost between the POST and its record leaves a lease that runs out, and the message goes
again under the same id. Order is not promised, since what fails goes later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert

from campaigns.core.errors import DomainError, Kind
from campaigns.core.ids import new_id
from campaigns.db import jobs
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.outbound.addresses import Target, read_url
from campaigns.outbound.cloud_events import MEDIA_TYPE, body_of
from campaigns.outbound.models import BusinessEvent, WebhookDelivery, WebhookEndpoint
from campaigns.outbound.signatures import sign, unseal

DELIVER = "outbound.deliver"
LEASE = timedelta(seconds=60)  # longer than the longest attempt, so that two never send at once
OVERDUE = timedelta(minutes=2)
MOST_WOKEN = 1000
AGENT = "Throughline-Webhooks/1"


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery held by this process, complete as a request."""

    delivery_id: UUID
    attempt: int
    target: Target
    headers: dict[str, str]
    body: bytes
    adapter: str = ""
    url: str = ""
    keys: tuple[str, ...] = ()


def keys_of(secret_key: str, endpoint: WebhookEndpoint, uow: UnitOfWork) -> list[str]:
    """The secrets in force: the present one first, then the one before for its last day."""
    keys = [unseal(secret_key, endpoint.sealed_secret)]
    if endpoint.former_secret and endpoint.former_until and endpoint.former_until > uow.now:
        keys.append(unseal(secret_key, endpoint.former_secret))
    return keys


def queue_delivery(uow: UnitOfWork, endpoint_id: UUID, event_id: int) -> UUID | None:
    """Owe an event to an endpoint; None if it is owed already."""
    made = uow.session.execute(
        insert(WebhookDelivery)
        .values(id=new_id(), created_at=uow.now, endpoint_id=endpoint_id, event_id=event_id, due_at=uow.now)
        .on_conflict_do_nothing(index_elements=["endpoint_id", "event_id"])
        .returning(WebhookDelivery.id)
    ).scalar_one_or_none()
    if made is not None:
        ask(uow, made, 1)
    return made


def ask(uow: UnitOfWork, delivery_id: UUID, attempt: int, after: timedelta = timedelta(), mark: str = "") -> None:
    """Ask for an attempt after a while. `mark` asks beside an earlier call, which then finds nothing to do."""
    payload = {"delivery": str(delivery_id)}
    key = f"{delivery_id}:{attempt}{mark}"
    jobs.enqueue(uow, DELIVER, key, payload, queue="send", run_at=uow.now + after, max_attempts=20)


def fan_out(uow: UnitOfWork, event_id: int) -> int:
    """Owe an event to every endpoint that is to be told; how many. Running twice owes nothing twice.

    Told are the programme's and the partner's own endpoints whose types fit, except those of the system it came from.
    """
    event = uow.session.get(BusinessEvent, event_id)
    if event is None:
        return 0
    sides = []
    if event.for_vendor:
        sides.append(WebhookEndpoint.programme_id == event.programme_id)
    if event.partner_id is not None:
        sides.append(WebhookEndpoint.partner_id == event.partner_id)
    if not sides:
        return 0
    found = uow.session.scalars(
        select(WebhookEndpoint)
        .where(or_(*sides), WebhookEndpoint.state != "disabled", WebhookEndpoint.url != "")
        .order_by(WebhookEndpoint.id)
    )
    told = [one for one in found if _wants(one, event)]
    return sum(queue_delivery(uow, one.id, event.id) is not None for one in told)


def _wants(endpoint: WebhookEndpoint, event: BusinessEvent) -> bool:
    if event.origin and event.origin == endpoint.system:
        return False
    family = event.type.split(".", maxsplit=1)[0] + ".*"
    return not endpoint.types or event.type in endpoint.types or family in endpoint.types


def claim(uow: UnitOfWork, delivery_id: UUID, secret_key: str, source: str, *, loopback: bool) -> Claimed | None:
    """Hold a due delivery for one attempt; None if it is over, not due, or its endpoint is not told now.

    `delivery.held` (unavailable, so the job comes again) while another process sends it. An address or a secret that
    cannot be used any more fails the delivery.
    """
    row = uow.session.execute(
        select(WebhookDelivery, WebhookEndpoint, BusinessEvent)
        .join(WebhookEndpoint, WebhookEndpoint.id == WebhookDelivery.endpoint_id)
        .join(BusinessEvent, BusinessEvent.id == WebhookDelivery.event_id)
        .where(WebhookDelivery.id == delivery_id)
        .with_for_update(of=WebhookDelivery)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        return None
    delivery, endpoint, event = row
    if delivery.state != "waiting" or endpoint.state != "active" or delivery.due_at > uow.now:
        return None
    if delivery.lease_until is not None and delivery.lease_until > uow.now:
        raise DomainError("delivery.held", Kind.UNAVAILABLE, "Another process is sending it.")
    try:
        target = read_url(endpoint.url, loopback=loopback)
        keys = keys_of(secret_key, endpoint, uow)
    except DomainError as error:
        delivery.state, delivery.error, delivery.finished_at = "failed", error.code, uow.now
        uow.session.flush()
        return None
    body = body_of(event, source, partner=endpoint.partner_id is not None)
    delivery.attempts += 1
    delivery.lease_until = uow.now + LEASE
    uow.session.flush()
    headers = sign(keys, f"msg_{delivery.id.hex}", uow.now, body)
    headers |= {"content-type": MEDIA_TYPE, "user-agent": AGENT, "connection": "close"}
    return Claimed(
        delivery.id, delivery.attempts, target, headers, body, endpoint.adapter, endpoint.url, tuple(keys)
    )  # fmt: skip


def wake_waiting(uow: UnitOfWork, endpoint_id: UUID) -> int:
    """Make what waits for an endpoint due now; how many. The tick asks for those beyond the first thousand."""
    due = uow.session.scalars(
        update(WebhookDelivery)
        .where(WebhookDelivery.endpoint_id == endpoint_id, WebhookDelivery.state == "waiting")
        .values(due_at=uow.now)
        .returning(WebhookDelivery.id)
        .execution_options(synchronize_session=False)
    ).all()
    for delivery_id in sorted(due)[:MOST_WOKEN]:
        ask(uow, delivery_id, 0, mark=f":{uow.now:%H%M%S}")
    return len(due)


def ask_overdue(uow: UnitOfWork) -> int:
    """Ask again for what is long due and was not called: after a long pause, or after a lost job. How many."""
    found = uow.session.scalars(
        select(WebhookDelivery.id)
        .join(WebhookEndpoint, WebhookEndpoint.id == WebhookDelivery.endpoint_id)
        .where(
            WebhookDelivery.state == "waiting",
            WebhookDelivery.due_at < uow.now - OVERDUE,
            or_(WebhookDelivery.lease_until.is_(None), WebhookDelivery.lease_until < uow.now),
            WebhookEndpoint.state == "active",
        )
        .order_by(WebhookDelivery.due_at)
        .limit(MOST_WOKEN)
    ).all()
    for delivery_id in found:
        ask(uow, delivery_id, 0, mark=":overdue")
    return len(found)


def give_up(uow: UnitOfWork, delivery_id: UUID) -> None:
    """The job behind it is out of attempts: the delivery failed, and stands on the error desk."""
    uow.session.execute(
        update(WebhookDelivery)
        .where(WebhookDelivery.id == delivery_id, WebhookDelivery.state == "waiting")
        .values(state="failed", error="interrupted", lease_until=None, finished_at=uow.now)
        .execution_options(synchronize_session=False)
    )
