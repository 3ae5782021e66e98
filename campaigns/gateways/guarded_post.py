"""One request to an address somebody else wrote: no private network, no rebinding, no redirect, no endless answer."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from campaigns.core.clock import Clock
from campaigns.outbound.addresses import Target, is_loopback_name, may_connect

CONNECT_S = 5.0
WHOLE_S = 15.0  # of one attempt, from the connection to the end of the answer
MOST_ANSWER = 8192
MOST_TRIED = 3

Resolver = Callable[[str, int], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: a status, or an `error` where there was none: dns, address, connect, tls, timeout, protocol."""

    status: int | None = None
    error: str = ""
    answer: str = ""
    retry_after_s: int | None = None


class _Pinned(http.client.HTTPConnection):
    """A connection to one resolved address that speaks, and checks the certificate, in the host's name."""

    def __init__(self, target: Target, address: str, context: ssl.SSLContext | None) -> None:
        super().__init__(target.host, target.port, timeout=CONNECT_S)
        self.default_port = 443 if target.scheme == "https" else 80
        self._address = address
        self._context = context
        self._name = target.host

    def connect(self) -> None:
        """Connect to the address that was checked; the name is not looked up again."""
        self.sock = socket.create_connection((self._address, self.port), CONNECT_S)
        if self._context is not None:
            self.sock = self._context.wrap_socket(self.sock, server_hostname=self._name)


def look_up(host: str, port: int) -> Sequence[str]:
    """The addresses of a name, as the system resolves it."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class Fetched:
    """A whole answer of at most the size asked for, or an `error` as in `Reply`, or too_large."""

    status: int | None = None
    error: str = ""
    data: bytes = b""
    cursor: str = ""  # X-Next-Cursor, where there is more
    retry_after: str = ""


def post(
    target: Target,
    headers: Mapping[str, str],
    body: bytes,
    clock: Clock,
    *,
    loopback: bool = False,
    resolver: Resolver = look_up,
    context: ssl.SSLContext | None = None,
    whole_s: float = WHOLE_S,
) -> Reply:
    """Post once and read at most 8 kB of the answer; never raises for what the other side does.

    The name is resolved once; one address that is not public refuses all of them.
    """
    found = _send(
        "POST", target, headers, body, MOST_ANSWER, loopback=loopback, resolver=resolver, context=context,
        whole_s=whole_s,
    )  # fmt: skip
    if found.status is None:
        return Reply(error=found.error)
    text = found.data.decode("utf-8", "replace").replace("\x00", "")[:2000]
    return Reply(found.status, "", text, _seconds(found.retry_after or None, clock))


def get(
    target: Target,
    headers: Mapping[str, str],
    most: int,
    *,
    loopback: bool = False,
    resolver: Resolver = look_up,
    context: ssl.SSLContext | None = None,
    whole_s: float = WHOLE_S,
) -> Fetched:
    """Fetch once, with the same guards; an answer longer than `most` bytes is the error too_large."""
    found = _send(
        "GET", target, headers, None, most + 1, loopback=loopback, resolver=resolver, context=context, whole_s=whole_s
    )
    return Fetched(error="too_large") if len(found.data) > most else found


def _send(
    method: str,
    target: Target,
    headers: Mapping[str, str],
    body: bytes | None,
    most: int,
    *,
    loopback: bool,
    resolver: Resolver,
    context: ssl.SSLContext | None,
    whole_s: float,
) -> Fetched:
    here = loopback and is_loopback_name(target.host)
    try:
        addresses = resolver(target.host, target.port)
    except (OSError, UnicodeError):
        return Fetched(error="dns")
    if not addresses:
        return Fetched(error="dns")
    if not all(may_connect(address, loopback=here) for address in addresses):
        return Fetched(error="address")
    secure = (context or ssl.create_default_context()) if target.scheme == "https" else None
    reply = Fetched(error="connect")
    for address in addresses[:MOST_TRIED]:
        connection = _Pinned(target, address, secure)
        try:
            connection.connect()
        except OSError as error:
            reply = Fetched(error="tls" if isinstance(error, ssl.SSLError) else "connect")
            connection.close()
            continue
        return _exchange(connection, method, target, headers, body, most, whole_s)
    return reply


def _exchange(
    connection: http.client.HTTPConnection,
    method: str,
    target: Target,
    headers: Mapping[str, str],
    body: bytes | None,
    most: int,
    whole_s: float,
) -> Fetched:
    """Send and read within `whole_s`; a timer cuts the line, since a drip of single bytes never times out by itself."""
    over = threading.Event()

    def cut() -> None:
        over.set()
        if connection.sock is not None:
            try:
                connection.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return

    timer = threading.Timer(whole_s, cut)
    timer.daemon = True
    timer.start()
    try:
        connection.sock.settimeout(whole_s)
        connection.request(method, target.path, body, dict(headers))
        line = connection.sock
        found = connection.getresponse()
        connection.sock = connection.sock or line  # kept for the timer when the answer ends the connection
        data = found.read(most)
        if over.is_set():
            return Fetched(error="timeout")
        cursor = (found.getheader("X-Next-Cursor") or "")[:200]
        return Fetched(found.status, "", data, cursor, found.getheader("Retry-After") or "")
    except (OSError, http.client.HTTPException, ValueError) as error:
        timed_out = over.is_set() or isinstance(error, TimeoutError)
        return Fetched(error="timeout" if timed_out else "protocol")
    finally:
        timer.cancel()
        connection.close()


def _seconds(value: str | None, clock: Clock) -> int | None:
    """A Retry-After in seconds, from a number or a date; None where there is none to understand."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return int(text[:9])
    try:
        return max(0, int((parsedate_to_datetime(text) - clock.now()).total_seconds()))
    except (ValueError, TypeError, OverflowError):
        return None
