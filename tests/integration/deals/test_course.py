"""A protected deal's course: extensions, revocation, conversion, lines, notes, evidence, merges, time and letters."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from campaigns.accounts.identity import CompanyFacts
from campaigns.accounts.service import OpportunityForm, put_opportunity
from campaigns.core.actor import SYSTEM
from campaigns.core.errors import DomainError
from campaigns.db.models import Job
from campaigns.deals.letters import WORDINGS, write_letters
from campaigns.deals.models import DealClock, DealMatch, DealMember, DealRung
from campaigns.deals.queries.desk import desk_page
from campaigns.deals.queries.partner import counts_for, deal_page
from campaigns.deals.service import (
    LineForm,
    Member,
    Progress,
    add_evidence,
    add_note,
    approve,
    ask_extension,
    ask_revocation,
    convert_deal,
    decide_extension,
    decide_revocation,
    lose_deal,
    merge_accounts,
    pick_up,
    read_evidence,
    set_lines,
    set_team,
    unmerge_accounts,
    update_progress,
    win_deal,
    withdraw_deal,
)
from campaigns.deals.service.timekeeping import is_due, keep_time
from campaigns.mailroom.models import SystemMail
from campaigns.outbound.models import BusinessEvent
from tests.factories.dealing import put_policy
from tests.factories.sending import MemoryStorage

PDF = b"%PDF-1.7\n1 0 obj\n"


@pytest.fixture
def storage() -> MemoryStorage:
    return MemoryStorage()


def office(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, b"<x/>")
    return out.getvalue()


def test_an_extension_needs_evidence_time_and_room(uow, walk, market, storage, clock):
    put_policy(uow.session, market, 2, most_extensions=1)
    deal = walk.approved()
    nord = market.partners["Nord"]
    with pytest.raises(DomainError, match=r"deal\.evidence_needed"):
        ask_extension(uow, nord, deal.id, deal.partner_version, "They wait for a grant", [])
    file_id, _ = add_evidence(uow, nord, storage, deal.id, "grant.pdf", PDF)
    foreign = walk.approved("Sued", company="Annen AS", website="https://www.annen.no")
    other, _ = add_evidence(uow, market.partners["Sued"], storage, foreign.id, "x.pdf", PDF)
    with pytest.raises(DomainError, match=r"deal\.evidence_needed"), uow.session.begin_nested():
        ask_extension(uow, nord, deal.id, deal.partner_version, "They wait", [file_id, other])
    deal = walk.deal(deal.id)
    ask_extension(uow, nord, deal.id, deal.partner_version, "They wait for a grant", [file_id])
    deal = walk.deal(deal.id)
    with pytest.raises(DomainError, match=r"request\.open"):
        ask_extension(uow, nord, deal.id, deal.partner_version, "Again", [file_id])
    before = deal.protected_until
    decide_extension(uow, market.rae, deal.id, deal.version, granted=True)
    deal = walk.deal(deal.id)
    assert (deal.protected_until, deal.extensions, deal.state) == (before + timedelta(days=60), 1, "approved")
    assert deal.warn_at == deal.protected_until - timedelta(days=30)
    more, _ = add_evidence(uow, nord, storage, deal.id, "more.pdf", PDF + b"2")
    with pytest.raises(DomainError, match=r"deal\.extensions_used"):
        ask_extension(uow, nord, deal.id, deal.partner_version, "More", [more])
    clock.advance(timedelta(days=151))
    with pytest.raises(DomainError, match=r"deal\.over"):
        ask_extension(uow, nord, deal.id, deal.partner_version, "More", [more])


def test_nothing_is_granted_after_the_end(uow, walk, market, storage, clock):
    deal = walk.approved()
    nord = market.partners["Nord"]
    file_id, _ = add_evidence(uow, nord, storage, deal.id, "grant.pdf", PDF)
    ask_extension(uow, nord, deal.id, deal.partner_version, "They wait", [file_id])
    clock.advance(timedelta(days=90))
    deal = walk.deal(deal.id)
    with pytest.raises(DomainError, match=r"deal\.over"):
        decide_extension(uow, market.rae, deal.id, deal.version, granted=True)
    with pytest.raises(DomainError, match=r"deal\.over"):
        convert_deal(uow, nord, deal.id, deal.partner_version)


def test_two_persons_take_protection_back(uow, walk, market):
    deal = walk.approved()
    ask_revocation(uow, market.rae, deal.id, deal.version, reason_code="false_statement", words="No such contact")
    deal = walk.deal(deal.id)
    page = deal_page(uow.session, market.partners["Nord"], deal.id)
    assert (page.requests, page.row.version) == ((), 3), "the partner does not read it before it is done"
    with pytest.raises(DomainError, match=r"deal\.second_person"):
        decide_revocation(uow, market.rae, deal.id, deal.version, granted=True)
    decide_revocation(uow, market.sol, deal.id, deal.version, granted=True)
    page = deal_page(uow.session, market.partners["Nord"], deal.id)
    assert (page.row.state, page.reason_code, page.reason) == ("revoked", "false_statement", "No such contact")
    again = walk.register("Sued")
    assert again.state == "submitted", "the company is free"


def test_converted_deals_do_not_expire_and_are_won_or_lost_with_a_reason(uow, walk, market, clock):
    deal = walk.approved()
    nord = market.partners["Nord"]
    with pytest.raises(DomainError, match=r"deal\.state"):
        win_deal(uow, nord, deal.id, deal.partner_version)
    convert_deal(uow, nord, deal.id, deal.partner_version)
    clock.advance(timedelta(days=200))
    rival = walk.register("Sued", close_on=date(2027, 9, 1))
    assert (walk.deal(deal.id).state, rival.state) == ("converted", "in_conflict")
    deal = walk.deal(deal.id)
    with pytest.raises(DomainError, match=r"deal\.reason"):
        lose_deal(uow, nord, deal.id, deal.partner_version, reason_code="bad luck")
    won = win_deal(uow, SYSTEM, deal.id, None, amount_minor=700_000, currency="JPY", origin="crm")
    assert (won.state, won.won_amount_minor, won.currency, won.amount_minor) == ("won", 700_000, "JPY", 700_000)
    event = uow.session.scalars(select(BusinessEvent).where(BusinessEvent.type == "deal.won")).one()
    assert event.origin == "crm"
    with pytest.raises(DomainError, match=r"deal\.state"):
        withdraw_deal(uow, nord, deal.id, won.partner_version)


def test_what_another_system_owns_only_it_changes(uow, walk, market):
    deal = walk.approved()
    deal.owner_system = "crm"
    uow.session.flush()
    nord = market.partners["Nord"]
    for change in (Progress(stage="demo"), Progress(amount_minor=1), Progress(close_on=date(2028, 1, 1))):
        with pytest.raises(DomainError, match=r"deal\.field_owned"):
            update_progress(uow, nord, deal.id, deal.partner_version, change)
    with pytest.raises(DomainError, match=r"deal\.field_owned"):
        update_progress(uow, SYSTEM, deal.id, None, Progress(stage="demo"), origin="other")
    update_progress(
        uow, nord, deal.id, deal.partner_version, Progress(next_step="Call", next_step_on=date(2026, 12, 1))
    )
    update_progress(uow, SYSTEM, deal.id, None, Progress(stage="demo"), origin="crm")
    page = deal_page(uow.session, nord, deal.id)
    assert (page.row.stage, page.row.next_step) == ("demo", "Call")
    assert page.timeline[-1].data["after"] == {"stage": "demo"}


def test_both_sides_see_each_change_at_once(uow, walk, market):
    deal = walk.approved()
    nord = market.partners["Nord"]
    update_progress(uow, market.rae, deal.id, deal.version, Progress(stage="offer"))
    add_note(uow, nord, deal.id, "They like it")
    add_note(uow, market.rae, deal.id, "Watch this one", sight="vendor")
    add_note(uow, nord, deal.id, "Our margin is thin", sight="partner")
    with pytest.raises(DomainError, match=r"note\.sight"):
        add_note(uow, nord, deal.id, "x", sight="vendor")
    with pytest.raises(DomainError, match=r"deal\.words"):
        add_note(uow, nord, deal.id, "  ")
    theirs = [one.words for one in deal_page(uow.session, nord, deal.id).timeline if one.kind == "note"]
    ours = [one.words for one in desk_page(uow.session, market.rae, deal.id).timeline if one.kind == "note"]
    assert (theirs, ours) == (["They like it", "Our margin is thin"], ["They like it", "Watch this one"])
    assert [one.number for one in walk.events(deal.id)] == list(range(1, len(walk.events(deal.id)) + 1))


def test_lines_have_currencies_of_their_own(uow, walk, market):
    deal = walk.approved()
    lines = [LineForm("Pump", 2, 900_000, "EUR"), LineForm("Service", 1, 5000, "JPY"), LineForm("Tank", 1, 1, "EUR")]
    with pytest.raises(DomainError) as error:
        set_lines(uow, market.partners["Nord"], deal.id, deal.partner_version, [LineForm("", 0, -1, "XXX")])
    assert [one.code for one in error.value.problems] == [
        "deal.line_product", "deal.line_quantity", "deal.amount", "deal.currency",
    ]  # fmt: skip
    deal = walk.deal(deal.id)
    set_lines(uow, market.partners["Nord"], deal.id, deal.partner_version, lines)
    page = deal_page(uow.session, market.partners["Nord"], deal.id)
    assert page.line_totals == {"EUR": 900_001, "JPY": 5000}
    assert [one.product for one in page.lines] == ["Pump", "Service", "Tank"]


def test_parts_of_a_team_make_the_whole(uow, walk, market):
    deal = walk.approved()
    nord, west = deal.partner_id, market.partners["West"].partner_id
    for team in (
        [Member(nord, "lead", 10_000), Member(west, "support", 1)],
        [Member(nord, "lead", 9_000)],
        [Member(nord, "support", 5_000), Member(west, "lead", 5_000)],
        [Member(nord, "lead", 5_000), Member(nord, "lead", 5_000)],
    ):
        with pytest.raises(DomainError, match=r"deal\.(split|team)"):
            set_team(uow, market.rae, deal.id, deal.version, team)
    set_team(uow, market.rae, deal.id, deal.version, [Member(nord, "lead", 6_000), Member(west, "support", 4_000)])
    deal = walk.deal(deal.id)
    set_team(uow, market.rae, deal.id, deal.version, [Member(nord, "lead", 10_000)])
    rows = uow.session.scalars(select(DealMember).where(DealMember.deal_id == deal.id)).all()
    assert sum(one.split_bp for one in rows if one.removed_at is None) == 10_000
    assert counts_for(uow.session, market.partners["West"])["approved"] == 0


@pytest.mark.parametrize(
    ("data", "media"),
    [
        (PDF, "application/pdf"), (b"\x89PNG\r\n\x1a\nx", "image/png"), (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"From: a@x.no\r\nSubject: Order\r\n\r\nYes", "message/rfc822"), ("Grüße".encode(), "text/plain"),
        (office("word/document.xml"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (office("word/document.xml", "word/vbaProject.bin"), None), (office("a.exe"), None), (b"MZ\x90\x00", None),
        (b"<svg onload=alert(1)>", None), (b"#!/bin/sh\n", None), (b"PK\x03\x04broken", None), (b"", None),
    ],
)  # fmt: skip
def test_evidence_is_what_its_bytes_say(uow, walk, market, storage, data, media):
    deal = walk.register()
    nord = market.partners["Nord"]
    if media is None:
        with pytest.raises(DomainError, match=r"evidence\.(kind|empty)"):
            add_evidence(uow, nord, storage, deal.id, "good.pdf", data)
        assert storage.objects == {}
        return
    file_id, new = add_evidence(uow, nord, storage, deal.id, "../a\r\nb.pdf", data)
    assert add_evidence(uow, nord, storage, deal.id, "again.pdf", data) == (file_id, False)
    found = read_evidence(uow, market.rae, storage, deal.id, file_id)
    assert (new, found.content_type, found.data, found.filename) == (True, media, data, "../a b.pdf")
    with pytest.raises(DomainError, match=r"deal\.not_found"):
        read_evidence(uow, market.partners["Sued"], storage, deal.id, file_id)


def test_evidence_is_bounded(uow, walk, market, storage):
    deal = walk.register()
    nord = market.partners["Nord"]
    with pytest.raises(DomainError, match=r"evidence\.too_large"):
        add_evidence(uow, nord, storage, deal.id, "a.pdf", PDF + b"x" * 10 * 1024 * 1024)
    for number in range(20):
        add_evidence(uow, nord, storage, deal.id, "a.pdf", PDF + str(number).encode())
    with pytest.raises(DomainError, match=r"evidence\.many"):
        add_evidence(uow, nord, storage, deal.id, "a.pdf", PDF + b"21")
    assert len(storage.objects) == 20


def test_merging_takes_the_deals_along_and_unmerging_gives_them_back(uow, walk, market):
    one = walk.approved("Nord")
    two = walk.register("Sued", company="Fjordvarme Norge AS", website="https://www.fjordvarme-norge.com")
    assert two.account_key != one.account_key
    merge_id = merge_accounts(uow, market.rae, one.account_id, two.account_id, "One register number")
    two = walk.deal(two.id)
    assert (two.account_key, two.state, two.partner_version) == (one.account_key, "submitted", 2)
    assert "block" in uow.session.scalars(select(DealMatch.strength).where(DealMatch.deal_id == two.id)).all()
    third = walk.register("West", company="Fjordvarme Norge AS", website="https://www.fjordvarme-norge.com")
    assert (third.account_id, third.account_key) == (two.account_id, one.account_key)
    unmerge_accounts(uow, market.rae, merge_id)
    assert walk.deal(two.id).account_key == walk.deal(third.id).account_key == two.account_id
    assert walk.deal(one.id).account_key == one.account_id
    with pytest.raises(DomainError, match=r"account\.not_merged"):
        unmerge_accounts(uow, market.rae, merge_id)


def test_two_protected_deals_are_never_put_on_one_key(uow, walk, market):
    one = walk.approved("Nord")
    two = walk.reviewed("Sued", company="Fjordvarme Norge AS", website="https://www.fjordvarme-norge.com")
    approve(uow, market.rae, two.id, two.version)
    with pytest.raises(DomainError, match=r"account\.merge_protected"):
        merge_accounts(uow, market.rae, one.account_id, two.account_id)
    with pytest.raises(DomainError, match=r"account\.merge_self"):
        merge_accounts(uow, market.rae, one.account_id, one.account_id)


def test_rungs_of_the_ladder_happen_once_each(uow, committing, clock):
    del uow  # the ladder commits by itself
    from tests.factories.dealing import make_market
    from tests.integration.deals.conftest import Walk

    with committing() as one:
        market = make_market(one.session, "Nord")
        put_policy(one.session, market)
    with committing() as one:
        deal_id = Walk(one, market).register().id
    told = []
    for hours in (7, 1, 24, 24, 24):  # Monday 16:00, 17:00 (half), Tuesday 17:00 (due), Wednesday 17:00, Thursday
        clock.advance(timedelta(hours=hours))
        told.append(keep_time(committing)["rungs"])
        assert keep_time(committing)["rungs"] == 0
    assert told == [0, 1, 1, 1, 0]
    with committing() as one:
        assert [row.percent for row in one.session.scalars(select(DealRung).order_by(DealRung.percent))] == [
            50,
            100,
            150,
        ]
        letters = one.session.scalars(select(Job.payload).where(Job.task == "deals.tell").order_by(Job.id)).all()
        assert [row["letter"] for row in letters] == ["submitted", "rung_remind", "rung_manager", "rung_owner"]
        assert one.session.get_one(DealClock, deal_id).next_at is None
        # the partner reads of no reminder
        assert [row.kind for row in deal_page(one.session, market.partners["Nord"], deal_id).timeline] == ["submitted"]


def test_warnings_and_expiry_come_with_time(committing, clock):
    from tests.factories.dealing import make_market
    from tests.integration.deals.conftest import Walk

    with committing() as one:
        market = make_market(one.session, "Nord")
        put_policy(one.session, market)
    with committing() as one:
        deal_id = Walk(one, market).approved().id
    seen = []
    for days in (59, 1, 15, 1, 10, 1, 2, 1, 1):
        clock.advance(timedelta(days=days))
        with committing.reading() as session:
            due = is_due(session, clock.now())
        counts = keep_time(committing)
        assert due == any(counts.values())
        seen.append((counts["warned"], counts["expired"]))
    assert seen == [(0, 0), (1, 0), (0, 0), (1, 0), (0, 0), (1, 0), (0, 0), (0, 1), (0, 0)]
    with committing() as one:
        walk = Walk(one, market)
        assert walk.deal(deal_id).state == "expired"
        days = [row.data["days"] for row in walk.events(deal_id) if row.kind == "warning"]
        assert days == [30, 14, 3]
        kinds = one.session.scalars(select(BusinessEvent.type).order_by(BusinessEvent.id)).all()
        assert kinds[-4:] == ["deal.expiring"] * 3 + ["deal.expired"]


@pytest.mark.parametrize("locale", ["en", "de", "fr", "es", "ja", "ar"])
def test_every_letter_is_written_in_its_readers_language(uow, locale):
    from tests.factories.dealing import make_market
    from tests.integration.deals.conftest import Walk

    market = make_market(uow.session, "Nord", "West", locale=locale)
    put_policy(uow.session, market)
    deal = Walk(uow, market).approved()
    for name in WORDINGS:
        assert write_letters(uow, "https://t.example", deal.id, name, "3") >= 1, name
        assert write_letters(uow, "https://t.example", deal.id, name, "3") == 0, name
    mails = uow.session.scalars(select(SystemMail)).all()
    for mail in mails:
        path = "/portal/deals/" if mail.partner_id else "/channel/deals/"
        assert f"https://t.example{path}{deal.id}" in mail.text_body
        assert "%(" not in mail.subject + mail.text_body
        assert mail.programme_id is None or mail.partner_id is None
    approved = next(one for one in mails if ":approved:" in one.dedupe_key)
    day = {"en": "February 21, 2027", "de": "21. Februar 2027", "ja": "2027年2月21日"}.get(locale, "2027")
    assert locale == "ar" or day in approved.text_body
    assert "Fjordvarme AS" in approved.subject


def test_the_timeline_is_append_only(uow, walk):
    deal = walk.register()
    event = walk.events(deal.id)[0]
    event.words = "never said"
    with pytest.raises(DBAPIError, match="never changed"):
        uow.session.flush()


def test_the_vendors_open_opportunities_are_found(uow, walk, market):
    facts = CompanyFacts("Fjordvarme AS", "NO", "fjordvarme.no")
    put_opportunity(
        uow, market.rae,
        OpportunityForm("crm", "006A", facts, title="Big one", amount_minor=1, currency="EUR", owner="Odd"),
    )  # fmt: skip
    deal = walk.register()
    assert deal.state == "in_conflict"
    (side,) = desk_page(uow.session, market.rae, deal.id).matches
    assert (side.kind, side.name, side.owner, side.strength) == ("opportunity", "Big one", "Odd", "block")
    assert walk.kinds(deal.id) == ["submitted", "conflict"]
    with pytest.raises(DomainError, match=r"deal\.state"):
        pick_up(uow, market.rae, deal.id, deal.version)
