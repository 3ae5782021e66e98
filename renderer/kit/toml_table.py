"""One table of a TOML document, read key by key: every fault becomes a problem with its line."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from renderer.kit.toml_lines import TomlLines, Where
from renderer.report import Problem, Severity

MAX_TEXT = 4_000


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """` Did you mean …?` or nothing."""
    close = difflib.get_close_matches(word, known, 1)
    return f" Did you mean {close[0]!r}?" if close else ""


@dataclass(frozen=True, slots=True)
class TomlFile:
    """A parsed document, its lines, and the problems found in it so far."""

    path: str
    lines: TomlLines
    code: str = "manifest"
    holder: str = "kits"
    problems: list[Problem] = field(default_factory=list)

    def complain(self, slug: str, message: str, where: Where, severity: Severity = "error") -> None:
        """Put `<code>.<slug>` on record at the line of `where`."""
        self.problems.append(Problem(f"{self.code}.{slug}", message, severity, self.path, self.lines.line(where)))


class TomlTable:
    """Typed access to one table. Call `done` at the end: what nobody asked for is unknown."""

    def __init__(self, file: TomlFile, data: Mapping[str, Any], where: Where = ()) -> None:
        self.file, self.where = file, where
        self._data = data
        self._known: list[str] = []

    def complain(self, slug: str, message: str, key: str | None = None, severity: Severity = "error") -> None:
        """Put a problem on record at `key`, or at the table itself."""
        self.file.complain(slug, message, self.where if key is None else (*self.where, key), severity)

    def has(self, key: str) -> bool:
        """Whether the key is there, of whatever type."""
        return key in self._data

    def label(self, key: str) -> str:
        """The key as an author would write it, `asset[2].source`."""
        parts = [f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in (*self.where, key)]
        return "".join(parts).lstrip(".")

    def _take(self, key: str, kind: type | tuple[type, ...], needed: str, *, required: bool = False) -> Any:
        self._known.append(key)
        value = self._data.get(key)
        if value is None:
            if required:
                self.complain("missing_key", f"`{self.label(key)}` is missing; it is {needed}.")
            return None
        kinds = kind if isinstance(kind, tuple) else (kind,)
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            self.complain("wrong_type", f"`{self.label(key)}` is {value!r:.60}; it must be {needed}.", key)
            return None
        return value

    def text(self, key: str, default: str = "", *, required: bool = False, most: int = MAX_TEXT) -> str:
        """A string of at most `most` characters; required means not blank either."""
        value = self._take(key, str, "a text", required=required)
        if value is None:
            return default
        text = str(value)
        if required and not text.strip():
            self.complain("empty_value", f"`{self.label(key)}` is empty; it needs a text.", key)
        if len(text) > most:
            self.complain("too_long", f"`{self.label(key)}` has {len(text)} characters; at most {most} are taken.", key)
        return text

    def day_or_text(self, key: str) -> str:
        """A string, or a TOML date as ISO 8601: what a field of type `date` is given as."""
        value = self._data.get(key)
        if isinstance(value, date) and not isinstance(value, datetime):
            self._known.append(key)
            return value.isoformat()
        return self.text(key)

    def choice(self, key: str, options: Sequence[str], default: str | None = None) -> str:
        """One of `options`; required where there is no default."""
        value = self._take(key, str, "one of " + ", ".join(options), required=default is None)
        if value is None:
            return options[0] if default is None else default
        if value not in options:
            self.complain(
                "bad_choice",
                f"`{self.label(key)}` is {value!r}; it must be one of {', '.join(options)}."
                + did_you_mean(value, options),
                key,
            )
            return options[0] if default is None else default
        return str(value)

    def flag(self, key: str, default: bool = False) -> bool:
        """True or false."""
        value = self._take(key, bool, "true or false")
        return default if value is None else bool(value)

    def number(self, key: str, default: float, least: float, most: float) -> float:
        """A number within the limits, both included."""
        value = self._take(key, (int, float), f"a number from {least:g} to {most:g}")
        if value is None:
            return default
        if not least <= value <= most:
            self.complain(
                "out_of_range", f"`{self.label(key)}` is {value:g}; it must be from {least:g} to {most:g}.", key
            )
            return default
        return float(value)

    def raw(self, key: str, kind: type | tuple[type, ...], needed: str, *, required: bool = False) -> Any:
        """A value of a kind that has no reader of its own; None if it is missing or wrong."""
        return self._take(key, kind, needed, required=required)

    def texts(self, key: str, *, required: bool = False, or_one: bool = False) -> tuple[str, ...]:
        """A list of strings without repetitions; with `or_one` a single string is a list of one."""
        value = self._take(key, (list, str) if or_one else list, "a list of texts", required=required)
        if value is None:
            return ()
        if isinstance(value, str):
            value = [value]
        good: list[str] = []
        for index, item in enumerate(value):
            if not isinstance(item, str) or not item.strip() or len(item) > MAX_TEXT:
                self.file.complain(
                    "wrong_type",
                    f"`{self.label(key)}` holds {item!r:.60}; each must be a text.",
                    (*self.where, key, index),
                )
            elif item in good:
                self.file.complain("duplicate", f"`{self.label(key)}` holds {item!r} twice.", (*self.where, key, index))
            else:
                good.append(item)
        return tuple(good)

    def table(self, key: str) -> TomlTable | None:
        """A sub-table, None if there is none."""
        value = self._take(key, dict, f"a table, [{key}]")
        return None if value is None else TomlTable(self.file, value, (*self.where, key))

    def tables(self, key: str, most: int = 200, *, or_ids: bool = False) -> Iterator[TomlTable]:
        """The tables of an array of tables; with `or_ids` a text in it is a table of which only the id is set."""
        value = self._take(key, list, f"tables, [[{key}]]") or []
        if len(value) > most:
            self.complain("too_many", f"`{self.label(key)}` has {len(value)} tables; at most {most} are taken.", key)
        for index, item in enumerate(value[:most]):
            where = (*self.where, key, index)
            if isinstance(item, dict):
                yield TomlTable(self.file, item, where)
            elif or_ids and isinstance(item, str):
                yield TomlTable(self.file, {"id": item}, where)
            else:
                self.file.complain(
                    "wrong_type", f"`{self.label(key)}` holds {item!r:.60}; each must be a table.", where
                )

    def done(self) -> None:
        """Report every key that nobody asked for."""
        for key in self._data:
            if key not in self._known:
                self.complain(
                    "unknown_key",
                    f"`{self.label(key)}` is not a key that {self.file.holder} know." + did_you_mean(key, self._known),
                    key,
                )
