"""Mail headers (RFC 5322, 2047, 2369, 8058): what a value may be, how it is written and folded."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

import idna

from renderer.errors import RenderError

_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~ ]+")  # RFC 5322, 3.2.3, and blanks between
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+(?:\.[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+)*")
_MESSAGE_ID = re.compile(r"<[!-;=?A-~]+@[!-;=?A-~]+>")
_URL = re.compile(r"https?://[!-;=?-~]+")
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)*{_LABEL}")
_WIDTH = 76


@dataclass(frozen=True, slots=True)
class MailHeaders:
    """What the headers of one message say. `date` is aware; `message_id` is `<…@…>`.

    `unsubscribe_url` takes the one-click POST of RFC 8058; `unsubscribe_mailto` is an address or empty.
    `extra` are further headers, name and ASCII value.
    """

    from_name: str
    from_address: str
    to_address: str
    message_id: str
    date: datetime
    unsubscribe_url: str
    to_name: str = ""
    reply_to: str = ""
    unsubscribe_mailto: str = ""
    list_id: str = ""
    extra: tuple[tuple[str, str], ...] = ()


def refuse_breaks(name: str, value: str) -> str:
    """The value itself. RenderError `mail.header_injection` if it holds a line break or another control character."""
    if _CONTROL.search(value):
        raise RenderError(
            "mail.header_injection", f"The header {name} would hold a line break; take it out.", header=name
        )
    return value


def write_headers(headers: MailHeaders, subject: str, locale: str, boundary: str) -> bytes:
    """The header block with its closing empty line."""
    sender, reply_to, list_id = _sender(headers.from_name, headers.from_address, headers.reply_to, headers.list_id)
    if not _MESSAGE_ID.fullmatch(headers.message_id) or len(headers.message_id) > 250:
        raise RenderError("mail.bad_message_id", f"{headers.message_id[:80]!r} is no Message-ID.")
    url = refuse_breaks("List-Unsubscribe", headers.unsubscribe_url)
    if not _URL.fullmatch(url) or len(url) > 900:
        raise RenderError(
            "mail.bad_unsubscribe", f"{url[:80]!r} is no address for one-click unsubscribing; it needs https."
        )
    mailto = f",\r\n <mailto:{clean_address(headers.unsubscribe_mailto)}>" if headers.unsubscribe_mailto else ""
    lines = [
        sender,
        f"To: {mailbox('To', headers.to_name, headers.to_address)}",
        reply_to,
        fold("Subject", refuse_breaks("Subject", subject)),
        f"Date: {_date(headers.date)}",
        f"Message-ID: {headers.message_id}",
        list_id,
        f"List-Unsubscribe: <{url}>{mailto}",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        *(_extra(name, value) for name, value in headers.extra),
        f"Content-Language: {locale}",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/alternative; boundary="{boundary}"',
    ]
    return ("\r\n".join(line for line in lines if line) + "\r\n\r\n").encode("ascii")


@lru_cache(maxsize=512)
def _sender(name: str, address: str, reply_to: str, list_id: str) -> tuple[str, str, str]:
    """The headers that are the same for every recipient of a launch."""
    reply = f"Reply-To: {clean_address(reply_to)}" if reply_to else ""
    listed = ""
    if list_id:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,200}", list_id):
            raise RenderError("mail.bad_list_id", f"{list_id[:80]!r} is no List-Id; it is a name with dots.")
        listed = f"List-Id: <{list_id}>"
    return f"From: {mailbox('From', name, address)}", reply, listed


@lru_cache(maxsize=64)
def _date(when: datetime) -> str:
    if when.tzinfo is None:
        raise RenderError("mail.bad_date", "The date has no time zone.")
    return format_datetime(when)


def _extra(name: str, value: str) -> str:
    if (
        not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,60}", name)
        or not refuse_breaks(name, value).isascii()
        or len(value) > 900
    ):
        raise RenderError("mail.bad_header", f"The header {name[:60]!r} cannot be written.")
    return f"{name}: {value}"


def clean_address(address: str) -> str:
    """An address with its domain in ASCII. RenderError `mail.bad_address` or `mail.address_utf8`."""
    refuse_breaks("address", address)
    local, at, domain = address.rpartition("@")
    if not local.isascii():
        raise RenderError(
            "mail.address_utf8",
            f"The part of {address!r} before the @ is not ASCII; that needs SMTPUTF8 all the way, which is not used.",
            address=address,
        )
    try:
        ascii_domain = domain if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except idna.IDNAError as error:
        raise RenderError(
            "mail.bad_address", f"{address!r} has no possible domain: {error}.", address=address
        ) from error
    plausible = _DOMAIN.fullmatch(ascii_domain)
    if not at or not _LOCAL.fullmatch(local) or len(local) > 64 or not plausible or len(ascii_domain) > 253:
        raise RenderError("mail.bad_address", f"{address[:100]!r} is no mail address.", address=address[:300])
    return f"{local}@{ascii_domain}"


def mailbox(header: str, name: str, address: str) -> str:
    """`name <address>`, the name quoted or encoded as need be."""
    address = clean_address(address)
    if not name:
        return address
    refuse_breaks(header, name)
    if len(name) <= 60 and name.isascii() and "=?" not in name:
        if not _ATOMS.fullmatch(name) or name != name.strip():
            name = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    else:
        name = _encoded_words(name, 12)
    gap = " " if len(name) + len(address) < 66 else "\r\n "
    return f"{name}{gap}<{address}>"


def fold(name: str, value: str) -> str:
    """An unstructured header; encoded words where it is not plain ASCII, folded at blanks otherwise."""
    line = f"{name}: {value}"
    plain = value.isascii() and "=?" not in value and value == value.strip() and "  " not in value
    if plain and len(line) <= _WIDTH:
        return line
    if not plain or any(len(word) > 200 for word in value.split(" ")):
        return f"{name}: {_encoded_words(value, len(name) + 2)}"
    lines = [f"{name}:"]
    for word in value.split(" "):
        if len(lines[-1]) + 1 + len(word) > _WIDTH and lines[-1].strip() and len(lines[-1]) > len(name) + 1:
            lines.append("")
        lines[-1] += f" {word}"
    return "\r\n".join(lines)


def _encoded_words(value: str, used: int) -> str:
    """RFC 2047: words of at most 75 characters, each whole characters; a fold between two reads as nothing."""
    words: list[str] = []
    chunk = b""
    room = 45 - min(used, 30)  # bytes of the first word, whose line the header's name shares
    for char in value:
        encoded = char.encode("utf-8", "replace")
        if chunk and len(chunk) + len(encoded) > room:
            words.append(f"=?utf-8?b?{base64.b64encode(chunk).decode()}?=")
            chunk, room = b"", 42
        chunk += encoded
    words.append(f"=?utf-8?b?{base64.b64encode(chunk).decode()}?=")
    return "\r\n ".join(words)
