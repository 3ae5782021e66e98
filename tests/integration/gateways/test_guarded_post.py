"""The POST that trusts nobody: pinned addresses, TLS in the name's name, no redirect, no endless answer."""

from __future__ import annotations

import ssl
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from campaigns.core.clock import SystemClock
from campaigns.gateways.guarded_post import Reply, look_up, post
from campaigns.outbound import addresses
from campaigns.outbound.addresses import Target, read_url
from tests.fixtures.receiver import Receiver, drip, endless

CLOCK = SystemClock()


def send(url: str, **more) -> Reply:
    return post(read_url(url, loopback=True), {"connection": "close"}, b"{}", CLOCK, loopback=True, **more)


def test_a_good_answer(receiver: Receiver):
    receiver.says(202, b"thanks\x00 \xff")
    assert send(f"{receiver.url}/in?a=1") == Reply(202, "", "thanks \ufffd")
    [got] = receiver.got
    assert got.path == "/in?a=1"
    assert got.headers["host"] == receiver.url.removeprefix("http://")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(receiver: Receiver, status: int):
    receiver.says(status, b"", Location=f"{receiver.url}/inner")
    assert send(receiver.url).status == status
    assert len(receiver.got) == 1


def test_a_huge_answer_is_cut(receiver: Receiver):
    receiver.answer = endless
    began = time.monotonic()
    found = send(receiver.url)
    assert found.status == 200
    assert found.answer == "x" * 2000
    assert time.monotonic() - began < 5


def test_a_dripping_answer_ends_in_time(receiver: Receiver):
    receiver.answer = drip
    began = time.monotonic()
    assert send(receiver.url, whole_s=1.0) == Reply(error="timeout")
    assert 0.9 < time.monotonic() - began < 4


def test_a_silent_server_ends_in_time(receiver: Receiver):
    receiver.answer = lambda *_: time.sleep(3)
    assert send(receiver.url, whole_s=0.5) == Reply(error="timeout")


def test_what_is_no_http(receiver: Receiver):
    receiver.answer = lambda handler, _: handler.wfile.write(b"SSH-2.0-OpenSSH_9.9\r\n")
    assert send(receiver.url) == Reply(error="protocol")


def test_nobody_there():
    assert send("http://127.0.0.1:1/") == Reply(error="connect")


@pytest.mark.parametrize(("value", "seconds"), [("120", 120), ("soon", None), ("Thu, 01 Jan 1970 00:00:00 GMT", 0)])
def test_retry_after(receiver: Receiver, value: str, seconds: int | None):
    receiver.says(503, b"", Retry_After=value)
    assert send(receiver.url).retry_after_s == seconds


@pytest.mark.parametrize(
    "resolved", [["127.0.0.1"], ["10.0.0.8"], ["169.254.169.254"], ["8.8.8.8", "127.0.0.1"], ["::ffff:127.0.0.1"]]
)
def test_a_name_that_resolves_inwards_is_not_connected_to(receiver: Receiver, resolved: list[str]):
    port = int(receiver.url.rsplit(":", 1)[1])
    target = Target("http", "hooks.example.com", port, "/")
    for loopback in (False, True):
        found = post(target, {}, b"", CLOCK, loopback=loopback, resolver=lambda *_: resolved)
        assert found == Reply(error="address")
    assert receiver.got == []


def test_numbers_in_disguise_are_seen_after_resolving():
    """What slips through as a name is judged by what the system makes of it."""
    for disguise in ("2130706433", "0x7f.1", "0177.0.0.1"):
        assert post(Target("https", disguise, 443, "/"), {}, b"", CLOCK).error in ("address", "dns")
    assert look_up("127.0.0.1", 1) == ["127.0.0.1"]


def test_an_unknown_name():
    def nowhere(_host: str, _port: int) -> list[str]:
        raise OSError

    assert post(Target("https", "no.example", 443, "/"), {}, b"", CLOCK, resolver=nowhere) == Reply(error="dns")


@pytest.fixture
def secure(tmp_path: Path):
    """An HTTPS server on loopback whose certificate names hooks.example.com, what it saw, and who trusts it."""
    cert, key = tmp_path / "c.pem", tmp_path / "k.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=hooks.example.com",
         "-addext", "subjectAltName=DNS:hooks.example.com", "-addext", "keyUsage=digitalSignature,keyCertSign"],
        check=True, capture_output=True,
    )  # fmt: skip
    seen: dict[str, str] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen["host"] = self.headers["Host"]
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            return

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    context.sni_callback = lambda _sock, name, _context: seen.update(sni=name)
    server = Quiet(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1], seen, ssl.create_default_context(cafile=cert)
    server.shutdown()
    server.server_close()


def test_tls_speaks_and_checks_the_name_at_the_pinned_address(secure, monkeypatch: pytest.MonkeyPatch):
    port, seen, trusting = secure
    asked = []

    def once(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    monkeypatch.setattr("campaigns.gateways.guarded_post.may_connect", lambda address, **_: address == "127.0.0.1")
    target = Target("https", "hooks.example.com", port, "/")
    assert post(target, {}, b"", CLOCK, resolver=once, context=trusting).status == 204
    assert asked == ["hooks.example.com"], "the name is looked up once, so it cannot point elsewhere a moment later"
    assert seen == {"sni": "hooks.example.com", "host": f"hooks.example.com:{port}"}
    here = {"resolver": lambda *_: ["127.0.0.1"]}
    other = Target("https", "other.example.com", port, "/")
    assert post(other, {}, b"", CLOCK, context=trusting, **here) == Reply(error="tls"), "another name's certificate"
    assert post(target, {}, b"", CLOCK, **here) == Reply(error="tls"), "nobody the system trusts signed it"
    assert addresses.may_connect("127.0.0.1") is False
