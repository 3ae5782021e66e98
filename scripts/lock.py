"""Pins every dependency, direct or not, with the hashes of its files, for Python 3.11 and later on every platform."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def uv() -> str:
    """The resolver: beside this interpreter or on PATH."""
    beside = Path(sys.executable).with_name("uv")
    found = str(beside) if beside.is_file() else shutil.which("uv")
    if not found:
        raise SystemExit("uv was not found: `pip install uv`, then repeat")
    return found


def main() -> int:
    """Write requirements/runtime.txt, then requirements/dev.txt with the same versions."""
    for name, constraint in (("runtime", []), ("dev", ["-c", "requirements/runtime.txt"])):
        command = [uv(), "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--python-version", "3.11"]
        command += ["--no-annotate", "--custom-compile-command", "make lock", "--no-emit-index-url", *constraint]
        command += ["-o", f"requirements/{name}.txt", f"requirements/{name}.in"]
        done = subprocess.run(command, cwd=ROOT, check=False)
        if done.returncode:
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
