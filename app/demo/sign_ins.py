"""The demo's passwords: made at random once, kept beside the data, readable by their owner only."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

WORDS = (
    "amber", "basin", "cedar", "delta", "ember", "fjord", "grove", "harbor", "inlet", "juniper", "kettle", "lantern",
    "meadow", "nectar", "orchard", "pebble", "quartz", "river", "saddle", "timber", "umber", "valley", "willow",
    "zephyr",
)  # fmt: skip


class SignIns:
    """Passwords by address."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.known: dict[str, str] = json.loads(path.read_text("utf-8")) if path.exists() else {}

    def password(self, email: str) -> str:
        """The address's password, made if there is none."""
        if email not in self.known:
            words = [secrets.choice(WORDS) for _ in range(4)]
            self.known[email] = "-".join(words) + f"-{secrets.randbelow(90) + 10}"
            self._save()
        return self.known[email]

    def _save(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_suffix(".new")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(self.known, file, indent=2)
        fresh.replace(self.path)
