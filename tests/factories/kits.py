"""A small kit in memory: one post, one language."""

from __future__ import annotations

from renderer.kit.archive import KitFiles, pack_kit

MANIFEST = """schema = 1
slug = "{slug}"
version = "1.0"
title = "Small"
summary = "One post."
source_locale = "en"
locales = ["en"]

[[asset]]
id = "post"
kind = "post"
title = "Post"
source = "posts/post.txt"
channel = "linkedin"
"""
SAMPLE = 'name = "Osterly"\nurl = "https://osterly.example"\n[colours]\nprimary = "#14304d"\nsecondary = "#f2a61c"\n'


def small_kit(slug: str = "small", text: str = "Hello from {{ brand.name }}.") -> KitFiles:
    """The files of a kit that has no errors."""
    files = {"kit.toml": MANIFEST.format(slug=slug), "posts/post.txt": text, "README.md": "# Small\n"}
    files |= {f"samples/{name}.toml": SAMPLE for name in ("typical", "longest", "rtl")}
    return KitFiles.of({path: content.encode() for path, content in files.items()})


def small_zip(slug: str = "small", text: str = "Hello from {{ brand.name }}.") -> bytes:
    """The same as a zip."""
    return pack_kit(small_kit(slug, text))
