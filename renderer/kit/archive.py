"""A kit's files, read from a folder or a zip that nobody vouches for, and packed again.

Every bound is applied to what is really read, never to what a header claims.
"""

from __future__ import annotations

import hashlib
import io
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import IO

from renderer.errors import RenderError
from renderer.report import Problem

MAX_ENTRIES = 2_000
MAX_TOTAL = 200 * 1024 * 1024
MAX_FILE = 100 * 1024 * 1024
MAX_RATIO = 200  # deflate tops out near 1,032; honest PDFs, pictures and text stay under 60
RATIO_FLOOR = 1024 * 1024  # a small file may be as compressible as it likes
MAX_DEPTH = 12
MAX_PATH = 240
_IGNORED_NAMES = frozenset({"thumbs.db", "desktop.ini", "__macosx"})
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_BAD_CHARACTERS = frozenset('\\:*?"<>|\x7f') | {chr(code) for code in range(32)}
_BAD_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    struct.error,
    ValueError,
    OSError,
    NotImplementedError,
    RuntimeError,
)


class KitRefused(RenderError):  # noqa: N818 - what happened, said as people say it
    """A kit that cannot be used; `problems` says everything that is wrong with it."""

    def __init__(self, problems: list[Problem]) -> None:
        first = next((problem for problem in problems if problem.severity == "error"), problems[0])
        super().__init__(first.code, first.message, **first.params)
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class KitFiles:
    """The files of a kit by POSIX path, and the SHA-256 over its sorted (path, digest) list."""

    files: Mapping[str, bytes] = field(repr=False)
    digest: str

    @classmethod
    def of(cls, files: Mapping[str, bytes]) -> KitFiles:
        """Freeze `files` and name them by their digest."""
        total = hashlib.sha256()
        for path in sorted(files):
            total.update(path.encode() + b"\0" + hashlib.sha256(files[path]).digest())
        return cls(MappingProxyType(dict(files)), total.hexdigest())


class _Intake:
    """Collects files under the bounds; `problems` fills up instead of raising at the first."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.problems: list[Problem] = []
        self.total = 0
        self._folded: dict[str, str] = {}

    def refuse(self, code: str, message: str, path: str | None = None, **params: object) -> None:
        if len(self.problems) < 100:
            self.problems.append(Problem(code, message, path=path, params=params))

    def name(self, raw: str) -> str | None:
        """The cleaned path, None if it is ignored or refused (then a problem is on record)."""
        path = unicodedata.normalize("NFC", raw)
        shown = path.encode("unicode_escape").decode()[:MAX_PATH]
        parts = path.split("/")
        if path.startswith("/") or ".." in parts or any(char in _BAD_CHARACTERS for char in path):
            self.refuse(
                "archive.unsafe_path",
                f"The path {shown!r} is absolute, climbs out of the kit or holds "
                "characters that are not portable; rename the file.",
                shown,
            )
            return None
        if any(part.startswith(".") or part.lower() in _IGNORED_NAMES for part in parts):
            return None
        if "" in parts or len(parts) > MAX_DEPTH or len(path) > MAX_PATH:
            self.refuse(
                "archive.path_too_long",
                f"The path {shown!r} has {len(path)} characters in {len(parts)} levels; "
                f"at most {MAX_PATH} in {MAX_DEPTH} are taken.",
                shown,
            )
            return None
        folded = path.casefold()
        if folded in self._folded:
            self.refuse(
                "archive.duplicate_path",
                f"{shown!r} is there twice (as {self._folded[folded]!r}); file systems that "
                "ignore case would keep only one. Rename or drop one.",
                shown,
            )
            return None
        self._folded[folded] = path
        return path

    def add(self, path: str, chunks: Iterator[bytes]) -> bool:
        """Take a file in; False if a bound was passed and reading must stop."""
        if len(self.files) >= MAX_ENTRIES:
            self.refuse("archive.too_many_files", f"The kit has more than {MAX_ENTRIES} files.", limit=MAX_ENTRIES)
            return False
        data = bytearray()
        for chunk in chunks:
            data += chunk
            if len(data) > MAX_FILE:
                self.refuse(
                    "archive.file_too_large", f"{path} is larger than {MAX_FILE >> 20} MB.", path, limit=MAX_FILE
                )
                return False
            if self.total + len(data) > MAX_TOTAL:
                self.refuse("archive.too_large", f"The kit unpacks to more than {MAX_TOTAL >> 20} MB.", limit=MAX_TOTAL)
                return False
        self.total += len(data)
        self.files[path] = bytes(data)
        return True

    def finish(self) -> KitFiles:
        if self.problems:
            raise KitRefused(self.problems)
        if not self.files:
            raise KitRefused([Problem("archive.empty", "There is no file in it.")])
        return KitFiles.of(_unwrap(self.files))


def read_kit(source: Path | bytes) -> KitFiles:
    """Read a kit from a folder, a zip file or a zip's bytes. Raises KitRefused with all problems."""
    if isinstance(source, bytes):
        return _read_zip(source)
    if source.is_dir():
        return _read_folder(source)
    try:
        if source.stat().st_size > MAX_TOTAL:
            raise KitRefused([Problem("archive.too_large", f"The zip is larger than {MAX_TOTAL >> 20} MB.")])
        return _read_zip(source.read_bytes())
    except OSError as error:
        raise KitRefused([Problem("archive.unreadable", f"{source.name} cannot be read: {error.strerror}.")]) from error


def pack_kit(files: KitFiles | Mapping[str, bytes]) -> bytes:
    """The files as a zip; the same files give the same bytes."""
    content = files.files if isinstance(files, KitFiles) else files
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path in sorted(content):
            info = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
            info.create_system, info.external_attr = 3, (stat.S_IFREG | 0o644) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content[path])
    return buffer.getvalue()


def _unwrap(files: dict[str, bytes]) -> dict[str, bytes]:
    """Drop one enclosing folder: what an operating system's "compress" makes of a folder."""
    tops = {path.split("/", 1)[0] for path in files}
    if "kit.toml" in files or len(tops) != 1 or not all("/" in path for path in files):
        return files
    return {path.split("/", 1)[1]: data for path, data in files.items()}


def _read_folder(root: Path) -> KitFiles:
    intake = _Intake()
    pending = [root]
    while pending:
        for entry in sorted(pending.pop().iterdir()):
            relative = entry.relative_to(root).as_posix()
            if entry.name.startswith(".") or entry.name.lower() in _IGNORED_NAMES:
                continue
            mode = entry.lstat().st_mode
            if stat.S_ISDIR(mode):
                pending.append(entry)
                if len(pending) > MAX_ENTRIES:
                    intake.refuse("archive.too_many_files", f"The kit has more than {MAX_ENTRIES} folders.")
                    return intake.finish()
            elif not stat.S_ISREG(mode):
                intake.refuse(
                    "archive.special_file", f"{relative} is a link or a device; put the file itself there.", relative
                )
            elif path := intake.name(relative):
                with entry.open("rb") as stream:
                    if not intake.add(path, iter(partial(stream.read, 1 << 16), b"")):
                        return intake.finish()
    return intake.finish()


def _read_zip(data: bytes) -> KitFiles:
    intake = _Intake()
    # Counted before the central directory is parsed: four million empty entries fit into 200 MB.
    if data.count(b"PK\x01\x02") > 5 * MAX_ENTRIES:
        raise KitRefused([Problem("archive.too_many_files", f"The zip lists more than {MAX_ENTRIES} files.")])
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            _refuse_overlaps(infos, intake)
            for info in infos:
                if not _take(archive, info, intake):
                    break
    except _BAD_ZIP as error:
        intake.refuse("archive.broken", f"This is not a whole zip file ({error}); pack it again.")
    return intake.finish()


def _refuse_overlaps(infos: list[zipfile.ZipInfo], intake: _Intake) -> None:
    """Entries that share bytes are how a small zip becomes a huge one without a high ratio."""
    end = 0
    for info in sorted(infos, key=lambda item: item.header_offset):
        if info.header_offset < end:
            intake.refuse(
                "archive.overlap", f"{info.filename!r} shares its bytes with another entry.", info.filename[:MAX_PATH]
            )
            return
        end = info.header_offset + 30 + len(info.orig_filename) + info.compress_size


def _refuse_kind(info: zipfile.ZipInfo, path: str, intake: _Intake) -> bool:
    mode = info.external_attr >> 16 if info.create_system == 3 else 0
    if info.flag_bits & 0x1:
        intake.refuse("archive.encrypted", f"{path} is encrypted; pack the kit without a password.", path)
    elif mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        intake.refuse("archive.special_file", f"{path} is a link or a device; put the file itself there.", path)
    elif info.compress_type not in _METHODS:
        intake.refuse("archive.method", f"{path} is packed by method {info.compress_type}; use deflate.", path)
    else:
        return False
    return True


def _take(archive: zipfile.ZipFile, info: zipfile.ZipInfo, intake: _Intake) -> bool:
    """Read one entry; False once a bound was passed. orig_filename keeps what zipfile cuts off at a NUL byte."""
    path = intake.name(info.orig_filename.rstrip("/"))
    if path is None or _refuse_kind(info, path, intake) or info.is_dir():
        return True
    with archive.open(info) as stream:
        return intake.add(path, _bounded(stream, max(info.compress_size, 1), path, intake))


def _bounded(stream: IO[bytes], compressed: int, path: str, intake: _Intake) -> Iterator[bytes]:
    done = 0
    while chunk := stream.read(1 << 16):
        done += len(chunk)
        if done > RATIO_FLOOR and done > MAX_RATIO * compressed:
            intake.refuse("archive.bomb", f"{path} unpacks to more than {MAX_RATIO} times its packed size.", path)
            return
        yield chunk
