"""Per recipient: a compiled mail, its fields and its headers as one RFC 5322 message."""

from __future__ import annotations

import re
from collections.abc import Mapping

from renderer.email.headers import MailHeaders, write_headers
from renderer.email.mail import CompiledMail, FieldRef, fill
from renderer.email.quoted import encode_value, is_simple
from renderer.errors import RenderError

_BREAKS = re.compile("[\x00-\x1f\x7f\u0085\u2028\u2029]+")
_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})


def merge_mail(compiled: CompiledMail, headers: MailHeaders, values: Mapping[str, str]) -> bytes:
    """The whole message, CRLF, ready for DATA but for dot-stuffing; the body is in DKIM's relaxed form.

    `values` by field name (`contact.first_name`, `link.unsubscribe`): every one in `compiled.fields`.
    RenderError `mail.missing_value`, `mail.header_injection`, `mail.bad_address`, `mail.address_utf8`, …
    """
    plan = compiled.plan
    pieces = list(plan.pieces)
    done: dict[tuple[FieldRef, bool], bytes] = {}
    for index, ref, is_html in plan.slots:
        key = (ref, is_html)
        encoded = done.get(key)
        if encoded is None:
            encoded = done[key] = _encode(field_value(ref, values), is_html)
        pieces[index] = encoded
    subject = compiled.subject
    if len(subject) == 1 and isinstance(subject[0], str):
        line = subject[0]
    else:
        line = fill(subject, lambda ref: _raw_value(ref, values))
    head = write_headers(headers, line, compiled.locale, plan.boundary)
    return head + b"".join(pieces)  # type: ignore[arg-type]  # every None was filled above


def preview_html(compiled: CompiledMail, sample_values: Mapping[str, str]) -> str:
    """The HTML as one recipient would see it."""
    return fill(compiled.html, lambda ref: field_value(ref, sample_values).translate(_HTML))


def preview_text(compiled: CompiledMail, sample_values: Mapping[str, str]) -> str:
    """The plain text as one recipient would see it."""
    return fill(compiled.text, lambda ref: field_value(ref, sample_values))


def preview_subject(compiled: CompiledMail, sample_values: Mapping[str, str]) -> str:
    """The subject as one recipient would see it."""
    return fill(compiled.subject, lambda ref: field_value(ref, sample_values))


def field_value(ref: FieldRef, values: Mapping[str, str]) -> str:
    """The value on one line, or the fallback where it is empty. RenderError `mail.missing_value` if there is none."""
    return _BREAKS.sub(" ", _raw_value(ref, values))


def _raw_value(ref: FieldRef, values: Mapping[str, str]) -> str:
    try:
        value = values[ref.name]
    except KeyError as error:
        raise RenderError("mail.missing_value", f"No value was given for {ref.name}.", field=ref.name) from error
    return value if value and not value.isspace() else ref.fallback


def _encode(value: str, is_html: bool) -> bytes:
    if is_simple(value):
        return value.encode("ascii")
    return encode_value(value.translate(_HTML) if is_html else value)
