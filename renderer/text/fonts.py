"""The font bundle: lazily opened faces and the fallback chain of each font name in each language."""

from __future__ import annotations

import hashlib
from functools import cached_property
from pathlib import Path
from typing import Final

import uharfbuzz as hb

from renderer.errors import RenderError
from renderer.kit.layout import FontName

_CJK: Final = {
    "ja": ("NotoSansJP", "NotoSansSC", "NotoSansKR"),
    "zh": ("NotoSansSC", "NotoSansJP", "NotoSansKR"),
    "ko": ("NotoSansKR", "NotoSansJP", "NotoSansSC"),
}
_SANS: Final = ("NotoSans", "NotoSansArabic", "NotoSansHebrew", "NotoSansDevanagari", "NotoSansThai")
_SERIF: Final = ("NotoSerif", "NotoNaskhArabic", "NotoSerifHebrew", "NotoSansDevanagari", "NotoSansThai")
_LAST: Final = ("NotoSansSymbols2", "NotoSansMath")
_digests: dict[tuple[tuple[str, int, int], ...], str] = {}


def language_of(locale: str) -> str:
    """The language subtag of a BCP 47 tag: `zh` of `zh-Hans`, `pt` of `pt_BR`."""
    return locale.replace("_", "-").partition("-")[0].lower()


class Face:
    """One font file, opened when first asked. Measures are in font units, `upem` to the em."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.id = path.stem

    def __repr__(self) -> str:
        return f"Face({self.id})"

    @cached_property
    def hb_face(self) -> hb.Face:
        """The memory-mapped HarfBuzz face."""
        return hb.Face(hb.Blob.from_file_path(str(self.path)))

    @cached_property
    def hb_font(self) -> hb.Font:
        """The unscaled HarfBuzz font: one unit is one font unit."""
        return hb.Font(self.hb_face)

    @cached_property
    def upem(self) -> int:
        """Font units to the em."""
        return int(self.hb_face.upem)

    @cached_property
    def ascent(self) -> int:
        """Typographic ascent above the baseline, positive."""
        return int(self.hb_font.get_font_extents("ltr").ascender)

    @cached_property
    def descent(self) -> int:
        """Typographic descent below the baseline, positive."""
        return -int(self.hb_font.get_font_extents("ltr").descender)

    @cached_property
    def cap_height(self) -> int:
        """Height of a capital letter, from its outline."""
        extents = self.hb_font.get_glyph_extents(self.hb_font.get_nominal_glyph(ord("H")) or 0)
        return int(extents.y_bearing) if extents else self.ascent

    def covers(self, codepoint: int) -> bool:
        """True if the face has a glyph for the code point."""
        return bool(self.hb_font.get_nominal_glyph(codepoint))


class FontBook:
    """Every face of one directory. `load` opens nothing; faces open when text needs them."""

    def __init__(self, directory: Path, faces: dict[str, Face]) -> None:
        self.directory = directory
        self._faces = faces
        self._chains: dict[tuple[FontName, str], tuple[Face, ...]] = {}

    @classmethod
    def load(cls, directory: Path) -> FontBook:
        """The book of a directory filled by scripts/vendor_assets.py.

        Raises RenderError `fonts.missing` if the directory lacks the Latin faces.
        """
        faces = {path.stem: Face(path) for path in sorted(directory.glob("*.ttf"))}
        lacking = [name for name in ("NotoSans-Regular", "NotoSans-Bold") if name not in faces]
        if lacking:
            raise RenderError(
                "fonts.missing",
                f"{', '.join(lacking)} not found in {directory.name}/: run scripts/vendor_assets.py (make setup)",
                missing=lacking,
            )
        return cls(directory, faces)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over every file's name and content digest; part of each fingerprint."""
        files = [face.path for face in self._faces.values()]
        key = tuple((str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files)
        if key not in _digests:
            whole = hashlib.sha256()
            for path in files:
                with path.open("rb") as handle:
                    whole.update(f"{path.name} {hashlib.file_digest(handle, 'sha256').hexdigest()}\n".encode())
            _digests[key] = whole.hexdigest()
        return _digests[key]

    def face(self, face_id: str) -> Face:
        """The face of that id (`NotoSans-Bold`); KeyError if there is none."""
        return self._faces[face_id]

    def chain(self, name: FontName, locale: str) -> tuple[Face, ...]:
        """The faces to try in turn. The language decides which Han shapes come first."""
        language = language_of(locale)
        key = (name, language if language in _CJK else "")
        if key not in self._chains:
            self._chains[key] = self._build(name, language)
        return self._chains[key]

    def _build(self, name: FontName, language: str) -> tuple[Face, ...]:
        serif, bold = name.startswith("serif"), name.endswith("bold")
        han: tuple[str, ...] = _CJK.get(language, _CJK["ja"])
        if serif:
            # Only a Japanese serif is in the bundle; its Han shapes are wrong for zh and ko.
            han = ("NotoSerifJP", *han) if language not in ("zh", "ko") else (*han, "NotoSerifJP")
        weight = "Bold" if bold else "Regular"
        found = []
        for family in ((*_SERIF, *_SANS) if serif else _SANS) + han + _LAST:
            face = self._faces.get(f"{family}-{weight}") or self._faces.get(f"{family}-Regular")
            if face is not None and face not in found:
                found.append(face)
        return tuple(found)
