"""Text from outside as one clean line: what a name, a header or a cell may hold."""

from __future__ import annotations

import re

# controls, surrogates, line and paragraph separators; embeddings and overrides of direction, which disguise
_UNWANTED = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")


def one_line(text: str) -> str:
    """The text without control characters and line breaks, runs of blanks made one. Joiners of scripts stay."""
    return " ".join(_UNWANTED.sub(" ", text).split())


def clean_lines(text: str) -> str:
    """The same line by line, for texts that may have several."""
    rows = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(one_line(row) for row in rows).strip()
