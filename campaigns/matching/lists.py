"""The data files beside this module: words and domains, read once and only when asked for."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_DATA = Path(__file__).resolve().parent / "data"


def lines(name: str) -> list[str]:
    """Lines of data/<name>.txt without comments and blank ones, in the file's order."""
    rows = (_DATA / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [row.strip() for row in rows if row.strip() and not row.startswith("#")]


@cache
def words(name: str) -> frozenset[str]:
    """The blank-separated words of data/<name>.txt."""
    return frozenset(word for line in lines(name) for word in line.split())
