"""What is translated can be extracted: no call of gettext stands inside an f-string, which the extractor skips."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CALLS = {"_", "gettext", "ngettext", "N_", "in_language", "dgettext_for"}


def hidden(source: str) -> list[int]:
    """The lines on which a message is asked for inside an f-string."""
    return [
        call.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.JoinedStr)
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and ast.unparse(call.func).split(".")[-1] in CALLS
    ]


def test_no_message_hides_in_an_f_string():
    assert hidden("f\"{_('Leads')}.csv\"") == [1]
    found = {
        f"{path.relative_to(ROOT)}:{line}"
        for folder in ("app", "campaigns", "worker")
        for path in (ROOT / folder).rglob("*.py")
        for line in hidden(path.read_text(encoding="utf-8"))
    }
    assert not found
