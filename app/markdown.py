"""A kit's README as HTML: a plain subset of Markdown, never the file's own HTML, pictures or scripts."""

from __future__ import annotations

from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

from renderer.kit.load import LoadedKit, variant_paths

MOST = 200_000
_TAGS = {
    "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "ul", "ol", "li", "strong", "em", "s", "code", "pre", "blockquote",
    "a", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip


def readme_html(kit: LoadedKit, locale: str) -> Markup:
    """The kit's README for the reader (`README.de.md` wins over `README.md`), without its title; empty if none."""
    paths = (*variant_paths("README.md", locale), "README.md")
    found = next((kit.files.files[path] for path in paths if path in kit.files.files), b"")
    return Markup(_html(found[:MOST].decode("utf-8", "replace")))  # noqa: S704 - cleaned by nh3


@lru_cache(maxsize=64)
def _html(text: str) -> str:
    reader = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("image")
    tokens = reader.parse(text)
    if len(tokens) > 2 and tokens[0].tag == "h1":
        tokens = tokens[3:]  # the page has the title already
    for token in tokens:
        if token.tag in ("h1", "h2", "h3", "h4", "h5"):
            token.tag = f"h{int(token.tag[1]) + 1}"
    made = reader.renderer.render(tokens, reader.options, {})
    return nh3.clean(made, tags=_TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto"})
