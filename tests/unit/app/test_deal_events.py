"""Every line of a deal's timeline has words, on either side and with any data a service writes."""

from __future__ import annotations

from pathlib import Path

from app.deal_events import TITLES
from campaigns.deals.rules import KINDS

SERVICES = Path(__file__).resolve().parents[3] / "campaigns" / "deals" / "service"


def test_every_kind_of_line_has_words():
    assert set(TITLES) == KINDS


def test_every_kind_is_written_by_a_service():
    source = "".join(path.read_text("utf-8") for path in SERVICES.glob("*.py"))
    assert {kind for kind in KINDS if f'"{kind}"' not in source} == set()
