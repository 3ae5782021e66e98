"""Where each key of a TOML document stands: tomllib tells values, this tells lines.

Reads only text that tomllib has accepted, so it needs no error handling of its own.
"""

from __future__ import annotations

import re
import tomllib

Where = tuple[str | int, ...]
_KEY = re.compile(r"""\s*(?:([A-Za-z0-9_-]+)|"((?:[^"\\]|\\.)*)"|'([^']*)')\s*""")
_SPACE = re.compile(r"(?:[ \t\r\n,]|#[^\n]*)*")
_SCALAR = re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|[^,\]}#\n]+', re.S)


def fault_line(text: str, error: Exception) -> int:
    """The line at which tomllib gave up; the last where it does not say."""
    found = re.search(r"line (\d+)", str(error))
    return int(found.group(1)) if found else text.count("\n") + 1


class TomlLines:
    """`line(("asset", 0, "source"))` is the line of that key, or of the nearest one around it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines: dict[Where, int] = {(): 1}
        self._counts: dict[Where, int] = {}
        self._at, self._seen, self._line = 0, 0, 1
        self._read_document()

    def line(self, where: Where) -> int:
        """The line of `where`, counted from 1; of the closest known parent if it is not there."""
        while where not in self._lines:
            where = where[:-1]
        return self._lines[where]

    def _mark(self, where: Where, at: int) -> None:
        self._line += self._text.count("\n", self._seen, at)
        self._seen = at
        self._lines.setdefault(where, self._line)

    def _skip(self) -> str:
        match = _SPACE.match(self._text, self._at)
        assert match is not None  # noqa: S101 - the pattern matches the empty string
        self._at = match.end()
        return self._text[self._at : self._at + 1]

    def _key(self) -> Where:
        parts: list[str | int] = []
        while True:
            match = _KEY.match(self._text, self._at)
            if match is None:
                return tuple(parts)
            self._at = match.end()
            bare, quoted, literal = match.groups()
            parts.append(
                bare if bare is not None else literal if literal is not None else tomllib.loads(f'k = "{quoted}"')["k"]
            )
            if self._text[self._at : self._at + 1] != ".":
                return tuple(parts)
            self._at += 1

    def _resolve(self, key: Where) -> Where:
        """`landing.form` means the last element of every array of tables on the way."""
        where: Where = ()
        for part in key:
            where = (*where, part)
            if where in self._counts:
                where = (*where, self._counts[where] - 1)
        return where

    def _read_document(self) -> None:
        table: Where = ()
        while self._skip():
            start = self._at
            if self._text[start] != "[":
                self._pair(table)
                continue
            double = self._text.startswith("[[", start)
            self._at = start + (2 if double else 1)
            key = self._key()
            self._at += 2 if double else 1
            if double:
                parent = (*self._resolve(key[:-1]), key[-1])
                self._mark(parent, start)
                self._counts[parent] = self._counts.get(parent, 0) + 1
                table = (*parent, self._counts[parent] - 1)
            else:
                table = self._resolve(key)
            self._mark(table, start)

    def _pair(self, table: Where) -> None:
        start = self._at
        key = self._key()
        for end in range(1, len(key) + 1):
            self._mark((*table, *key[:end]), start)
        self._at += 1  # the equals sign
        self._value((*table, *key))

    def _value(self, where: Where) -> None:
        first = self._skip()
        if first == "[":
            self._at += 1
            index = 0
            while self._skip() not in ("]", ""):
                self._mark((*where, index), self._at)
                self._value((*where, index))
                index += 1
            self._at += 1
        elif first == "{":
            self._at += 1
            while self._skip() not in ("}", ""):
                self._pair(where)
            self._at += 1
        elif match := _SCALAR.match(self._text, self._at):
            self._at = match.end()
