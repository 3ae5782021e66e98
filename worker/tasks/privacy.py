"""What an erasure leaves to be done outside the database."""

from __future__ import annotations

from uuid import UUID

from campaigns.bootstrap import Container
from campaigns.core.logs import get_logger
from campaigns.db.jobs import ClaimedJob
from campaigns.leads.service.forgetting import TASK, erase_mail
from worker.task import job_task

log = get_logger(__name__)


@job_task(TASK)
def erase(container: Container, job: ClaimedJob) -> None:
    """Remove the kept files of an erased person's mail."""
    letters = [UUID(one) for one in job.payload["letters"]]
    files = erase_mail(container.uow, container.storage, UUID(job.payload["contact_id"]), letters)
    log.info("privacy.mail_erased", files=files)
