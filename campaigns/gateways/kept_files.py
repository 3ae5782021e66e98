"""The mail transport of an installation without an SMTP server: messages are kept as files for the outbox page."""

from __future__ import annotations

from collections.abc import Sequence
from email import policy
from email.parser import BytesHeaderParser
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from campaigns.core.errors import DomainError
from campaigns.core.ids import new_id
from campaigns.core.logs import get_logger
from campaigns.core.ports import Envelope, SendResult, Storage
from campaigns.mailroom.keys import storage_key
from campaigns.mailroom.models import KeptMessage, SystemMail

log = get_logger(__name__)

KEPT = SendResult("sent", 250, "kept as a file")
STEP = "step"


class KeptFiles:
    """Keeps each message once: the file under a name made from its Message-ID, the row by that id's uniqueness."""

    def __init__(self, storage: Storage, sessions: sessionmaker[Session]) -> None:
        self._storage = storage
        self._sessions = sessions

    def send(self, envelopes: Sequence[Envelope]) -> list[SendResult]:
        """Keep them; `deferred` for what could not be stored now."""
        results: list[SendResult] = []
        stored: list[tuple[Envelope, str]] = []
        for envelope in envelopes:
            key = storage_key(envelope.message_id)
            try:
                self._storage.put(key, envelope.data, "message/rfc822")
            except DomainError as error:
                results.append(SendResult("deferred", 452, error.message))
            else:
                stored.append((envelope, key))
                results.append(KEPT)
        try:
            self._insert(stored)
        except SQLAlchemyError as error:
            log.warning("mail.not_kept", reason=type(error).__name__, messages=len(stored))
            failed = SendResult("deferred", 451, "the outbox could not be written")
            return [failed if result is KEPT else result for result in results]
        return results

    def _insert(self, stored: Sequence[tuple[Envelope, str]]) -> None:
        if not stored:
            return
        with self._sessions() as session, session.begin():
            asked = [envelope.message_id for envelope, _ in stored if envelope.delivery_id is None]
            system = {
                row.message_id: row
                for row in session.execute(
                    select(
                        SystemMail.message_id, SystemMail.kind, SystemMail.programme_id, SystemMail.partner_id
                    ).where(SystemMail.message_id.in_(asked))
                )
            }
            rows = [_row(envelope, key, system.get(envelope.message_id)) for envelope, key in stored]
            session.execute(insert(KeptMessage).on_conflict_do_nothing(index_elements=["message_id"]), rows)


def _row(envelope: Envelope, key: str, system: Any) -> dict[str, Any]:
    subject = BytesHeaderParser(policy=policy.default).parsebytes(envelope.data).get("Subject", "")
    return {
        "id": new_id(),
        "message_id": envelope.message_id,
        "partner_id": envelope.partner_id or (system.partner_id if system else None),
        "programme_id": system.programme_id if system else None,
        "delivery_id": envelope.delivery_id,
        "recipient": envelope.recipient,
        "subject": str(subject),
        "kind": STEP if envelope.delivery_id is not None else (system.kind if system else "notice"),
        "storage_key": key,
    }
