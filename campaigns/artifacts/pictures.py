"""Pictures of stored files, made when first asked for and kept beside them."""

from __future__ import annotations

from campaigns.artifacts.keys import bare_type, picture_key
from campaigns.core.errors import DomainError, Kind
from campaigns.core.ports import Storage
from renderer.errors import RenderError
from renderer.preview import page_picture, smaller

WIDTHS = (320, 640, 1280)
MAX_SOURCE = 120 * 1024 * 1024


def fitting_width(asked: int) -> int:
    """The smallest kept width that is at least as wide as asked."""
    return next((width for width in WIDTHS if width >= asked), WIDTHS[-1])


def has_picture(media_type: str) -> bool:
    """True for files that can be shown as a picture; mails, pages and posts are shown as themselves."""
    return bare_type(media_type) == "application/pdf" or media_type.startswith("image/")


def picture(
    storage: Storage, storage_key: str, media_type: str, fingerprint: str, *, width: int, page: int = 1
) -> bytes:
    """A PNG of the file. DomainError `artifact.no_picture`, `storage.missing`."""
    wide = fitting_width(width)
    key = picture_key(fingerprint, page, wide)
    try:
        return storage.get(key)
    except DomainError as error:
        if error.kind is not Kind.NOT_FOUND:
            raise
    known = storage.stat(storage_key)
    if not has_picture(media_type) or (known is not None and known.size > MAX_SOURCE):
        raise DomainError("artifact.no_picture", Kind.NOT_FOUND, "This file has no picture; download it instead.")
    data = storage.get(storage_key)
    try:
        made = page_picture(data, page, wide) if bare_type(media_type) == "application/pdf" else smaller(data, wide)
    except RenderError as error:
        raise DomainError("artifact.no_picture", Kind.NOT_FOUND, error.message) from error
    storage.put(key, made, "image/png")
    return made
