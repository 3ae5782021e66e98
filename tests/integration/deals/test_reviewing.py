"""Reviews: who may decide, returning and correcting, conflicts and how they end, appeals, several approvers."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from sqlalchemy import select

from campaigns.accounts.models import Account
from campaigns.core.actor import Role
from campaigns.core.errors import DomainError
from campaigns.deals.models import Deal, DealApproval, DealClock, DealMatch, DealMember, DealPriority
from campaigns.deals.queries.desk import desk_page, queue_for
from campaigns.deals.queries.partner import deal_page
from campaigns.deals.queries.picked import deals_by_reference, partners_to_team
from campaigns.deals.service import (
    LineForm,
    Member,
    add_note,
    approve,
    ask_appeal,
    call_conflict,
    decide_appeal,
    dismiss_match,
    hand_back,
    pick_up,
    reject,
    resolve_approve,
    resolve_reject,
    resolve_share,
    resubmit_deal,
    return_deal,
    set_team,
)
from campaigns.deals.service.drafting import begin_draft, form_of
from campaigns.deals.service.steps import write_event
from tests.factories.dealing import form, grant, make_market, put_policy


def returned(uow, walk, market, *editable, who="Nord", **changes) -> Deal:
    deal = walk.reviewed(who, **changes)
    return_deal(
        uow, market.rae, deal.id, deal.version, reason_code="company_unclear", editable=editable, words="Which one?"
    )
    return walk.deal(deal.id)


def test_approval_protects_and_stops_the_clock(uow, walk, market):
    deal = walk.reviewed()
    assert deal.reviewer_id == market.rae.person_id
    made = approve(uow, market.rae, deal.id, deal.version, "Good work")
    assert (made.done, made.given, made.needed) == (True, 1, 1)
    deal = walk.deal(deal.id)
    assert (deal.state, deal.protected_until) == ("approved", uow.now + timedelta(days=90))
    assert deal.warn_at == deal.protected_until - timedelta(days=30)
    assert uow.session.get_one(DealClock, deal.id).stopped_at == uow.now
    assert walk.kinds(deal.id) == ["submitted", "pick_up", "approved"]
    page = deal_page(uow.session, market.partners["Nord"], deal.id)
    assert [one.kind for one in page.timeline] == ["submitted", "approved"]
    assert [one.number for one in page.timeline] == [1, 2]
    assert page.timeline[1].who == ""


def test_a_step_needs_its_state_and_its_version(uow, walk, market):
    deal = walk.register()
    with pytest.raises(DomainError, match=r"deal\.state"):
        approve(uow, market.rae, deal.id, deal.version)
    with pytest.raises(DomainError, match=r"deal\.state"):
        pick_up(uow, market.rae, deal.id, deal.version - 1)
    pick_up(uow, market.rae, deal.id, deal.version)
    with pytest.raises(DomainError, match=r"deal\.state"):
        pick_up(uow, market.sol, deal.id, deal.version)
    now = walk.deal(deal.id)
    hand_back(uow, market.rae, deal.id, now.version)
    assert walk.deal(deal.id).reviewer_id is None
    with pytest.raises(DomainError, match=r"actor\.forbidden"):
        pick_up(uow, market.partners["Nord"], deal.id, now.version + 1)


def test_a_person_of_the_partner_decides_nothing_by_no_route(uow, walk, market):
    both = grant(uow.session, market.rae.person_id, Role.PARTNER_MEMBER, partner_id=market.partners["Nord"].partner_id)
    deal = walk.register()
    steps = [
        lambda one, v: pick_up(uow, market.rae, one, v),
        lambda one, v: approve(uow, market.rae, one, v),
        lambda one, v: reject(uow, market.rae, one, v, reason_code="other"),
        lambda one, v: return_deal(uow, market.rae, one, v, reason_code="other", editable=["note"]),
        lambda one, v: set_team(uow, market.rae, one, v, [Member(deal.partner_id, "lead", 10_000)]),
    ]
    with pytest.raises(DomainError, match=r"deal\.own_reviewer"):
        steps[0](deal.id, deal.version)
    pick_up(uow, market.sol, deal.id, deal.version)
    version = walk.deal(deal.id).version
    for step in steps[1:]:
        with pytest.raises(DomainError, match=r"deal\.own_reviewer"):
            step(deal.id, version)
    assert both.partner_id == deal.partner_id


def test_whoever_wrote_for_the_partner_does_not_decide_even_without_a_role_there_now(uow, walk, market):
    market.partners["Nord"] = dataclasses.replace(market.partners["Nord"], person_id=market.sol.person_id)
    deal = walk.register()
    with pytest.raises(DomainError, match=r"deal\.self_approval"):
        pick_up(uow, market.sol, deal.id, deal.version)
    nobody = dataclasses.replace(market.rae, person_id=None)
    with pytest.raises(DomainError, match=r"deal\.person_needed"):
        pick_up(uow, nobody, deal.id, deal.version)


def test_a_rivals_person_does_not_judge_between_them(uow, walk, market):
    walk.register("Nord")
    second = walk.register("Sued")
    grant(uow.session, market.rae.person_id, Role.PARTNER_MEMBER, partner_id=market.partners["Nord"].partner_id)
    with pytest.raises(DomainError, match=r"deal\.own_reviewer"):
        resolve_approve(uow, market.rae, second.id, second.version, "other")
    with pytest.raises(DomainError, match=r"deal\.own_reviewer"):
        resolve_reject(uow, market.rae, second.id, second.version, reason_code="other", resolve_code="other")


def test_a_large_deal_needs_two_persons_of_its_route(uow, walk, market):
    route = {"name": "large", "from_minor": 4_000_000, "approvals": 2, "countries": ["NO"]}
    route["persons"] = [str(market.rae.person_id), str(market.sol.person_id)]
    put_policy(uow.session, market, 2, routes=[route])
    deal = walk.reviewed()
    first = approve(uow, market.rae, deal.id, deal.version)
    assert (first.done, first.given, first.needed) == (False, 1, 2)
    assert not approve(uow, market.rae, deal.id, deal.version).done, "the same person twice is once"
    with pytest.raises(DomainError, match=r"deal\.route"):
        approve(uow, market.ada, deal.id, deal.version)
    assert approve(uow, market.sol, deal.id, deal.version).done
    assert walk.deal(deal.id).state == "approved"
    small = walk.reviewed("Sued", company="Liten AS", website="https://www.liten.no", amount_minor=3_999_999)
    assert approve(uow, market.rae, small.id, small.version).done


def test_edits_begin_a_new_round_of_approvals(uow, walk, market):
    put_policy(uow.session, market, 2, routes=[{"name": "two", "approvals": 2}])
    deal = walk.reviewed()
    approve(uow, market.rae, deal.id, deal.version)
    return_deal(uow, market.sol, deal.id, deal.version, reason_code="amount_unclear", editable=["amount"])
    deal = walk.deal(deal.id)
    nord = market.partners["Nord"]
    resubmit_deal(uow, nord, deal.id, deal.partner_version, dataclasses.replace(form_of(deal), amount_minor=9_000_000))
    deal = walk.deal(deal.id)
    assert not approve(uow, market.sol, deal.id, deal.version).done
    assert len(uow.session.scalars(select(DealApproval)).all()) == 2
    assert approve(uow, market.rae, deal.id, deal.version).done


def test_only_what_was_handed_back_may_change(uow, walk, market):
    deal = returned(uow, walk, market, "contact")
    nord = market.partners["Nord"]
    page = deal_page(uow.session, nord, deal.id)
    assert (page.row.state, page.editable, page.reason_code) == ("action_required", ("contact",), "company_unclear")
    wrong = dataclasses.replace(form_of(deal), amount_minor=1, company_name="Other", contact_name="Per")
    with pytest.raises(DomainError) as error:
        resubmit_deal(uow, nord, deal.id, deal.partner_version, wrong, lines=[LineForm("Pump", 1, 1, "EUR")])
    assert {(one.code, one.slot) for one in error.value.problems} == {
        ("deal.field_locked", name) for name in ("amount_minor", "company_name", "lines")
    }
    fine = dataclasses.replace(form_of(deal), contact_name="Per")
    resubmit_deal(uow, nord, deal.id, deal.partner_version, fine, words="This one")
    after = walk.deal(deal.id)
    assert (after.state, after.contact["name"], after.editable) == ("under_review", "Per", [])


def test_the_place_is_kept_in_time_and_lost_after_it(uow, walk, market, clock):
    deal = returned(uow, walk, market, "note")
    nord, before = market.partners["Nord"], deal.priority
    clock.advance(timedelta(days=5))
    resubmit_deal(uow, nord, deal.id, deal.partner_version, form_of(deal))
    deal = walk.deal(deal.id)
    assert deal.priority == before
    return_deal(uow, market.rae, deal.id, deal.version, reason_code="other", editable=["note"])
    clock.advance(timedelta(days=5, seconds=1))
    deal = walk.deal(deal.id)
    rival = walk.register("Sued", company="Fjordvarme")
    resubmit_deal(uow, nord, deal.id, deal.partner_version, form_of(deal))
    deal = walk.deal(deal.id)
    assert deal.priority > rival.priority
    places = uow.session.scalars(select(DealPriority).where(DealPriority.deal_id == deal.id)).all()
    assert (len(places), max(one.at for one in places)) == (2, deal.submitted_at)
    # who is later now finds the other before it
    found = uow.session.scalars(select(DealMatch).where(DealMatch.deal_id == deal.id)).one()
    assert found.other_deal_id == rival.id


def test_the_clock_rests_while_the_partner_is_asked(uow, walk, market, clock):
    deal = walk.register()
    clock.advance(timedelta(hours=6))
    pick_up(uow, market.rae, deal.id, deal.version)
    deal = walk.deal(deal.id)
    return_deal(uow, market.rae, deal.id, deal.version, reason_code="other", editable=["note"])
    state = uow.session.get_one(DealClock, deal.id)
    assert (state.used_s, state.due_at, state.next_at) == (6 * 3600, None, None)
    clock.advance(timedelta(days=2))  # to Wednesday, 15:00
    deal = walk.deal(deal.id)
    resubmit_deal(uow, market.partners["Nord"], deal.id, deal.partner_version, form_of(deal))
    state = uow.session.get_one(DealClock, deal.id)
    # ten hours are left: two of Wednesday, eight of Thursday
    assert state.due_at == state.started_at + timedelta(days=1, hours=2)
    assert state.round == 2


def test_a_changed_company_is_another_account_and_matched_anew(uow, walk, market):
    walk.register("Sued", company="Bergvarme AS", website="https://www.bergvarme.no")
    deal = returned(uow, walk, market, "company", "contact")
    other = dataclasses.replace(
        form_of(deal), company_name="Bergvarme AS", website="bergvarme.no", contact_email="a@bergvarme.no"
    )
    resubmit_deal(uow, market.partners["Nord"], deal.id, deal.partner_version, other)
    after = walk.deal(deal.id)
    assert after.account_key != deal.account_id or after.company["name"] == "Bergvarme AS"
    assert uow.session.scalars(select(DealMatch.strength).where(DealMatch.deal_id == deal.id)).all() == ["block"]
    with pytest.raises(DomainError, match=r"deal\.match_open"):
        approve(uow, market.rae, after.id, after.version)
    match = uow.session.scalars(select(DealMatch).where(DealMatch.deal_id == deal.id)).one()
    dismiss_match(uow, market.rae, after.id, after.version, match.id, "Two companies")
    after = walk.deal(deal.id)
    assert approve(uow, market.rae, after.id, after.version).done


def test_the_desk_shows_both_sides_and_why(uow, walk, market):
    first = walk.register("Nord")
    second = walk.register("Sued", company="Fjordvarme")
    page = desk_page(uow.session, market.rae, second.id)
    (side,) = page.matches
    assert (side.name, side.subject_id, side.direction, side.strength) == ("Nord", first.id, "found", "block")
    assert side.company["name"] == "Fjordvarme AS"
    (back,) = desk_page(uow.session, market.rae, first.id).matches
    assert (back.name, back.direction) == ("Sued", "found_by")
    assert back.findings[0]["a"] == side.findings[0]["b"]
    assert [one.id for one in queue_for(uow.session, market.rae)] == [first.id, second.id]
    assert queue_for(uow.session, market.rae)[1].blocks == 1


def test_only_one_of_a_company_is_protected(uow, walk, market):
    first = walk.register("Nord")
    second = walk.register("Sued", company="Fjordvarme")
    resolve_approve(uow, market.rae, second.id, second.version, "stronger_evidence", "They were there first")
    pick_up(uow, market.sol, first.id, first.version)
    first = walk.deal(first.id)
    assert [one.strength for one in uow.session.scalars(select(DealMatch).where(DealMatch.deal_id == first.id))] == [
        "block"
    ]
    call_conflict(uow, market.sol, first.id, first.version)
    first = walk.deal(first.id)
    with pytest.raises(DomainError) as error:
        resolve_approve(uow, market.sol, first.id, first.version, "other")
    assert error.value.code == "deal.taken"
    assert "Sued" not in error.value.message
    assert (walk.deal(first.id).state, walk.deal(first.id).version) == ("in_conflict", first.version)
    # how the conflict ended is the vendor's: the partner reads that it is approved
    page = deal_page(uow.session, market.partners["Sued"], second.id)
    assert "there first" not in repr(page)
    assert (page.reason_code, page.reason) == ("", "")
    assert [one.kind for one in page.timeline] == ["submitted", "approved"]
    resolve_reject(
        uow, market.sol, first.id, first.version, reason_code="already_registered", resolve_code="first_registered",
        inner_words="Sued had it",
    )  # fmt: skip
    lost = deal_page(uow.session, market.partners["Nord"], first.id)
    assert (lost.row.state, lost.reason_code) == ("rejected", "already_registered")
    assert "Sued" not in repr(lost)


def test_sharing_ends_the_later_and_makes_its_partner_a_member(uow, walk, market):
    first = walk.register("Nord")
    second = walk.register("Sued", company="Fjordvarme")
    nord, sued = first.partner_id, second.partner_id
    with pytest.raises(DomainError, match=r"deal\.split"):
        resolve_share(
            uow, market.rae, second.id, second.version, into=first.id, parts={nord: 7000, sued: 2999},
            reason_code="agreed_split",
        )  # fmt: skip
    with pytest.raises(DomainError, match=r"deal\.split"):
        resolve_share(
            uow, market.rae, second.id, second.version, into=first.id, parts={sued: 10_000}, reason_code="agreed_split"
        )
    done = resolve_share(
        uow, market.rae, second.id, second.version, into=first.id, parts={nord: 7000, sued: 3000},
        reason_code="agreed_split",
    )  # fmt: skip
    assert (done.state, done.shared_into) == ("shared", first.id)
    rows = uow.session.scalars(select(DealMember).where(DealMember.deal_id == first.id)).all()
    assert {(one.partner_id, one.role, one.split_bp) for one in rows} == {
        (nord, "lead", 7000),
        (sued, "sourcing", 3000),
    }
    seen = deal_page(uow.session, market.partners["Sued"], first.id)
    assert ([one.name for one in seen.team], seen.row.own, seen.steps) == (["", "Sued"], False, ())
    with pytest.raises(DomainError, match=r"deal\.not_found"):
        deal_page(uow.session, market.partners["West"], first.id)


def test_the_earlier_one_is_never_shared_into_the_later(uow, walk, market):
    first = walk.reviewed("Nord")
    second = walk.register("Sued", company="Fjordvarme")
    call_conflict(uow, market.rae, first.id, first.version, deal_ids=[second.id])
    first = walk.deal(first.id)
    with pytest.raises(DomainError, match=r"deal\.share_order"):
        resolve_share(
            uow, market.rae, first.id, first.version, into=second.id,
            parts={first.partner_id: 5000, second.partner_id: 5000}, reason_code="agreed_split",
        )  # fmt: skip


def test_one_appeal_decided_by_another_person(uow, walk, market, clock):
    deal = walk.reviewed()
    nord = market.partners["Nord"]
    reject(uow, market.rae, deal.id, deal.version, reason_code="not_qualified", words="Too early")
    deal = walk.deal(deal.id)
    ask_appeal(uow, nord, deal.id, deal.partner_version, "They have a budget")
    deal = walk.deal(deal.id)
    with pytest.raises(DomainError, match=r"deal\.same_reviewer"):
        decide_appeal(uow, market.rae, deal.id, deal.version, granted=True)
    decide_appeal(uow, market.sol, deal.id, deal.version, granted=True, words="Look again")
    deal = walk.deal(deal.id)
    assert (deal.state, deal.reviewer_id, deal.reason_code) == ("under_review", market.sol.person_id, "")
    assert uow.session.get_one(DealClock, deal.id).due_at is not None
    reject(uow, market.sol, deal.id, deal.version, reason_code="not_qualified")
    deal = walk.deal(deal.id)
    with pytest.raises(DomainError, match=r"deal\.appeal_used"):
        ask_appeal(uow, nord, deal.id, deal.partner_version, "Again")
    late = walk.reviewed(company="Sent AS", website="https://www.sent.no")
    reject(uow, market.rae, late.id, late.version, reason_code="other")
    clock.advance(timedelta(days=15))
    with pytest.raises(DomainError, match=r"deal\.appeal_late"):
        ask_appeal(uow, nord, late.id, walk.deal(late.id).partner_version, "Now")


def test_the_vendors_own_sale_is_found(uow, walk, market):
    deal = walk.register()
    account = uow.session.get_one(Account, deal.account_id)
    account.direct, account.owner = True, "Direct team"
    uow.session.flush()
    second = walk.register("Sued", product_line="solar", company="Fjordvarme")
    assert second.state == "in_conflict"
    (side,) = desk_page(uow.session, market.rae, second.id).matches
    assert (side.kind, side.owner) == ("account", "Direct team")
    assert "Direct" not in repr(deal_page(uow.session, market.partners["Sued"], second.id))


def test_a_line_nobody_has_words_for_is_a_mistake(uow, walk, market):
    deal = walk.register()
    with pytest.raises(LookupError, match="invented"):
        write_event(uow, market.rae, deal, "invented")


def test_partners_of_a_team_read_names_only_by_the_vendors_decision(uow, walk, market):
    deal, nord, west = walk.approved(), market.partners["Nord"], market.partners["West"]
    team = [Member(nord.partner_id, "lead", 7_000), Member(west.partner_id, "support", 3_000)]
    set_team(uow, market.rae, deal.id, deal.version, team, "Together")
    add_note(uow, nord, deal.id, "From the leading one")
    for reader, other in ((nord, west), (west, nord)):
        page = deal_page(uow.session, reader, deal.id)
        assert [(one.role, one.split_bp) for one in page.team] == [("lead", 7_000), ("support", 3_000)]
        hidden = next(one for one in page.team if one.partner_id is None)
        assert hidden.name == ""
        name = "West" if other is west else "Nord"
        assert name not in repr(page)
        assert str(other.partner_id) not in repr(page)
        told = next(one for one in page.timeline if one.kind == "note")
        assert told.who == ("AtNord" if reader is nord else ""), "nor the names of its people"
    deal = walk.deal(deal.id)
    set_team(uow, market.rae, deal.id, deal.version, team, named=True)
    assert [one.name for one in deal_page(uow.session, west, deal.id).team] == ["Nord", "West"]
    deal = walk.deal(deal.id)
    set_team(uow, market.rae, deal.id, deal.version, team)
    assert "Nord" not in repr(deal_page(uow.session, west, deal.id))


def test_what_a_conflict_is_called_with_is_the_programmes_own(uow, walk, market):
    deal = walk.reviewed()
    other = walk.register("Sued", company="Else AS", website="https://www.else.no")
    assert deals_by_reference(uow.session, market.rae, [other.reference.lower(), other.reference]) == [other.id]
    foreign = make_market(uow.session, "Fern")
    draft = begin_draft(uow, market.partners["West"], market.programme_id, "d", form())
    for actor, reference in ((foreign.rae, other.reference), (market.rae, draft.reference), (market.rae, "NONE-0000")):
        with pytest.raises(DomainError, match=r"deal\.reference_unknown"):
            deals_by_reference(uow.session, actor, [reference])
    with pytest.raises(DomainError, match=r"deal\.too_many"):
        deals_by_reference(uow.session, market.rae, [f"A{n}" for n in range(21)])
    call_conflict(uow, market.rae, deal.id, deal.version, deal_ids=[other.id])
    assert "Sued" not in repr(deal_page(uow.session, market.partners["Nord"], deal.id))
    assert {name for _, name in partners_to_team(uow.session, market.rae)} == {"Nord", "Sued", "West"}
