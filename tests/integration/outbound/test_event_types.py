"""Every type of event: each one documented is really sent, with the members its row in the docs shows."""

from __future__ import annotations

import dataclasses
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from campaigns.deals.models import DealMatch
from campaigns.deals.service import (
    LineForm,
    Member,
    Progress,
    add_evidence,
    add_note,
    ask_appeal,
    ask_extension,
    ask_revocation,
    call_conflict,
    convert_deal,
    decide_appeal,
    decide_extension,
    decide_revocation,
    hand_back,
    lose_deal,
    reject,
    resolve_share,
    resubmit_deal,
    return_deal,
    set_lines,
    set_team,
    update_progress,
    win_deal,
    withdraw_deal,
)
from campaigns.deals.service.drafting import form_of
from campaigns.deals.service.timekeeping import keep_time
from campaigns.leads.models import Lead
from campaigns.leads.routing_models import LeadOffer
from campaigns.leads.service import (
    accept_offer,
    ask_for,
    decide,
    decline_offer,
    forget_person,
    give_back,
    grant_request,
    hand_over,
    merge_leads,
    plan_next,
    refuse_request,
    route_again,
    unmerge_leads,
)
from campaigns.leads.service.offering import lapse_offer
from campaigns.leads.service.recycling import stir
from campaigns.leads.service.taking import take_lead
from campaigns.outbound.cloud_events import cloud_event
from campaigns.outbound.events import record_event
from campaigns.outbound.models import BusinessEvent
from campaigns.outbound.types import EVENT_TYPES
from tests.factories.dealing import make_market, put_policy
from tests.factories.routing import add_partner, hand_in, make_network, route
from tests.factories.sending import MemoryStorage
from tests.integration.deals.conftest import Walk

DOC = (Path(__file__).resolve().parents[3] / "docs" / "webhooks.md").read_text("utf-8")
ROW = re.compile(r"^\| `((?:deal|lead)\.[a-z_]+)` \| [^|]+ \| ([^|]+) \| (?:`([^`]*)`)? ?\|$", re.M)
DOCUMENTED = {name: (told.strip(), json.loads(sample or "{}")) for name, told, sample in ROW.findall(DOC)}
COMMON = {
    "deal": {"reference", "product_line", "amount_minor", "currency", "stage", "state", "version", "company"},
    "lead": {"own", "product_line", "country", "score", "state", "version", "source"},
}
ABOUT = {"object", "id", "programme_id", "partner_id"}


def test_the_documents_name_every_type_once():
    assert set(DOCUMENTED) == EVENT_TYPES
    assert len(ROW.findall(DOC)) == len(EVENT_TYPES)


def test_a_type_nobody_can_read_about_is_a_mistake(uow):
    market = make_market(uow.session, "Nord")
    with pytest.raises(LookupError, match=r"deal\.invented"):
        record_event(uow, "deal.invented", "deal", market.programme_id, programme_id=market.programme_id)


def told_of(events: list[BusinessEvent], family: str) -> dict[str, list[BusinessEvent]]:
    found: dict[str, list[BusinessEvent]] = {}
    for one in events:
        if one.type.startswith(f"{family}."):
            found.setdefault(one.type, []).append(one)
    return found


def hold_to_the_documents(sent: dict[str, list[BusinessEvent]], family: str) -> None:
    documented = {name for name in DOCUMENTED if name.startswith(f"{family}.")}
    assert set(sent) == documented, "what is sent is what is documented"
    for name, events in sent.items():
        whom, sample = DOCUMENTED[name]
        for one in events:
            for partner in (False, True):
                told = one.partner_id is not None if partner else one.for_vendor
                if not told:
                    continue
                data = cloud_event(one, "https://t.example", partner=partner)["data"]
                own = set(data) - COMMON[family] - ABOUT
                assert own == set(sample), (name, partner)
                assert ("partner" if partner else "vendor") in whom, name
        if " or " not in whom:  # else it depends on whose lead it is
            assert any(one.for_vendor for one in events) == ("vendor" in whom), name
            assert any(one.partner_id for one in events) == ("partner" in whom), name


def test_every_event_of_a_deal_is_sent_as_documented(committing, clock):
    with committing() as uow:
        market = make_market(uow.session, "Nord", "Sued", "West")
        put_policy(uow.session, market, warn_days=[30], appeal_days=30)
        walk, rae, sol, nord = Walk(uow, market), market.rae, market.sol, market.partners["Nord"]
        deal = walk.reviewed(website="https://www.eins.no", company="Eins AS")
        hand_back(uow, rae, deal.id, deal.version)
        deal = walk.reviewed(website="https://www.zwei.no", company="Zwei AS")
        return_deal(uow, rae, deal.id, deal.version, reason_code="other", editable=["note"])
        deal = walk.deal(deal.id)
        changed = dataclasses.replace(form_of(deal), note="Both pools")
        resubmit_deal(uow, nord, deal.id, deal.partner_version, changed)
        deal = walk.deal(deal.id)
        reject(uow, rae, deal.id, deal.version, reason_code="other")
        for granted in (False, True):
            other = walk.reviewed(website=f"https://www.drei{granted}.no", company=f"Drei{granted} AS")
            reject(uow, rae, other.id, other.version, reason_code="other")
            other = walk.deal(other.id)
            ask_appeal(uow, nord, other.id, other.partner_version, "Please")
            decide_appeal(uow, sol, other.id, walk.deal(other.id).version, granted=granted)
        deal = walk.approved(website="https://www.vier.no", company="Vier AS")
        storage = MemoryStorage()
        for number, granted in enumerate((False, True)):
            file, _ = add_evidence(uow, nord, storage, deal.id, "a.pdf", b"%PDF-1.7\n" + bytes([48 + number]))
            ask_extension(uow, nord, deal.id, walk.deal(deal.id).partner_version, "More", [file])
            decide_extension(uow, rae, deal.id, walk.deal(deal.id).version, granted=granted)
        add_note(uow, nord, deal.id, "Here")
        update_progress(uow, nord, deal.id, None, Progress(stage="Offer"))
        set_lines(uow, nord, deal.id, walk.deal(deal.id).partner_version, [LineForm("Pump", 1, 100, "EUR")])
        team = [Member(nord.partner_id, "lead", 7000), Member(market.partners["West"].partner_id, "support", 3000)]
        set_team(uow, rae, deal.id, walk.deal(deal.id).version, team)
        second = walk.reviewed("Sued", website="https://www.fuenf.no", company="Vier AS")
        call_conflict(uow, rae, second.id, second.version, deal_ids=[deal.id])
        assert uow.session.scalar(select(DealMatch.id).where(DealMatch.deal_id == second.id))
        third = walk.register("Sued", website="https://www.vier.no", company="Vier AS")
        assert third.state == "in_conflict"
        parts = {nord.partner_id: 5000, market.partners["West"].partner_id: 3000, third.partner_id: 2000}
        resolve_share(
            uow, rae, third.id, third.version, into=deal.id, parts=parts, reason_code="agreed_split"
        )  # fmt: skip
        convert_deal(uow, nord, deal.id, None)
        win_deal(uow, nord, deal.id, None)
        for name in ("sechs", "sieben", "acht"):
            last = walk.approved(website=f"https://www.{name}.no", company=f"{name.title()} AS")
            if name == "sechs":
                lose_deal(uow, nord, last.id, None, reason_code="price")
            elif name == "sieben":
                withdraw_deal(uow, nord, last.id, walk.deal(last.id).partner_version)
            else:
                ask_revocation(uow, rae, last.id, last.version, reason_code="other", words="Left")
                decide_revocation(uow, sol, last.id, walk.deal(last.id).version, granted=True)
        walk.approved(website="https://www.neun.no", company="Neun AS")
    for hours in (9, 24, 24 * 60, 24 * 30):
        clock.advance(timedelta(hours=hours))
        keep_time(committing)
    with committing.reading() as session:
        hold_to_the_documents(told_of(list(session.scalars(select(BusinessEvent))), "deal"), "deal")


def version_of(uow, lead_id) -> int:
    return uow.session.get_one(Lead, lead_id, populate_existing=True).version


def offer_of(uow, lead_id) -> LeadOffer:
    query = select(LeadOffer).where(LeadOffer.lead_id == lead_id, LeadOffer.state == "open")
    return uow.session.scalars(query.execution_options(populate_existing=True)).one()


def test_every_event_of_a_lead_is_sent_as_documented(uow, clock):
    network = make_network(uow, "osterly")
    asker, day = network.partners["osterly"], "2026-11-25"
    lead = hand_in(uow, network, email="mia@stern.example")
    assert hand_in(uow, network, email="mia@stern.example", message="Again") == lead
    route(uow, lead)
    decline_offer(uow, asker, offer_of(uow, lead).id, "no_capacity")
    assert route(uow, lead) == "pooled"
    second = add_partner(uow, network, "tanabe")
    third = add_partner(uow, network, "west")
    route_again(uow, network.vendor, lead)
    route(uow, lead)
    taker = next(one for one in (second, third) if one.partner_id == offer_of(uow, lead).partner_id)
    accept_offer(uow, taker, offer_of(uow, lead).id, "Call", day)
    plan_next(uow, taker, lead, "Visit", day, version_of(uow, lead))
    give_back(uow, taker, lead, "no_capacity", version_of(uow, lead))
    route(uow, lead)
    clock.advance(timedelta(days=5))
    assert lapse_offer(uow, offer_of(uow, lead).id)
    assert route(uow, lead) == "pooled"
    refuse_request(uow, network.vendor, ask_for(uow, taker, lead))
    ask_for(uow, asker, lead)
    grant_request(uow, network.vendor, ask_for(uow, taker, lead))
    clock.advance(timedelta(days=40))
    assert stir(uow, lead) == "ask"
    clock.advance(timedelta(days=40))
    assert stir(uow, lead) == "recycle"
    own = [take_lead(uow, asker, {"email": f"b{n}@own.example"}, {}, kind="api", source="c",
                     programme_id=network.programme_id) for n in range(4)]  # fmt: skip
    unmerge_leads(uow, asker, merge_leads(uow, asker, own[0], own[1]))
    for decision in ("decline", "reopen", "accept", "close"):
        decide(uow, asker, own[2], decision, version_of(uow, own[2]))
    market = make_market(uow.session, "Nord")
    deal = Walk(uow, market).register()
    hand_over(uow, asker, own[3], deal.id)
    _forget(uow, asker, own[0])
    events = list(uow.session.scalars(select(BusinessEvent).execution_options(populate_existing=True)))
    sent = told_of(events, "lead")
    hold_to_the_documents(sent, "lead")
    whys = {one.data["why"] for one in sent["lead.rerouted"]}
    assert whys == {"expired", "given_back", "idle", "again"}
    for one in (one for named in sent.values() for one in named):
        assert one.for_vendor != one.data["own"], "a partner's own lead is no vendor's affair"
        assert "mia@" not in repr([one.data, one.vendor_data, one.partner_data])
        if not one.data["own"]:
            assert "version" not in one.partner_data, "it would count who was asked before"


def _forget(uow, actor, lead_id) -> None:
    """The person of a lead is erased, as from the contacts' page."""
    from campaigns.audience.service.contacts import consented_contact

    lead = uow.session.get_one(Lead, lead_id)
    contact = consented_contact(
        uow, "s" * 40, partner_id=actor.partner_id, email=lead.email, email_key=lead.email_key, name="B", company="",
        phone="", locale="en", source="x", text_shown="You may write.",
    )  # fmt: skip
    forget_person(uow, actor, "s" * 40, contact)
