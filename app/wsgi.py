"""Composition root of the web process; gunicorn imports it in each worker, after fork."""

from __future__ import annotations

from pathlib import Path

from app import create_app
from campaigns.core.logs import configure
from campaigns.core.settings import environment, read
from campaigns.gateways.open import open_container

ROOT = Path(__file__).resolve().parent.parent

_settings = read(environment(), root=ROOT)
configure(_settings.log_format)
application = create_app(open_container(_settings))
