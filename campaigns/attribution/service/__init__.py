"""Making attribution runs: what is read, how it is written, who asks for it."""

from __future__ import annotations

from campaigns.attribution.service.asking import TASK, RunRequest, ask_run, nightly
from campaigns.attribution.service.defaults import Defaults, defaults_of, save_defaults
from campaigns.attribution.service.running import make_run

__all__ = ["TASK", "Defaults", "RunRequest", "ask_run", "defaults_of", "make_run", "nightly", "save_defaults"]
