"""Saved views and their mails: whose they are, once for each period, ended by a click or with an account or a role."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import select, text, update

from campaigns.core.actor import Actor, Role
from campaigns.core.errors import DomainError
from campaigns.core.ids import new_id
from campaigns.mailroom.models import SystemMail
from campaigns.mailroom.sending import claim
from campaigns.partners.models import Grant, Membership, Person
from campaigns.reports.models import ReportMailing, ReportSchedule
from campaigns.reports.service.mailing import write_mailing
from campaigns.reports.service.schedules import (
    due_mailings,
    end_schedule,
    read_unsubscribe_token,
    resubscribe,
    schedule_view,
    unsubscribe,
)
from campaigns.reports.service.views import (
    change_view,
    delete_view,
    restore_view,
    save_view,
    view,
    views,
)
from tests.factories.deals_made import add_deal
from tests.factories.mailing import make_world

MONDAY = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
SECRETS = {"secret_key": "k" * 40, "public_url": "https://through.example"}
ASKS = {"report": "registrations", "by": "product"}


def enter(uow, role, **tenant):
    person = Person(id=new_id(), email=f"{new_id()}@x.example", name="Ines", locale="de", password_hash="x")
    uow.session.add(person)
    uow.session.flush()
    uow.session.add(Grant(id=new_id(), person_id=person.id, role=role.value, **tenant))
    uow.session.flush()
    return Actor(kind="person", role=role, person_id=person.id, locale="de", **tenant)


@pytest.fixture
def world(uow, clock):
    clock.at = MONDAY
    made = make_world(uow.session)
    uow.session.add(Membership(programme_id=made.programme_id, partner_id=made.partner_id))
    add_deal(uow.session, made, product_line="=pumps")
    return made


@pytest.fixture
def ines(uow, world):
    return enter(uow, Role.MARKETING, programme_id=world.programme_id)


def mail(uow):
    """Write every mailing that is due; what became of each."""
    due = uow.session.scalars(select(ReportMailing.id).where(ReportMailing.state == "due")).all()
    return [write_mailing(uow, one, **SECRETS) for one in due]


def letters(uow):
    return uow.session.scalars(
        select(SystemMail).where(SystemMail.dedupe_key.startswith("report:")).order_by(SystemMail.created_at)
    ).all()


def test_a_view_is_ones_own_until_it_is_shared_and_never_another_companys(uow, world, ines):
    kai = enter(uow, Role.MARKETING, programme_id=world.programme_id)
    partner = enter(uow, Role.PARTNER_ADMIN, partner_id=world.partner_id)
    stranger = enter(uow, Role.ADMIN, programme_id=make_world(uow.session).programme_id)
    made = save_view(uow, ines, " By\tproduct ", ASKS)
    (row,) = views(uow.session, ines)
    assert (row.name, row.asks.as_json(), row.mine) == ("By product", ASKS, True)
    assert views(uow.session, kai) == []
    assert change_view(uow, ines, made, version=1, shared=True) == 2
    assert [one.mine for one in views(uow.session, kai)] == [False]
    for actor in (partner, stranger):
        assert views(uow.session, actor) == []
        for act in (delete_view, restore_view):
            with pytest.raises(DomainError) as refused:
                act(uow, actor, made)
            assert refused.value.code == "view.not_found"
        with pytest.raises(DomainError):
            schedule_view(uow, actor, made, every="week", day=1, at="08:00", zone="UTC")
    with pytest.raises(DomainError) as refused:
        delete_view(uow, kai, made)
    assert refused.value.code == "view.others"


def test_a_view_is_renamed_deleted_and_brought_back(uow, ines):
    made = save_view(uow, ines, "One", ASKS)
    assert change_view(uow, ines, made, version=1, name="Two", asks={"report": "funnels"}) == 2
    with pytest.raises(DomainError) as refused:
        change_view(uow, ines, made, version=1, name="Three")
    assert refused.value.code == "view.changed"
    delete_view(uow, ines, made)
    delete_view(uow, ines, made)
    with pytest.raises(DomainError):
        view(uow.session, ines, made)
    assert [one.deleted for one in views(uow.session, ines, deleted=True)] == [True]
    restore_view(uow, ines, made)
    row = view(uow.session, ines, made)
    assert (row.name, row.asks.report) == ("Two", "funnels")
    for name in ("", " ", "x" * 121):
        with pytest.raises(DomainError, match="1 to 120"):
            save_view(uow, ines, name, ASKS)
    with pytest.raises(DomainError):
        save_view(uow, ines, "x", {"report": "credits", "by": "wishes"})


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"every": "day"}, "schedule.every"), ({"day": 8}, "schedule.day"), ({"day": 0}, "schedule.day"),
        ({"at": "24:00"}, "schedule.time"), ({"at": "8:00"}, "schedule.time"), ({"zone": "Mars"}, "schedule.zone"),
    ],
)  # fmt: skip
def test_a_time_that_is_none_is_refused(uow, ines, wrong, code):
    made = save_view(uow, ines, "One", ASKS)
    with pytest.raises(DomainError) as refused:
        schedule_view(uow, ines, made, **({"every": "week", "day": 1, "at": "08:00", "zone": "Europe/Oslo"} | wrong))
    assert refused.value.code == code


def test_a_mail_holds_the_table_the_link_the_file_and_its_end(uow, world, ines, clock):
    made = save_view(uow, ines, "Je Produkt", ASKS)
    planned = schedule_view(uow, ines, made, every="week", day=1, at="08:00", zone="Europe/Oslo")
    assert planned.next_at == MONDAY + timedelta(hours=1)
    assert due_mailings(uow) == 0
    clock.advance(timedelta(hours=1))
    assert due_mailings(uow) == 1
    assert due_mailings(uow) == 0
    assert mail(uow) == ["written"]
    (row,) = letters(uow)
    assert row.subject == "Bericht: Je Produkt"
    sent = message_from_bytes(claim(uow, row.id, "through.example").data, policy=policy.default)
    body, page = (sent.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert "=pumps" in body
    assert '<th scope=row style="text-align:start' in page
    assert f"https://through.example/studio/reports/views/{made}" in body
    (file,) = sent.iter_attachments()
    assert file.get_filename() == "registrations-2026-W48.csv"
    assert "'=pumps" in file.get_content()  # no formula for a spreadsheet
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    token = sent["List-Unsubscribe"].strip("<>").rpartition("/r/")[2]
    assert read_unsubscribe_token(SECRETS["secret_key"], token) == planned.id
    assert uow.session.get(ReportSchedule, planned.id).next_at == MONDAY + timedelta(days=7, hours=1)


def test_each_period_is_mailed_once_however_often_it_is_asked_for(uow, ines, clock):
    made = save_view(uow, ines, "One", ASKS)
    planned = schedule_view(uow, ines, made, every="week", day=1, at="08:00", zone="UTC")
    clock.advance(timedelta(hours=3))
    assert due_mailings(uow) == 1
    uow.session.execute(update(ReportSchedule).values(next_at=MONDAY))  # a tick that was undone half-way
    assert due_mailings(uow) == 0
    (mailing,) = uow.session.scalars(select(ReportMailing)).all()
    assert write_mailing(uow, mailing.id, **SECRETS) == "written"
    assert write_mailing(uow, mailing.id, **SECRETS) == "again"
    mailing.state = "due"  # the letter's own key holds, too
    uow.session.flush()
    write_mailing(uow, mailing.id, **SECRETS)
    assert len(letters(uow)) == 1
    clock.advance(timedelta(days=35))  # nobody worked for five weeks: one mail, not five
    assert due_mailings(uow) == 1
    assert due_mailings(uow) == 0
    assert uow.session.get(ReportSchedule, planned.id).next_at > clock.now()


def test_a_job_that_dies_leaves_nothing_and_is_done_again(committing, clock):
    clock.at = MONDAY
    with committing() as uow:
        world = make_world(uow.session)
        ines = enter(uow, Role.MARKETING, programme_id=world.programme_id)
        made = save_view(uow, ines, "One", ASKS)
        schedule_view(uow, ines, made, every="week", day=1, at="07:00", zone="UTC")
    clock.advance(timedelta(hours=2))
    with committing() as uow:
        assert due_mailings(uow) == 1
        mailing = uow.session.scalars(select(ReportMailing.id)).one()
    dying = committing()
    write_mailing(dying, mailing, **SECRETS)
    dying.session.flush()
    dying.rollback()  # as if the worker were killed before the commit
    for expected in ("written", "again"):
        with committing() as uow:
            assert write_mailing(uow, mailing, **SECRETS) == expected
    with committing() as uow:
        assert len(letters(uow)) == 1
        jobs = uow.session.execute(text("SELECT task FROM job ORDER BY task")).scalars().all()
        assert jobs == ["mail.system", "reports.mail"]


def test_one_click_ends_one_readers_mails_and_the_second_takes_it_back(uow, world, ines, clock):
    kai = enter(uow, Role.CHANNEL, programme_id=world.programme_id)
    made = save_view(uow, ines, "One", ASKS, shared=True)
    mine, theirs = (schedule_view(uow, who, made, every="week", day=1, at="07:00", zone="UTC") for who in (ines, kai))
    unsubscribe(uow, mine.id)
    unsubscribe(uow, mine.id)
    clock.advance(timedelta(hours=2))
    assert due_mailings(uow) == 1
    assert mail(uow) == ["written"]
    assert (mine.stopped_why, theirs.stopped_why) == ("unsubscribed", "")
    resubscribe(uow, mine.id)
    assert mine.stopped_at is None
    assert mine.next_at > clock.now()
    end_schedule(uow, kai, made)
    resubscribe(uow, theirs.id)  # who ended it signed in is not brought back by a link
    assert theirs.stopped_why == "asked"


@pytest.mark.parametrize("why", ["account", "right", "view", "unshared"])
def test_mails_stop_with_the_account_the_right_or_the_view(uow, world, ines, clock, why):
    kai = enter(uow, Role.CHANNEL, programme_id=world.programme_id)
    made = save_view(uow, ines, "One", ASKS, shared=True)
    planned = schedule_view(uow, kai, made, every="month", day=31, at="07:00", zone="UTC")
    clock.at = datetime(2026, 11, 30, 8, 0, tzinfo=UTC)
    assert due_mailings(uow) == 1
    if why == "account":
        uow.session.execute(update(Person).where(Person.id == kai.person_id).values(disabled_at=clock.now()))
    elif why == "right":
        uow.session.execute(update(Grant).where(Grant.person_id == kai.person_id).values(revoked_at=clock.now()))
    elif why == "view":
        delete_view(uow, ines, made)
    else:
        change_view(uow, ines, made, version=1, shared=False)
    uow.session.flush()
    uow.session.expire_all()
    assert mail(uow) == ["stopped"]
    assert letters(uow) == []
    assert planned.stopped_why == ("view" if why == "unshared" else why)
    clock.advance(timedelta(days=62))
    assert due_mailings(uow) == 0


def test_a_view_over_a_run_says_that_there_is_none_yet(uow, ines, clock):
    made = save_view(uow, ines, "Money", {"report": "credits"})
    schedule_view(uow, ines, made, every="week", day=1, at="07:00", zone="UTC")
    clock.advance(timedelta(hours=2))
    due_mailings(uow)
    assert mail(uow) == ["written"]
    (row,) = letters(uow)
    assert (row.sheet_name, row.sheet) == ("", "")
    assert "Money" in row.text_body


def test_a_partners_view_shows_its_own_rows(uow, world, clock):
    other = make_world(uow.session)
    add_deal(uow.session, other, product_line="secret")
    anna = enter(uow, Role.PARTNER_ADMIN, partner_id=world.partner_id)
    made = save_view(uow, anna, "Ours", ASKS)
    schedule_view(uow, anna, made, every="week", day=1, at="07:00", zone="UTC")
    clock.advance(timedelta(hours=2))
    due_mailings(uow)
    assert mail(uow) == ["written"]
    (row,) = letters(uow)
    assert "=pumps" in row.sheet
    assert "secret" not in row.sheet + row.text_body
    assert f"/portal/results/views/{made}" in row.text_body
