"""Registering: what is asked, what is frozen, who is whose account, and that nobody learns of others."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from campaigns.accounts.models import Account
from campaigns.core.actor import Actor, Role
from campaigns.core.errors import DomainError
from campaigns.core.ids import new_id
from campaigns.db.models import AuditEntry, Job
from campaigns.deals.forms import ASKED, NEEDED
from campaigns.deals.models import Deal, DealClock, DealMatch, DealMember, DealPriority
from campaigns.deals.queries.partner import deal_page, deals_for
from campaigns.deals.service import (
    add_evidence,
    begin_draft,
    change_draft,
    discard_draft,
    pick_up,
    register_deal,
    submit_deal,
    withdraw_deal,
)
from campaigns.leads.models import Lead, LeadIntake
from campaigns.outbound.models import BusinessEvent
from campaigns.partners.models import Membership
from tests.factories.dealing import PRODUCT, form, put_policy
from tests.factories.sending import MemoryStorage


def codes(error) -> set[tuple[str, str]]:
    return {(one.code, one.slot) for one in error.value.problems}


def test_eight_fields_are_asked_for():
    assert len(ASKED) == 8
    assert set(NEEDED) <= set(ASKED)


def test_submitting_freezes_takes_a_place_and_starts_the_clock(uow, walk, market):
    deal = walk.register()
    assert (deal.state, deal.version, deal.partner_version) == ("submitted", 2, 2)
    assert deal.account_key == deal.account_id
    assert deal.company["name"] == "Fjordvarme AS"
    place = uow.session.scalars(select(DealPriority).where(DealPriority.deal_id == deal.id)).one()
    assert (deal.priority, deal.submitted_at) == (place.number, place.at)
    clock = uow.session.get_one(DealClock, deal.id)
    assert clock.due_at == uow.now + timedelta(days=1, hours=8)  # sixteen hours of Monday and Tuesday, 9 to 17
    member = uow.session.scalars(select(DealMember).where(DealMember.deal_id == deal.id)).one()
    assert (member.partner_id, member.role, member.split_bp) == (deal.partner_id, "lead", 10_000)
    assert walk.kinds(deal.id) == ["submitted"]
    event = uow.session.scalars(select(BusinessEvent).where(BusinessEvent.subject_id == deal.id)).one()
    assert (event.type, event.partner_id, event.partner_data["state"]) == (
        "deal.submitted",
        deal.partner_id,
        "in_review",
    )
    assert uow.session.scalars(select(Job.payload).where(Job.task == "deals.tell")).one()["letter"] == "submitted"


def test_the_same_token_gives_the_same_deal_whatever_became_of_it(uow, walk, market):
    deal = walk.register(token="once")
    pick_up(uow, market.rae, deal.id, deal.version)
    again = register_deal(
        uow, market.partners["Nord"], market.programme_id, "once", form("Other AS", "https://www.o.no")
    )
    assert (again.id, again.state, again.made) == (deal.id, "in_review", False)
    assert uow.session.scalar(select(func.count()).select_from(Deal)) == 1
    # another partner's token is its own
    assert walk.register("Sued", token="once", website="https://www.anders.no", company="Anders AS").id != deal.id


def test_everything_wrong_is_told_at_once(uow, market):
    bad = form(
        "", "https://x.no", country="Norway", contact_email="nobody", product_line="cars", amount_minor=0,
        currency="EURO", close_on=date(2020, 1, 1), note="x" * 4001,
    )  # fmt: skip
    with pytest.raises(DomainError) as error:
        register_deal(uow, market.partners["Nord"], market.programme_id, "t", bad)
    # what even a draft may not hold comes first, in one answer
    assert codes(error) == {
        ("deal.country", "country"), ("deal.email", "contact_email"), ("deal.currency", "currency"),
        ("field.too_long", "note"),
    }  # fmt: skip
    bad = dataclasses.replace(bad, country="NO", contact_email="k@x.no", currency="EUR", note="")
    with pytest.raises(DomainError) as error:
        register_deal(uow, market.partners["Nord"], market.programme_id, "t2", bad)
    assert codes(error) == {
        ("field.required", "company_name"), ("deal.product_line", "product_line"), ("field.required", "amount"),
        ("deal.close_on", "close_on"),
    }  # fmt: skip


def test_below_the_minimum_is_refused_in_any_currency_with_a_rate(uow, market):
    put_policy(uow.session, market, 2, minimum_minor=6_000_000)
    with pytest.raises(DomainError) as error:
        register_deal(uow, market.partners["Nord"], market.programme_id, "t", form())
    assert codes(error) == {("deal.below_minimum", "amount")}
    # without a rate nothing is said about it: a person looks
    made = register_deal(uow, market.partners["Nord"], market.programme_id, "u", form(currency="JPY"))
    assert made.state == "in_review"


def test_drafts_are_changed_at_their_version_and_seen_by_the_partner_alone(uow, market):
    nord = market.partners["Nord"]
    draft = begin_draft(uow, nord, market.programme_id, "d", form("", ""))
    changed = change_draft(uow, nord, draft.id, draft.version, form())
    assert changed.version == draft.version + 1
    with pytest.raises(DomainError, match=r"deal\.state"):
        change_draft(uow, nord, draft.id, draft.version, form())
    for stranger in (market.partners["Sued"], market.rae):
        with pytest.raises(DomainError, match=r"not_found|forbidden"):
            submit_deal(uow, stranger, draft.id, changed.version)
    with pytest.raises(DomainError, match=r"deal\.not_found"):
        pick_up(uow, market.rae, draft.id, 1)
    storage = MemoryStorage()
    add_evidence(uow, nord, storage, draft.id, "a.txt", b"Hello")
    discard_draft(uow, nord, storage, draft.id)
    assert storage.objects == {}
    assert uow.session.scalar(select(func.count()).select_from(Deal)) == 0


def test_a_withdrawn_draft_needs_no_account(uow, market):
    draft = begin_draft(uow, market.partners["Nord"], market.programme_id, "d", form("", ""))
    gone = withdraw_deal(uow, market.partners["Nord"], draft.id, draft.version)
    assert gone.state == "withdrawn"
    assert uow.session.scalars(select(Job).where(Job.task == "deals.tell")).all() == []


def test_only_members_register(uow, market):
    stranger = Actor(kind="person", role=Role.PARTNER_ADMIN, partner_id=new_id(), person_id=new_id())
    with pytest.raises(DomainError, match=r"programme\.not_found"):
        register_deal(uow, stranger, market.programme_id, "t", form())
    row = uow.session.scalars(
        select(Membership).where(Membership.partner_id == market.partners["Nord"].partner_id)
    ).one()
    row.ended_at = uow.now
    uow.session.flush()
    with pytest.raises(DomainError, match=r"programme\.not_found"):
        register_deal(uow, market.partners["Nord"], market.programme_id, "t", form())


def test_ones_own_second_registration_is_refused_with_ones_own_reference(uow, walk):
    first = walk.register()
    with pytest.raises(DomainError) as error:
        walk.register(company="Fjordvarme")
    assert (error.value.code, error.value.params["reference"]) == ("deal.duplicate", first.reference)
    assert walk.register(product_line="solar").state == "submitted"


def test_an_exact_identifier_is_a_conflict_that_the_partner_cannot_see(uow, walk, market):
    first = walk.register("Nord")
    alone = walk.register("West", company="Bergvarme AS", website="https://www.bergvarme.no")
    second = walk.register("Sued", company="Fjordvarme")
    assert uow.session.scalar(select(func.count()).select_from(Account)) == 2
    assert (first.state, second.state) == ("submitted", "in_conflict")
    assert second.account_key == first.account_key
    assert second.priority > first.priority
    match = uow.session.scalars(select(DealMatch).where(DealMatch.deal_id == second.id)).one()
    assert (match.other_deal_id, match.strength) == (first.id, "block")
    assert match.findings[0]["rule"] == "domain"
    # what a partner reads is the same, down to the version and the number of lines, as if nobody else were there
    mine = deal_page(uow.session, market.partners["Sued"], second.id)
    plain = deal_page(uow.session, market.partners["West"], alone.id)
    assert (mine.row.state, mine.row.version) == (plain.row.state, plain.row.version) == ("in_review", 2)
    assert [(one.kind, one.number, one.to_state, one.data) for one in mine.timeline] == [
        (one.kind, one.number, one.to_state, one.data) for one in plain.timeline
    ]
    assert mine.steps == plain.steps == ("withdraw",)
    told = uow.session.scalars(
        select(BusinessEvent).where(BusinessEvent.partner_id == market.partners["Sued"].partner_id)
    ).all()
    assert [one.type for one in told] == ["deal.submitted"]
    everything = repr(mine) + repr([(one.data, one.partner_data) for one in told])
    assert "Nord" not in everything
    assert str(first.id) not in everything
    assert first.reference not in everything
    assert "conflict" not in everything
    withdraw_deal(uow, market.partners["Sued"], second.id, second.partner_version)
    uow.write_out()
    chain = uow.session.scalars(
        select(AuditEntry.data).where(AuditEntry.partner_id == market.partners["Sued"].partner_id)
    ).all()
    assert [one["from"] for one in chain] == ["draft", "in_review"]


def test_names_only_flag(uow, walk):
    walk.register("Nord", company="Nordlicht Energie GmbH", website="https://www.nordlicht.de", country="DE")
    second = walk.register("Sued", company="Nordlicht Energie", website="https://www.nl-energie.de", country="DE")
    assert second.state == "submitted"
    assert [one.strength for one in uow.session.scalars(select(DealMatch).where(DealMatch.deal_id == second.id))] == [
        "flag"
    ]


def test_small_and_alone_clears_itself(uow, walk, market):
    put_policy(uow.session, market, 2, auto_clear_minor=10_000_000, auto_clear_tiers=["gold"])
    deal = walk.register()
    assert (deal.state, deal.version) == ("approved", 3)
    assert deal.protected_until == uow.now + timedelta(days=90)
    assert walk.kinds(deal.id) == ["submitted", "approved"]
    assert uow.session.get_one(DealClock, deal.id).due_at is None
    second = walk.register("Sued")
    assert second.state == "in_conflict"
    large = walk.register(company="Stor AS", website="https://www.stor.no", amount_minor=10_000_001)
    assert large.state == "submitted"


def test_a_protected_company_is_free_again_after_its_time(uow, walk, market, clock):
    put_policy(uow.session, market, 2, auto_clear_minor=10_000_000)
    old = walk.register("Nord")
    clock.advance(timedelta(days=91))
    new = walk.register("Sued", close_on=date(2027, 6, 1))
    assert (walk.deal(old.id).state, new.state) == ("expired", "approved")


def test_lists_are_paged_and_filtered(uow, walk, market):
    deals = [
        walk.register("Nord", company=f"Number {n} AS", website=f"https://www.n{n}-varme.no", title=f"T{n}")
        for n in range(5)
    ]
    walk.register("Sued", company="Number 9 AS", website="https://www.n9-varme.no")
    nord = market.partners["Nord"]
    first = deals_for(uow.session, nord, limit=3)
    rest = deals_for(uow.session, nord, limit=3, after=first.next)
    assert [one.id for one in (*first.rows, *rest.rows)] == [one.id for one in reversed(deals)]
    assert rest.next is None
    assert [one.company for one in deals_for(uow.session, nord, search="number 3").rows] == ["Number 3 AS"]
    assert len(deals_for(uow.session, nord, state="in_review").rows) == 5
    assert deals_for(uow.session, nord, state="approved").rows == ()
    assert (
        deals_for(uow.session, nord, product_line=PRODUCT, search=deals[0].reference.lower()).rows[0].id == deals[0].id
    )


@pytest.mark.parametrize(("before", "after"), [("accepted", "handed"), ("new", "handed"), ("closed", "closed")])
def test_the_lead_a_deal_begins_with_is_handed_over(uow, market, before, after):
    actor = market.partners["Nord"]
    intake = LeadIntake(
        id=new_id(), programme_id=market.programme_id, partner_id=actor.partner_id, kind="csv", source="fair",
        digest="d", data={},
    )  # fmt: skip
    uow.session.add(intake)
    uow.session.flush()
    lead = Lead(
        id=new_id(), programme_id=market.programme_id, partner_id=actor.partner_id, intake_id=intake.id, name="Mia",
        email="mia@firma.de", email_key="mia@firma.de", locale="de", state=before,
    )  # fmt: skip
    uow.session.add(lead)
    uow.session.flush()
    register_deal(uow, actor, market.programme_id, "from-lead", form(), source="lead", lead_id=lead.id)
    assert uow.session.scalar(select(Lead.state).where(Lead.id == lead.id)) == after
