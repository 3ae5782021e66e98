"""Sending a launch's due mails: claim (commit) → compose and talk SMTP → record (commit), batch after batch."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from campaigns.bootstrap import Container
from campaigns.core.logs import get_logger
from campaigns.core.ports import Envelope, SendResult
from campaigns.db.session import may_pass
from campaigns.sequences.composing import MailCache, MailLinks, compose, mail_links
from campaigns.sequences.service.claiming import Claimed, claim_batch, still_to_send
from campaigns.sequences.service.reconciling import Fate, LooksUp, expired, kept_fates, reconcile, release_unsent
from campaigns.sequences.service.recording import record_results
from renderer.email.mail import CompiledMail
from renderer.errors import RenderError

MOST_BATCHES = 25  # of one job, so that a large launch does not keep the others waiting
MOST_S = 60.0  # after which no further batch is begun; the task's limit leaves room for a slow server's last one
RECORD_AGAIN_S = (0.2, 1.0, 3.0, 10.0, 20.0, 30.0)
_MAILS = MailCache()

log = get_logger(__name__)


@dataclass(slots=True)
class Sent:
    """What a run did: deliveries by outcome, and whether there may be more to do now."""

    outcome: dict[str, int] = field(default_factory=dict)
    more: bool = False

    def add(self, counts: Mapping[str, int]) -> None:
        """Add the counts of a batch."""
        for name, count in counts.items():
            self.outcome[name] = self.outcome.get(name, 0) + count


def send_due(container: Container, launch_id: UUID, *, request_id: str = "", most_batches: int = MOST_BATCHES) -> Sent:
    """Send what is due in a launch, at most `most_batches` batches. Safe to run many times at once.

    A process that dies between sending and recording leaves claimed rows; `reconcile_expired` settles them.
    """
    done = Sent()
    with container.uow.reading() as session:
        links = mail_links(session, launch_id)
    began = time.monotonic()
    for _ in range(most_batches):
        with container.uow(request_id) as uow:
            claimed, done.more = claim_batch(uow, container.settings, launch_id)
        if claimed:
            done.add(_send(container, claimed, links, request_id))
        if not done.more or time.monotonic() - began > MOST_S:
            break
    return done


def _send(container: Container, claimed: Sequence[Claimed], links: MailLinks, request_id: str) -> dict[str, int]:
    try:
        mails = {one.artifact_key: _MAILS.get(container.storage, one.artifact_key) for one in claimed}
        with container.uow.reading() as session:
            allowed = still_to_send(session, container.clock.now(), claimed)
    except BaseException:
        _release(container, claimed, request_id)  # nothing was sent: they are due again at once
        raise
    _release(container, [one for one in claimed if one.id not in allowed], request_id)
    ours = [one for one in claimed if one.id in allowed]
    now = container.clock.now()
    composed = [_compose(container, one, mails[one.artifact_key], links, now) for one in ours]
    envelopes = [part for part in composed if isinstance(part, Envelope)]
    results = iter(container.mail.send(envelopes) if envelopes else [])
    settled = [next(results) if isinstance(part, Envelope) else part for part in composed]
    return _record(container, ours, settled, request_id)


def _release(container: Container, claimed: Sequence[Claimed], request_id: str) -> None:
    if claimed:
        with container.uow(request_id) as uow:
            release_unsent(uow, claimed[0].launch_id, [(one.id, one.lease_token) for one in claimed])


def _record(
    container: Container, claimed: Sequence[Claimed], settled: Sequence[SendResult], request_id: str
) -> dict[str, int]:
    """Write down what the server said. What was sent cannot be asked again, so a database that is away, or a
    deadlock, is waited out for a minute; recording twice is harmless.
    """
    for wait_s in (*RECORD_AGAIN_S, None):
        try:
            with container.uow(request_id) as uow:
                return record_results(uow, container.settings, claimed, settled)
        except SQLAlchemyError as error:
            if wait_s is None or not may_pass(error):
                raise
            log.warning("send.not_recorded", reason=type(error).__name__, again_s=wait_s)
            time.sleep(wait_s)
    raise AssertionError("the last round returns or raises")


def _compose(
    container: Container, one: Claimed, compiled: CompiledMail, links: MailLinks, now: datetime
) -> Envelope | SendResult:
    try:
        return compose(one, compiled, container.settings, links, now)
    except RenderError as error:
        return SendResult("refused", 0, f"{error.code}: {error.message}")


def reconcile_expired(container: Container) -> dict[str, int]:
    """Settle deliveries whose lease ran out: by the kept files, by the transport's look-up, or by the policy."""
    with container.uow() as uow:
        lost = expired(uow)
    if not lost:
        return {}
    ids, message_ids = [one[0] for one in lost], [one[1] for one in lost]
    fates: Mapping[str, Fate] = {}
    if isinstance(container.mail, LooksUp):
        fates = container.mail.look_up(message_ids)
    with container.uow() as uow:
        if container.settings.smtp_url is None:
            fates = kept_fates(uow, message_ids)
        return reconcile(uow, container.settings, ids, fates)
