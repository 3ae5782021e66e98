"""Launches of the calling partner: offered, made once per key, followed, stopped, retried."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from app.api.operation import Answer, Body, Call, Shape, operation
from app.api.paging import PageQuery, decode, encode
from app.api.v1 import launch_shapes as shapes
from app.api.v1.launch_shapes import LaunchDetail, LaunchList, LaunchOut, OfferOut, ProgressOut
from app.api.values import Instant, Locale, Text
from campaigns.core.actor import Actor
from campaigns.core.errors import invalid
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.launches import queries, service
from campaigns.launches.offer import launch_offer
from campaigns.launches.rules import PUBLIC, State
from campaigns.sequences import service as sequences
from campaigns.tracking.addresses import landing_url

Token = Annotated[str, StringConstraints(pattern="^[!-~]+$", min_length=1, max_length=100)]


class LaunchesQuery(PageQuery):
    """Only launches in these states; all if none is named."""

    state: list[State] = []  # noqa: RUF012 - pydantic copies defaults


class OfferQuery(Shape):
    """What to look at; what is not named is guessed. `mail=no` is a launch without a list."""

    locale: Annotated[list[Locale], Field(max_length=50)] = []  # noqa: RUF012
    list_id: UUID | None = None
    mail: Literal["yes", "no"] = "yes"


class LaunchIn(Body):
    """What to launch. Without `list_id` nobody is mailed; without `starts_at` it starts at once.

    The Idempotency-Key makes the click safe to repeat; `client_token` does the same for who cannot send headers.
    """

    kit_version_id: UUID
    locales: Annotated[list[Locale], Field(min_length=1, max_length=50)]
    list_id: UUID | None = None
    starts_at: Instant | None = None
    fields: Annotated[dict[str, Annotated[Text, Field(max_length=10_000)]], Field(max_length=100)] = {}  # noqa: RUF012
    client_token: Token | None = None


class RelaunchIn(Body):
    """As with a launch: the Idempotency-Key or this makes it safe to repeat."""

    client_token: Token | None = None


def _token(call: Call[Any, Any]) -> str:
    if call.body.client_token is not None:
        return str(call.body.client_token)
    if call.key is None:
        raise invalid("launch.no_token", "Send an Idempotency-Key, or a client_token in the body.")
    return "key:" + sha256(call.key.encode()).hexdigest()


def _detail(call: Call[Any, Any], launch_id: UUID) -> LaunchDetail:
    page = queries.launch_page(call.uow.session, call.actor, launch_id)
    has_landing = any(piece.kind == "landing" for piece in page.pieces)
    base = call.container.settings.public_url
    pages = {}
    if has_landing and page.line.state in PUBLIC:
        pages = {locale: landing_url(base, page.line.slug, locale) for locale in page.line.locales}
    return shapes.detail(page, pages)


def _made(call: Call[Any, Any], launch_id: UUID) -> Answer:
    headers = {"Location": f"/api/v1/launches/{launch_id}"}
    return Answer(_detail(call, launch_id), status=201, headers=headers)


@operation(
    "get",
    "/campaigns/{kit_version_id:uuid}/offer",
    summary="What a launch of this campaign would do",
    tag="Launches",
    permission="launch.create",
    query=OfferQuery,
    answer=OfferOut,
)
def get_offer(call: Call[Any, OfferQuery]) -> OfferOut:
    made = launch_offer(
        call.uow.session,
        call.actor,
        call.path["kit_version_id"],
        now=call.uow.now,
        locales=call.query.locale or None,
        list_id=call.query.list_id,
        no_list=call.query.mail == "no",
    )
    return shapes.offer(made)


@operation(
    "post",
    "/launches",
    summary="Launch a campaign",
    tag="Launches",
    permission="launch.create",
    body=LaunchIn,
    answer=LaunchDetail,
    status=201,
    idempotent=True,
)
def create_launch(call: Call[LaunchIn, Any]) -> Answer:
    asked = service.LaunchRequest(
        kit_version_id=call.body.kit_version_id,
        locales=call.body.locales,
        client_token=_token(call),
        list_id=call.body.list_id,
        starts_at=call.body.starts_at,
        fields=call.body.fields,
    )
    return _made(call, service.launch_campaign(call.uow, call.actor, asked))


@operation(
    "get",
    "/launches",
    summary="Your launches",
    tag="Launches",
    permission="launch.read",
    query=LaunchesQuery,
    answer=LaunchList,
)
def list_launches(call: Call[Any, LaunchesQuery]) -> LaunchList:
    before = UUID(str(decode(call.query.cursor, UUID)[1])) if call.query.cursor else None
    limit = call.query.limit
    found = queries.launches_for(
        call.uow.session,
        call.actor,
        before=before,
        states=[state.value for state in call.query.state],
        limit=limit + 1,
    )
    kept = found[:limit]
    cursor = encode(kept[-1].created_at, kept[-1].id) if len(found) > limit else None
    return LaunchList(items=[LaunchOut(**shapes.line(row)) for row in kept], next_cursor=cursor)


@operation(
    "get",
    "/launches/{launch_id:uuid}",
    summary="A launch with its pieces",
    tag="Launches",
    permission="launch.read",
    answer=LaunchDetail,
)
def get_launch(call: Call[Any, Any]) -> LaunchDetail:
    return _detail(call, call.path["launch_id"])


@operation(
    "get",
    "/launches/{launch_id:uuid}/progress",
    summary="How far a launch is, for asking often",
    tag="Launches",
    permission="launch.read",
    answer=ProgressOut,
)
def get_launch_progress(call: Call[Any, Any]) -> ProgressOut:
    now = queries.progress(call.uow.session, call.actor, call.path["launch_id"])
    return ProgressOut(state=now.state, ready=now.ready, failed=now.failed, total=now.total, settled=now.settled)


Verb = Callable[[UnitOfWork, Actor, UUID], object]


def _move(call: Call[Any, Any], verb: Verb, after: Callable[[UnitOfWork, UUID], object] | None = None) -> LaunchDetail:
    launch_id = call.path["launch_id"]
    verb(call.uow, call.actor, launch_id)
    if after is not None:
        after(call.uow, launch_id)
    return _detail(call, launch_id)


def _declare(
    verb: str, summary: str, permission: str, act: Verb, after: Callable[[UnitOfWork, UUID], object] | None = None
) -> None:
    """`POST /launches/{id}/<verb>`, which moves a launch and answers how it stands then."""

    def view(call: Call[Any, Any]) -> LaunchDetail:
        return _move(call, act, after)

    view.__name__ = f"{verb}_launch"
    path = f"/launches/{{launch_id:uuid}}/{verb}"
    operation(
        "post", path, summary=summary, tag="Launches", permission=permission, answer=LaunchDetail, idempotent=True
    )(view)


_declare(
    "cancel", "Stop a launch for good; what was sent stays sent", "launch.cancel",
    service.cancel_launch, sequences.cancel_sequence,
)  # fmt: skip
_declare("pause", "Hold the mails of a launch", "launch.cancel", service.pause_launch, sequences.pause_sequence)
_declare("resume", "Let a paused launch go on", "launch.cancel", service.resume_launch, sequences.resume_sequence)
_declare("retry", "Make the pieces again that could not be made", "launch.create", service.retry_failed)


@operation(
    "post",
    "/launches/{launch_id:uuid}/relaunch",
    summary="Launch the newest version with the same choices",
    tag="Launches",
    permission="launch.create",
    body=RelaunchIn,
    answer=LaunchDetail,
    status=201,
    idempotent=True,
)
def relaunch(call: Call[RelaunchIn, Any]) -> Answer:
    return _made(call, service.relaunch(call.uow, call.actor, call.path["launch_id"], _token(call)))
