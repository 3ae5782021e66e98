"""The real font bundle, loaded once."""

from __future__ import annotations

from pathlib import Path

import pytest

from renderer.text.fonts import FontBook

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture(scope="session")
def fonts() -> FontBook:
    return FontBook.load(ROOT / "assets" / "fonts")
