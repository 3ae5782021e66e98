"""The real font bundle, loaded once, and this folder on the path for its template factory."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from renderer.text.fonts import FontBook

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def fonts() -> FontBook:
    return FontBook.load(Path(__file__).resolve().parents[4] / "assets" / "fonts")
