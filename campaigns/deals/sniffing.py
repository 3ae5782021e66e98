"""What kind of file evidence is, by its own bytes and not by its name. Pure."""

from __future__ import annotations

import io
import zipfile

MOST_BYTES = 10 * 1024 * 1024
_OFFICE = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/presentation.xml": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_MAIL_HEADERS = ("from:", "to:", "subject:", "date:", "message-id:", "received:", "return-path:", "delivered-to:")


def sniff_evidence(data: bytes) -> str | None:
    """The media type of a PDF, PNG, JPEG, WebP, Office document, mail message or plain text; None for anything else.

    Office files with macros are refused with everything else that could run.
    """
    if data.startswith(b"%PDF-"):
        return "application/pdf"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data.startswith(b"PK\x03\x04"):
        return _office(data)
    return _text(data)


def _office(data: bytes) -> str | None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return None
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        return None
    return next((media for part, media in _OFFICE.items() if part in names), None)


def _text(data: bytes) -> str | None:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if any(char < " " and char not in "\t\r\n\f" for char in text):
        return None
    head = text.lstrip().lower()
    if head.startswith(("<", "{\\rtf", "#!")):
        return None  # a page, a drawing or a script is no evidence, and some browsers would run it
    first = [line.lower() for line in text.splitlines()[:12]]
    if sum(line.startswith(_MAIL_HEADERS) for line in first) >= 2:
        return "message/rfc822"
    return "text/plain"
