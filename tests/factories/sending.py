"""A running launch with compiled mails in storage, a container, and transports that can be told what to answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from campaigns.artifacts.models import Artifact
from campaigns.bootstrap import Container
from campaigns.core.ids import new_id
from campaigns.core.ports import Envelope, SendResult, Storage
from campaigns.core.settings import Settings
from campaigns.launches.models import LaunchContact, LaunchPiece
from campaigns.tracking.models import TrackedLink
from renderer.email.mail import CompiledMail, FieldRef
from tests.factories.mailing import NOW, World, add_person, make_world

STEPS = [
    {"id": "invite", "asset": "mail1", "wait": 0, "send_if": "always", "stop_on": ["unsubscribe", "bounce", "form"]},
    {"id": "remind", "asset": "mail2", "wait": 3 * 86400, "send_if": "not_clicked:invite", "stop_on": ["form"]},
    {"id": "last", "asset": "mail3", "wait": 2 * 86400, "send_if": "always", "stop_on": []},
]
SENT = SendResult("sent", 250, "2.0.0 ok")


def settings(**changes: Any) -> Settings:
    values: dict[str, Any] = {
        "database_url": "postgresql://", "broker_url": "redis://", "storage_url": "file:///", "secret_key": "s" * 40,
        "public_url": "https://go.example", "data_dir": Path("/nowhere"), "sender_domain": "mail.halvorsen.example",
    }  # fmt: skip
    return Settings(**(values | changes))


class ScriptedMail:
    """A transport that remembers what it carried and answers as told; a fake at a port."""

    def __init__(self, answer: Callable[[Envelope], SendResult] = lambda _: SENT) -> None:
        self.answer = answer
        self.sent: list[Envelope] = []
        self._lock = Lock()

    def send(self, envelopes: Sequence[Envelope]) -> list[SendResult]:
        results = [self.answer(envelope) for envelope in envelopes]
        with self._lock:
            self.sent += [one for one, result in zip(envelopes, results, strict=True) if result.outcome == "sent"]
        return results


class MemoryStorage:
    """Objects in memory; only what sending and importing need of the port."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def put(self, key: str, data: bytes, media_type: str) -> None:
        self.objects[key] = data

    def get(self, key: str) -> bytes:
        return self.objects[key]

    def delete(self, key: str) -> None:
        self.objects.pop(key, None)


def make_container(engine: Engine, uow: Any, clock: Any, mail: Any, storage: Any, **changes: Any) -> Container:
    return Container(
        settings=settings(**changes), engine=engine, uow=uow, storage=storage, mail=mail, waker=uow.waker, clock=clock,
        fonts=None,  # type: ignore[arg-type]
    )  # fmt: skip


def compiled(number: int, locale: str = "en") -> CompiledMail:
    name = FieldRef("contact.first_name", "there")
    return CompiledMail(
        locale=locale,
        subject=(f"Mail {number} for ", name),
        preheader=(),
        html=("<p>Hello ", name, '</p><a href="', FieldRef("link.landing"), '">Look</a><a href="',
              FieldRef("link.unsubscribe"), '">Leave</a>'),
        text=("Hello ", name, "\n", FieldRef("link.landing"), "\n", FieldRef("link.unsubscribe"), "\n"),
    )  # fmt: skip


def make_campaign(
    session: Session,
    storage: Storage | MemoryStorage,
    emails: Sequence[str] = (),
    *,
    locales: tuple[str, ...] = ("en",),
    steps: list[dict[str, Any]] | None = None,
    state: str = "ready",
    **fields: Any,
) -> World:
    """A launch that is ready: its mails stored, its audience snapshot taken."""
    steps = STEPS if steps is None else steps
    world = make_world(session, manifest={"steps": steps}, locales=locales, state=state)
    for number, asset in enumerate(dict.fromkeys(step["asset"] for step in steps), 1):
        for locale in locales:
            key = f"mail/{world.slug}/{asset}/{locale}"
            storage.put(key, compiled(number, locale).to_bytes(), "application/json")
            artifact = Artifact(
                id=new_id(), partner_id=world.partner_id, programme_id=world.programme_id, fingerprint=key,
                storage_key=key, public_token=key, media_type="application/json", filename="m", size=1, sha256="",
                rendered_at=NOW,
            )  # fmt: skip
            session.add(artifact)
            session.flush()
            session.add(
                LaunchPiece(
                    launch_id=world.launch_id, position=number, asset_id=asset, kind="email", title=asset,
                    output="email", locale=locale, state="ready", artifact_id=artifact.id,
                )
            )  # fmt: skip
            session.add(
                TrackedLink(
                    launch_id=world.launch_id, programme_id=world.programme_id, partner_id=world.partner_id,
                    kind="landing", locale=locale, channel="mail", asset_id=asset, step_id=asset, target="https://go.example/l",
                )
            )  # fmt: skip
    for email in emails:
        contact = add_person(session, world.partner_id, world.list_id, email, **fields)
        session.add(LaunchContact(launch_id=world.launch_id, contact_id=contact, locale=locales[0]))
    session.flush()
    return world


def states(session: Session, model: Any, **by: Any) -> list[Any]:
    """All rows of a model in order of their keys, filtered."""
    rows = list(session.execute(select(model).filter_by(**by).order_by(model.created_at, model.id)).scalars())
    session.expunge_all()  # a rollback would empty them
    return rows
