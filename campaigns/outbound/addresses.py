"""Where a webhook may go: https to a name with public addresses only. Pure; the gateway asks before it connects."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import idna

from campaigns.core.errors import DomainError, invalid

PORTS = (443, 8443)
MOST_CHARS = 2000
_INNER_ENDINGS = ("localhost", "local", "internal", "intranet", "lan", "home", "corp", "localdomain", "home.arpa")
_INNER_HOSTS = frozenset({"metadata.goog", "instance-data.ec2.amazonaws.com"})
# What `ipaddress` calls global differs between versions of Python, so the tables of IANA stand here.
_NO_V4 = tuple(
    map(
        ipaddress.IPv4Network,
        (
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16",
            "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
            "168.63.129.16/32",  # a public number that is Azure's inner one
        ),
    )
)  # fmt: skip
_YES_V6 = ipaddress.IPv6Network("2000::/3")  # which leaves out mapped, NAT64, ULA, link-local and multicast
_NO_V6 = tuple(
    map(
        ipaddress.IPv6Network,
        ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"),  # Teredo, 6to4, documents
    )
)


@dataclass(frozen=True, slots=True)
class Target:
    """A checked address: `host` in ASCII, `path` with its query."""

    scheme: str
    host: str
    port: int
    path: str


def _refused(code: str, message: str) -> DomainError:
    return invalid(f"endpoint.{code}", message)


def read_url(url: str, *, loopback: bool = False) -> Target:
    """The target that a URL means; with `loopback` also http to this machine at any port.

    Raises `endpoint.url` (no URL, or too long), `endpoint.url_scheme`, `endpoint.url_userinfo`, `endpoint.url_host`
    and `endpoint.url_port`.
    """
    if not 0 < len(url) <= MOST_CHARS or not re.fullmatch(r"[^\s\\\x00-\x20\x7f]+", url) or not url.isprintable():
        raise _refused("url", f"Write a web address of at most {MOST_CHARS} characters.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise _refused("url", "This is not a web address.") from error
    if "@" in parts.netloc:
        raise _refused("url_userinfo", "The address must not hold a user name or password.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if parts.fragment or not path.isascii():
        raise _refused("url", "The address must not hold a # or letters that are not percent-encoded.")
    if loopback and is_loopback_name(host) and parts.scheme in ("http", "https"):
        return Target(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), path)
    if parts.scheme != "https":
        raise _refused("url_scheme", "The address must begin with https://.")
    ascii_host = _host(host)
    if (port or 443) not in PORTS:
        raise _refused("url_port", f"Only the ports {', '.join(map(str, PORTS))} are allowed.")
    return Target("https", ascii_host, port or 443, path)


def _host(host: str) -> str:
    refusal = _refused("url_host", "The address must name a public host, such as hooks.example.com.")
    try:
        name = idna.encode(host.rstrip("."), uts46=True).decode().lower()
    except (idna.IDNAError, UnicodeError) as error:
        raise refusal from error
    labels = name.split(".")
    if len(labels) < 2 or not re.search("[a-z]", labels[-1]) or re.fullmatch("0x[0-9a-f]*", labels[-1]):
        raise refusal  # a lone name, or an address in numbers of whatever spelling
    if name in _INNER_HOSTS or any(name == end or name.endswith(f".{end}") for end in _INNER_ENDINGS):
        raise refusal
    return name


def is_loopback_name(host: str) -> bool:
    """Whether the host is this machine, spelled plainly."""
    return host in ("localhost", "127.0.0.1", "::1")


def may_connect(address: str, *, loopback: bool = False) -> bool:
    """Whether an address that a name resolved to may be connected to."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False  # also an address with a zone
    if loopback:
        return found.is_loopback
    if isinstance(found, ipaddress.IPv4Address):
        return not any(found in network for network in _NO_V4)
    return found.scope_id is None and found in _YES_V6 and not any(found in network for network in _NO_V6)
