"""Answers that show pieces: previews and finished files, with ETag, safe names and a policy of their own."""

from __future__ import annotations

import hashlib
from urllib.parse import quote

from flask import Response, request
from markupsafe import escape

from app.sample_form import with_sample_form
from app.security import policy
from app.unit_of_work import container
from campaigns.artifacts.pictures import has_picture, picture
from campaigns.artifacts.previews import Preview, preview_picture
from campaigns.artifacts.queries import StoredFile
from renderer.kit.load import LoadedKit

# What a piece may do in a frame: its own inline style and our pictures, nothing else.
FRAMED = {
    "script_src": "'none'",
    "style_src": "'self' 'unsafe-inline'",
    "connect_src": "'none'",
    "form_action": "'none'",
    "frame_ancestors": "'self'",
    "sandbox": "allow-same-origin",
}
POST_PAGE = (
    '<!doctype html><html><head><meta charset="utf-8"><title>{title}</title><style>body{{margin:0;padding:32px;'
    "font:400 26px/1.5 system-ui,'Noto Sans',sans-serif;white-space:pre-wrap;overflow-wrap:anywhere;color:#14201b;"
    'background:#fff}}</style></head><body dir="auto">{text}</body></html>'
)


def _cached(response: Response, etag: str) -> Response:
    response.set_etag(etag)
    response.headers["Cache-Control"] = "private, max-age=300"
    response.make_conditional(request)
    return response


def asked_width() -> int:
    """`?w=`, the picture's width in pixels; 640 unless it is a number."""
    text = request.args.get("w", "")
    return min(int(text), 2000) if text.isascii() and text.isdigit() and len(text) < 5 else 640


def show_preview(made: Preview, kit: LoadedKit | None, locale: str) -> Response:
    """A PDF or picture as PNG, a mail or landing page as a page for a frame, a post as its text on paper."""
    storage, width = container().storage, asked_width()
    if has_picture(made.media_type):
        png = preview_picture(storage, made, width=width)
        return _cached(Response(png, content_type="image/png"), f"{made.fingerprint}-{width}")
    return framed(with_sample_form(storage.get(made.key), kit, locale), made.media_type, made.fingerprint)


def show_file(file: StoredFile, key: str, media_type: str, kit: LoadedKit | None, locale: str) -> Response:
    """A finished piece to look at."""
    storage, width = container().storage, asked_width()
    if has_picture(file.media_type):
        png = picture(storage, file.storage_key, file.media_type, file.fingerprint, width=width)
        return _cached(Response(png, content_type="image/png"), f"{file.fingerprint}-{width}")
    return framed(with_sample_form(storage.get(key), kit, locale), media_type, file.fingerprint)


def framed(data: bytes, media_type: str, etag: str = "") -> Response:
    """A page for a frame of ours; without an ETag of its own it gets one of its bytes."""
    if media_type.startswith("text/plain"):
        data = POST_PAGE.format(title="", text=escape(data.decode())).encode()
    response = Response(data, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = policy(**FRAMED)
    return _cached(response, etag or hashlib.sha256(data).hexdigest())


def kept_png(png: bytes) -> Response:
    """A picture that was made ahead; it may be made anew, so its bytes are its ETag."""
    return _cached(Response(png, content_type="image/png"), hashlib.sha256(png).hexdigest())


def download(key: str, media_type: str, filename: str, size: int | None, etag: str) -> Response:
    """A stored file under its name, streamed. Nothing in the name can break out of the header (RFC 6266)."""
    source = container().storage.open(key)
    response = Response(iter(lambda: source.read(256 * 1024), b""), content_type=media_type)
    response.call_on_close(source.close)
    if size is not None:
        response.content_length = size
    response.headers["Content-Disposition"] = attachment(filename)
    response.headers["Content-Security-Policy"] = policy(sandbox="allow-same-origin")
    response.set_etag(etag)
    response.headers["Cache-Control"] = "private, max-age=300"
    response.make_conditional(request)
    return response


def attachment(filename: str) -> str:
    """The header's value: an ASCII name for old programs and the real one in UTF-8."""
    plain = "".join(char if char.isascii() and (char.isalnum() or char in "._-") else "_" for char in filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
