"""Only campaigns/core/settings.py reads the environment."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READER = ROOT / "campaigns" / "core" / "settings.py"


def reads(source: str) -> list[int]:
    """Lines that read the process's environment."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os":
            if node.attr in ("environ", "environb", "getenv", "getenvb", "putenv"):
                found.append(node.lineno)
        elif isinstance(node, ast.ImportFrom) and node.module == "os":
            found += [node.lineno for name in node.names if name.name in ("environ", "environb", "getenv")]
    return found


def test_the_scan_sees_every_way():
    assert reads("import os\nos.environ['A']\nos.getenv('B')\n") == [2, 3]
    assert reads("from os import environ\n") == [1]


def test_nobody_else_reads_it():
    guilty = {
        str(path.relative_to(ROOT)): lines
        for package in ("app", "campaigns", "renderer", "worker")
        for path in (ROOT / package).rglob("*.py")
        if path != READER and (lines := reads(path.read_text(encoding="utf-8")))
    }
    assert guilty == {}
    assert reads(READER.read_text(encoding="utf-8")) != []
