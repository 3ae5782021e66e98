"""The npm lock names versions and integrities, never where they came from, and nothing per platform."""

from __future__ import annotations

import json
from pathlib import Path

FRONTEND = Path(__file__).resolve().parents[3] / "frontend"


def test_lock_has_integrities_and_no_addresses() -> None:
    packages = json.loads((FRONTEND / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    installed = {path: entry for path, entry in packages.items() if path}
    assert installed
    for path, entry in installed.items():
        assert entry["integrity"].startswith("sha512-"), path
        assert "resolved" not in entry, path
        assert not {"os", "cpu", "optional", "hasInstallScript"} & entry.keys(), path


def test_every_dependency_is_pinned_exactly() -> None:
    dependencies = json.loads((FRONTEND / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert [name for name, version in dependencies.items() if not version[0].isdigit()] == []
