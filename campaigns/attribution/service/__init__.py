"""Making attribution runs: what is read, how it is written, who asks for it."""

from __future__ import annotations

from campaigns.attribution.service.asking import TASK, RunRequest, ask_run, nightly
from campaigns.attribution.service.running import make_run

__all__ = ["TASK", "RunRequest", "ask_run", "make_run", "nightly"]
