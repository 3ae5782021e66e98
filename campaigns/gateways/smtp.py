"""Mail over SMTP: a batch over one connection, one result per message, no message's fate guessed.

After the final dot only a reply says what became of a message; without one it is `unknown` (RFC 5321 section 4.2.5).
"""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator, Sequence
from urllib.parse import parse_qs, unquote, urlsplit

from campaigns.core.logs import get_logger
from campaigns.core.ports import Envelope, SendResult
from campaigns.gateways.smtp_wire import Reply, Server, Wire, WireError, wire_bytes

log = get_logger(__name__)

_ADDRESS = re.compile(r"[^\s<>\x00-\x1f\x7f]+@[^\s<>\x00-\x1f\x7f]+")


BATCH_S = 45.0


class SmtpTransport:
    """Opens a connection per batch. A connection lost before a message's final dot is opened again once per batch.

    No message is begun after `batch_s` seconds, so that a server which answers slowly does not outlast the leases.
    """

    def __init__(self, server: Server, *, batch_s: float = BATCH_S) -> None:
        self._server = server
        self._batch_s = batch_s

    def send(self, envelopes: Sequence[Envelope]) -> list[SendResult]:
        """One result each, in order; never raises for a message or for the connection."""
        results: dict[int, SendResult] = {}
        prepared: list[Item] = []
        for number, envelope in enumerate(envelopes):
            try:
                prepared.append((number, envelope, _prepare(envelope)))
            except ValueError as error:
                results[number] = SendResult("refused", 0, f"not sent: {error}")
        left, tries = prepared, 0
        until = time.monotonic() + self._batch_s
        while left and tries < 2 and time.monotonic() < until:
            tries += 1
            reason = ""
            try:
                for number, result in self._batch(left, until):
                    results[number] = result  # noqa: PERF403 - what came before an error counts
            except WireError as error:
                reason = str(error)
                log.warning("smtp.connection_lost", reason=reason, unsent=len(left))
            before, left = len(left), [item for item in left if item[0] not in results]
            if reason and left and (len(left) == before or tries == 2):
                results |= {number: SendResult("deferred", 421, reason[:500]) for number, _, _ in left}
                left = []
        late = SendResult("deferred", 0, f"not tried: the server took more than {self._batch_s:.0f} s for those before")
        return [results.get(number, late) for number in range(len(envelopes))]

    def _batch(self, items: Sequence[Item], until: float) -> Iterator[tuple[int, SendResult]]:
        """Results as they become known; WireError when the connection is lost, the rest is then unsent."""
        wire = Wire(self._server)
        sound = False
        try:
            reset = False
            asked = False
            for place, (number, envelope, body) in enumerate(items):
                if place and not asked and time.monotonic() > until:
                    break
                lines = _commands(wire, envelope, len(body))
                if isinstance(lines, SendResult):
                    yield number, lines
                    continue
                if not asked:
                    wire.send(_group(wire, lines, reset=reset))
                answers = _answers(wire, lines, reset=reset and not asked)
                asked = reset = False
                refusal = next((reply for reply in answers[:-1] if not reply.ok), None)
                if refusal is None and answers[-1].code == 354:
                    wire.send(body)
                    try:  # from here on the server may have it
                        if time.monotonic() < until:
                            asked = self._ask_ahead(wire, items[place + 1 : place + 2])
                        result = _result(wire.reply())
                    except WireError as error:
                        yield number, SendResult("unknown", 0, f"no answer after the message: {error}"[:500])
                        raise
                else:
                    if answers[-1].code == 354:  # RFC 2920 3.1: a server may ask for a message nobody receives
                        wire.send(b".\r\n")
                        wire.reply()
                    else:
                        reset = True
                    result = _result(refusal or answers[-1])
                yield number, result
                if result.code == 421:
                    raise WireError(f"the server is closing: {result.reply}")
            sound = True
        finally:
            wire.close(polite=sound)

    def _ask_ahead(self, wire: Wire, upcoming: Sequence[Item]) -> bool:
        """Send the next message's commands before this one is answered, where that is allowed."""
        if not upcoming or not wire.pipelines:
            return False
        lines = _commands(wire, upcoming[0][1], len(upcoming[0][2]))
        if isinstance(lines, SendResult):
            return False
        wire.send(_group(wire, lines, reset=False))
        return True


Item = tuple[int, Envelope, bytes]


def _prepare(envelope: Envelope) -> bytes:
    for address in (envelope.sender, envelope.recipient):
        if not _ADDRESS.fullmatch(address):
            raise ValueError(f"{address[:80]!r} is not an address")
    return wire_bytes(envelope.data)


def _commands(wire: Wire, envelope: Envelope, size: int) -> list[str] | SendResult:
    """The command lines for a message, or why this server cannot take it."""
    limit = wire.extensions.get("SIZE", "")
    if limit.isdigit() and 0 < int(limit) < size:
        return SendResult("refused", 0, f"the message has {size} bytes, the server takes {limit}")
    options = f" SIZE={size}" if "SIZE" in wire.extensions else ""
    if not envelope.data.isascii() and "8BITMIME" in wire.extensions:
        options += " BODY=8BITMIME"
    if not (envelope.sender + envelope.recipient).isascii():
        if "SMTPUTF8" not in wire.extensions:
            return SendResult("refused", 0, "the server does not take addresses beyond ASCII (SMTPUTF8)")
        options += " SMTPUTF8"
    return [f"MAIL FROM:<{envelope.sender}>{options}", f"RCPT TO:<{envelope.recipient}>", "DATA"]


def _group(wire: Wire, lines: Sequence[str], *, reset: bool) -> bytes:
    """What is sent at once: everything where commands may be pipelined, else the first command."""
    all_lines = ["RSET", *lines] if reset else list(lines)
    chosen = all_lines if wire.pipelines else all_lines[:1]
    return "".join(f"{line}\r\n" for line in chosen).encode()


def _answers(wire: Wire, lines: Sequence[str], *, reset: bool) -> list[Reply]:
    """The answers to MAIL, RCPT and DATA. Without pipelining it sends the rest, and stops at the first refusal."""
    all_lines = ["RSET", *lines] if reset else list(lines)
    replies: list[Reply] = []
    for place in range(len(all_lines)):
        if place and not wire.pipelines:
            wire.send(f"{all_lines[place]}\r\n".encode())
        replies.append(wire.reply())
        if not wire.pipelines and not replies[-1].ok:
            break
    return replies[1:] if reset and len(replies) > 1 else replies


def _result(reply: Reply) -> SendResult:
    """250 → sent, 4yz → deferred, 5yz → refused; anything else is no answer a server may give here."""
    if 200 <= reply.code < 300:
        return SendResult("sent", reply.code, reply.text)
    return SendResult("deferred" if reply.code < 500 else "refused", reply.code, reply.text)


def open_smtp(url: str) -> SmtpTransport:
    """The transport of `smtp://[user:password@]host[:port][?tls=starttls|opportunistic|none&ca_file=…]` or `smtps://…`.

    Without `tls`, `smtp` means STARTTLS wherever a password is sent and encryption where offered otherwise.
    """
    parts = urlsplit(url)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    user = unquote(parts.username) if parts.username else None
    tls = "implicit" if parts.scheme == "smtps" else query.get("tls", "starttls" if user else "opportunistic")
    return SmtpTransport(
        Server(
            host=parts.hostname or "localhost",
            port=parts.port or (465 if parts.scheme == "smtps" else 587 if user else 25),
            tls=tls,
            user=user,
            password=unquote(parts.password) if parts.password else None,
            local_name=query.get("ehlo") or socket.getfqdn(),
            ca_file=query.get("ca_file"),
            timeout_s=float(query.get("timeout", "30")),
        )
    )
