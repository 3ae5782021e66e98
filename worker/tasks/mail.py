"""Sending the product's own single messages, once each."""

from __future__ import annotations

from uuid import UUID

from campaigns.bootstrap import Container
from campaigns.core.ports import Envelope
from campaigns.db.jobs import ClaimedJob
from campaigns.mailroom import sending
from campaigns.mailroom.service import TASK
from worker.task import job_task


@job_task(TASK, queue="send")
def send_system_mail(container: Container, job: ClaimedJob) -> None:
    """Claim the message (commit), send it, record what became of it."""
    mail_id = UUID(job.payload["mail_id"])
    with container.uow(job.request_id) as uow:
        claimed = sending.claim(uow, mail_id, container.settings.sender_domain)
    if claimed is None:
        return
    envelope = Envelope(claimed.sender, claimed.recipient, claimed.message_id, claimed.data, None, claimed.partner_id)
    [result] = container.mail.send([envelope])
    with container.uow(job.request_id) as uow:
        sending.record(uow, mail_id, result)
    sending.raise_if_deferred(result)
