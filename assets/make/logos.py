"""Original logos of the invented companies, words as outlines: `python -m assets.make.logos --fonts DIR`.

Run only when a logo changes; the results are committed and the kits read them from there.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import resvg_py

from assets.make.lettering import Lettering, outline
from assets.make.svg import attrs, circle, group, line, num, path, rect

ROOT = Path(__file__).resolve().parents[1]
FACES = {
    "sans": "NotoSans-Regular.ttf",
    "sans-bold": "NotoSans-Bold.ttf",
    "serif-bold": "NotoSerif-Bold.ttf",
    "arabic-bold": "NotoSansArabic-Bold.ttf",
    "arabic": "NotoSansArabic-Regular.ttf",
    "jp-bold": "NotoSansJP-Bold.ttf",
    "jp": "NotoSansJP-Regular.ttf",
}
Words = Callable[..., Lettering]


def words_from(folder: Path) -> Words:
    """A function (text, face, size, tracking=0) → Lettering over the font files under `folder`."""

    def words(text: str, face: str, size: float, tracking: float = 0.0) -> Lettering:
        return outline(text, next(iter(sorted(folder.rglob(FACES[face])))), size, tracking=tracking)

    return words


def _svg(w: float, h: float, *parts: str, title: str) -> str:
    head = attrs(xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {num(w)} {num(h)}", width=w, height=h)
    return f"<svg{head}><title>{title}</title>{''.join(parts)}</svg>\n"


def _placed(letters: Lettering, x: float, baseline: float, colour: str) -> str:
    return group([path(letters.d, colour)], x=x, y=baseline)


def halvorsen(words: Words, ink: str) -> str:
    """The vendor of "Heat that keeps quiet": a slab H and a serif name."""
    name = words("Halvorsen", "serif-bold", 19)
    mark = path("M0 0h5v18h-5zM10 0h5v18h-5zM5 6.5h5v5h-5z", ink)
    return _svg(22 + name.width, 20, group([mark], y=1), _placed(name, 21, 17, ink), title="Halvorsen")


def cordant(words: Words, ink: str) -> str:
    """The vendor of "Wi-Fi nobody talks about": an open ring around a point."""
    name = words("cordant", "sans-bold", 19, -0.4)
    ring = line("M17.5 5A8 8 0 1 0 17.5 15", ink, 3.6, cap="butt")
    return _svg(25 + name.width, 20, ring, circle(10.5, 10, 2.6, ink), _placed(name, 24, 16.5, ink), title="cordant")


def osterly(words: Words, ink: str, accent: str) -> str:
    """A very wide, thin wordmark: everything on one line."""
    name, trade = words("osterly", "sans-bold", 30, -0.6), words("building systems", "sans", 30, 0.2)
    ring = path("M15 1a15 15 0 1 0 0 30a15 15 0 0 0 0-30zm0 7a8 8 0 0 1 0 16a8 8 0 0 1 0-16z", ink, rule="evenodd")
    spark = path("M15 1a15 15 0 0 1 15 15h-7a8 8 0 0 0-8-8z", accent)
    x = 40 + name.width + 10
    return _svg(
        x + trade.width + 2,
        36,
        group([ring, spark], y=1),
        _placed(name, 40, 27, ink),
        _placed(trade, x, 27, ink),
        title="Osterly Building Systems",
    )


def naseem(words: Words, disc: str, ink: str, wave: str) -> str:
    """A solid disc: three breaths of air under the Arabic name."""
    name, trade = words("نسيم", "arabic-bold", 64), words("NASEEM COOLING", "sans-bold", 11.5, 1.1)
    waves = [
        line(f"M{100 - half} {y}c{half * 0.4} -13 {half * 0.6} -13 {half} 0s{half * 0.6} 13 {half} 0", tone, 6.5)
        for y, half, tone in ((124, 52, ink), (142, 40, wave))
    ]
    x, _, w, _ = name.box
    return _svg(
        200,
        200,
        circle(100, 100, 100, disc),
        _placed(name, 100 - x - w / 2, 88, ink),
        *waves,
        _placed(trade, 100 - trade.width / 2, 172, ink),
        title="نسيم للتبريد",
    )


def tanabe(words: Words, ink: str, accent: str) -> str:
    """Tall and narrow: the field of 田 over the name in two columns, read from the right."""
    mark = [
        rect(8, 8, 64, 64, accent),
        rect(17, 17, 20, 20, "#fff"),
        rect(43, 17, 20, 20, "#fff"),
        rect(17, 43, 20, 20, "#fff"),
        path("M43 63V43h20z", "#fff"),
    ]
    columns = []
    for i, sign in enumerate("田辺設備"):
        letter = words(sign, "jp-bold", 36)
        x, y, w, h = letter.box
        columns.append(_placed(letter, (58 if i < 2 else 22) - x - w / 2, 102 + 39 * (i % 2) - y - h / 2, ink))
    return _svg(80, 174, *mark, *columns, rect(8, 168, 64, 3, accent), title="田辺設備")


def wunsiedel(words: Words, ink: str, accent: str) -> str:
    """A long German name on two lines beside a hexagon."""
    first, second = (
        words("Süddeutsche Gebäudeautomation", "sans-bold", 18, -0.4),
        words("und Energietechnik Wunsiedel GmbH & Co. KG", "sans", 11, 0.2),
    )
    hexagon = path("M22 2l18 10v20l-18 10l-18-10V12z", ink)
    star = line("M22 11v22M12.5 16.5l19 11M31.5 16.5l-19 11", accent, 3.2)
    return _svg(
        54 + max(first.width, second.width),
        44,
        hexagon,
        star,
        _placed(first, 52, 21, ink),
        _placed(second, 52.5, 37, ink),
        title="SGEW",
    )


def _png(svg: str, width: int, *, margin: float = 0.0) -> bytes:
    if margin:
        body = svg.replace(
            'viewBox="0 0 80 174" width="80" height="174"', 'viewBox="-60 -40 200 254" width="200" height="254"'
        )
        return bytes(resvg_py.svg_to_bytes(svg_string=body, width=width, skip_system_fonts=True))
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, width=width, skip_system_fonts=True))


def all_logos(words: Words) -> dict[str, bytes]:
    """Every logo by its path under assets/."""
    cream = "#fbf3ea"
    vector = {
        "make/marks/halvorsen-light.svg": halvorsen(words, "#0a5f56"),
        "make/marks/halvorsen-dark.svg": halvorsen(words, "#ffffff"),
        "make/marks/cordant-light.svg": cordant(words, "#2447c5"),
        "make/marks/cordant-dark.svg": cordant(words, "#ffffff"),
        "make/marks/sgew-light.svg": wunsiedel(words, "#2e4a1f", "#c6dd6b"),
        "make/marks/sgew-dark.svg": wunsiedel(words, "#f2f6e6", "#5d7a2c"),
        "demo/osterly/logo-light.svg": osterly(words, "#14304d", "#f2a61c"),
        "demo/osterly/logo-dark.svg": osterly(words, "#ffffff", "#f2a61c"),
        "demo/naseem/logo-light.svg": naseem(words, "#8a2440", "#ffffff", "#e9b765"),
        "demo/naseem/logo-dark.svg": naseem(words, cream, "#8a2440", "#b57a17"),
        "demo/tanabe/logo-light.svg": tanabe(words, "#1d2433", "#b3392b"),
        "demo/tanabe/logo-dark.svg": tanabe(words, "#ffffff", "#b3392b"),
    }
    out = {name: svg.encode() for name, svg in vector.items()}
    out["demo/osterly/logo-light.png"] = _png(vector["demo/osterly/logo-light.svg"], 1600)
    out["demo/naseem/logo-light.png"] = _png(vector["demo/naseem/logo-light.svg"], 900)
    out["demo/tanabe/logo-light.png"] = _png(vector["demo/tanabe/logo-light.svg"], 1280, margin=1)
    out["demo/tanabe/logo-dark.png"] = _png(vector["demo/tanabe/logo-dark.svg"], 1280, margin=1)
    return out


def main() -> None:
    """Write every logo."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fonts", type=Path, default=ROOT / "fonts")
    for name, data in all_logos(words_from(parser.parse_args().fonts)).items():
        target = ROOT / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


if __name__ == "__main__":
    main()
