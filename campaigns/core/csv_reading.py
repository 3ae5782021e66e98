"""Reading a CSV however it was saved: encoding, delimiter, quoted line breaks, and which line a row began on."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from charset_normalizer import from_bytes

from campaigns.core.errors import DomainError, Kind, invalid

MOST_BYTES = 50 * 1024 * 1024
MOST_ROWS = 250_000
MOST_COLUMNS = 100
MOST_CELL = 20_000
MOST_LINES = 50  # of one quoted cell: more means that a quote was never closed
DELIMITERS = (",", ";", "\t", "|")
ENCODINGS = (
    "utf-8", "utf-16", "cp1252", "cp932", "euc_jp", "iso2022_jp", "cp1256", "cp1250", "cp1251", "gb18030", "big5",
    "cp949", "cp1253", "cp1254", "cp1255", "mac_roman",
)  # fmt: skip
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WIDE = frozenset({"cp932", "euc_jp", "gb18030", "big5", "cp949"})
_LATIN = {  # the first wins where two fit equally
    "cp1252": frozenset("äöüßéèêëàâáãåæçíìîïñóòôõøúùûÿœ€–“”’°·"),
    "cp1250": frozenset("ąćęłńóśźżáčďéěíňřšťúůýžőűăâîşţäöüß–„”’"),
    "mac_roman": frozenset("äöüßéèêëàâáãåæçíìîïñóòôõøúùûÿœ€–“”’°"),
    "cp1254": frozenset("çğıöşüâîû–“”’"),
}
_SCRIPTS = {  # the frequent letters of each
    "cp1251": frozenset("оеаинтсрвлкмдпуяыьгзбчйхж"),
    "cp1256": frozenset("ابتثجحخدذرزسشصضطظعغفقكلمنهويىةءآأإؤئ،"),
    "cp1253": frozenset("αοιετσνηυρπκμλςωάέήίόύώ"),
    "cp1255": frozenset("אבגדהוזחטיכלמנסעפצקרשתםןץףך"),
}
_SEP_LINE = re.compile(r"sep=(.)\r?\n", re.I)
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_SAMPLE = 256 * 1024


@dataclass(frozen=True, slots=True)
class CsvRow:
    """A row: the line of the file it began on (from 1) and its cells. `fault` is a code instead of cells."""

    line: int
    cells: list[str] = field(repr=False)
    fault: str = ""


@dataclass(frozen=True, slots=True)
class CsvText:
    """A decoded file and how it is cut."""

    text: str = field(repr=False)
    encoding: str
    delimiter: str


def decode(data: bytes, encoding: str = "") -> tuple[str, str]:
    """(text, encoding). Given or found by mark, by UTF-8's own strictness, by zeros, then by likeness.

    `csv.too_large`, `csv.binary`, `csv.encoding` (invalid) with what was measured.
    """
    if len(data) > MOST_BYTES:
        raise DomainError(
            "csv.too_large", Kind.TOO_LARGE,
            f"The file has {len(data) >> 20} MB, at most {MOST_BYTES >> 20} MB are taken. Split it.",
            measured=len(data) >> 20, needed=MOST_BYTES >> 20,
        )  # fmt: skip
    if data[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        raise invalid("csv.spreadsheet", "This is a spreadsheet, not a CSV. Save it as CSV UTF-8 first.")
    if encoding and encoding not in ENCODINGS and encoding not in ("utf-16-le", "utf-16-be", "utf-32"):
        raise invalid("csv.encoding", f"{encoding!r} is no encoding known here.", encoding=encoding)
    chosen = encoding or _find(data)
    try:
        text = data.decode(chosen)
    except UnicodeError as error:
        line = data[: getattr(error, "start", 0)].count(b"\n") + 1
        raise invalid(
            "csv.encoding", f"Line {line} cannot be read as {chosen}. Choose another encoding.",
            line=line, encoding=chosen,
        ) from error  # fmt: skip
    if len(_CONTROLS.findall(text[:_SAMPLE])) > len(text[:_SAMPLE]) // 100:
        raise invalid("csv.binary", "This is not a text file.")
    return text.removeprefix("\ufeff").replace("\0", ""), chosen.removesuffix("-sig")


def _find(data: bytes) -> str:
    for mark, name in _BOMS:
        if data.startswith(mark):
            return name
    try:
        data.decode("ascii" if b"\x1b$" in data[:_SAMPLE] else "utf-8")
    except UnicodeError:
        pass
    else:
        if b"\x1b$" not in data[:_SAMPLE] and data.count(b"\0") * 10 < len(data):
            return "utf-8"
    sample = data[:_SAMPLE]
    zeros = (sample[0::2].count(0), sample[1::2].count(0))
    if max(zeros) * 5 > len(sample):
        return "utf-16-le" if zeros[1] > zeros[0] else "utf-16-be"
    if b"\x1b$" in sample:
        return "iso2022_jp"
    best = from_bytes(sample, cp_isolation=[name for name in ENCODINGS if name != "utf-16"]).best()
    return best.encoding if best is not None and best.encoding in _WIDE else _one_byte(sample)


def _one_byte(sample: bytes) -> str:
    """The one-byte encoding whose language's letters the sample holds most of.

    Long runs of high bytes are another script, short ones accents between Latin letters.
    """
    runs = re.findall(rb"[\x80-\xff]+", sample)
    script = sum(map(len, runs)) / max(len(runs), 1) >= 2.5
    scores = {}
    for name, letters in (_SCRIPTS if script else _LATIN).items():
        high = [char for char in sample.decode(name, "replace").lower() if ord(char) > 127]
        scores[name] = sum(1 if char in letters else -1 for char in high)
    return max(scores, key=lambda name: scores[name])


def read_csv(data: bytes, *, encoding: str = "", delimiter: str = "") -> CsvText:
    """Decode a file and find its delimiter, unless they are given."""
    text, found = decode(data, encoding)
    named = _SEP_LINE.match(text)
    if named:
        text = text[named.end() :]
    if delimiter and delimiter not in DELIMITERS:
        raise invalid("csv.delimiter", "A delimiter is a comma, a semicolon, a tab or a bar.", delimiter=delimiter)
    return CsvText(text, found, delimiter or (named[1] if named and named[1] in DELIMITERS else sniff(text)))


def sniff(text: str) -> str:
    """The delimiter that cuts the first rows most evenly; a comma where there is one column."""
    sample = text[:_SAMPLE]
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        try:
            widths = [len(row) for row, _ in zip(_reader(sample, delimiter), range(50), strict=False) if row]
        except csv.Error:
            continue
        if not widths or max(widths) == 1:
            continue
        usual = max(set(widths), key=widths.count)
        score = widths.count(usual) / len(widths) * (usual > 1) + min(usual, 20) / 1000
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _reader(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def rows_of(source: CsvText) -> Iterator[CsvRow]:
    """The rows that are not empty. A row that cannot be one has a `fault` instead of ending the reading.

    `csv.too_many_rows` (invalid) past 250,000.
    """
    lines = io.StringIO(source.text, newline="")
    reader = csv.reader(lines, delimiter=source.delimiter)
    count = 0
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield CsvRow(line, [], "row.unreadable")
            continue
        if not any(cell.strip() for cell in cells):
            continue
        count += 1
        if count > MOST_ROWS + 1:
            raise invalid(
                "csv.too_many_rows", f"The file has more than {MOST_ROWS:,} rows. Split it.", needed=MOST_ROWS
            )
        yield CsvRow(line, cells, _fault(cells, reader.line_num - line + 1))


def _fault(cells: list[str], lines: int) -> str:
    if lines > MOST_LINES:
        return "row.unclosed_quote"
    if len(cells) > MOST_COLUMNS:
        return "row.too_many_columns"
    return "row.cell_too_long" if any(len(cell) > MOST_CELL for cell in cells) else ""
