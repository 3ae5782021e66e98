"""Files of a launch: each piece, everything as a zip, and the ways to share its posts."""

from __future__ import annotations

from typing import Any

from flask import Response

from app.api.operation import Call, operation
from app.api.v1.launch_shapes import ShareList, ShareOut
from app.portal.launch_files import shares_of
from app.preview_answer import attachment, download
from campaigns.artifacts.keys import part_key
from campaigns.launches import queries
from campaigns.launches.bundle import stream_zip
from campaigns.launches.rules import PUBLIC


@operation(
    "get",
    "/launches/{launch_id:uuid}/pieces/{piece_id:uuid}/file",
    summary="A finished piece; a mail as its HTML",
    tag="Launches",
    permission="launch.read",
    gives="*/*",
)
def get_piece_file(call: Call[Any, Any]) -> Response:
    found, file = queries.piece_file(call.uow.session, call.actor, call.path["launch_id"], call.path["piece_id"])
    if found.kind == "email":
        name = f"{found.asset_id}.{found.locale}.html"
        return download(part_key(file.fingerprint, "html"), "text/html; charset=utf-8", name, None, file.fingerprint)
    return download(file.storage_key, file.media_type, file.filename, file.size, file.sha256)


@operation(
    "get",
    "/launches/{launch_id:uuid}/archive",
    summary="Every finished piece as a zip, a folder per language",
    tag="Launches",
    permission="launch.read",
    gives="application/zip",
)
def get_launch_archive(call: Call[Any, Any]) -> Response:
    page = queries.launch_page(call.uow.session, call.actor, call.path["launch_id"])
    response = Response(stream_zip(call.container.storage, page.pieces), mimetype="application/zip")
    response.headers["Content-Disposition"] = attachment(f"{page.line.slug}.zip")
    return response


@operation(
    "get",
    "/launches/{launch_id:uuid}/shares",
    summary="Texts and tracked addresses for every channel",
    tag="Launches",
    permission="launch.read",
    answer=ShareList,
)
def list_shares(call: Call[Any, Any]) -> ShareList:
    page = queries.launch_page(call.uow.session, call.actor, call.path["launch_id"])
    if page.line.state not in PUBLIC:
        return ShareList(items=[])
    names = tuple(ShareOut.model_fields)
    return ShareList(items=[ShareOut(**{name: getattr(one, name) for name in names}) for one in shares_of(page)])
