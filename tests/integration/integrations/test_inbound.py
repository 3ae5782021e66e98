"""A CRM's signed changes: taken once, applied by who owns the field, kept for the error desk where they fail."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import func, select

from campaigns.bootstrap import Container
from campaigns.core.actor import Actor, Role
from campaigns.core.errors import DomainError
from campaigns.core.ids import new_id
from campaigns.db.models import AuditEntry
from campaigns.deals.models import Deal
from campaigns.deals.service import approve, pick_up, register_deal
from campaigns.integrations import desk
from campaigns.integrations.applying import apply_change
from campaigns.integrations.receiving import receive
from campaigns.leads.models import Lead, LeadIntake, LeadNote
from campaigns.outbound import delivering
from campaigns.outbound.endpoints import EndpointForm, create_endpoint, disable_endpoint
from campaigns.outbound.models import BusinessEvent, ExternalReference, InboundChange, WebhookDelivery
from campaigns.outbound.signatures import sign
from tests.factories.dealing import Market, form, make_market, put_policy

KEY = "s" * 40


class Crm:
    """Salesforce as the vendor set it up, and what it sends."""

    def __init__(self, committing, market: Market) -> None:
        self.uow, self.market, self.number = committing, market, 0
        self.admin = Actor(kind="person", role=Role.ADMIN, programme_id=market.programme_id)
        with committing() as uow:
            about = EndpointForm("https://hooks.example.com/", system="salesforce")
            made = create_endpoint(uow, self.admin, KEY, about)
        self.endpoint, self.secret = made.id, made.secret

    def send(self, type_: str, message: str = "", **data: Any) -> InboundChange:
        """Send, apply, and read what came of it."""
        self.number += 1
        body = json.dumps({"type": type_, "data": {"object": "Opportunity", "external_id": "006A", **data}}).encode()
        return self.post(body, message or f"m{self.number}")

    def post(self, body: bytes, message: str) -> InboundChange:
        with self.uow() as uow:
            headers = sign([self.secret], message, uow.now, body)
            taken = receive(uow, KEY, self.endpoint, headers, body)
        with self.uow() as uow:
            apply_change(uow, taken.id)
        return self.change(taken.id)

    def change(self, change_id) -> InboundChange:
        with self.uow.reading() as session:
            found = session.get_one(InboundChange, change_id)
            session.expunge_all()
            return found

    def deal(self, deal_id) -> Deal:
        with self.uow.reading() as session:
            found = session.get_one(Deal, deal_id)
            session.expunge_all()
            return found

    def one(self, query: Any) -> Any:
        with self.uow.reading() as session:
            return session.scalar(query)


@pytest.fixture
def market(committing) -> Market:
    with committing() as uow:
        market = make_market(uow.session, "Nord", "Sued")
        put_policy(uow.session, market)
    return market


@pytest.fixture
def crm(committing, market) -> Crm:
    return Crm(committing, market)


@pytest.fixture
def deal_id(committing, market):
    """An approved deal of Nord's."""
    with committing() as uow:
        made = register_deal(uow, market.partners["Nord"], market.programme_id, "t1", form(), source="page")
    with committing() as uow:
        pick_up(uow, market.rae, made.id, uow.session.get_one(Deal, made.id).version)
    with committing() as uow:
        approve(uow, market.rae, made.id, uow.session.get_one(Deal, made.id).version)
    return made.id


def test_a_deal_is_linked_once_and_won_with_its_amount(crm: Crm, deal_id):
    reference = crm.deal(deal_id).reference
    first = crm.send("deal.stage", deal=reference, stage="Proposal", revision="1")
    assert (first.state, first.code) == ("applied", "")
    deal = crm.deal(deal_id)
    assert (deal.stage, deal.owner_system, deal.state) == ("Proposal", "salesforce", "approved")
    assert crm.send("deal.amount", amount="1200.50", currency="EUR", revision="2").state == "applied"
    assert (crm.deal(deal_id).amount_minor, crm.deal(deal_id).currency) == (120050, "EUR")
    assert crm.send("deal.won", amount="1300", currency="EUR", revision="3").state == "applied"
    deal = crm.deal(deal_id)
    assert (deal.state, deal.won_amount_minor) == ("won", 130000)
    assert (
        crm.one(select(func.count()).select_from(ExternalReference).where(ExternalReference.subject_type == "deal"))
        == 1
    )


def test_lost_with_a_reason_of_ours_or_other(crm: Crm, deal_id):
    assert crm.send("deal.lost", deal=str(deal_id), loss_reason="Competitor XYZ", note="Too late").state == "applied"
    deal = crm.deal(deal_id)
    assert (deal.state, deal.reason_code, deal.reason) == ("lost", "other", "Too late")


def test_a_message_twice_is_once(crm: Crm, deal_id):
    first = crm.send("deal.stage", "same", deal=str(deal_id), stage="Proposal")
    version = crm.deal(deal_id).version
    again = crm.send("deal.stage", "same", deal=str(deal_id), stage="Something else")
    assert again.id == first.id
    assert (crm.deal(deal_id).version, crm.deal(deal_id).stage) == (version, "Proposal")


@pytest.mark.parametrize(
    ("later", "older"), [("10", "9"), ("10", "10"), ("2026-11-23T10:00:00+01:00", "2026-11-23T08:59:59Z")]
)
def test_an_older_revision_changes_nothing(crm: Crm, deal_id, later: str, older: str):
    crm.send("deal.stage", deal=str(deal_id), stage="Second", revision=later)
    found = crm.send("deal.stage", stage="First", revision=older)
    assert (found.state, found.code) == ("ignored", "change.stale")
    assert crm.deal(deal_id).stage == "Second"


@pytest.mark.parametrize(
    ("type_", "member"),
    [
        ("deal.stage", {"state": "won"}), ("deal.stage", {"protected_until": "2030-01-01"}),
        ("deal.amount", {"partner_id": "x"}), ("deal.won", {"attribution": {}}), ("deal.approved", {}),
        ("deal.registered", {}), ("attribution.credit", {}), ("lead.accepted", {}),
    ],
)  # fmt: skip
def test_registration_and_attribution_are_ours(crm: Crm, deal_id, type_: str, member: dict[str, Any]):
    before = crm.deal(deal_id).version
    found = crm.send(type_, deal=str(deal_id), stage="X", amount="1", **member)
    assert (found.state, found.code) == ("ignored", "change.not_yours")
    assert crm.deal(deal_id).version == before


@pytest.mark.parametrize(
    ("type_", "data", "code"),
    [
        ("deal.stage", {"stage": "X"}, "change.unlinked"),
        ("deal.stage", {"deal": "NOSUCH", "stage": "X"}, "deal.not_found"),
        ("deal.amount", {"amount": "12.345", "currency": "EUR"}, "change.amount"),
        ("deal.amount", {"amount": "12", "currency": "EUX"}, "money.currency_unknown"),
        ("deal.amount", {"amount": "NaN"}, "change.amount"),
        ("deal.amount", {"amount": "1e999"}, "change.amount"),
        ("deal.amount", {"amount": 1.5}, "change.amount"),
        ("deal.amount", {"amount": True}, "change.amount"),
        ("deal.amount", {"amount": "-1"}, "change.amount"),
        ("deal.amount", {}, "change.member"),
        ("deal.stage", {"stage": ["X"]}, "change.member"),
        ("deal.stage", {"stage": "X", "colour": "red"}, "change.member"),
        ("deal.stage", {"stage": "X", "revision": "soon"}, "change.member"),
        ("deal.stage", {"stage": "X", "revision": 1.5}, "change.member"),
        ("deal.stage", {"stage": "X", "close_on": "31.1.2027"}, "change.member"),
        ("deal.stage", {"stage": "X", "external_id": ""}, "change.member"),
        ("nonsense", {}, "change.member"),
    ],
)  # fmt: skip
def test_what_cannot_be_applied_stands_on_the_desk_with_its_code(crm: Crm, deal_id, type_, data, code):
    about = {} if code == "change.unlinked" else {"deal": str(deal_id)}
    found = crm.send(type_, **(about | data))
    assert (found.state, found.code) == ("failed", code)
    assert found.problem["message"]
    assert crm.deal(deal_id).owner_system == "", "nothing is left of a change that failed"


def test_an_unknown_kind_is_ignored(crm: Crm):
    assert crm.send("invoice.paid").code == "change.unknown_type"


def test_the_desk_replays_what_was_mended_and_skips_the_rest(crm: Crm, committing, market):
    failed = crm.send("account.updated", name="")
    assert failed.code == "account.invalid"
    later = crm.send("deal.stage", deal="NOT-YET", stage="X")
    with committing() as uow:
        assert [one.id for one in desk.failed_changes(uow.session, crm.admin)] == [later.id, failed.id]
        desk.skip_change(uow, crm.admin, failed.id, "a test of theirs")
    with committing() as uow:
        made = register_deal(uow, market.partners["Nord"], market.programme_id, "t9", form(), source="page")
        uow.session.get_one(Deal, made.id).reference = "NOT-YET"
    with committing() as uow:
        pick_up(uow, market.rae, made.id, uow.session.get_one(Deal, made.id).version)
    with committing() as uow:
        approve(uow, market.rae, made.id, uow.session.get_one(Deal, made.id).version)
    with committing() as uow:
        assert desk.replay_failed_changes(uow, crm.admin) == 1
    with committing() as uow:
        assert apply_change(uow, later.id) == "applied"
    assert crm.deal(made.id).stage == "X"
    assert crm.change(failed.id).state == "skipped"
    with committing() as uow, pytest.raises(DomainError) as caught:
        desk.replay_change(uow, crm.admin, later.id)
    assert caught.value.code == "change.state"


def test_its_own_echo_is_kept_from_it_and_others_are_told(crm: Crm, committing, deal_id):
    with committing() as uow:
        other = create_endpoint(uow, crm.admin, KEY, EndpointForm("https://other.example.com/", system="hubspot"))
    crm.send("deal.stage", deal=str(deal_id), stage="Proposal")
    with committing() as uow:
        event = uow.session.scalars(select(BusinessEvent).order_by(BusinessEvent.id.desc()).limit(1)).one()
        assert event.origin == "salesforce"
        delivering.fan_out(uow, event.id)
    with committing.reading() as session:
        told = session.scalars(select(WebhookDelivery.endpoint_id).where(WebhookDelivery.event_id == event.id)).all()
    assert told == [other.id]


def test_another_system_may_not_change_what_the_first_owns(crm: Crm, committing, market, deal_id):
    crm.send("deal.stage", deal=str(deal_id), stage="Proposal")
    with committing() as uow:
        made = create_endpoint(uow, crm.admin, KEY, EndpointForm("", system="hubspot"))
    crm.endpoint, crm.secret = made.id, made.secret
    found = crm.send("deal.stage", deal=str(deal_id), stage="Theirs")
    assert (found.state, found.code) == ("failed", "deal.field_owned")


def test_accounts_are_made_and_found_again(crm: Crm, committing):
    first = crm.send(
        "account.updated", name="Fjordvarme AS", country="NO", website="https://www.fjordvarme.no", revision="1"
    )
    assert first.state == "applied"
    assert crm.send("account.updated", name="Fjordvarme Nord AS", owner="Kari", revision="2").state == "applied"
    assert crm.send("account.updated", name="Old", revision="1").code == "change.stale"
    rows = crm.one(
        select(func.count()).select_from(ExternalReference).where(ExternalReference.subject_type == "account")
    )
    assert rows == 1


def lead(committing, market, *, own: bool):
    with committing() as uow:
        intake = LeadIntake(
            id=new_id(), programme_id=market.programme_id, kind="api", source="x", digest=str(new_id()), data={}
        )
        uow.session.add(intake)
        uow.session.flush()
        row = Lead(
            id=new_id(), programme_id=market.programme_id, intake_id=intake.id, name="Mia", email="m@example.com",
            email_key="m@example.com", locale="en", own=own, state="accepted",
            partner_id=market.partners["Nord"].partner_id,
        )  # fmt: skip
        uow.session.add(row)
    return row.id


def test_a_lead_s_status_is_written_down(crm: Crm, committing, market):
    lead_id = lead(committing, market, own=False)
    assert (
        crm.send("lead.updated", object="Lead", lead=str(lead_id), status="Working", note="Called").state == "applied"
    )
    assert crm.one(select(LeadNote.words).where(LeadNote.lead_id == lead_id)) == "Working: Called"
    assert crm.send("lead.updated", object="Lead", status="Nurturing").state == "applied"


def test_a_partner_s_own_lead_is_not_there(crm: Crm, committing, market):
    lead_id = lead(committing, market, own=True)
    assert crm.send("lead.updated", object="Lead", lead=str(lead_id), status="Working").code == "lead.not_found"


def test_another_programmes_deal_is_not_there(committing, crm: Crm, deal_id):
    with committing() as uow:
        other = make_market(uow.session, "Fremd")
    stranger = Crm(committing, other)
    assert stranger.send("deal.stage", deal=str(deal_id), stage="X").code == "deal.not_found"
    assert desk_of(committing, stranger.admin) == 1
    assert desk_of(committing, crm.admin) == 0


def desk_of(committing, actor: Actor) -> int:
    with committing.reading() as session:
        return len(desk.failed_changes(session, actor))


def test_only_genuine_messages_of_a_living_endpoint_are_kept(crm: Crm, committing, market):
    body = b'{"type": "deal.stage", "data": {}}'
    with committing() as uow:
        good = sign([crm.secret], "m", uow.now, body)
    refused = [
        (crm.endpoint, good | {"webhook-signature": "v1,AAAA"}, body, "hook.signature"),
        (crm.endpoint, good, body + b" ", "hook.signature"),
        (crm.endpoint, {}, body, "hook.unsigned"),
        (new_id(), good, body, "hook.not_found"),
        (crm.endpoint, good, b"x" * 300_000, "hook.too_large"),
    ]
    for text in (b"[]", b"nothing", b'{"a": NaN}', b'"\\ud800"', b'{"a": "\\u0000"}', b"\xff"):
        with committing() as uow:
            refused.append((crm.endpoint, sign([crm.secret], "m", uow.now, text), text, "hook.json"))
    with committing() as uow:
        partner = create_endpoint(uow, market_admin(market), KEY, EndpointForm("", system="theirs"))
        refused.append((partner.id, sign([partner.secret], "m", uow.now, body), body, "hook.not_found"))
    for endpoint, headers, text, code in refused:
        with committing() as uow, pytest.raises(DomainError) as caught:
            receive(uow, KEY, endpoint, headers, text)
        assert caught.value.code == code
    with committing() as uow:
        disable_endpoint(uow, crm.admin, crm.endpoint)
    with committing() as uow, pytest.raises(DomainError) as caught:
        receive(uow, KEY, crm.endpoint, good, body)
    assert caught.value.code == "hook.not_found"
    assert crm.one(select(func.count()).select_from(InboundChange)) == 0
    assert crm.one(select(func.count()).select_from(AuditEntry)) > 0


def market_admin(market: Market) -> Actor:
    return Actor(kind="person", role=Role.PARTNER_ADMIN, partner_id=market.partners["Nord"].partner_id)


def test_the_job_gives_a_crashed_change_to_the_desk(crm: Crm, committing, tmp_path: Path):
    from campaigns.db.jobs import ClaimedJob
    from worker.tasks.integrations import apply

    found = crm.send("deal.stage", deal="NOPE", stage="X")
    with committing() as uow:
        uow.session.get_one(InboundChange, found.id).state = "waiting"
    job = ClaimedJob(new_id(), "integrations.apply", {"change": str(found.id)}, 1, 10, new_id(), "")
    with committing() as uow:
        assert apply.on_parked
        apply.on_parked(uow, job, {"code": "job.crashed", "message": "x"})
    assert (crm.change(found.id).state, crm.change(found.id).code) == ("failed", "job.crashed")
    container = cast(Container, SimpleNamespace(uow=committing))
    with committing() as uow:
        desk.replay_change(uow, crm.admin, found.id)
    apply(container, job)
    assert crm.change(found.id).code == "deal.not_found"
