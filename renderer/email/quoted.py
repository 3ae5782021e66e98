"""Quoted-printable (RFC 2045, 6.7) whose lines are already in DKIM's relaxed body form (RFC 6376, 3.4.4)."""

from __future__ import annotations

import re

_WIDTH = 75  # and the soft break's "=" makes 76
_TABLE = tuple(chr(byte) if 32 <= byte < 127 and byte != ord("=") else f"={byte:02X}" for byte in range(256))
# A value that needs no care: short, visible ASCII, single blanks inside, nothing to escape in HTML or here.
_SIMPLE = re.compile(r"[!#$%()*+,\-./0-9:;?@A-Z\[\]^_`a-z{|}~]+(?: [!#$%()*+,\-./0-9:;?@A-Z\[\]^_`a-z{|}~]+)*")
_SOFT = b"=\r\n"


def is_simple(value: str) -> bool:
    """Whether the value can stand in a line of its own as it is, in HTML too."""
    return len(value) <= _WIDTH and _SIMPLE.fullmatch(value) is not None


def encode_static(text: str, *, before: bool, after: bool) -> bytes:
    """A part of the body. `before`, `after`: a field stands there, so a soft break must end its line."""
    lines = text.replace("\r\n", "\n").split("\n")
    encoded = b"\r\n".join(_line(line) for line in lines)
    return (_SOFT if before else b"") + encoded + (_SOFT if after and lines[-1] else b"")


def encode_value(text: str) -> bytes:
    """A field's value as one or more lines joined by soft breaks; the breaks around it belong to the static parts."""
    return _line(text)


def _line(text: str) -> bytes:
    """One line of text, broken softly; no blank at its end, no two blanks in a row, no `From ` at its start."""
    if not text:
        return b""
    cells = [_TABLE[byte] for byte in text.encode("utf-8", "replace")]
    for index in range(len(cells)):
        if cells[index] == " " and (index + 1 == len(cells) or cells[index - 1] == " " or index == 0):
            cells[index] = "=20"
    if text.startswith("From "):
        cells[0] = "=46"
    if len(cells) <= _WIDTH and sum(map(len, cells)) <= _WIDTH:
        return "".join(cells).encode("ascii")
    out: list[str] = []
    width = 0
    for cell in cells:
        if width + len(cell) > _WIDTH:
            out.append("=\r\n")
            width = 0
        out.append(cell)
        width += len(cell)
    return "".join(out).encode("ascii")
