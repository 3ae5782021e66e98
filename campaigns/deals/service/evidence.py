"""Files that speak for a deal: sniffed, bounded, kept in storage, once each."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from campaigns.core.actor import Actor
from campaigns.core.errors import DomainError, Kind, invalid
from campaigns.core.ids import new_id
from campaigns.core.permissions import require
from campaigns.core.ports import Storage
from campaigns.core.tenancy import must_exist
from campaigns.core.text import one_line
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.deals.models import DealEvidence
from campaigns.deals.rules import OVER
from campaigns.deals.service.reading import load_seen
from campaigns.deals.service.steps import load, record_audit, side_of, stale, write_event
from campaigns.deals.sniffing import MOST_BYTES, sniff_evidence

MOST_FILES = 20


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """A file to hand out: never inline as anything a browser runs; the name is clean for a header."""

    filename: str
    content_type: str
    data: bytes


def add_evidence(
    uow: UnitOfWork, actor: Actor, storage: Storage, deal_id: UUID, filename: str, data: bytes
) -> tuple[UUID, bool]:
    """Keep a file with a deal; (id, whether it is new: the same bytes again are the same file).

    `evidence.too_large`, `evidence.empty`, `evidence.kind` (not a document, picture, mail or text), `evidence.many`.
    """
    side = side_of(actor)
    require(actor, "deal.write" if side == "partner" else "registration.decide")
    if not data:
        raise invalid("evidence.empty", "The file is empty.")
    if len(data) > MOST_BYTES:
        raise DomainError(
            "evidence.too_large", Kind.TOO_LARGE, f"The file is larger than {MOST_BYTES >> 20} MB.",
            measured=len(data), needed=MOST_BYTES,
        )  # fmt: skip
    media = sniff_evidence(data)
    if media is None:
        raise invalid("evidence.kind", "Evidence is a PDF, a picture, an Office document, a mail or plain text.")
    deal = load(uow, actor, deal_id, lock=True)
    if deal.state in OVER and deal.state != "rejected":
        raise stale()
    digest = hashlib.sha256(data).hexdigest()
    count = uow.session.scalar(select(func.count()).where(DealEvidence.deal_id == deal_id)) or 0
    new = new_id()
    key = f"deals/{deal_id}/{new}"
    made = uow.session.execute(
        insert(DealEvidence)
        .values(
            id=new, created_at=uow.now, deal_id=deal_id, filename=one_line(filename)[-120:] or "file",
            content_type=media, size=len(data), digest=digest, storage_key=key, person_id=actor.person_id,
        )
        .on_conflict_do_nothing(index_elements=["deal_id", "digest"])
        .returning(DealEvidence.id)
    ).scalar_one_or_none()  # fmt: skip
    if made is None:
        known = select(DealEvidence.id).where(DealEvidence.deal_id == deal_id, DealEvidence.digest == digest)
        return uow.session.scalars(known).one(), False
    if count >= MOST_FILES:
        raise invalid("evidence.many", f"A deal has at most {MOST_FILES} files.", needed=MOST_FILES)
    storage.put(key, data, media)
    if deal.state != "draft":
        write_event(uow, actor, deal, "evidence", data={"evidence": str(new), "filename": one_line(filename)[-120:]})
    record_audit(uow, actor, deal, "evidence", {"evidence": str(new), "digest": digest})
    return new, True


def read_evidence(uow: UnitOfWork, actor: Actor, storage: Storage, deal_id: UUID, evidence_id: UUID) -> EvidenceFile:
    """A file of a deal that the actor may look at; `evidence.not_found` for any other."""
    require(actor, "deal.read" if side_of(actor) == "partner" else "registration.read")
    deal = load_seen(uow, actor, deal_id)
    row: DealEvidence = must_exist(
        uow.session.scalars(
            select(DealEvidence).where(DealEvidence.id == evidence_id, DealEvidence.deal_id == deal.id)
        ).one_or_none(),
        "evidence",
    )
    return EvidenceFile(row.filename, row.content_type, storage.get(row.storage_key))
