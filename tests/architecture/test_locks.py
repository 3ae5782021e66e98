"""Dependencies are pinned with hashes, for every platform, from no named host; nothing here names a machine."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = [ROOT / "requirements" / "runtime.txt", ROOT / "requirements" / "dev.txt"]


def entries(path: Path) -> dict[str, str]:
    """Package → its whole entry."""
    joined = path.read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return {re.split(r"[=\[ ]", line)[0].lower(): line for line in lines}


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_every_entry_is_pinned_with_hashes_and_names_no_host(path):
    found = entries(path)
    assert len(found) > 40
    for line in found.values():
        assert re.match(r"[A-Za-z0-9_.\[\],-]+==[^ ]+ ", line), line[:80]
        assert "--hash=sha256:" in line
    assert not re.search(r"https?://|--index-url|--find-links|(^|\s)/\w", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["runtime", "dev"])
def test_everything_asked_for_is_locked(name):
    locked = entries(ROOT / "requirements" / f"{name}.txt")
    for line in (ROOT / "requirements" / f"{name}.in").read_text(encoding="utf-8").splitlines():
        asked = re.split(r"[\[<>=!~ #]", line.strip())[0].lower()
        if asked and asked != "-r":
            assert asked in locked, f"{asked} is asked for, but not locked: make lock"


def test_both_locks_agree():
    runtime, dev = entries(LOCKS[0]), entries(LOCKS[1])
    assert {name: dev.get(name, "").split(" ")[0] for name in runtime} == {
        name: line.split(" ")[0] for name, line in runtime.items()
    }


def test_the_npm_lock_is_hashed():
    packages = json.loads((ROOT / "frontend" / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert all(entry.get("integrity") for place, entry in packages.items() if place)


MACHINE = re.compile(rb"(?<![\w.~/-])/(?:home|root|Users|work|opt)/[a-z]|[a-z]:\\\\Users|\.internal[:/]", re.IGNORECASE)


def test_no_tracked_file_names_a_place_on_somebodys_machine():
    """Skipped outside a clone (an unpacked archive has no list of tracked files)."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git clone")
    guilty = {}
    for name in listed.stdout.decode().split("\0"):
        path = ROOT / name
        if not name or not path.is_file() or path == Path(__file__):
            continue
        content = path.read_bytes()
        if b"\0" not in content[:4096] and (match := MACHINE.search(content)):
            guilty[name] = match.group().decode("utf-8", "replace")
    assert guilty == {}
