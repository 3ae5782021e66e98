"""The calling partner's brand kit: read, saved with If-Match, logos, revisions."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from flask import Response, request
from pydantic import Field
from sqlalchemy import select

from app.api.operation import Answer, Body, Call, Shape, operation
from app.api.paging import Page, PageQuery, fetch
from app.api.values import Text
from campaigns.core.errors import DomainError, Kind
from campaigns.core.tenancy import scoped
from campaigns.partners import brand
from campaigns.partners.brand.queries import LogoView
from campaigns.partners.brand.rules import LONGEST
from campaigns.partners.models import BrandRevision

LOGO_TYPES = ("image/*", "application/pdf", "application/postscript", "application/octet-stream")


class BrandIn(Body):
    """What stands beside the logo. Colours are `#rrggbb`; what is left out is empty."""

    name: Annotated[Text, Field(min_length=1, max_length=LONGEST["name"])]
    legal_name: Annotated[Text, Field(max_length=LONGEST["legal_name"])] = ""
    tagline: Annotated[Text, Field(max_length=LONGEST["tagline"])] = ""
    phone: Annotated[Text, Field(max_length=LONGEST["phone"])] = ""
    email: Annotated[Text, Field(max_length=LONGEST["email"])] = ""
    url: Annotated[Text, Field(max_length=LONGEST["url"])] = ""
    address: Annotated[Text, Field(max_length=LONGEST["address"])] = ""
    country: Annotated[str, Field(pattern="^([A-Z]{2})?$")] = ""
    legal_line: Annotated[Text, Field(max_length=LONGEST["legal_line"])] = ""
    primary: Annotated[str, Field(pattern="^#[0-9a-fA-F]{6}$")]
    secondary: Annotated[str, Field(pattern="^#[0-9a-fA-F]{6}$")]


class LogoOut(Shape):
    """A logo that was taken in. Contrasts are WCAG ratios; `palette` is colour and contrast on white."""

    id: UUID
    kind: str
    filename: str
    contrast_on_light: float
    contrast_on_dark: float
    palette: list[tuple[str, float]]


class BrandOut(Shape):
    """The brand in use. `revision` is null before the first save. The ETag is for If-Match."""

    revision: int | None
    saved_at: datetime | None
    name: str
    legal_name: str
    tagline: str
    phone: str
    email: str
    url: str
    address: str
    country: str
    legal_line: str
    primary: str
    secondary: str
    logo_light: LogoOut | None
    logo_dark: LogoOut | None


class RevisionOut(Shape):
    """A frozen save."""

    number: int
    saved_at: datetime
    name: str
    digest: str


class RevisionPage(Page[RevisionOut]):
    """A page of revisions."""


class LogoQuery(Shape):
    """Which ground the logo is for, and the file's own name."""

    ground: Literal["light", "dark"] = "light"
    filename: Annotated[Text, Field(max_length=200)] = "logo"


class PlaceIn(Body):
    """One of your logos; null takes the logo for dark grounds away."""

    logo_id: UUID | None


class ColoursIn(Body):
    """The logo whose two colours to take."""

    logo_id: UUID


def _logo(view: LogoView | None) -> LogoOut | None:
    if view is None:
        return None
    return LogoOut(
        id=view.id,
        kind=view.kind,
        filename=view.filename,
        contrast_on_light=view.contrast_on_light,
        contrast_on_dark=view.contrast_on_dark,
        palette=list(view.palette),
    )


def _now(call: Call[Any, Any]) -> Answer:
    shown = brand.brand_page(call.uow.session, call.actor)
    value = BrandOut(
        revision=shown.number,
        saved_at=shown.saved_at,
        logo_light=_logo(shown.light),
        logo_dark=_logo(shown.dark),
        **shown.form.as_dict(),
    )
    return Answer(value, version=shown.version)


# what edits the brand: guarded by If-Match, answered with the brand as it then is
_edit = partial(
    operation,
    tag="Brand",
    permission="brand.write",
    answer=BrandOut,
    versioned=True,
)


@operation("get", "/brand", summary="Your brand", tag="Brand", permission="brand.read", answer=BrandOut)
def get_brand(call: Call[Any, Any]) -> Answer:
    return _now(call)


@_edit(
    "put",
    "/brand",
    summary="Save your brand",
    body=BrandIn,
)
def put_brand(call: Call[BrandIn, Any]) -> Answer:
    brand.save_brand(call.uow, call.actor, brand.BrandForm(**call.body.model_dump()), call.if_match or 0)
    return _now(call)


@operation(
    "post",
    "/brand/logo",
    summary="Take a logo in and use it on a ground",
    tag="Brand",
    permission="brand.write",
    query=LogoQuery,
    answer=BrandOut,
    takes=LOGO_TYPES,
    upload_mb=20,
    limit=("logo", 40, 600),
)
def post_logo(call: Call[Any, LogoQuery]) -> Answer:
    call.uow.commit()  # nothing is open while the file is read
    outcome = brand.upload_logo(
        call.container.uow,
        call.container.storage,
        call.actor,
        filename=call.query.filename,
        data=request.get_data(),
        ground=call.query.ground,
    )
    if not outcome.taken:
        message = "The logo was not taken; the one before stays in use."
        raise DomainError(
            "logo.refused", Kind.INVALID, message, problems=outcome.problems, upload_id=str(outcome.upload_id)
        )
    return _now(call)


@operation(
    "post",
    "/brand/refusals/{upload_id:uuid}/dismiss",
    summary="Put a refused logo away",
    tag="Brand",
    permission="brand.write",
    status=204,
)
def dismiss_logo_refusal(call: Call[Any, Any]) -> None:
    brand.dismiss_refusal(call.uow, call.actor, call.path["upload_id"])


@operation(
    "get",
    "/brand/logos/{logo_id:uuid}",
    summary="A logo as PNG",
    tag="Brand",
    permission="brand.read",
    gives="image/png",
)
def get_logo(call: Call[Any, Any]) -> Response:
    view = brand.own_logo(call.uow.session, call.actor, call.path["logo_id"])
    response = Response(call.container.storage.get(view.png_key), mimetype="image/png")
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    response.add_etag()
    response.make_conditional(request)
    return response


@_edit(
    "put",
    "/brand/logos/{ground:ground}",
    summary="Use one of your logos on a ground",
    body=PlaceIn,
)
def put_logo(call: Call[PlaceIn, Any]) -> Answer:
    brand.place_logo(call.uow, call.actor, call.body.logo_id, call.path["ground"], call.if_match or 0)
    return _now(call)


@_edit(
    "post",
    "/brand/colours",
    summary="Take the colours found in a logo",
    body=ColoursIn,
)
def use_logo_colours(call: Call[ColoursIn, Any]) -> Answer:
    brand.use_colours(call.uow, call.actor, call.body.logo_id, call.if_match or 0)
    return _now(call)


@operation(
    "get",
    "/brand/revisions",
    summary="Every save of your brand",
    tag="Brand",
    permission="brand.read",
    query=PageQuery,
    answer=RevisionPage,
)
def list_brand_revisions(call: Call[Any, PageQuery]) -> RevisionPage:
    def show(row: BrandRevision) -> RevisionOut:
        return RevisionOut(
            number=row.number, saved_at=row.created_at, name=str(row.data.get("name", "")), digest=row.digest
        )

    query = scoped(select(BrandRevision), call.actor, BrandRevision)
    rows, cursor = fetch(call.uow.session, query, BrandRevision, call.query, show)
    return RevisionPage(items=rows, next_cursor=cursor)


@_edit(
    "post",
    "/brand/revisions/{number:int}/restore",
    summary="Use an older save again",
)
def restore_brand_revision(call: Call[Any, Any]) -> Answer:
    brand.restore_revision(call.uow, call.actor, call.path["number"], call.if_match or 0)
    return _now(call)
