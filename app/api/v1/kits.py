"""Kits of the calling vendor: upload, check, publish, withdraw, download."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from flask import Response, request
from pydantic import Field

from app.api.operation import Answer, Body, Call, Shape, operation
from app.api.paging import Page, PageQuery, page_list
from app.api.values import Text
from app.studio.announcing import announce
from campaigns.kits import queries
from campaigns.kits.queries import KitCard, KitPage
from campaigns.kits.rules import VersionRef
from campaigns.kits.service import check_again
from campaigns.kits.service.publishing import publish, withdraw
from campaigns.kits.service.uploading import KitUpload, upload_file, upload_kit
from campaigns.kits.store import kit_files
from campaigns.partners.records import programme_page
from renderer.kit.archive import pack_kit

KIT_MB = 200  # what an archive may unpack to is the reader's to say


class KitOut(Shape):
    """A kit at its newest version."""

    id: UUID
    slug: str
    title: str
    summary: str
    version_id: UUID
    number: int
    state: str
    errors: int
    locales: list[str]


class KitList(Page[KitOut]):
    """A page of kits."""


class VersionOut(Shape):
    """A version with its check: `checked` is false while that runs; `coverage` is per piece and locale."""

    id: UUID
    kit_id: UUID
    slug: str
    title: str
    number: int
    label: str
    digest: str
    state: str
    checked: bool
    problems: list[dict[str, Any]]
    coverage: dict[str, Any]
    created_at: datetime


class UploadOut(Shape):
    """What became of an upload; `created` is false when exactly these files were there already."""

    kit_id: UUID
    version_id: UUID
    slug: str
    number: int
    label: str
    created: bool


class WithdrawIn(Body):
    """Why; your partners read it."""

    reason: Annotated[Text, Field(min_length=1, max_length=500)]


def _card(card: KitCard) -> KitOut:
    return KitOut(
        id=card.kit_id,
        slug=card.slug,
        title=card.title,
        summary=card.summary,
        version_id=card.version_id,
        number=card.number,
        state=card.state,
        errors=card.errors,
        locales=list(card.locales),
    )


class FileQuery(Shape):
    """The name of the file it replaces, such as `datasheet.pdf`; exactly one file of the version must have it."""

    filename: Annotated[Text, Field(min_length=1, max_length=200)]


class ToldOut(Shape):
    """How many people a letter is queued for."""

    told: int


def _version(page: KitPage) -> VersionOut:
    return VersionOut(
        id=page.ref.id,
        kit_id=page.kit_id,
        slug=page.slug,
        title=page.title,
        number=page.ref.number,
        label=page.ref.label,
        digest=page.ref.digest,
        state=page.ref.state,
        checked=page.chosen.checked,
        problems=list(page.problems),
        coverage=page.coverage,
        created_at=page.chosen.at,
    )


def _shown(call: Call[Any, Any], version_id: UUID) -> VersionOut:
    ref = queries.version_ref(call.uow.session, call.actor, version_id)
    return _version(queries.kit_page(call.uow.session, call.actor, ref.kit_id, ref.id))


@operation("get", "/kits", summary="Your kits", tag="Kits", permission="kit.read", query=PageQuery, answer=KitList)
def list_kits(call: Call[Any, PageQuery]) -> KitList:
    cards = queries.kits_for(call.uow.session, call.actor)
    rows, cursor = page_list(cards, call.query, lambda card: (card.since, card.version_id))
    return KitList(items=[_card(card) for card in rows], next_cursor=cursor)


@operation(
    "post",
    "/kits",
    summary="Upload a kit as a zip",
    tag="Kits",
    permission="kit.write",
    answer=UploadOut,
    status=201,
    idempotent=True,
    takes=("application/zip",),
    upload_mb=KIT_MB,
)
def upload_kit_zip(call: Call[Any, Any]) -> Answer:
    return _uploaded(upload_kit(call.uow, call.actor, call.container.storage, request.get_data()))


def _uploaded(done: KitUpload) -> Answer:
    shape = UploadOut(
        kit_id=done.kit_id,
        version_id=done.version_id,
        slug=done.slug,
        number=done.number,
        label=done.label,
        created=done.created,
    )
    location = {"Location": f"/api/v1/kit-versions/{done.version_id}"}
    return Answer(shape, status=201 if done.created else 200, headers=location)


@operation(
    "get",
    "/kit-versions/{version_id:uuid}",
    summary="A version with its check",
    tag="Kits",
    permission="kit.read",
    answer=VersionOut,
)
def get_kit_version(call: Call[Any, Any]) -> VersionOut:
    return _shown(call, call.path["version_id"])


@operation(
    "post",
    "/kit-versions/{version_id:uuid}/check",
    summary="Check a draft once more",
    tag="Kits",
    permission="kit.write",
    answer=VersionOut,
    idempotent=True,
)
def check_kit_version(call: Call[Any, Any]) -> VersionOut:
    check_again(call.uow, call.actor, call.path["version_id"])
    call.uow.session.expire_all()
    return _shown(call, call.path["version_id"])


@operation(
    "post",
    "/kit-versions/{version_id:uuid}/publish",
    summary="Publish a version",
    tag="Kits",
    permission="kit.publish",
    answer=VersionOut,
    idempotent=True,
)
def publish_kit_version(call: Call[Any, Any]) -> VersionOut:
    publish(call.uow, call.actor, call.path["version_id"])
    call.uow.session.expire_all()
    return _shown(call, call.path["version_id"])


@operation(
    "post",
    "/kit-versions/{version_id:uuid}/withdraw",
    summary="Withdraw a version",
    tag="Kits",
    permission="kit.publish",
    body=WithdrawIn,
    answer=VersionOut,
    idempotent=True,
)
def withdraw_kit_version(call: Call[WithdrawIn, Any]) -> VersionOut:
    withdraw(call.uow, call.actor, call.path["version_id"], call.body.reason)
    call.uow.session.expire_all()
    return _shown(call, call.path["version_id"])


@operation(
    "post",
    "/kit-versions/{version_id:uuid}/files",
    summary="Put one file in the place of its namesake: a new version with that file changed",
    tag="Kits",
    permission="kit.write",
    query=FileQuery,
    answer=UploadOut,
    status=201,
    idempotent=True,
    takes=("application/octet-stream",),
    upload_mb=KIT_MB,
)
def replace_kit_file(call: Call[Any, FileQuery]) -> Answer:
    version_id, data = call.path["version_id"], request.get_data()
    return _uploaded(upload_file(call.uow, call.actor, call.container.storage, version_id, data, call.query.filename))


@operation(
    "post",
    "/kit-versions/{version_id:uuid}/tell",
    summary="Mail every partner that does not run the version yet; asking twice mails nobody twice",
    tag="Kits",
    permission="kit.publish",
    answer=ToldOut,
    idempotent=True,
    limit=("tell", 10, 3600),
)
def tell_partners(call: Call[Any, Any]) -> ToldOut:
    vendor = programme_page(call.uow.session, call.actor).form.name
    return ToldOut(told=announce(call.uow, call.actor, call.path["version_id"], vendor))


@operation(
    "get",
    "/kit-versions/{version_id:uuid}/archive",
    summary="The version's files as a zip",
    tag="Kits",
    permission="kit.read",
    gives="application/zip",
)
def get_kit_archive(call: Call[Any, Any]) -> Response:
    ref: VersionRef = queries.version_ref(call.uow.session, call.actor, call.path["version_id"])
    answer = Response(pack_kit(kit_files(call.container.storage, ref)), mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{ref.slug}-{ref.number}.zip"'
    return answer
