"""Makes the drawn and derived files of the starter kits: `python -m assets.make.kits [--check]`.

By hand in a kit's folder: kit.toml, mails, landing page, posts, sample brands, README. Made here: PDFs, pictures,
layouts, the page's drawing, the samples' logos and the catalogs. The same tables give the same bytes.
"""

from __future__ import annotations

import argparse
import importlib
import re
from pathlib import Path
from typing import Any

from assets.make import datasheet, pictures, press, wording
from assets.make.datasheet import A4, LETTER
from assets.make.svg import group
from renderer.kit.archive import KitFiles, read_kit
from renderer.kit.load import load_kit
from renderer.kit.messages import extract_messages

ASSETS = Path(__file__).resolve().parents[1]
CAMPAIGNS = ("heat", "hotel")
EXPRESSION = re.compile(r"\{\{.*?\}\}")
SAMPLE_LOGOS = {
    "osterly-light.svg": "demo/osterly/logo-light.svg",
    "osterly-dark.svg": "demo/osterly/logo-dark.svg",
    "sgew-light.svg": "make/marks/sgew-light.svg",
    "sgew-dark.svg": "make/marks/sgew-dark.svg",
    "naseem-light.svg": "demo/naseem/logo-light.svg",
    "naseem-dark.svg": "demo/naseem/logo-dark.svg",
}


def theme_of(campaign: str) -> Any:
    """The module with a campaign's THEME, PICTURES and drawings."""
    return importlib.import_module(f"assets.make.{campaign}.theme")


def folder_of(campaign: str) -> Path:
    """Where the campaign's kit lies."""
    return ASSETS / "kits" / str(theme_of(campaign).THEME.slug)


def drawings(campaign: str) -> dict[str, bytes]:
    """PDFs, pictures and the landing page's drawing, by path inside the kit."""
    module = theme_of(campaign)
    out: dict[str, bytes] = {}
    for tag, mirror in (("", False), (".ar", True)):
        for paper in (A4, LETTER):
            pages = [
                datasheet.front_art(module.THEME, paper, mirror=mirror),
                datasheet.back_art(module.THEME, paper, mirror=mirror),
            ]
            out[f"pdf/datasheet-{paper.name}{tag}.pdf"] = press.pdf(pages)
        for picture in module.PICTURES:
            out[f"images/{picture.name}{tag}.png"] = press.png(
                pictures.background(module.THEME, picture, mirror=mirror)
            )
        for name, draw in getattr(module, "MORE_ART", {}).items():
            out[f"pdf/{name}{tag}.pdf"] = press.pdf(draw(mirror))
    for name, mirror in (("hero", False), ("hero.rtl", True)):
        board = module.landing(1440, 500, "l", mirror)
        board.parts = [group(board.parts, x=1440, flip=True)] if mirror else board.parts
        aspect = "xMaxYMax slice" if mirror else "xMinYMax slice"
        out[f"landing/{name}.svg"] = board.svg(aspect=aspect, decorative=True, css_class="bg").encode()
    return out


def layouts(campaign: str) -> dict[str, bytes]:
    """The layouts, by path inside the kit."""
    module = theme_of(campaign)
    copy = wording.sources(tables(campaign))
    out: dict[str, bytes] = {}
    for tag, mirror in (("", False), (".ar", True)):
        for paper in (A4, LETTER):
            sheet = datasheet.layout(module.THEME, paper, copy, mirror=mirror)
            out[f"pdf/datasheet-{paper.name}{tag}.layout.json"] = sheet.json().encode()
        for picture in module.PICTURES:
            out[f"images/{picture.name}{tag}.layout.json"] = (
                pictures.layout(module.THEME, picture, copy, mirror=mirror).json().encode()
            )
        for name, place in getattr(module, "MORE_LAYOUTS", {}).items():
            out[f"pdf/{name}{tag}.layout.json"] = place(copy, mirror).json().encode()
    return out


def tables(campaign: str) -> dict[str, wording.Message]:
    """The campaign's copy by key."""
    return wording.read("common", f"{campaign}-sheet", f"{campaign}-words")


def catalogs(campaign: str, made: dict[str, bytes]) -> dict[str, bytes]:
    """The catalogs for the kit as its folder and `made` have it. ValueError where copy and kit do not agree."""
    files = {
        path: data for path, data in read_kit(folder_of(campaign)).files.items() if not path.startswith("locales/")
    } | made
    kit = load_kit(KitFiles.of(files))
    texts = extract_messages(kit)
    known = wording.by_source(tables(campaign))
    own = wording.by_source(wording.read(f"{campaign}-sheet", f"{campaign}-words"))
    wordless = {text for text in own if not any(char.isalpha() for char in EXPRESSION.sub("", text))}
    unused = own.keys() - {item.text for item in texts} - wordless
    if unused:
        raise ValueError(f"in the copy tables and nowhere in the kit: {sorted(unused)}")
    project = f"{kit.manifest.slug} {kit.manifest.version}"
    return {
        f"locales/{tag}/LC_MESSAGES/kit.po": wording.catalog(texts, known, tag, project) for tag in wording.LANGUAGES
    }


def make(campaign: str) -> dict[str, bytes]:
    """Every made file of a campaign's kit by its path inside the kit."""
    logos = {f"samples/{name}": (ASSETS / source).read_bytes() for name, source in SAMPLE_LOGOS.items()}
    made = drawings(campaign) | layouts(campaign) | logos
    return made | catalogs(campaign, made)


def main() -> int:
    """Write the kits, or with --check say which files differ from what would be written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    stale = []
    for campaign in CAMPAIGNS:
        for name, data in make(campaign).items():
            target = folder_of(campaign) / name
            if options.check:
                if not target.exists() or target.read_bytes() != data:
                    stale.append(target)
            else:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
    for target in stale:
        print(f"differs: {target.relative_to(ASSETS.parent)}")
    return 1 if stale else 0


if __name__ == "__main__":
    raise SystemExit(main())
