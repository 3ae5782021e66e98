"""How a rule of the export is written down: which rows of a table, what instead of their values, which files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ObjectRule:
    """A storage key that a row names: an SQL expression (NULL: none), its folder, whether the file must exist."""

    key: str
    folder: str
    needed: bool = True


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one table: a condition, values written instead of the stored ones, references no key guards.

    `holds` is what every row of an import must fulfil. `fresh` columns are numbered anew by the importing database.
    """

    where: str
    instead: Mapping[str, str] = field(default_factory=dict)
    soft: Mapping[str, str] = field(default_factory=dict)
    holds: str = "true"
    fresh: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    objects: tuple[ObjectRule, ...] = ()
