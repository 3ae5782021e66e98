"""Runs pytest over everything, with the browser that scripts/setup.py found."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Become pytest; arguments are pytest's, `-n` unless given is the number of processors, at most 4."""
    note = ROOT / ".venv" / ".browser"
    environment = dict(os.environ)
    if note.is_file() and note.read_text(encoding="utf-8"):
        environment["CHROMIUM"] = note.read_text(encoding="utf-8")
    arguments = sys.argv[1:]
    if not any(argument.startswith("-n") for argument in arguments):
        arguments += ["-n", str(min(4, os.cpu_count() or 1))]
    os.chdir(ROOT)
    os.execve(sys.executable, [sys.executable, "-m", "pytest", *arguments], environment)


if __name__ == "__main__":
    main()
