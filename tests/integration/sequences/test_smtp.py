"""Sequences over a real SMTP conversation: what the server's answers become, and that one message is one message."""

from __future__ import annotations

import socket
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller

from campaigns.gateways.smtp import open_smtp
from campaigns.sequences.models import Delivery
from campaigns.sequences.sending import send_due
from campaigns.sequences.service import start_sequence
from tests.factories.sending import STEPS, MemoryStorage, make_campaign, make_container, states


class Server:
    """Takes what it likes and remembers it."""

    def __init__(self):
        self.taken = []

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address.startswith("gone"):
            return "550 5.1.1 no such user"
        if address.startswith("later"):
            return "451 4.2.1 greylisted"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.taken.append((envelope.mail_from, tuple(envelope.rcpt_tos), envelope.content))
        return "250 2.0.0 queued"


@pytest.fixture
def server():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    handler = Server()
    handler.port = free
    controller = Controller(handler, hostname="127.0.0.1", port=free)
    controller.start()
    yield handler
    controller.stop()


def test_each_answer_becomes_its_state(engine, committing, clock, server):
    url = f"smtp://127.0.0.1:{server.port}"
    container = make_container(engine, committing, clock, open_smtp(url), MemoryStorage(), smtp_url=url)
    with container.uow() as uow:
        emails = [*[f"p{number}@x.example" for number in range(25)], "gone@x.example", "later@x.example"]
        world = make_campaign(uow.session, container.storage, emails, steps=STEPS[:1], first_name="Zoë")
    with container.uow() as uow:
        start_sequence(uow, world.launch_id)
    assert send_due(container, world.launch_id).outcome == {"sent": 25, "bounced": 1, "due": 1}
    assert send_due(container, world.launch_id).outcome == {}
    assert sorted(rcpt for _, (rcpt,), _ in server.taken) == sorted(emails[:25])
    sender, _, data = server.taken[0]
    assert sender == "hello@halvorsen.example"
    message = message_from_bytes(data, policy=policy.default)
    assert message["Subject"] == "Mail 1 for Zoë"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    with container.uow.reading() as session:
        kept = {row.message_id for row in states(session, Delivery, state="sent")}
    assert {message_from_bytes(one[2], policy=policy.default)["Message-ID"] for one in server.taken} == kept
