"""One SMTP connection (RFC 5321): replies, extensions, STARTTLS, AUTH, and the bytes of a message on the wire.

Own code because a batch needs pipelining across messages and the difference between "refused" and "no answer",
which the standard library's client does not give.
"""

from __future__ import annotations

import base64
import re
import socket
import ssl
from dataclasses import dataclass

MAX_LINE = 998  # RFC 5321 4.5.3.1.6, without CRLF
MAX_REPLY_LINES = 100


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's answer: the code and its text, lines joined by a space."""

    code: int
    text: str

    @property
    def ok(self) -> bool:
        """2yz or 3yz."""
        return 200 <= self.code < 400


class WireError(OSError):
    """The connection is of no use any more: closed, silent too long, or not SMTP."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where and how to connect. `tls` is implicit (smtps), `starttls` (required) or `opportunistic`."""

    host: str
    port: int
    tls: str
    user: str | None
    password: str | None
    local_name: str
    ca_file: str | None = None
    timeout_s: float = 30.0

    def context(self) -> ssl.SSLContext:
        """TLS with certificates checked, unless encryption is only taken where offered (RFC 7435)."""
        context = ssl.create_default_context(cafile=self.ca_file)
        if self.tls == "opportunistic":
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


def wire_bytes(data: bytes) -> bytes:
    """A message as DATA wants it: CRLF line ends, dots doubled, final dot. Raises ValueError if a line is too long."""
    lines = re.split(rb"\r\n|\r|\n", data)
    if lines and not lines[-1]:
        lines.pop()
    too_long = next((number for number, line in enumerate(lines, start=1) if len(line) > MAX_LINE), None)
    if too_long:
        raise ValueError(f"line {too_long} has {len(lines[too_long - 1])} bytes, SMTP allows {MAX_LINE}")
    return b"".join((b"." + line if line.startswith(b".") else line) + b"\r\n" for line in lines) + b".\r\n"


class Wire:
    """An open, greeted connection. Every method raises WireError when the connection is lost or too slow."""

    def __init__(self, server: Server) -> None:
        self._server = server
        try:
            self._socket: socket.socket = socket.create_connection((server.host, server.port), server.timeout_s)
        except OSError as error:
            raise WireError(f"cannot connect to {server.host}:{server.port}: {error}") from error
        try:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if server.tls == "implicit":
                self._wrap()
            self._buffer = b""
            self._expect(self.reply(), "the greeting")
            self.extensions = self._hello()
            if server.tls in ("starttls", "opportunistic"):
                self._start_tls()
            if server.user is not None:
                self._sign_in(server.user, server.password or "")
        except BaseException:
            self._socket.close()
            raise

    def _wrap(self) -> None:
        try:
            self._socket = self._server.context().wrap_socket(self._socket, server_hostname=self._server.host)
        except OSError as error:  # ssl.SSLError is one
            raise WireError(f"TLS with {self._server.host} failed: {error}") from error

    def _hello(self) -> dict[str, str]:
        self.send(f"EHLO {self._server.local_name}\r\n".encode())
        reply, lines = self._read_reply()
        if not reply.ok:
            self.send(f"HELO {self._server.local_name}\r\n".encode())
            self._expect(self.reply(), "HELO")
            return {}
        words = [line.split(" ", 1) for line in lines[1:]]
        return {word[0].upper(): word[1] if len(word) > 1 else "" for word in words if word[0]}

    def _start_tls(self) -> None:
        if "STARTTLS" not in self.extensions:
            if self._server.tls == "starttls":
                raise WireError(f"{self._server.host} does not offer STARTTLS")
            return
        self.send(b"STARTTLS\r\n")
        self._expect(self.reply(), "STARTTLS")
        if self._buffer:  # anything sent before the handshake is an injection (CVE-2011-0411)
            raise WireError("the server sent data before the TLS handshake")
        self._wrap()
        self.extensions = self._hello()

    def _sign_in(self, user: str, password: str) -> None:
        if not isinstance(self._socket, ssl.SSLSocket) and not _loopback(self._server.host):
            raise WireError("the password is not sent over an unencrypted connection")
        offered = self.extensions.get("AUTH", "").upper().split()
        if "PLAIN" in offered:
            token = base64.b64encode(f"\0{user}\0{password}".encode())
            self.send(b"AUTH PLAIN " + token + b"\r\n")
        elif "LOGIN" in offered:
            self.send(b"AUTH LOGIN\r\n")
            self._expect(self.reply(), "AUTH")
            self.send(base64.b64encode(user.encode()) + b"\r\n")
            self._expect(self.reply(), "AUTH")
            self.send(base64.b64encode(password.encode()) + b"\r\n")
        else:
            raise WireError("the server offers neither AUTH PLAIN nor AUTH LOGIN")
        self._expect(self.reply(), "AUTH")

    def _expect(self, reply: Reply, what: str) -> None:
        if not reply.ok:
            raise WireError(f"{what} was answered {reply.code} {reply.text}")

    def send(self, data: bytes) -> None:
        """Write bytes."""
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise WireError(f"writing failed: {error}") from error

    def reply(self) -> Reply:
        """Read one answer, which may have several lines."""
        return self._read_reply()[0]

    def _read_reply(self) -> tuple[Reply, list[str]]:
        lines: list[str] = []
        while len(lines) < MAX_REPLY_LINES:
            line = self._read_line()
            if not re.match(r"[2-5][0-9][0-9]([ -]|$)", line):
                raise WireError(f"not an SMTP reply: {line[:80]!r}")
            lines.append(line[4:])
            if line[3:4] != "-":
                return Reply(int(line[:3]), " ".join(lines)[:500]), lines
        raise WireError("the reply does not end")

    def _read_line(self) -> str:
        while b"\n" not in self._buffer:
            if len(self._buffer) > 8192:
                raise WireError("the reply line does not end")
            try:
                got = self._socket.recv(4096)
            except OSError as error:
                raise WireError(f"no answer: {error}") from error
            if not got:
                raise WireError("the server closed the connection")
            self._buffer += got
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.rstrip(b"\r").decode("utf-8", "replace")

    @property
    def pipelines(self) -> bool:
        """True if commands may be sent before earlier ones are answered (RFC 2920)."""
        return "PIPELINING" in self.extensions

    def close(self, *, polite: bool = True) -> None:
        """QUIT if the connection is sound, then close."""
        try:
            if polite:
                self._socket.settimeout(3)
                self._socket.sendall(b"QUIT\r\n")
                self._socket.recv(512)
        except OSError:
            pass  # the messages are through; how the farewell goes does not matter
        finally:
            self._socket.close()


def _loopback(host: str) -> bool:
    return host in ("localhost", "127.0.0.1", "::1")
