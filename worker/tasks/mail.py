"""Sending the product's own single messages, once each."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from campaigns.bootstrap import Container
from campaigns.core.ports import Envelope
from campaigns.db.jobs import ClaimedJob
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.mailroom import sending
from campaigns.mailroom.service import TASK
from worker.task import job_task


def _gave_up(uow: UnitOfWork, job: ClaimedJob, error: dict[str, Any]) -> None:
    sending.give_up(uow, UUID(job.payload["mail_id"]), error)


@job_task(TASK, queue="send", on_parked=_gave_up)
def send_system_mail(container: Container, job: ClaimedJob) -> None:
    """Claim the message (commit), send it, record what became of it."""
    mail_id = UUID(job.payload["mail_id"])
    with container.uow(job.request_id) as uow:
        kept = container.settings.smtp_url is None  # keeping a message twice is keeping it once
        claimed = sending.claim(uow, mail_id, container.settings.sender_domain, repeatable=kept)
    if claimed is None:
        return
    envelope = Envelope(claimed.sender, claimed.recipient, claimed.message_id, claimed.data, None, claimed.partner_id)
    [result] = container.mail.send([envelope])
    with container.uow(job.request_id) as uow:
        sending.record(uow, mail_id, result)
    sending.raise_if_deferred(result)
