"""Reads one message (RFC 5322, MIME) into plain values, in the jail: who sent it, its text, what is attached.

Nothing of it is believed here; a header that cannot be read is empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from email import policy
from email.message import Message
from email.parser import BytesParser
from email.utils import getaddresses
from html import unescape

from renderer.errors import RenderError
from renderer.jail import JailResult

MOST_BYTES = 10 * 2**20
MOST_PARTS = 100
MOST_DEPTH = 8
MOST_TEXT = 40_000
MOST_HEADERS = 400
_LINES = frozenset({"br", "p", "div", "tr", "li", "table", "h1", "h2", "h3"})


def read_task(data: bytes, args: Mapping[str, str]) -> JailResult:  # noqa: ARG001 - the jail's shape
    """The message as values. `mail.unreadable` for what is none; `mail.parts` for too many parts."""
    try:
        message = BytesParser(policy=policy.compat32).parsebytes(data)
    except (ValueError, LookupError, RecursionError, AssertionError, TypeError, AttributeError) as error:
        raise _unreadable() from error
    if not message.keys() or len(message.keys()) > MOST_HEADERS or not message.get_all("From"):
        raise _unreadable()
    texts: list[str] = []
    pages: list[str] = []
    attached = 0
    for number, part in enumerate(_parts(message, 0)):
        if number >= MOST_PARTS:
            raise RenderError("mail.parts", f"The message has more than {MOST_PARTS} parts.", needed=MOST_PARTS)
        if part.is_multipart():
            continue
        kind = part.get_content_type()
        if part.get_filename() or part.get_content_disposition() == "attachment" or not kind.startswith("text/"):
            attached += 1
        elif kind == "text/plain":
            texts.append(_text(part))
        elif kind == "text/html":
            pages.append(_text(part))
    text = "\n".join(texts) if any(one.strip() for one in texts) else "\n".join(_plain(one) for one in pages)
    return JailResult(
        {
            "from": _addresses(message, "From"),
            "to": _addresses(message, "Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc"),
            "message_id": _line(message, "Message-ID"),
            "return_path": _line(message, "Return-Path"),
            "auto_submitted": _line(message, "Auto-Submitted").lower(),
            "precedence": _line(message, "Precedence").lower(),
            "automatic": any(message.get(name) for name in ("List-Id", "X-Autoreply", "X-Autorespond", "Feedback-ID"))
            or message.get_content_type() in ("multipart/report", "message/delivery-status"),
            "text": text.replace("\x00", "")[:MOST_TEXT],
            "attached": attached,
        }
    )


def _unreadable() -> RenderError:
    return RenderError("mail.unreadable", "This is not a message that can be read.")


def _parts(message: Message, depth: int) -> Iterator[Message]:
    """Parts in their order; what is forwarded inside is an attachment, and nothing is followed too deep."""
    yield message
    if depth >= MOST_DEPTH or not message.is_multipart() or message.get_content_maintype() == "message":
        return
    inner = message.get_payload()
    for part in inner if isinstance(inner, list) else []:
        if isinstance(part, Message):
            yield from _parts(part, depth + 1)


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    data = payload[: 4 * MOST_TEXT] if isinstance(payload, bytes) else b""
    charset = str(part.get_content_charset() or "utf-8")
    try:
        return data.decode(charset, "replace")
    except LookupError:
        return data.decode("utf-8", "replace")


def _line(message: Message, name: str) -> str:
    """A header's first value on one line, as sent; at most 998 characters (RFC 5322, 2.1.1)."""
    return " ".join(str(message.get(name) or "").replace("\x00", "").split())[:998]


def _addresses(message: Message, *names: str) -> list[str]:
    """Bare addresses of these headers, at most fifty. Names beside them are not read: they say nothing of who it is."""
    raw = [str(value)[:4000] for name in names for value in (message.get_all(name) or [])[:10]]
    try:
        found = [address.strip() for _, address in getaddresses(raw)]
    except (ValueError, TypeError, IndexError, RecursionError):
        return []
    return [one for one in dict.fromkeys(found) if one][:50]


def _plain(page: str) -> str:
    """The words of a page, a line for each block; one pass, whatever stands in it."""
    found: list[str] = []
    hidden = ""
    first, *rest = page.split("<")
    for tag, text in [("", first), *((tag, text) for tag, _, text in (piece.partition(">") for piece in rest))]:
        name = tag[:20].strip("/ \t\r\n").split(" ", maxsplit=1)[0].lower()
        if hidden:
            hidden = "" if tag.startswith("/") and name == hidden else hidden
        elif name in ("style", "script", "head") and not tag.startswith("/"):
            hidden = name
        if name in _LINES:
            found.append("\n")
        if not hidden:
            found.append(" ".join(unescape(text).split()) + " ")
    return "".join(found)
