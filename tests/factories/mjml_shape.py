"""Compiled mails as lists of tags and texts that are equal where a mail program shows the same."""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"<!--\[if[^\]]*\]>(?:\s*<!--\s*-->|\s*<!-->)?|<!--\s*<!\[endif\]-->|<!\[endif\]-->|<!--.*?-->|<[^>]+>|[^<]+", re.S
)
_OPENING = re.compile(r"<([A-Za-z][\w:-]*)([^>]*?)\s*/?>$", re.S)
_SHORT_COLOUR = re.compile(r"#([0-9a-fA-F])([0-9a-fA-F])([0-9a-fA-F])\b")


def shape_of(html: str) -> list[str]:
    """Tags with sorted attributes and styles, colours in six digits, made-up ids counted, no tbody.

    Two conditional comments for Outlook that follow each other are one, as npm's compiler joins them.
    """
    shape: list[str] = []
    ids: dict[str, str] = {}
    for token in _TOKEN.findall(html):
        text = " ".join(token.split())
        if not text or text in ("<tbody>", "</tbody>"):
            continue
        text = _tag(text)
        text = re.sub(r"<!--\[if !mso\]?><!--\s*(?:-->|>)$", "<!--[if !mso]><!-->", text)
        text = re.sub(r"\b(-?\d+)\.0\b", r"\1", text)
        text = _SHORT_COLOUR.sub(lambda match: "#" + "".join(2 * digit for digit in match.groups()), text)
        for made_up in re.findall(r"\b[0-9a-f]{16}\b", text):
            text = text.replace(made_up, ids.setdefault(made_up, f"id{len(ids)}"))
        before = shape[-1] if shape else ""
        if (text == "<!--[if mso | IE]>" and before == "<![endif]-->") or (
            text == "<![endif]-->" and before.startswith("<!--[if mso")
        ):
            shape.pop()
            continue
        shape.append(text)
    return shape


def _tag(text: str) -> str:
    match = _OPENING.match(text)
    if match is None:
        return text.lower() if text.lower() == "<!doctype html>" else re.sub(r"\s*([+,:;{}])\s*", r"\1", text)
    attributes = []
    for name, value in re.findall(r'([\w:-]+)(?:="([^"]*)")?', match.group(2)):
        plain = " ".join(value.split()).rstrip(";")
        if name == "style":
            parts = (re.sub(r"\s*([:,;])\s*", r"\1", part.strip()) for part in value.split(";"))
            plain = ";".join(sorted(part for part in parts if part))
        if plain or name not in ("class", "style"):
            attributes.append(f' {name}="{plain}"')
    return f"<{match.group(1)}{''.join(sorted(attributes))}>"
