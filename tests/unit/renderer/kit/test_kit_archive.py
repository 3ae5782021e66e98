"""Kits from folders and zips that mean harm."""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from renderer.kit import archive
from renderer.kit.archive import KitFiles, KitRefused, pack_kit, read_kit

FILES = {"kit.toml": b"schema = 1\n", "posts/x.txt": "Grüße".encode()}


def zipped(entries: list[tuple[str, bytes]], **attributes: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in entries:
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            for key, value in attributes.items():
                setattr(info, key, value)
            packed.writestr(info, data)
    return buffer.getvalue()


def codes(source: bytes | Path) -> set[str]:
    with pytest.raises(KitRefused) as caught:
        read_kit(source)
    return {problem.code for problem in caught.value.problems}


def test_folder_and_zip_are_the_same_kit(tmp_path: Path) -> None:
    for path, data in FILES.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(data)
    (tmp_path / ".DS_Store").write_bytes(b"x")
    packed = pack_kit(FILES)
    assert read_kit(tmp_path) == read_kit(packed)
    assert dict(read_kit(packed).files) == FILES
    assert pack_kit(read_kit(packed)) == packed


def test_digest_is_of_paths_and_contents() -> None:
    base = KitFiles.of(FILES).digest
    assert KitFiles.of(dict(reversed(FILES.items()))).digest == base
    assert KitFiles.of(FILES | {"posts/x.txt": b"other"}).digest != base
    assert KitFiles.of({"kit.toml": FILES["kit.toml"], "posts/y.txt": FILES["posts/x.txt"]}).digest != base


def test_one_enclosing_folder_is_unwrapped_and_litter_ignored() -> None:
    packed = zipped(
        [
            ("spring/kit.toml", b"a"),
            ("spring/a/b.txt", b"b"),
            ("__MACOSX/spring/._kit.toml", b"x"),
            ("spring/.DS_Store", b"x"),
            ("spring/", b""),
        ]
    )
    assert dict(read_kit(packed).files) == {"kit.toml": b"a", "a/b.txt": b"b"}


@pytest.mark.parametrize(
    "name", ["../kit.toml", "a/../../b", "/etc/passwd", "a\\b.txt", "C:/x.txt", "a/\x07b", "..", "con:x"]
)
def test_unsafe_paths_are_refused(name: str) -> None:
    assert "archive.unsafe_path" in codes(zipped([("kit.toml", b""), (name, b"x")]))


def test_a_name_cut_off_at_nul_is_refused() -> None:
    packed = zipped([("kit.toml", b"a"), ("good.txtXevil", b"x")]).replace(b"good.txtXevil", b"good.txt\0evil")
    assert codes(packed) == {"archive.unsafe_path"}


@pytest.mark.parametrize(("first", "second"), [("a.txt", "A.TXT"), ("ß.txt", "SS.txt"), ("e\u0301.txt", "\u00e9.txt")])
def test_names_that_collide_are_refused(first: str, second: str) -> None:
    assert codes(zipped([(first, b""), (second, b"")])) == {"archive.duplicate_path"}


def test_the_same_name_twice_is_refused() -> None:
    packed = zipped([("kit.toml", b"1"), ("kit.tomX", b"2")]).replace(b"kit.tomX", b"kit.toml")
    assert codes(packed) == {"archive.duplicate_path"}


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO, stat.S_IFSOCK])
def test_links_and_devices_in_a_zip_are_refused(kind: int) -> None:
    packed = zipped([("kit.toml", b"/etc/passwd")], create_system=3, external_attr=(kind | 0o777) << 16)
    assert codes(packed) == {"archive.special_file"}


def test_links_and_pipes_in_a_folder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "kit.toml").write_bytes(b"")
    (tmp_path / "link.txt").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "up").symlink_to(tmp_path.parent, target_is_directory=True)
    with pytest.raises(KitRefused) as caught:
        read_kit(tmp_path)
    assert {(item.code, item.path) for item in caught.value.problems} == {
        ("archive.special_file", name) for name in ("link.txt", "pipe.txt", "up")
    }


def test_a_bomb_is_stopped_by_its_ratio_before_it_is_unpacked() -> None:
    assert "archive.bomb" in codes(zipped([("kit.toml", b""), ("zero.bin", bytes(30 << 20))]))


def test_a_header_that_lies_about_its_size_gains_nothing() -> None:
    packed = bytearray(zipped([("kit.toml", b"a" * 4_000_000)]))
    central = packed.index(b"PK\x01\x02")
    packed[central + 24 : central + 28] = struct.pack("<I", 10)
    assert codes(bytes(packed)) <= {"archive.broken", "archive.bomb"}


def test_overlapping_entries_are_refused() -> None:
    packed = bytearray(zipped([("a.txt", os.urandom(500)), ("b.txt", os.urandom(500))]))
    second = packed.rindex(b"PK\x01\x02")
    packed[second + 42 : second + 46] = struct.pack("<I", 0)  # both at the first one's bytes
    assert "archive.overlap" in codes(bytes(packed))


def test_encrypted_entries_are_refused() -> None:
    packed = bytearray(zipped([("kit.toml", b"a")]))
    packed[packed.index(b"PK\x01\x02") + 8] |= 1
    assert codes(bytes(packed)) == {"archive.encrypted"}


def test_other_methods_are_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_LZMA) as packed:
        packed.writestr("kit.toml", b"a")
    assert codes(buffer.getvalue()) == {"archive.method"}


@pytest.mark.parametrize("data", [b"", b"PK", b"junk" * 100, b"PK\x05\x06" + bytes(18), b"\0" * 5000])
def test_junk_has_a_clear_code(data: bytes) -> None:
    assert codes(data) <= {"archive.broken", "archive.empty"}


def test_every_truncation_is_refused_or_whole() -> None:
    packed = pack_kit(FILES)
    for end in range(0, len(packed), 7):
        assert codes(packed[:end]) <= {"archive.broken", "archive.empty"}


def test_damage_is_found_by_checksum() -> None:
    packed = bytearray(zipped([("kit.toml", os.urandom(2000))]))
    packed[500] ^= 0xFF
    assert codes(bytes(packed)) == {"archive.broken"}


def test_too_many_and_too_large(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    many = zipped([(f"{number}.txt", b"") for number in range(archive.MAX_ENTRIES + 1)])
    assert codes(many) == {"archive.too_many_files"}
    monkeypatch.setattr(archive, "MAX_FILE", 1000)
    assert codes(zipped([("a.bin", os.urandom(1001))])) == {"archive.file_too_large"}
    monkeypatch.setattr(archive, "MAX_TOTAL", 1500)
    assert codes(zipped([("a.bin", os.urandom(900)), ("b.bin", os.urandom(900))])) == {"archive.too_large"}
    (tmp_path / "big.zip").write_bytes(bytes(1501))
    assert codes(tmp_path / "big.zip") == {"archive.too_large"}


@pytest.mark.parametrize("name", ["/".join("abcdefghijklm"), "a" * 241, "a//b.txt"])
def test_long_and_empty_path_parts_are_refused(name: str) -> None:
    assert codes(zipped([(name, b"")])) == {"archive.path_too_long"}
