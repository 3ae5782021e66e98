"""Fonts of an overlay: Type0 over a HarfBuzz subset, one CID for each shape and what it means.

Two words may use one glyph for different text (a reordered vowel, a ligature), and one letter may
take several glyphs. A CID for each pair of shape and text, mapped by /CIDToGIDMap, with clusters
made composite glyphs, makes /ToUnicode exact for every reader.
"""

from __future__ import annotations

import hashlib
import struct
from functools import lru_cache

import uharfbuzz as hb

from renderer.pdf.glyf import Composite, add_composites
from renderer.pdf.objects import ObjectSet
from renderer.text.fonts import Face

Part = tuple[int, int, int]  # glyph id in the face, x and y in font units
Shape = tuple[tuple[Part, ...], int]  # parts and the advance of the whole

_DROPPED = "GSUB GPOS GDEF BASE JSTF MATH STAT cmap name post OS/2 DSIG meta vhea vmtx VORG gasp kern hdmx VDMX LTSH"
_DROP_SET = frozenset(struct.unpack(">I", tag.encode())[0] for tag in _DROPPED.split(" "))


class FontUse:
    """What one overlay draws with one face."""

    def __init__(self, face: Face) -> None:
        self.face = face
        self._cids: dict[tuple[Shape, str], int] = {}

    def cid(self, shape: Shape, text: str) -> int:
        """The CID of a shape that stands for `text`, from 1."""
        return self._cids.setdefault((shape, text), len(self._cids) + 1)

    def width(self, shape: Shape) -> int:
        """The advance as /W states it, in thousandths of the size."""
        return round(shape[1] * 1000 / self.face.upem)

    def write(self, objects: ObjectSet) -> int:
        """Adds the Type0 font and all below it; returns its place."""
        face = self.face
        shapes = tuple(dict.fromkeys(shape for shape, _ in self._cids))
        program, numbers = _program(face.path.as_posix(), face, shapes)
        scale = 1000 / face.upem
        widths = " ".join(str(self.width(shape)) for shape, _ in self._cids).encode()
        mapping = struct.pack(f">{len(self._cids) + 1}H", 0, *(numbers[shape] for shape, _ in self._cids))
        name = f"{_tag(face.id, self._cids)}+{face.id}".encode("ascii")
        file_place = objects.add_stream([b"/Length1 %d" % len(program)], program)
        box = " ".join(str(round(value * scale)) for value in _font_box(face)).encode()
        metrics = (round(face.ascent * scale), -round(face.descent * scale), round(face.cap_height * scale))
        descriptor = objects.add(
            b"<</Type/FontDescriptor/FontName/%s/Flags 4/FontBBox[%s]/ItalicAngle 0" % (name, box),
            b"/Ascent %d/Descent %d/CapHeight %d" % metrics,
            b"/StemV %d/FontFile2 " % (140 if face.id.endswith("Bold") else 80),
            file_place,
            b">>",
        )
        gids = objects.add_stream([], mapping)
        unicode = objects.add_stream([], self._to_unicode())
        descendant = objects.add(
            b"<</Type/Font/Subtype/CIDFontType2/BaseFont/%s" % name,
            b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW 0/W[1[%s]]" % widths,
            b"/CIDToGIDMap ",
            gids,
            b"/FontDescriptor ",
            descriptor,
            b">>",
        )
        return objects.add(
            b"<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[" % name,
            descendant,
            b"]/ToUnicode ",
            unicode,
            b">>",
        )

    def _to_unicode(self) -> bytes:
        rows = [
            b"<%04X><%s>" % (cid, text.encode("utf-16-be").hex().upper().encode())
            for (_, text), cid in self._cids.items()
            if text
        ]
        blocks = [rows[at : at + 100] for at in range(0, len(rows), 100)]
        body = b"\n".join(b"%d beginbfchar\n%s\nendbfchar" % (len(block), b"\n".join(block)) for block in blocks)
        return (
            b"/CIDInit/ProcSet findresource begin 12 dict begin begincmap\n"
            b"/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def\n"
            b"/CMapName/Adobe-Identity-UCS def/CMapType 2 def\n"
            b"1 begincodespacerange\n<0000><FFFF>\nendcodespacerange\n" + body + b"\n"
            b"endcmap CMapName currentdict/CMap defineresource pop end end"
        )


def _tag(face_id: str, cids: dict[tuple[Shape, str], int]) -> str:
    digest = hashlib.sha256(f"{face_id}{list(cids)}".encode()).digest()
    return "".join(chr(65 + byte % 26) for byte in digest[:6])


@lru_cache(maxsize=256)
def _font_box(face: Face) -> tuple[int, int, int, int]:
    return struct.unpack_from(">4h", bytes(face.hb_face.reference_table("head").data), 36)


@lru_cache(maxsize=64)
def _prepared(path: str, face: Face) -> hb.Face:  # noqa: ARG001 - the path tells bundles apart
    return hb.subset_preprocess(face.hb_face)


@lru_cache(maxsize=256)
def _program(path: str, face: Face, shapes: tuple[Shape, ...]) -> tuple[bytes, dict[Shape, int]]:
    """The TrueType program of these shapes and the glyph number of each in it."""
    wanted = hb.SubsetInput()
    wanted.glyph_set.update({gid for parts, _ in shapes for gid, _, _ in parts})
    wanted.flags = hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.NO_LAYOUT_CLOSURE | hb.SubsetFlags.NOTDEF_OUTLINE
    wanted.drop_table_tag_set.update(_DROP_SET)
    plan = hb.SubsetPlan(_prepared(path, face), wanted)
    renumbered = plan.old_to_new_glyph_mapping
    subset = plan.execute()
    numbers: dict[Shape, int] = {}
    composites: list[Composite] = []
    for shape in shapes:
        parts, advance = shape
        if len(parts) == 1 and parts[0][1:] == (0, 0) and advance == face.hb_font.get_glyph_h_advance(parts[0][0]):
            numbers[shape] = renumbered[parts[0][0]]
            continue
        numbers[shape] = subset.glyph_count + len(composites)
        inked = [part for part in parts if (face.hb_font.get_glyph_extents(part[0]) or (0, 0, 0, 0))[2]]
        own = tuple((renumbered[gid], x, y) for gid, x, y in inked or parts[:1])
        composites.append(Composite(own, max(0, advance), _box(face, inked)))
    return add_composites(bytes(subset.blob.data), composites), numbers


def _box(face: Face, parts: list[Part]) -> tuple[int, int, int, int]:
    edges = []
    for gid, x, y in parts:
        extents = face.hb_font.get_glyph_extents(gid)
        left, top = extents.x_bearing + x, extents.y_bearing + y
        edges.append((left, top + extents.height, left + extents.width, top))
    if not edges:
        return 0, 0, 0, 0
    lefts, bottoms, rights, tops = zip(*edges, strict=True)
    return min(lefts), min(bottoms), max(rights), max(tops)
