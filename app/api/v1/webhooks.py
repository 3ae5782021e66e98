"""Webhook endpoints of the caller's tenant: made (the secret is shown once), changed, paused, tried, switched off."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from app.api.operation import Answer, Body, Call, Shape, operation
from app.api.paging import Page, PageQuery, page_list
from app.api.values import Text
from campaigns.integrations import feeds
from campaigns.outbound import desk, endpoints, queries
from campaigns.outbound.endpoints import EndpointForm


class WebhookOut(Shape):
    """An endpoint without its secret. `types` empty: all. `waiting` and `failed` count deliveries."""

    id: UUID
    created_at: datetime
    url: str
    title: str
    system: str
    types: list[str]
    adapter: str
    state: str
    pause_reason: str
    failing_since: datetime | None
    former_until: datetime | None
    version: int
    waiting: int
    failed: int


class WebhookIn(Body):
    """An https address (empty: the system only sends in), the events wanted, the system behind it."""

    url: Annotated[Text, Field(max_length=2000)]
    title: Annotated[Text, Field(max_length=80)] = ""
    system: Annotated[Text, Field(max_length=40)] = ""
    types: Annotated[
        list[Annotated[Text, Field(max_length=81)]], Field(max_length=endpoints.MOST_TYPES, default_factory=list)
    ]
    adapter: Literal["", "csv_http"] = ""


class CrmFeedOut(Shape):
    """How reading a system stands. `error` is empty, or the code of why it could not be read the last time."""

    endpoint_id: UUID
    system: str
    url: str
    due_at: datetime
    read_at: datetime | None
    kept: int
    failing_since: datetime | None
    failures: int
    error: str


class CrmFeedList(Shape):
    """Every system that is read, those that fail first."""

    items: list[CrmFeedOut]


class SecretOut(Shape):
    """An endpoint's secret, shown here and nowhere else."""

    id: UUID
    secret: str


class WebhookPage(Page[WebhookOut]):
    """A page of endpoints."""


class CountOut(Shape):
    """How many it concerned."""

    count: int


class PingOut(Shape):
    """The delivery of the test message."""

    delivery_id: UUID


def _show(one: queries.EndpointView) -> WebhookOut:
    return WebhookOut(
        id=one.id, created_at=one.created_at, url=one.url, title=one.title, system=one.system, types=list(one.types),
        adapter=one.adapter, state=one.state, pause_reason=one.pause_reason, failing_since=one.failing_since,
        former_until=one.former_until, version=one.version, waiting=one.waiting, failed=one.failed,
    )  # fmt: skip


def _form(said: WebhookIn) -> EndpointForm:
    return EndpointForm(said.url, said.title, said.system, tuple(said.types), said.adapter)


def _answer(call: Call[Any, Any]) -> Answer:
    one = queries.endpoint_of(call.uow.session, call.actor, call.path["endpoint_id"])
    return Answer(_show(one), version=one.version)


@operation(
    "get", "/webhooks", summary="Your webhook endpoints", tag="Webhooks", permission="webhook.manage",
    query=PageQuery, answer=WebhookPage,
)  # fmt: skip
def list_webhooks(call: Call[Any, PageQuery]) -> WebhookPage:
    found = [_show(one) for one in queries.endpoints_of(call.uow.session, call.actor)]
    items, cursor = page_list(found, call.query, lambda one: (one.created_at, one.id))
    return WebhookPage(items=items, next_cursor=cursor)


@operation(
    "post", "/webhooks", summary="Make an endpoint; its secret is in this answer only", tag="Webhooks",
    permission="webhook.manage", body=WebhookIn, answer=SecretOut, status=201, limit=("webhook", 60, 3600),
)  # fmt: skip
def create_webhook(call: Call[WebhookIn, Any]) -> Answer:
    settings = call.container.settings
    made = endpoints.create_endpoint(
        call.uow, call.actor, settings.secret_key, _form(call.body), loopback=settings.webhook_loopback
    )
    return Answer(SecretOut(id=made.id, secret=made.secret), status=201, headers={"Cache-Control": "no-store"})


@operation(
    "get", "/webhooks/{endpoint_id:uuid}", summary="One endpoint", tag="Webhooks", permission="webhook.manage",
    answer=WebhookOut,
)  # fmt: skip
def get_webhook(call: Call[Any, Any]) -> Answer:
    return _answer(call)


@operation(
    "put", "/webhooks/{endpoint_id:uuid}", summary="Change an endpoint", tag="Webhooks", permission="webhook.manage",
    body=WebhookIn, answer=WebhookOut, versioned=True,
)  # fmt: skip
def put_webhook(call: Call[WebhookIn, Any]) -> Answer:
    loopback = call.container.settings.webhook_loopback
    endpoints.change_endpoint(
        call.uow, call.actor, call.path["endpoint_id"], call.if_match or 0, _form(call.body), loopback=loopback
    )
    return _answer(call)


@operation(
    "delete", "/webhooks/{endpoint_id:uuid}", summary="Switch an endpoint off for good; its deliveries stay readable",
    tag="Webhooks", permission="webhook.manage", status=204,
)  # fmt: skip
def disable_webhook(call: Call[Any, Any]) -> None:
    endpoints.disable_endpoint(call.uow, call.actor, call.path["endpoint_id"])


@operation(
    "post", "/webhooks/{endpoint_id:uuid}/rotate", summary="Make a new secret; the one before is valid for a day more",
    tag="Webhooks", permission="webhook.manage", answer=SecretOut, limit=("webhook", 60, 3600),
)  # fmt: skip
def rotate_webhook(call: Call[Any, Any]) -> Answer:
    key = call.container.settings.secret_key
    made = endpoints.rotate_secret(call.uow, call.actor, key, call.path["endpoint_id"])
    return Answer(SecretOut(id=made.id, secret=made.secret), headers={"Cache-Control": "no-store"})


@operation(
    "post", "/webhooks/{endpoint_id:uuid}/pause", summary="Send nothing until it is resumed", tag="Webhooks",
    permission="webhook.manage", answer=WebhookOut,
)  # fmt: skip
def pause_webhook(call: Call[Any, Any]) -> Answer:
    endpoints.pause_endpoint(call.uow, call.actor, call.path["endpoint_id"])
    return _answer(call)


@operation(
    "post", "/webhooks/{endpoint_id:uuid}/resume", summary="Send again, first what waited", tag="Webhooks",
    permission="webhook.manage", answer=WebhookOut,
)  # fmt: skip
def resume_webhook(call: Call[Any, Any]) -> Answer:
    endpoints.resume_endpoint(call.uow, call.actor, call.path["endpoint_id"])
    return _answer(call)


@operation(
    "post", "/webhooks/{endpoint_id:uuid}/ping", summary="Send a test message to this endpoint alone", tag="Webhooks",
    permission="webhook.manage", answer=PingOut, status=202, limit=("webhook-ping", 60, 3600),
)  # fmt: skip
def ping_webhook(call: Call[Any, Any]) -> PingOut:
    return PingOut(delivery_id=endpoints.ping_endpoint(call.uow, call.actor, call.path["endpoint_id"]))


@operation(
    "post", "/webhooks/{endpoint_id:uuid}/replay", summary="Send up to 500 failed deliveries again", tag="Webhooks",
    permission="webhook.manage", answer=CountOut,
)  # fmt: skip
def replay_webhook(call: Call[Any, Any]) -> CountOut:
    return CountOut(count=desk.replay_failed(call.uow, call.actor, call.path["endpoint_id"]))


@operation(
    "get", "/crm-feeds", summary="How reading your systems stands", tag="Webhooks", permission="webhook.manage",
    answer=CrmFeedList,
)  # fmt: skip
def list_crm_feeds(call: Call[Any, Any]) -> CrmFeedList:
    found = feeds.feeds_of(call.uow.session, call.actor)
    return CrmFeedList(
        items=[CrmFeedOut(**{name: getattr(one, name) for name in CrmFeedOut.model_fields}) for one in found]
    )


@operation(
    "post", "/webhooks/{endpoint_id:uuid}/read", summary="Read the system behind an endpoint at once", tag="Webhooks",
    permission="webhook.manage", status=204,
)  # fmt: skip
def read_webhook(call: Call[Any, Any]) -> None:
    feeds.read_now(call.uow, call.actor, call.path["endpoint_id"])
