"""One contract for every adapter of a CRM, over a file and over HTTP; and both ways by the worker's own jobs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import cast

import pytest
from sqlalchemy import func, select

from campaigns.bootstrap import Container
from campaigns.core.clock import SetClock
from campaigns.core.errors import DomainError, Kind
from campaigns.core.ids import new_id
from campaigns.db.models import Job
from campaigns.deals.models import Deal
from campaigns.deals.service import Progress, approve, pick_up, register_deal, update_progress
from campaigns.gateways.http_crm import HttpCrm, open_crm
from campaigns.integrations import feeds
from campaigns.integrations.csv_crm import CsvCrm
from campaigns.outbound.endpoints import EndpointForm, create_endpoint, disable_endpoint
from campaigns.outbound.models import CrmFeed, InboundChange, Watermark, WebhookDelivery
from campaigns.outbound.signatures import new_secret
from tests.factories.dealing import form, make_market, put_policy
from tests.factories.launching import settings
from worker.task import JOB_TASKS, TICK_TASKS, run_job, run_tick
from worker.tasks import load_all

load_all()
NINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HEAD = "at,type,external_id,name,country\n"


@pytest.fixture(params=["file", "http"])
def crm(request, crm_peer):
    """(port, a way to let it hold changes at these instants) for each adapter."""

    def hold(*minutes: int):
        instants = [NINE + timedelta(minutes=one) for one in minutes]
        if request.param == "file":
            rows = "".join(f"{at.isoformat()},account.updated,{at.minute},A{at.minute},DE\n" for at in instants)
            return CsvCrm((HEAD + rows).encode())
        crm_peer.secret = new_secret()
        for at in instants:
            crm_peer.changes(at, type="account.updated", external_id=str(at.minute), name=f"A{at.minute}", country="DE")
        return HttpCrm(crm_peer.url, [crm_peer.secret], SetClock(NINE), loopback=True)

    return hold


def test_changes_come_oldest_first_and_whole(crm):
    port = crm(3, 1, 5, 2, 4)
    told = list(port.changes(None))
    assert [one.at.minute for one in told] == [1, 2, 3, 4, 5]
    assert told[0].body == {
        "type": "account.updated", "data": {"external_id": "1", "name": "A1", "country": "DE"},
    }  # fmt: skip


def test_since_is_included_and_what_lies_before_it_is_not(crm):
    port = crm(1, 2, 3)
    assert [one.at.minute for one in port.changes(NINE + timedelta(minutes=2))] == [2, 3]
    assert list(port.changes(NINE + timedelta(hours=1))) == []


def test_reading_twice_tells_the_same(crm):
    port = crm(1, 2)
    assert list(port.changes(None)) == list(port.changes(None))


def test_an_event_is_taken_and_a_repeat_is_harmless(crm, crm_peer):
    port = crm()
    event = {
        "id": str(new_id()), "time": "t", "type": "deal.won", "data": {"object": "deal", "id": "1", "stage": "x"},
    }  # fmt: skip
    port.push(event)
    port.push(event)
    if isinstance(port, HttpCrm):
        assert (list(crm_peer.events), crm_peer.taken) == ([event["id"]], 2)
    else:
        assert port.written().count("deal.won") == 2, "a file is written as it was told; its reader knows the id"


def test_what_cannot_be_reached_may_be_tried_again(crm_peer):
    crm_peer.secret = new_secret()
    port = HttpCrm(crm_peer.url, [crm_peer.secret], SetClock(NINE), loopback=True)
    for status in (500, 401, 302):
        crm_peer.status = status
        for act in (lambda: list(port.changes(None)), lambda: port.push({"id": "1", "data": {}})):
            with pytest.raises(DomainError, match=r"crm\.status") as caught:
                act()
            assert caught.value.kind is Kind.UNAVAILABLE
    crm_peer.status, crm_peer.secret = 200, new_secret()
    with pytest.raises(DomainError, match=r"crm\.status"):
        list(port.changes(None))
    gone = HttpCrm("http://127.0.0.1:1/crm", [crm_peer.secret], SetClock(NINE), loopback=True)
    with pytest.raises(DomainError, match=r"crm\.connect"):
        list(gone.changes(None))
    inner = HttpCrm("https://localhost.example.com/crm", [crm_peer.secret], SetClock(NINE))
    with pytest.raises(DomainError, match=r"crm\.(dns|address)"):
        list(inner.changes(None))
    with pytest.raises(DomainError, match=r"endpoint\.url"):
        HttpCrm("http://127.0.0.1:8000/", [crm_peer.secret], SetClock(NINE))
    with pytest.raises(DomainError, match=r"crm\.adapter"):
        open_crm("fax", "https://x.example", [], SetClock(NINE), loopback=False)


def test_a_bad_page_is_refused_whole(crm_peer):
    crm_peer.secret = new_secret()
    port = HttpCrm(crm_peer.url, [crm_peer.secret], SetClock(NINE), loopback=True)
    for raw, code in ((b"type\n", "crm_csv.header"), (HEAD.encode() + b"soon,account.updated,1,A,DE\n", "crm_csv.row")):
        crm_peer.raw = raw
        with pytest.raises(DomainError, match=code.replace(".", r"\.")):
            list(port.changes(None))
    crm_peer.raw = b"x" * (5 * 2**20 + 1)
    with pytest.raises(DomainError, match=r"crm\.too_large"):
        list(port.changes(None))


class Wired:
    """A vendor's programme whose CRM is the peer, and the worker's jobs run by hand."""

    def __init__(self, committing, clock, waker, peer, path) -> None:
        about = replace(settings(path), webhook_loopback=True)
        self.container = cast(Container, SimpleNamespace(uow=committing, clock=clock, waker=waker, settings=about))
        self.clock, self.peer = clock, peer
        with committing() as uow:
            self.market = make_market(uow.session, "Nord")
            put_policy(uow.session, self.market)
            made = create_endpoint(
                uow,
                self.market.ada,
                about.secret_key,
                EndpointForm(peer.url, "", "peer", (), "csv_http"),
                loopback=True,
            )
        self.endpoint, peer.secret = made.id, made.secret

    def beat(self) -> list[str]:
        """What one beat brings about, and all that follows from it."""
        run_tick(self.container, TICK_TASKS["integrations.tick"])
        outcomes = []
        while True:
            with self.container.uow() as uow:
                due = uow.session.execute(
                    select(Job.id, Job.task)
                    .where(Job.state == "waiting", Job.run_at <= uow.now, Job.task.op("~")("^(outbound|integrations)"))
                    .order_by(Job.run_at, Job.id)
                ).all()
            if not due:
                return outcomes
            outcomes += [run_job(self.container, JOB_TASKS[one.task], one.id) for one in due]

    def one(self, query):
        with self.container.uow.reading() as session:
            found = session.scalars(query).one()
            session.expunge_all()
            return found

    def count(self, model, *where) -> int:
        with self.container.uow.reading() as session:
            return session.scalar(select(func.count()).select_from(model).where(*where)) or 0

    def deal(self) -> Deal:
        with self.container.uow() as uow:
            made = register_deal(
                uow, self.market.partners["Nord"], self.market.programme_id, "t1", form(), source="page"
            )
        with self.container.uow() as uow:
            deal = uow.session.get_one(Deal, made.id)
            pick_up(uow, self.market.rae, deal.id, deal.version)
            approve(uow, self.market.rae, deal.id, uow.session.get_one(Deal, made.id, populate_existing=True).version)
        return self.one(select(Deal))


@pytest.fixture
def wired(committing, clock, waker, crm_peer, tmp_path) -> Wired:
    return Wired(committing, clock, waker, crm_peer, tmp_path)


def test_a_system_is_read_on_the_beat_from_before_its_watermark(wired, clock):
    peer = wired.peer
    for minute in (1, 2, 3):
        peer.changes(
            NINE + timedelta(minutes=minute), type="account.updated", external_id=str(minute), name=f"Firm {minute}",
            country="DE",
        )  # fmt: skip
    wired.beat()
    feed = wired.one(select(CrmFeed))
    assert (feed.kept, feed.error, feed.read_at, feed.lease_until) == (3, "", clock.now(), None)
    assert wired.count(InboundChange, InboundChange.state == "applied") == 3
    assert wired.one(select(Watermark.reached)) == NINE + timedelta(minutes=3)
    wired.beat()
    assert len(peer.asked) == 2, "pages of one reading; nothing more before it is due"
    clock.advance(timedelta(minutes=5))
    peer.changes(NINE, type="account.updated", external_id="9", name="Late AS", country="NO")
    wired.beat()
    assert wired.one(select(CrmFeed)).kept == 1, "committed late, found in the overlap; the others were known"
    assert wired.count(InboundChange) == 4
    assert "since=2026-11-23T08%3A53" in peer.asked[2]


def test_what_cannot_be_read_stands_on_the_desk_until_it_can(wired, clock):
    wired.peer.status = 503
    assert wired.beat() == ["done"]
    with wired.container.uow() as uow:
        [row] = feeds.feeds_of(uow.session, wired.market.ada, failing=True)
        assert (row.error, row.failures, row.failing_since) == ("crm.status", 1, clock.now())
        other = make_market(uow.session, "Fern")
        assert feeds.feeds_of(uow.session, other.ada) == []
        with pytest.raises(DomainError, match=r"feed\.not_found"):
            feeds.read_now(uow, other.ada, wired.endpoint)
    waits = []
    for _ in range(9):
        due = wired.one(select(CrmFeed.due_at))
        waits.append((due - clock.now()).total_seconds() / 60)
        clock.advance(due - clock.now())
        wired.beat()
    assert waits == [5, 10, 20, 40, 80, 160, 320, 360, 360]
    wired.peer.status = 200
    with wired.container.uow() as uow:
        feeds.read_now(uow, wired.market.ada, wired.endpoint)
    wired.beat()
    feed = wired.one(select(CrmFeed))
    assert (feed.error, feed.failures, feed.failing_since) == ("", 0, None)


def test_one_process_reads_at_a_time_and_a_lost_one_records_nothing(wired, clock):
    key = wired.container.settings.secret_key
    with wired.container.uow() as uow:
        first = feeds.claim(uow, wired.endpoint, key)
    with wired.container.uow() as uow:
        assert feeds.claim(uow, wired.endpoint, key) is None
        assert feeds.ask_due(uow) == 0
    clock.advance(feeds.LEASE + timedelta(seconds=1))
    with wired.container.uow() as uow:
        assert feeds.ask_due(uow) == 1
        second = feeds.claim(uow, wired.endpoint, key)
    with wired.container.uow() as uow:
        assert feeds.record_read(uow, first, []) is None
        feeds.record_failure(uow, first, DomainError("crm.status", Kind.UNAVAILABLE, "late"))
        assert feeds.record_read(uow, second, []) == 0
    assert wired.one(select(CrmFeed.error)) == ""


def test_both_ways_and_the_echo_changes_nothing(wired, clock):
    wired.peer.echo = True
    deal = wired.deal()
    with wired.container.uow() as uow:
        update_progress(uow, wired.market.partners["Nord"], deal.id, None, Progress(stage="Offer"))
    wired.beat()
    told = [one["type"] for one in wired.peer.events.values()]
    assert sorted(told) == ["deal.approved", "deal.changed", "deal.pick_up", "deal.submitted"]
    assert wired.count(WebhookDelivery, WebhookDelivery.state == "delivered") == 4
    version = wired.one(select(Deal.version))
    wired.peer.rows = [one for one in wired.peer.rows if one["stage"] == "Offer"]
    clock.advance(timedelta(minutes=10))
    wired.beat()
    assert wired.one(select(InboundChange.state)) == "ignored"
    assert wired.one(select(InboundChange.code)) == "change.echo"
    assert (wired.one(select(Deal.version)), wired.one(select(Deal.owner_system))) == (version, "")
    at = wired.peer.now + timedelta(minutes=30)
    wired.peer.changes(
        at, type="deal.stage", object="Opportunity", external_id=f"O-{deal.id}", revision=at.isoformat(), stage="Signed"
    )
    clock.advance(timedelta(minutes=10))
    wired.beat()
    changed = wired.one(select(Deal))
    assert (changed.stage, changed.owner_system) == ("Signed", "peer")
    assert len(wired.peer.events) == 4, "what it changed itself is not told back to it"


def test_a_push_that_fails_stands_on_the_desk_and_is_tried_again(wired, clock):
    wired.peer.status = 500
    wired.deal()
    wired.beat()
    assert wired.count(WebhookDelivery, WebhookDelivery.error == "crm.status", WebhookDelivery.status == 500) == 3
    wired.peer.status = 200
    clock.advance(timedelta(minutes=1))
    wired.beat()
    assert wired.count(WebhookDelivery, WebhookDelivery.state == "delivered") == 3


def test_only_a_vendors_named_system_is_read(uow):
    market = make_market(uow.session, "Nord")
    for actor, about in (
        (market.partners["Nord"], EndpointForm("https://x.example.com/", "", "crm", (), "csv_http")),
        (market.ada, EndpointForm("https://x.example.com/", "", "", (), "csv_http")),
        (market.ada, EndpointForm("", "", "crm", (), "csv_http")),
        (market.ada, EndpointForm("https://x.example.com/", "", "crm", (), "fax")),
    ):
        with pytest.raises(DomainError) as caught:
            create_endpoint(uow, actor, "s" * 40, about)
        assert "endpoint.adapter" in {one.code for one in caught.value.problems}
    made = create_endpoint(uow, market.ada, "s" * 40, EndpointForm("https://x.example.com/", "", "crm", (), "csv_http"))
    disable_endpoint(uow, market.ada, made.id)
    assert feeds.ask_due(uow) == 0
