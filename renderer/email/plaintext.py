"""The plain-text part of a mail, from its HTML: words in order, addresses of links, bullets, no hidden text."""

from __future__ import annotations

import re

from lxml import html as lxml_html

from renderer.errors import RenderError

_SKIPPED = frozenset({"head", "style", "script", "title", "noscript", "svg"})
_BLOCKS = frozenset(
    {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "tr", "blockquote", "hr", "section"}
)
_SPACED = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "blockquote", "table"})
_HIDDEN = re.compile(r"display\s*:\s*none", re.I)
_SPACES = re.compile(r"[ \t\r\n\f\u200b\u200c\u00ad\u034f\ufeff]+")


def html_to_text(html: str) -> str:
    """Readable text, paragraphs apart by an empty line, ending in one line break."""
    try:
        root = lxml_html.document_fromstring(html)
    except (ValueError, lxml_html.etree.ParserError) as error:
        raise RenderError("mail.no_text", f"The mail's HTML cannot be read: {error}.") from error
    writer = _Writer()
    writer.element(root)
    return writer.finish()


class _Writer:
    def __init__(self) -> None:
        self._lines: list[str] = [""]
        self._ordered: list[int | None] = []

    def finish(self) -> str:
        lines = [line.rstrip() for line in self._lines]
        text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
        return text + "\n"

    def element(self, node: lxml_html.HtmlElement) -> None:
        if not isinstance(node.tag, str) or node.tag in _SKIPPED or _HIDDEN.search(node.get("style", "")):
            return
        tag = node.tag
        if tag == "br":
            self._lines.append("")
            return
        if tag == "img":
            self._write(f" {alt} " if (alt := node.get("alt", "").strip()) else "")
            return
        if tag == "a":
            self._link(node)
            return
        parent = node.getparent()
        # MJML puts each of its texts into a div of its own, directly inside a cell
        nested = tag in ("ul", "ol") and bool(self._ordered)
        spaced = (tag in _SPACED and not nested) or (tag == "div" and parent is not None and parent.tag == "td")
        if tag in _BLOCKS:
            self._break(spaced)
        if tag in ("ul", "ol"):
            self._ordered.append(1 if tag == "ol" else None)
        if tag == "li":
            self._bullet()
        if tag == "hr":
            self._lines += ["-" * 20, ""]
        self._content(node)
        if tag in ("ul", "ol"):
            self._ordered.pop()
        if tag in ("td", "th"):
            self._write(" ")
        if tag in _BLOCKS or tag == "li":
            self._break(spaced)

    def _content(self, node: lxml_html.HtmlElement) -> None:
        self._write(node.text or "")
        for child in node:
            self.element(child)
            self._write(child.tail or "")

    def _link(self, node: lxml_html.HtmlElement) -> None:
        href = (node.get("href") or "").strip()
        inner = _Writer()
        inner._content(node)
        label = " ".join(inner.finish().split())
        address = href.removeprefix("mailto:").removeprefix("tel:")
        if not href or href.startswith("#") or not label:
            self._write(label or href)
        elif label == address or label.rstrip("/") == href.removeprefix("https://").removeprefix("http://").rstrip("/"):
            self._write(address)
        else:
            self._write(f"{label}: {address}" if label[-1:] not in ":.!?" else f"{label} {address}")

    def _bullet(self) -> None:
        self._break(False)
        number = self._ordered[-1] if self._ordered else None
        if number is not None:
            self._ordered[-1] = number + 1
        self._lines[-1] = "  " * (len(self._ordered) - 1) + ("- " if number is None else f"{number}. ")

    def _break(self, spaced: bool) -> None:
        if self._lines[-1].strip():
            self._lines.append("")
        if spaced and len(self._lines) > 1 and self._lines[-2].strip():
            self._lines.append("")

    def _write(self, text: str) -> None:
        text = _SPACES.sub(" ", text)
        if self._lines[-1].endswith(" ") or not self._lines[-1]:
            text = text.lstrip(" ")
        self._lines[-1] += text
