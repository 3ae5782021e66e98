"""Where each member of a JSON document stands. Reads only text that `json` has accepted."""

from __future__ import annotations

import json
import re

Where = tuple[str | int, ...]
_SPACE = re.compile(r"[ \t\r\n,:]*")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.S)
_SCALAR = re.compile(r"[^,\]}\s]+")


def json_lines(text: str) -> dict[Where, int]:
    """Path of keys and indexes → line of the key, or of an array's element, counted from 1."""
    lines: dict[Where, int] = {(): 1}
    at = 0

    def skip() -> str:
        nonlocal at
        match = _SPACE.match(text, at)
        at = match.end() if match else at
        return text[at : at + 1]

    def take(pattern: re.Pattern[str]) -> str:
        nonlocal at
        match = pattern.match(text, at)
        at = match.end() if match else len(text)
        return match.group() if match else ""

    def value(where: Where) -> None:
        nonlocal at
        first = skip()
        if first not in ("{", "["):
            take(_STRING if first == '"' else _SCALAR)
            return
        at += 1
        index = 0
        while skip() not in ("}", "]", ""):
            line = text.count("\n", 0, at) + 1
            inner: Where = (*where, json.loads(take(_STRING)) if first == "{" else index)
            lines.setdefault(inner, line)
            value(inner)
            index += 1
        at += 1

    value(())
    return lines
