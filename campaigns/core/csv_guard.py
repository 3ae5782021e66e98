"""CSV out of the product: UTF-8 with a byte order mark, and no cell that a spreadsheet would run as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

BOM = "\ufeff"
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# blanks, invisible characters and quotes, which spreadsheets drop or pass over before they look for a formula
_PASSED_OVER = ' "\u00a0\u00ad\u2007\u200b\u200c\u200d\u200e\u200f\u202f\u2060\u3000\ufeff'


def guarded(value: object) -> str:
    """The cell, with a leading apostrophe if it begins like a formula (OWASP, CSV Injection)."""
    text = "" if value is None else str(value)
    shown = text.lstrip(_PASSED_OVER)
    return f"'{text}" if text.startswith(_DANGEROUS) or shown.startswith(_DANGEROUS) else text


def csv_lines(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The file line by line, RFC 4180, the byte order mark first so that Excel reads it as UTF-8."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([guarded(cell) for cell in header])
    yield BOM + buffer.getvalue()
    for row in rows:
        buffer.seek(0)
        buffer.truncate()
        writer.writerow([guarded(cell) for cell in row])
        yield buffer.getvalue()
