"""The SMTP transport against scripted servers, aiosmtpd and postfix's smtp-sink."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from campaigns.core.ports import Envelope
from campaigns.gateways.smtp import SmtpTransport, open_smtp
from tests.fixtures.smtp_server import Script, ScriptedServer

Serve = Callable[..., tuple[ScriptedServer, SmtpTransport]]


@pytest.fixture
def serve() -> Iterator[Serve]:
    servers: list[ScriptedServer] = []

    def start(
        script: Script, query: str = "?tls=none&timeout=5", user: str = ""
    ) -> tuple[ScriptedServer, SmtpTransport]:
        server = ScriptedServer(script)
        servers.append(server)
        return server, open_smtp(f"smtp://{user}127.0.0.1:{server.port}{query}")

    yield start
    for server in servers:
        server.close()


def mail(number: int, to: str = "", body: bytes = b"Hello\r\n") -> Envelope:
    recipient = to or f"person{number}@customer.example"
    head = f"Message-ID: <m{number}@sender.example>\r\nSubject: Number {number}\r\n\r\n".encode()
    return Envelope("news@sender.example", recipient, f"<m{number}@sender.example>", head + body)


NO_PIPELINING = ("SIZE 1000000", "8BITMIME")
PIPELINING = ("PIPELINING", *NO_PIPELINING)
both_ways = pytest.mark.parametrize("extensions", [PIPELINING, NO_PIPELINING, ()], ids=["pipelining", "plain", "bare"])


@both_ways
def test_a_batch_arrives_byte_for_byte_over_one_connection(serve, extensions):
    server, transport = serve(Script(extensions))
    mails = [mail(n, body=b".dot\r\n..two\r\nlone\nend") for n in range(5)]
    results = transport.send(mails)
    assert [result.outcome for result in results] == ["sent"] * 5
    assert server.connections == 1
    assert [to for to, _ in server.messages] == [envelope.recipient for envelope in mails]
    assert all(data.endswith(b"\r\n\r\n.dot\r\n..two\r\nlone\r\nend\r\n") for _, data in server.messages)
    assert server.commands[-1] == "QUIT"


@both_ways
def test_every_message_gets_its_own_answer(serve, extensions):
    answers = {"person1@customer.example": "550 5.1.1 no such user", "person3@customer.example": "451 4.7.1 later"}
    ends = {"person4@customer.example": "554 5.7.1 spam", "person5@customer.example": "452 4.3.1 full"}
    server, transport = serve(
        Script(extensions, rcpt=lambda to: answers.get(to, "250 ok"), data_end=lambda to, _: ends.get(to, "250 kept"))
    )
    results = transport.send([mail(n) for n in range(7)])
    assert [(r.outcome, r.code) for r in results] == [
        ("sent", 250), ("refused", 550), ("sent", 250), ("deferred", 451),
        ("refused", 554), ("deferred", 452), ("sent", 250),
    ]  # fmt: skip
    assert results[1].reply == "5.1.1 no such user"
    assert [to[6] for to, _ in server.messages] == ["0", "2", "6"]
    assert server.connections == 1


@both_ways
def test_a_refused_sender_does_not_spoil_the_next(serve, extensions):
    server, transport = serve(Script(extensions, mail=lambda line: "550 no" if "bad@" in line else "250 ok"))
    first = mail(0)
    bad = Envelope("bad@sender.example", first.recipient, first.message_id, first.data)
    assert [r.outcome for r in transport.send([bad, mail(1), bad, mail(2)])] == ["refused", "sent", "refused", "sent"]
    assert len(server.messages) == 2


def test_a_server_that_asks_for_a_message_nobody_gets_receives_an_empty_one(serve):
    server, transport = serve(Script(always_354=True, rcpt=lambda to: "550 no" if "1@" in to else "250 ok"))
    assert [r.outcome for r in transport.send([mail(0), mail(1), mail(2)])] == ["sent", "refused", "sent"]
    assert [to[6] for to, _ in server.messages] == ["0", "2"]


@both_ways
def test_silence_after_the_final_dot_is_unknown_and_the_rest_goes_over_a_new_connection(serve, extensions):
    taken = []

    def end(to: str, _data: bytes) -> str | None:
        taken.append(to)
        return None if "1@" in to else "250 kept"

    server, transport = serve(Script(extensions, data_end=end))
    results = transport.send([mail(n) for n in range(4)])
    assert [r.outcome for r in results] == ["sent", "unknown", "sent", "sent"]
    assert [to[6] for to in taken] == ["0", "1", "2", "3"], "the message of unknown fate is not sent again"
    assert server.connections == 2


def test_a_connection_lost_inside_a_message_leaves_it_unsent(serve):
    big = b"x" * 70 + b"\r\n"
    server, transport = serve(Script(("PIPELINING",), drop_in_data_after=100_000))
    results = transport.send([mail(0), mail(1, body=big * 200_000), mail(2)])
    assert [r.outcome for r in results] == ["sent", "deferred", "deferred"]
    assert [to[6] for to, _ in server.messages] == ["0"]


def test_an_unreachable_or_rude_server_defers_everything(serve):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nobody = open_smtp(f"smtp://127.0.0.1:{unused.getsockname()[1]}?timeout=2")
        assert {r.outcome for r in nobody.send([mail(0), mail(1)])} == {"deferred"}
    for greeting in ("554 go away", "not smtp at all", None):
        server, transport = serve(Script(greeting=greeting))
        results = transport.send([mail(0), mail(1)])
        assert {r.outcome for r in results} == {"deferred"}
        assert server.connections == 1


def test_a_closing_server_is_left_and_asked_once_more(serve):
    server, transport = serve(Script(rcpt=lambda to: "421 too many" if "2@" in to else "250 ok"))
    results = transport.send([mail(n) for n in range(5)])
    assert [(r.outcome, r.code) for r in results][2] == ("deferred", 421)
    assert [r.outcome for r in results] == ["sent", "sent", "deferred", "sent", "sent"]
    assert server.connections == 2


def test_what_smtp_cannot_carry_is_refused_without_asking(serve):
    server, transport = serve(Script(("SIZE 300",)))
    results = transport.send(
        [
            mail(0, body=b"x" * 999),
            mail(1, body=b"y\r\n" * 200),
            mail(2, to="no address"),
            mail(3, to="evil@x.example>\r\nRCPT TO:<victim@y.example"),
            mail(4, to="jürgen@customer.example"),
            mail(5),
        ]
    )
    assert [(r.outcome, r.code) for r in results] == [
        *[("refused", 0)] * 5, ("sent", 250)  # no server said so: nothing is proven about the address
    ]  # fmt: skip
    assert "998" in results[0].reply
    assert len(server.messages) == 1


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    """A certificate for localhost, and a server's context with it."""
    import datetime

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    path, secret = folder / "cert.pem", folder / "key.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, secret)
    return path, context


def test_starttls_checks_the_certificate_and_the_password_goes_only_through_it(serve, certificate):
    path, context = certificate
    server, _ = serve(Script((*PIPELINING, "AUTH PLAIN"), tls=context))
    good = open_smtp(f"smtp://user:pass@localhost:{server.port}?ca_file={path}&timeout=5")
    assert good.send([mail(0)])[0].outcome == "sent"
    assert [line.split(" ")[0] for line in server.commands] == [
        "EHLO",
        "STARTTLS",
        "EHLO",
        "AUTH",
        "MAIL",
        "RCPT",
        "DATA",
        "QUIT",
    ]
    unknown_issuer = open_smtp(f"smtp://user:pass@localhost:{server.port}?timeout=5").send([mail(1)])[0]
    assert unknown_issuer.outcome == "deferred"
    assert "certificate" in unknown_issuer.reply.lower()
    wrong = open_smtp(f"smtp://user:wrong@localhost:{server.port}?ca_file={path}&timeout=5").send([mail(2)])[0]
    assert (wrong.outcome, "535" in wrong.reply) == ("deferred", True)
    assert len(server.messages) == 1


def test_starttls_that_is_wanted_but_not_offered_sends_nothing(serve):
    server, transport = serve(Script(), query="?tls=starttls&timeout=5")
    result = transport.send([mail(0)])[0]
    assert (result.outcome, "STARTTLS" in result.reply) == ("deferred", True)
    assert server.messages == []


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Keeper:
    """aiosmtpd's side."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:  # noqa: N802
        self.taken.append(envelope.content)  # type: ignore[attr-defined]
        return "250 OK"


def test_against_aiosmtpd():
    keeper = Keeper()
    port = free_port()
    controller = Controller(keeper, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        results = open_smtp(f"smtp://127.0.0.1:{port}").send(
            [mail(n, body="grüße\r\n.x\r\n".encode()) for n in range(3)]
        )
    finally:
        controller.stop()
    assert [r.outcome for r in results] == ["sent"] * 3
    assert all(content.endswith("grüße\r\n.x\r\n".encode()) for content in keeper.taken)


@pytest.mark.skipif(shutil.which("smtp-sink") is None, reason="postfix's smtp-sink is not installed")
def test_against_smtp_sink(tmp_path):
    port = free_port()
    as_nobody = ["-u", "nobody"] if os.geteuid() == 0 else []  # root may not be it, others cannot become somebody else
    sink = subprocess.Popen(
        [shutil.which("smtp-sink") or "", *as_nobody, f"127.0.0.1:{port}", "100"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert sink.poll() is None, "smtp-sink ended"
        results = open_smtp(f"smtp://127.0.0.1:{port}?tls=none").send([mail(n) for n in range(50)])
    finally:
        sink.send_signal(signal.SIGTERM)
        sink.wait(5)
    assert [r.outcome for r in results] == ["sent"] * 50
