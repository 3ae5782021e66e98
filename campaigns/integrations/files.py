"""Canonical deals by file: out as rows, changes in as rows of an endpoint's system."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.core.actor import Actor
from campaigns.core.money import exponent_of
from campaigns.core.permissions import require
from campaigns.core.tenancy import must_exist, programme_of
from campaigns.db import audit
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.deals.models import Deal
from campaigns.integrations.csv_crm import CsvCrm
from campaigns.integrations.port import message_id_of
from campaigns.integrations.receiving import keep_change
from campaigns.outbound.models import WebhookEndpoint

COLUMNS = (
    "id", "reference", "state", "company", "country", "product_line", "stage", "amount", "currency", "close_on",
    "owner_system", "version",
)  # fmt: skip


def deal_rows(session: Session, actor: Actor) -> Iterator[tuple[object, ...]]:
    """Every submitted deal of the vendor's programme, the oldest first, in the order of COLUMNS."""
    require(actor, "registration.read")
    query = (
        select(Deal)
        .where(Deal.programme_id == programme_of(actor), Deal.submitted_at.is_not(None))
        .order_by(Deal.submitted_at, Deal.id)
        .execution_options(yield_per=500)
    )
    for deal in session.scalars(query):
        digits = exponent_of(deal.currency)
        amount = Decimal(deal.amount_minor).scaleb(-digits).quantize(Decimal(1).scaleb(-digits))
        yield (
            deal.id, deal.reference, deal.state, deal.company.get("name", ""), deal.company.get("country", ""),
            deal.product_line, deal.stage, amount, deal.currency, deal.close_on or "", deal.owner_system, deal.version,
        )  # fmt: skip


def take_changes(uow: UnitOfWork, actor: Actor, endpoint_id: UUID, data: bytes) -> tuple[int, int]:
    """Keep a file's changes for an endpoint's system; (rows, how many of them are new). All or nothing.

    `webhook.not_found`, `crm_csv.header`, `crm_csv.row`; a change that cannot be applied stands on the error desk.
    """
    require(actor, "webhook.manage")
    programme_id = programme_of(actor)
    endpoint: WebhookEndpoint = must_exist(
        uow.session.scalars(
            select(WebhookEndpoint).where(
                WebhookEndpoint.id == endpoint_id, WebhookEndpoint.programme_id == programme_id,
                WebhookEndpoint.system != "", WebhookEndpoint.state != "disabled",
            )
        ).one_or_none(),
        "webhook",
    )  # fmt: skip
    told = list(CsvCrm(data).changes(None))
    new = sum(keep_change(uow, programme_id, endpoint.id, message_id_of(one), one.body).new for one in told)
    audit.record(uow, actor, "change.file", "webhook", endpoint.id, {"rows": len(told), "new": new})
    return len(told), new
