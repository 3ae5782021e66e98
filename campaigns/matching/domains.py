"""What a URL, a host or an email address says about who owns it: the registrable domain, or why it names nobody."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Literal

from campaigns.matching.lists import words

if TYPE_CHECKING:
    from tldextract import TLDExtract

Kind = Literal["own", "free_mail", "disposable", "hosted", "reserved", "none"]

MAX_INPUT = 2048  # longer than any URL a browser sends; the rest is cut off
MAX_HOST = 253  # RFC 1035, 2.3.4
_SCHEME = re.compile(r"^\s*(?:[a-z][a-z0-9+.-]{0,20}:)?//", re.IGNORECASE)
_MAILTO = re.compile(r"^\s*mailto:", re.IGNORECASE)
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_RESERVED = ("example", "test", "invalid", "localhost", "local", "internal", "lan", "home.arpa", "onion", "arpa")
# first path segments that say what follows, not whose page it is
_SECTIONS = frozenset(
    {"company", "companies", "in", "pub", "showcase", "school", "pages", "page", "people", "channel", "c", "user"}
    | {"groups", "p", "pg", "shop", "stores", "store", "biz", "site", "view", "profile"}
    | {"unternehmen", "entreprise", "firma"}
)
# first path segments of pages that are everybody's, or told apart by a query only
_NOBODYS = frozenset(
    {"maps", "watch", "search", "share", "sharer", "sharer.php", "profile.php", "home", "home.php", "login", "hashtag"}
    | {"posts", "post", "reel", "reels", "events", "event", "intent", "embed", "playlist", "results", "feed", "shorts"}
    | {"dp", "gp", "itm", "item", "items", "listing", "product", "products", "index.html", "index.php", "s", "explore"}
)
_LANGUAGE = re.compile(r"[a-z]{2}(?:[-_][a-z]{2})?")


@dataclass(frozen=True, slots=True)
class Domain:
    """What was read. kind "own": `name` is the registrable domain (ASCII, lower-case) of one organisation.

    "hosted": `page` is the host and path of one page at a service of many; for the other kinds both are empty.
    """

    kind: Kind
    name: str = ""
    page: str = ""


NOBODY = Domain("none")


@cache
def _suffixes() -> TLDExtract:
    """The suffix list that came with the library: no network and no cache directory."""
    import tldextract  # noqa: PLC0415 - it brings `requests`, which would slow down every start

    return tldextract.TLDExtract(cache_dir=None, suffix_list_urls=(), fallback_to_snapshot=True)


def _split(raw: str) -> tuple[str, str]:
    """Host as written, and the path behind it."""
    text = _MAILTO.sub("", raw[:MAX_INPUT].strip())
    if "<" in text and text.endswith(">"):  # Name <address>
        text = text[text.rindex("<") + 1 : -1]
    text = _SCHEME.sub("", text.strip())
    cut = re.search(r"[/?#\\]", text)
    host, path = (text[: cut.start()], text[cut.start() :]) if cut else (text, "")
    host = host.rpartition("@")[2]
    host = re.sub(r":\d{0,5}$", "", host)
    return host, re.split(r"[?#]", path)[0]


def _ascii(host: str) -> str:
    """The host as it stands in the DNS (UTS 46, not transitional), or "" if it can't stand there."""
    host = host.strip().rstrip(".。．｡").strip()
    if not host or len(host) > MAX_HOST or ":" in host or any(letter.isspace() for letter in host):
        return ""
    if not host.isascii():
        import idna  # noqa: PLC0415 - tables that ASCII names don't need

        try:
            host = idna.encode(host, uts46=True, transitional=False).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            return ""
    host = host.lower()
    labels = host.split(".")
    if len(host) > MAX_HOST or not all(_LABEL.fullmatch(label) for label in labels) or labels[-1].isdigit():
        return ""
    return host


def _page(host: str, registrable: str, path: str) -> str:
    """Which page at a service of many: its own host if it has one, else the first telling segments of the path."""
    host = host.removeprefix("www.").removeprefix("m.")
    segments = [part for part in path.lower().split("/") if part][:4]
    if len(segments) > 1 and _LANGUAGE.fullmatch(segments[0]) and segments[0] not in _SECTIONS:
        del segments[0]
    if host != registrable and len(host.split(".")[0]) > 3:
        return host
    if segments and segments[0] in _NOBODYS:
        return ""
    keep = 2 if segments and segments[0] in _SECTIONS else 1
    if len(segments) < keep:
        return ""
    return "/".join([registrable, *segments[:keep]])[:200]


@lru_cache(maxsize=8192)
def read_domain(raw: str) -> Domain:
    """Read a URL, a host or an email address. Never raises; what is no name in the DNS is of kind "none"."""
    written, path = _split(raw)
    host = _ascii(written)
    if "." not in host:
        return NOBODY
    labels = host.split(".")
    if labels[-1] in _RESERVED or host.endswith("home.arpa") or "example" in labels[-3:-1]:
        return Domain("reserved")
    for start in range(len(labels)):  # longest ending first
        ending = ".".join(labels[start:])
        if ending in words("tenants") or ending in words("registries"):
            if not start:
                return Domain("hosted")
            # firm-my.sharepoint.com is firm.sharepoint.com, and firm.mail.onmicrosoft.com is firm.onmicrosoft.com
            tenant = labels[start - 1]
            if ending.startswith("sharepoint."):
                tenant = tenant.removesuffix("-my")
            return Domain("own", f"{tenant}.{ending.removeprefix('mail.')}")
        if ending in words("free_mail") and "@" in raw:
            return Domain("free_mail")
        if ending in words("disposable"):
            return Domain("disposable")
        if ending in words("hosting"):
            return Domain("hosted", page=_page(host, ending, path))
        if ending in words("free_mail"):
            return Domain("free_mail")
    private = _suffixes().extract_str(host, include_psl_private_domains=True)
    if private.is_private:
        return Domain("hosted", page=_page(host, private.suffix, path))
    found = _suffixes().extract_str(host, include_psl_private_domains=False)
    name = found.top_domain_under_public_suffix
    return Domain("own", name) if name else NOBODY
