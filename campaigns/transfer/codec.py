"""Rows as lines of JSON and back, each value by the type of its column. What does not fit is refused, not converted."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NoReturn
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Integer, LargeBinary, Table, Text, Uuid, null
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

MOST_INT, MOST_NUMBER = 2**31 - 1, 2**53 - 1


class BadValueError(Exception):
    """Why a line cannot be a row; a sentence without a full stop."""


def encode(names: Sequence[str], values: Sequence[Any]) -> bytes:
    """A row as one line: keys in the columns' order, no spaces, UTF-8. The same row gives the same bytes."""
    row = {name: _plain(value) for name, value in zip(names, values, strict=True)}
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {key: value[key] for key in sorted(value)}
    return value


def _no_constant(name: str) -> NoReturn:
    raise BadValueError(f"{name} is no JSON")


def parse(line: bytes) -> dict[str, Any]:
    """The object on a line. Raises BadValueError."""
    try:
        found = json.loads(line.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise BadValueError("is not one JSON object") from error
    if not isinstance(found, dict):
        raise BadValueError("is not one JSON object")
    return found


def decode(table: Table, names: Sequence[str], line: bytes) -> dict[str, Any]:
    """The values of a row for INSERT. Raises BadValueError that names the column."""
    row = parse(line)
    if set(row) != set(names):
        odd = ", ".join(sorted(set(row) ^ set(names)))
        raise BadValueError(f"has other columns than the table ({odd[:200]})")
    return {name: _typed(table.columns[name], row[name]) for name in names}


def _typed(column: Column[Any], value: Any) -> Any:
    if value is None:
        if not column.nullable:
            raise BadValueError(f"{column.name} is missing")
        return null() if isinstance(column.type, JSONB) else None
    try:
        return _value(column, value)
    except (ValueError, TypeError, OverflowError, binascii.Error, RecursionError) as error:
        raise BadValueError(f"{column.name} is no {type(column.type).__name__}") from error


def _value(column: Column[Any], value: Any) -> Any:
    kind = column.type
    if isinstance(kind, JSONB):
        _storable(value)
        return value
    if isinstance(kind, ARRAY):
        return [_text(item) for item in _of(value, list)]
    if isinstance(kind, Boolean):
        return _of(value, bool)
    if isinstance(kind, Integer):
        most = MOST_NUMBER if isinstance(kind, BigInteger) else MOST_INT
        number: int = _of(value, int)
        if not -most <= number <= most:
            raise ValueError
        return number
    return _from_text(column, _text(value))


def _from_text(column: Column[Any], value: str) -> Any:
    kind = column.type
    if isinstance(kind, Uuid):
        return UUID(value)
    if isinstance(kind, DateTime):
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError
        return moment
    if isinstance(kind, LargeBinary):
        return base64.b64decode(value, validate=True)
    if isinstance(kind, Text):
        return value
    raise TypeError


def _of(value: Any, kind: type) -> Any:
    if type(value) is not kind:  # True is an int to Python, not to us
        raise TypeError
    return value


def _text(value: Any) -> str:
    text: str = _of(value, str)
    if "\0" in text:
        raise ValueError
    text.encode()  # a lone surrogate is no text
    return text


def _storable(value: Any) -> None:
    """PostgreSQL's jsonb holds neither NUL characters nor lone surrogates."""
    if isinstance(value, str):
        _text(value)
    elif isinstance(value, dict):
        for key, inner in value.items():
            _text(key)
            _storable(inner)
    elif isinstance(value, list):
        for inner in value:
            _storable(inner)
