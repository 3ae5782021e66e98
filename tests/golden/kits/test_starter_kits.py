"""The starter kits are what their scripts make, and nothing in them is wrong, missing or too heavy."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import polib
import pypdfium2
import pytest
from PIL import Image

from assets.make import kits
from renderer.kit.archive import read_kit
from renderer.kit.checks import check_kit
from renderer.kit.load import load_kit
from renderer.kit.messages import coverage
from renderer.kit.samples import offline_launch
from renderer.post import render_post
from renderer.spec import BrandSpec
from renderer.text.fonts import FontBook

ROOT = Path(__file__).resolve().parents[3]
campaigns = pytest.mark.parametrize("campaign", kits.CAMPAIGNS)


def _pixels(data: bytes) -> np.ndarray:
    if data[:4] == b"%PDF":
        document = pypdfium2.PdfDocument(data)
        try:
            shots = [np.asarray(page.render(scale=0.5).to_pil().convert("RGB")) for page in document]
        finally:
            document.close()
        return np.concatenate(shots).astype(np.int16)
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(np.int16)


@campaigns
def test_committed_files_are_what_the_script_makes(campaign: str) -> None:
    """Text is equal byte for byte; pictures look the same, whatever zlib and PDF writer packed them."""
    folder = kits.folder_of(campaign)
    for name, data in kits.make(campaign).items():
        committed = (folder / name).read_bytes()
        if name.endswith((".png", ".pdf")):
            drawn, kept = _pixels(data), _pixels(committed)
            assert drawn.shape == kept.shape, name
            assert np.abs(drawn - kept).mean() < 0.2, name
        else:
            assert committed == data, name


@pytest.mark.slow
@campaigns
def test_every_sample_renders_in_every_locale_without_a_problem(campaign: str) -> None:
    found = check_kit(read_kit(kits.folder_of(campaign)), FontBook.load(ROOT / "assets" / "fonts"))
    assert [str(item) for item in found if item.severity != "note"] == []


@campaigns
def test_catalogs_are_complete_and_not_fuzzy(campaign: str) -> None:
    folder = kits.folder_of(campaign)
    covered = coverage(load_kit(read_kit(folder)))
    assert set(covered) == {"en", "de", "fr", "es", "ja", "ar"}
    assert all(item.translated == item.total > 100 for item in covered.values())
    for path in folder.glob("locales/*/LC_MESSAGES/kit.po"):
        assert not any(entry.fuzzy or entry.obsolete or not entry.msgstr for entry in polib.pofile(str(path)))


@campaigns
def test_files_stay_light(campaign: str) -> None:
    folder = kits.folder_of(campaign)
    for path in folder.rglob("*"):
        limit = {".pdf": 400_000, ".png": 300_000, ".svg": 60_000, ".mjml": 8_000}.get(path.suffix)
        assert limit is None or path.stat().st_size < limit, path


@campaigns
def test_backgrounds_hold_no_words_and_no_fonts(campaign: str) -> None:
    """All copy is in slots, so that six languages come from one drawing."""
    for path in kits.folder_of(campaign).glob("pdf/*.pdf"):
        document = pypdfium2.PdfDocument(path)
        try:
            assert all(page.get_textpage().get_text_bounded().strip() == "" for page in document), path
        finally:
            document.close()
        assert b"/FontDescriptor" not in path.read_bytes(), path


def _weight(text: str) -> int:
    """X's weighted length: an address counts 23; Latin, Arabic and general punctuation 1, all else 2."""
    words = [("x" * 23 if word.startswith("https://") else word) for word in text.split(" ")]
    light = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
    return sum(1 if any(low <= ord(char) <= high for low, high in light) else 2 for char in " ".join(words))


@campaigns
@pytest.mark.parametrize("locale", ["en", "de", "fr", "es", "ja", "ar"])
def test_the_post_for_x_fits(campaign: str, locale: str) -> None:
    kit = load_kit(read_kit(kits.folder_of(campaign)))
    brand = BrandSpec(name="Osterly", primary="#14304d", secondary="#f2a61c", url="https://osterly.example")
    text = render_post(kit, kit.manifest.asset("post-x"), locale, brand, offline_launch(brand, kit)).strip()
    assert "https://" in text
    assert _weight(text) <= 280
