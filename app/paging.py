"""What a list page reads from its address: the page's number, the words searched for."""

from __future__ import annotations

from flask import request


def asked_page() -> int:
    """`?page=`; 1 unless it is a number."""
    text = request.args.get("page", "")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def query_text() -> str:
    """`?q=`, trimmed and bounded."""
    return request.args.get("q", "").replace("\0", "").strip()[:100]
