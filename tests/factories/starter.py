"""Starter kits cut down to few languages, so that a test checks and makes no more than it looks at."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

from renderer.kit.archive import pack_kit, read_kit

ROOT = Path(__file__).resolve().parents[2]
KITS = ROOT / "assets" / "kits"
HEAT = "heat-that-keeps-quiet"


def starter_files(
    slug: str = HEAT, locales: Collection[str] = ("en",), *, waits: str | None = None, version: str | None = None
) -> dict[str, bytes]:
    """The kit's files with these languages only; `waits` replaces every step's wait, `version` the kit's own."""
    files = dict(read_kit(KITS / slug).files)
    manifest = files["kit.toml"].decode()
    kept = re.findall(r'"(\w+)"', manifest.split("\nlocales = [")[1].split("]")[0])
    assert set(locales) <= set(kept), f"{slug} has {kept}"
    gone = [locale for locale in kept if locale not in locales]
    names = ", ".join(f'"{locale}"' for locale in kept if locale in locales)
    manifest = re.sub(r"(?m)^locales = \[.*\]$", f"locales = [{names}]", manifest)
    if waits is not None:
        manifest = re.sub(r'(?m)^wait = ".*"$', f'wait = "{waits}"', manifest)
    if version is not None:
        manifest = re.sub(r'(?m)^version = ".*"$', f'version = "{version}"', manifest)
    files["kit.toml"] = manifest.encode()
    return {path: data for path, data in files.items() if not any(_is_of(path, locale) for locale in gone)}


def _is_of(path: str, locale: str) -> bool:
    return path.startswith(f"locales/{locale}/") or f".{locale}." in path.rsplit("/", 1)[-1]


def starter_zip(
    slug: str = HEAT, locales: Collection[str] = ("en",), *, waits: str | None = None, version: str | None = None
) -> bytes:
    """`starter_files` as the zip a marketer uploads."""
    return pack_kit(starter_files(slug, locales, waits=waits, version=version))


def write_starter(folder: Path, slug: str = HEAT, locales: Collection[str] = ("en",)) -> None:
    """`starter_files` as a folder `folder/slug`."""
    for path, data in starter_files(slug, locales).items():
        target = folder / slug / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
