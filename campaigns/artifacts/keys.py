"""Where rendered files, their parts and their pictures lie in storage."""

from __future__ import annotations

SUFFIXES = {
    "application/pdf": ".pdf",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "text/html": ".html",
    "text/plain": ".txt",
    "application/vnd.throughline.mail+json": ".mail.json",
}


def bare_type(media_type: str) -> str:
    """The media type without its parameters."""
    return media_type.partition(";")[0].strip().lower()


def artifact_key(fingerprint: str, media_type: str) -> str:
    """A finished file; the fingerprint fixes its bytes."""
    return f"artifacts/{fingerprint[:2]}/{fingerprint}{SUFFIXES.get(bare_type(media_type), '.bin')}"


def part_key(fingerprint: str, name: str) -> str:
    """A part beside a file: a mail's `html` and `text` as a recipient would see them."""
    return f"artifacts/{fingerprint[:2]}/{fingerprint}.{name}"


def picture_key(fingerprint: str, page: int, width: int) -> str:
    """A picture of a file, made when first asked for."""
    return f"pictures/{fingerprint[:2]}/{fingerprint}-{page}-{width}.png"


def preview_key(fingerprint: str, name: str) -> str:
    """A preview: no row points to it, so it may be thrown away and made again."""
    return f"previews/{fingerprint[:2]}/{fingerprint}.{name}"


def template_key(digest: str) -> str:
    """A kit's PDF that many partners' files share."""
    return f"templates/{digest[:2]}/{digest}.pdf"
