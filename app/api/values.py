"""Kinds of values that bodies share: texts the database can keep, instants in UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field

FIRST_YEAR, LAST_YEAR = 1900, 2200


def _instant(value: datetime) -> datetime:
    try:
        instant = value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("The time is out of range.") from error
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise ValueError(f"The year must be from {FIRST_YEAR} to {LAST_YEAR}.")
    return instant


Text = Annotated[str, Field(pattern=r"^[^\x00]*$")]
Locale = Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}$", max_length=35)]
Instant = Annotated[AwareDatetime, AfterValidator(_instant)]
