"""Six lines in six scripts stand where Chromium puts them: every word's left and right edge."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from renderer.text.fonts import FontBook
from renderer.text.shaping import ShapedLine, shape_line

ROOT = Path(__file__).resolve().parents[3]
SIZE = 40
LINES = [
    ("ar", "نسيم للتدفئة (Naseem HVAC) منذ 1998، شريك Cordant"),
    ("he", "שלום Throughline 2.0, (רק היום) ב-50% הנחה"),
    ("hi", "नमस्ते दुनिया — Osterly की ओर से शक्ति"),
    ("th", "ระบบทำความร้อน ที่เงียบ 50% น้ำมัน ปู่ กับ Osterly"),
    ("ja", "静かな暖房を、田辺から。 2026年 Halvorsen ガイド"),
    ("ar", "السعر 1,250.00 دولار (USD) – 3/4 أو +20% حتى 2026-03-08"),
]
MEASURE = """() => [...document.querySelectorAll('p')].map(p => {
  const node = p.firstChild, left = p.getBoundingClientRect().left, right = p.getBoundingClientRect().right;
  const all = document.createRange(); all.selectNodeContents(p); const whole = all.getBoundingClientRect();
  const words = [...p.textContent.matchAll(/\\S+/g)].map(m => {
    const range = document.createRange(); range.setStart(node, m.index); range.setEnd(node, m.index + m[0].length);
    const boxes = [...range.getClientRects()].filter(box => box.width > 0);
    return [Math.min(...boxes.map(b => b.left)) - whole.left, Math.max(...boxes.map(b => b.right)) - whole.left];
  });
  return {width: whole.width, words};
})"""


def word_edges(line: ShapedLine) -> list[tuple[float, float]]:
    """Left and right edge of each word, from the advances of the glyphs its characters gave."""
    spans: dict[int, tuple[float, float]] = {}
    for run in line.runs:
        pen = run.x
        for glyph in run.glyphs:
            at = run.start + glyph.cluster
            low, high = spans.get(at, (pen, pen))
            spans[at] = (min(low, pen), max(high, pen + glyph.advance))
            pen += glyph.advance
    edges = []
    for word in re.finditer(r"\S+", line.text):
        inside = [span for at, span in spans.items() if word.start() <= at < word.end()]
        edges.append((min(low for low, _ in inside), max(high for _, high in inside)))
    return edges


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> list[dict[str, object]]:
    folder = tmp_path_factory.mktemp("lines")
    fonts = FontBook.load(ROOT / "assets" / "fonts")
    faces = {face.id: face.path for locale, _ in LINES for face in fonts.chain("sans", locale)}
    css = "".join(f"@font-face{{font-family:'{name}';src:url('{path.as_uri()}')}}" for name, path in faces.items())
    rows = []
    for locale, text in LINES:
        families = ",".join(f"'{face.id}'" for face in fonts.chain("sans", locale))
        rows.append(f'<p lang="{locale}" dir="auto" style="font-family:{families}">{text}</p>')
    style = f"{css} p{{font-size:{SIZE}px;white-space:nowrap;display:table;font-kerning:normal}}"
    page_file = folder / "lines.html"
    page_file.write_text(f"<!doctype html><meta charset=utf-8><style>{style}</style>{''.join(rows)}", encoding="utf-8")
    page = browser.new_page()
    page.goto(page_file.as_uri())
    page.evaluate("document.fonts.ready")
    found = page.evaluate(MEASURE)
    page.close()
    return json.loads(json.dumps(found))  # type: ignore[no-any-return]


@pytest.mark.browser
@pytest.mark.parametrize("index", range(len(LINES)))
def test_words_stand_where_chromium_puts_them(index: int, measured: list[dict[str, object]]) -> None:
    locale, text = LINES[index]
    fonts = FontBook.load(ROOT / "assets" / "fonts")
    line = shape_line(text, "sans", SIZE, fonts, locale, None)
    expected = measured[index]
    assert line.width == pytest.approx(expected["width"], abs=0.5)
    assert word_edges(line) == [pytest.approx(tuple(edge), abs=0.5) for edge in expected["words"]]  # type: ignore[attr-defined]
