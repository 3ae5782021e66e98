"""A CRM that is read: with a watermark, an overlap, and repeats that change nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from campaigns.core.actor import Actor, Role
from campaigns.core.errors import DomainError
from campaigns.deals.service import register_deal
from campaigns.integrations.csv_crm import CsvCrm
from campaigns.integrations.feeds import read
from campaigns.integrations.files import COLUMNS, deal_rows, take_changes
from campaigns.integrations.port import OVERLAP, CrmPort, keep_told, watermark_of
from campaigns.outbound.endpoints import EndpointForm, create_endpoint
from campaigns.outbound.models import InboundChange, Watermark, WebhookEndpoint
from tests.factories.dealing import form, make_market, put_policy

KEY = "s" * 40
HEAD = "at,type,external_id,name,country\n"
ROWS = [
    "2026-11-23T10:05:00+01:00,account.updated,2,Later GmbH,DE\n",
    "2026-11-23T09:00:00Z,account.updated,1,Earlier AS,NO\n",
]


@pytest.fixture
def endpoint(uow):
    market = make_market(uow.session, "Nord")
    actor = Actor(kind="person", role=Role.ADMIN, programme_id=market.programme_id)
    return create_endpoint(uow, actor, KEY, EndpointForm("", system="files")).id


def pull(uow, endpoint_id, stream: str, crm: CrmPort) -> int:
    """What the job does, in one transaction."""
    row = uow.session.get_one(WebhookEndpoint, endpoint_id)
    reached = watermark_of(uow, row.programme_id, row.system, stream)
    return keep_told(uow, row.programme_id, row, stream, read(crm, reached - OVERLAP if reached else None))


class Asked:
    """A CRM that notes from when on it was asked."""

    def __init__(self, data: str) -> None:
        self.inner, self.since = CsvCrm(data.encode()), []

    def changes(self, since):
        self.since.append(since)
        return self.inner.changes(since)

    def push(self, event):
        self.inner.push(event)


def test_reading_begins_before_the_watermark_and_repeats_are_known(uow, endpoint):
    crm: CrmPort = Asked(HEAD + "".join(ROWS))
    assert pull(uow, endpoint, "account", crm) == 2
    reached = datetime(2026, 11, 23, 9, 5, tzinfo=UTC)
    assert uow.session.scalar(select(Watermark.reached)) == reached
    assert pull(uow, endpoint, "account", crm) == 0
    assert crm.since == [None, reached - timedelta(minutes=10)]
    late = Asked(HEAD + "".join(ROWS) + "2026-11-23T09:04:00Z,account.updated,3,Late SA,FR\n")
    assert pull(uow, endpoint, "account", late) == 1, "what was committed late is found in the overlap"
    assert uow.session.scalar(select(Watermark.reached)) == reached
    assert pull(uow, endpoint, "account", Asked(HEAD + ROWS[1])) == 0
    uow.session.expire_all()
    assert uow.session.scalar(select(Watermark.reached)) == reached, "it never moves back"
    assert uow.session.scalar(select(func.count()).select_from(InboundChange)) == 3


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("type,external_id\n", "crm_csv.header"), ("at,at,type,external_id\n", "crm_csv.header"),
        (HEAD + "yesterday,account.updated,1,A,DE\n", "crm_csv.row"),
        (HEAD + "2026-11-23T09:00:00,account.updated,1,A,DE\n", "crm_csv.row"),
        (HEAD + "2026-11-23T09:00:00Z,account.updated,1,A,DE,more\n", "crm_csv.row"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_whole(uow, endpoint, text: str, code: str):
    with pytest.raises(DomainError) as caught:
        pull(uow, endpoint, "account", CsvCrm(text.encode()))
    assert caught.value.code == code
    assert uow.session.scalar(select(func.count()).select_from(InboundChange)) == 0


def test_what_is_pushed_is_written_without_formulas():
    crm = CsvCrm(b"")
    crm.push({"time": "t", "type": "deal.won", "id": "1", "data": {"stage": "=1+1", "amount_minor": 5}})
    assert crm.written().splitlines()[1] == "t,deal.won,1,,,'=1+1,5,"


def test_a_file_is_taken_whole_and_twice_is_once(uow, endpoint):
    programme = uow.session.get_one(WebhookEndpoint, endpoint).programme_id
    admin = Actor(kind="person", role=Role.ADMIN, programme_id=programme)
    data = (HEAD + "".join(ROWS)).encode()
    assert take_changes(uow, admin, endpoint, data) == (2, 2)
    assert take_changes(uow, admin, endpoint, data) == (2, 0)
    stranger = make_market(uow.session, "Fremd").programme_id
    with pytest.raises(DomainError) as caught:
        take_changes(uow, Actor(kind="person", role=Role.ADMIN, programme_id=stranger), endpoint, data)
    assert caught.value.code == "webhook.not_found"


def test_deals_go_out_with_decimal_amounts(uow):
    market = make_market(uow.session, "Nord")
    put_policy(uow.session, market)
    about = form(amount_minor=120050, currency="EUR")
    made = register_deal(uow, market.partners["Nord"], market.programme_id, "t1", about, source="page")
    [row] = deal_rows(uow.session, market.rae)
    shown = dict(zip(COLUMNS, row, strict=True))
    assert (shown["id"], str(shown["amount"]), shown["currency"]) == (made.id, "1200.50", "EUR")
