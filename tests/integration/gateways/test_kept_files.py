"""Messages kept as files: once each, with what the outbox page shows."""

from __future__ import annotations

from sqlalchemy import select

from campaigns.core.ids import new_id
from campaigns.core.ports import Envelope
from campaigns.db.session import make_sessions
from campaigns.gateways.directory import DirectoryStorage
from campaigns.gateways.kept_files import KeptFiles
from campaigns.mailroom.models import KeptMessage, SystemMail
from campaigns.partners.models import Partner

DATA = b"Subject: =?utf-8?b?R3LDvMOfZQ==?= from us\r\nTo: a@b.example\r\n\r\nHello\r\n"


def test_a_message_is_kept_once_however_often_it_is_sent(committing, engine, tmp_path):
    partner = new_id()
    with committing() as uow:
        uow.session.add(Partner(id=partner, slug="osterly", name="Osterly"))
    storage = DirectoryStorage(tmp_path)
    kept = KeptFiles(storage, make_sessions(engine))
    one = Envelope("s@v.example", "a@b.example", "<1@v.example>", DATA, delivery_id=7, partner_id=partner)
    two = Envelope("s@v.example", "c@d.example", "<2@v.example>", DATA, delivery_id=8, partner_id=partner)
    assert [r.outcome for r in kept.send([one])] == ["sent"]
    assert [r.outcome for r in kept.send([one, two])] == ["sent", "sent"]
    with committing.reading() as session:
        rows = session.scalars(select(KeptMessage).order_by(KeptMessage.message_id)).all()
        assert [(r.message_id, r.delivery_id, r.kind, r.partner_id) for r in rows] == [
            ("<1@v.example>", 7, "step", partner),
            ("<2@v.example>", 8, "step", partner),
        ]
        assert rows[0].subject == "Grüße from us"
        assert storage.get(rows[0].storage_key) == DATA


def test_the_products_own_mail_keeps_its_kind(committing, engine, tmp_path):
    with committing() as uow:
        uow.session.add(
            SystemMail(
                dedupe_key="k", kind="invitation", recipient="a@b.example", sender_name="V", subject="s",
                text_body="t", html_body="h", message_id="<3@v.example>",
            )
        )  # fmt: skip
    kept = KeptFiles(DirectoryStorage(tmp_path), make_sessions(engine))
    kept.send([Envelope("s@v.example", "a@b.example", "<3@v.example>", DATA)])
    with committing.reading() as session:
        assert session.scalars(select(KeptMessage.kind)).all() == ["invitation"]


def test_a_full_disk_defers_only_what_it_hits(committing, engine, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    kept = KeptFiles(DirectoryStorage(blocked), make_sessions(engine))
    results = kept.send([Envelope("s@v.example", "a@b.example", "<4@v.example>", DATA)])
    assert [(r.outcome, r.code) for r in results] == [("deferred", 452)]
    with committing.reading() as session:
        assert session.scalars(select(KeptMessage)).all() == []
