"""A compiled mail: everything resolved but what differs per recipient. Versioned bytes for keeping it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from renderer.email.quoted import encode_static
from renderer.errors import RenderError
from renderer.template_bounds import FIELD_CLOSE, FIELD_OPEN

FORMAT = 1
_TOKEN = re.compile(f"{FIELD_OPEN}([0-9]{{1,4}}){FIELD_CLOSE}")
_BLANKS = re.compile(r"[ \t]+")
_EMPTY_LINES = re.compile(r"\n{2,}")


@dataclass(frozen=True, slots=True)
class FieldRef:
    """A recipient's field, such as `contact.first_name`, and what stands there when it is empty."""

    name: str
    fallback: str = ""


Parts = tuple["str | FieldRef", ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The body ready to be joined: bytes, with None where a field goes; `slots` say which and whether it is HTML."""

    pieces: tuple[bytes | None, ...] = field(repr=False)
    slots: tuple[tuple[int, FieldRef, bool], ...]
    boundary: str


@dataclass(frozen=True, slots=True)
class CompiledMail:
    """One mail of a launch in one locale. Parts are text with FieldRefs between; the HTML's text is HTML.

    `plan` is derived: the multipart/alternative body as quoted-printable pieces.
    """

    locale: str
    subject: Parts
    preheader: Parts
    html: Parts = field(repr=False)
    text: Parts = field(repr=False)
    plan: Plan = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "plan", _plan(self.text, self.html))

    @property
    def fields(self) -> tuple[str, ...]:
        """The names of all recipient fields, sorted."""
        parts = (*self.subject, *self.html, *self.text)
        return tuple(sorted({part.name for part in parts if isinstance(part, FieldRef)}))

    def to_bytes(self) -> bytes:
        """Versioned JSON; the same mail gives the same bytes."""
        content = {"v": FORMAT, "locale": self.locale}
        content |= {name: _plain(getattr(self, name)) for name in ("subject", "preheader", "html", "text")}
        return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, data: bytes) -> CompiledMail:
        """What `to_bytes` wrote. RenderError `mail.format` for anything else."""
        try:
            content = json.loads(data)
            if content["v"] != FORMAT:
                raise RenderError("mail.format", f"The mail has format {content['v']}; this version reads {FORMAT}.")
            parts = {name: _parts(content[name]) for name in ("subject", "preheader", "html", "text")}
            return cls(str(content["locale"]), **parts)
        except (ValueError, KeyError, TypeError) as error:
            raise RenderError("mail.format", "These are not the bytes of a compiled mail.") from error


def split_fields(text: str, fields: Sequence[tuple[str, str]]) -> Parts:
    """A rendered text with its opaque tokens as FieldRefs. RenderError `mail.unknown_field` for a foreign token."""
    parts: list[str | FieldRef] = []
    for index, piece in enumerate(_TOKEN.split(text)):
        if index % 2 == 0:
            if FIELD_OPEN in piece or FIELD_CLOSE in piece:
                raise RenderError(
                    "mail.field_use", "A recipient's field was changed by the template; print it as it is."
                )
            parts += [piece] if piece else []
        elif int(piece) < len(fields):
            parts.append(FieldRef(*fields[int(piece)]))
        else:
            raise RenderError("mail.unknown_field", "The mail holds a field that was never made.")
    return tuple(parts)


def tidy_html(html: str) -> str:
    """The HTML without its indentation: blanks run together, as browsers read them and DKIM's relaxed form wants."""
    if "<pre" in html or "<textarea" in html:
        return html.replace("\r\n", "\n").strip() + "\n"
    lines = (_BLANKS.sub(" ", line).strip() for line in html.splitlines())
    return _EMPTY_LINES.sub("\n", "\n".join(lines)).strip() + "\n"


def fill(parts: Iterable[str | FieldRef], value: Any) -> str:
    """The parts joined; `value` gives the text of a FieldRef."""
    return "".join(part if isinstance(part, str) else value(part) for part in parts)


def _plain(parts: Parts) -> list[Any]:
    return [part if isinstance(part, str) else [part.name, part.fallback] for part in parts]


def _parts(items: list[Any]) -> Parts:
    return tuple(item if isinstance(item, str) else FieldRef(str(item[0]), str(item[1])) for item in items)


def _plan(text: Parts, html: Parts) -> Plan:
    """Lay the body out once. The boundary holds `=_`, which quoted-printable never does (RFC 2045, 6.7)."""
    digest = hashlib.sha256(repr((text, html)).encode()).hexdigest()[:24]
    boundary = f"=_tl_{digest}"
    head = "--{}\r\nContent-Type: text/{}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    pieces: list[bytes | None] = [head.format(boundary, "plain").encode()]
    slots: list[tuple[int, FieldRef, bool]] = []
    for parts, is_html in ((text, False), (html, True)):
        for index, part in enumerate(parts):
            if isinstance(part, FieldRef):
                if index and isinstance(parts[index - 1], FieldRef):
                    pieces.append(b"=\r\n")
                slots.append((len(pieces), part, is_html))
                pieces.append(None)
            else:
                encoded = encode_static(part, before=index > 0, after=index < len(parts) - 1)
                pieces.append(encoded)
        following = f"\r\n{head.format(boundary, 'html')}" if not is_html else f"\r\n--{boundary}--\r\n"
        pieces.append(following.encode())
    return Plan(tuple(pieces), tuple(slots), boundary)
