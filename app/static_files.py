"""Static files: their digest in the address and a long life in caches; text is compressed once and kept."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from flask import Flask, Response, abort, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from app.auth.access import public

FOLDER = Path(__file__).parent / "static"
_TEXT = frozenset({".css", ".js", ".svg", ".json", ".txt"})
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file as it is served. `packed` is its gzip form, for text only."""

    data: bytes = field(repr=False)
    media_type: str
    digest: str
    packed: bytes | None = field(repr=False)


@cache
def _read(path: str, changed_ns: int) -> StaticFile:  # the time is the cache's key: an edit is seen at once
    del changed_ns
    data = (FOLDER / path).read_bytes()
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    if kind.startswith("text/"):
        kind += "; charset=utf-8"
    packed = gzip.compress(data, 9, mtime=0) if Path(path).suffix in _TEXT else None
    return StaticFile(data, kind, hashlib.sha256(data).hexdigest()[:12], packed)


def static_file(path: str) -> StaticFile | None:
    """The file, or None; never anything outside the folder."""
    try:
        full = (FOLDER / path).resolve()
        full.stat()
    except (OSError, ValueError):  # not there, or a name that no file system takes
        return None
    if not full.is_relative_to(FOLDER.resolve()) or not full.is_file() or full.name.startswith("."):
        return None
    return _read(full.relative_to(FOLDER.resolve()).as_posix(), full.stat().st_mtime_ns)


def static_url(path: str) -> str:
    """The address with the digest; LookupError for a file that is not there."""
    found = static_file(path)
    if found is None:
        raise LookupError(f"there is no static file {path}")
    return url_for("static", path=path, v=found.digest)


@public
def serve(path: str) -> AnyResponse:
    """One static file."""
    found = static_file(path)
    if found is None:
        abort(404)
    packed = found.packed is not None and request.accept_encodings.quality("gzip") > 0
    response = Response(found.packed if packed and found.packed else found.data, content_type=found.media_type)
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.set_etag(found.digest + ("-gz" if packed else ""))
    response.headers["Cache-Control"] = FOREVER if request.args.get("v") == found.digest else "no-cache"
    return response.make_conditional(request)


def register(app: Flask) -> None:
    """The route and the template function."""
    app.add_url_rule("/static/<path:path>", "static", serve)
    app.jinja_env.globals["static_url"] = static_url
