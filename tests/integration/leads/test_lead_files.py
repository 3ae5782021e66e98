"""A file of leads is looked at, goes in, and is taken back: nothing half-made, nothing that somebody works on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from campaigns.core.actor import Actor, Role
from campaigns.core.errors import DomainError
from campaigns.db.models import Job
from campaigns.leads.imports import last_imports, lead_import
from campaigns.leads.models import Lead, LeadIntake, LeadNote
from campaigns.leads.routing_models import LeadImport, LeadOffer, PoolRequest
from campaigns.leads.service import (
    accept_offer,
    add_note,
    ask_for,
    ask_undo,
    confirm_leads,
    discard_leads,
    merge_leads,
    receive_leads,
    take_lead,
)
from campaigns.leads.service.importing import import_leads
from campaigns.leads.service.looking import look_at, old_lead_drafts
from campaigns.leads.service.undoing import undo_import
from campaigns.leads.service.weighing import touch_counts
from tests.factories.routing import make_network, route
from tests.factories.sending import MemoryStorage
from tests.integration.leads.test_taking_leads import Inside

CSV = (
    b"Email,Name,Country,Floors\n"
    b"ada@firma.de,Ada,DE,3\n"
    b"bo@werk.de,Bo,DE,4\n"
    b"nobody,No One,DE,1\n"
    b"ada@firma.de,Ada again,DE,9\n"
)


@pytest.fixture
def network(uow):
    return make_network(uow, "osterly", "tanabe")


def receive(uow, actor, storage, data=CSV, **more):
    given = {"kind": "csv", "source": "fair", "filename": "fair.csv", "draft": True} | more
    return receive_leads(uow, actor, storage, data=data, **given)


def states(uow):
    rows = uow.session.scalars(select(Lead).order_by(Lead.email).execution_options(populate_existing=True))
    return [(one.email, one.state) for one in rows]


def test_a_draft_shows_everything_and_makes_nothing(uow, network):
    storage = MemoryStorage()
    made = receive(uow, network.vendor, storage)
    row = lead_import(uow.session, network.vendor, made)
    shown = look_at(storage.get(row.storage_key), row.options)
    assert (shown.total, shown.good, shown.bad, shown.doubles) == (4, 2, 1, 1)
    assert shown.problems[0] == {"line": 4, "code": "row.email_invalid", "cell": "nobody"}
    assert shown.columns == (("Email", "email", ""), ("Name", "name", ""), ("Country", "country", ""),
                             ("Floors", "", "floors"))  # fmt: skip
    assert shown.rows[0] == ("ada@firma.de", "Ada", "DE", "3")
    assert states(uow) == []
    assert uow.session.scalars(select(Job).where(Job.task == "leads.import")).all() == []
    import_leads(Inside(uow), storage, made)  # a job that should not be there takes nothing
    assert states(uow) == []


def test_confirmed_twice_goes_in_once_and_a_discarded_file_is_gone(uow, network):
    storage = MemoryStorage()
    made, other = (receive(uow, network.vendor, storage) for _ in range(2))
    discard_leads(uow, network.vendor, storage, other)
    with pytest.raises(DomainError, match=r"import\.not_found"):
        confirm_leads(uow, network.vendor, other)
    for _ in range(2):
        confirm_leads(uow, network.vendor, made)
    assert len(uow.session.scalars(select(Job).where(Job.task == "leads.import")).all()) == 1
    with pytest.raises(DomainError, match=r"import\.state"):
        discard_leads(uow, network.vendor, storage, made)
    with pytest.raises(DomainError, match=r"import\.state"):
        ask_undo(uow, network.vendor, made)  # it is still going in
    import_leads(Inside(uow), storage, made)
    row = lead_import(uow.session, network.vendor, made)
    assert (row.state, row.taken, row.known, len(row.problems)) == ("done", 2, 1, 1)
    assert states(uow) == [("ada@firma.de", "unrouted"), ("bo@werk.de", "unrouted")]


def test_old_drafts_are_forgotten(uow, network, clock):
    storage = MemoryStorage()
    made = receive(uow, network.vendor, storage)
    assert old_lead_drafts(uow) == []
    clock.advance(timedelta(days=8))
    key = uow.session.get(LeadImport, made).storage_key
    assert old_lead_drafts(uow) == [key]
    assert last_imports(uow.session, network.vendor) == []


def taken(uow, actor, storage, data=CSV, **more):
    made = receive(uow, actor, storage, data, draft=False, **more)
    import_leads(Inside(uow), storage, made)
    return made


def test_taking_back_withdraws_what_is_offered_and_leaves_what_is_worked_on(uow, network):
    storage = MemoryStorage()
    lines = "".join(f"p{n}@firma{n}.de,P{n},DE\n" for n in range(5))
    made = taken(uow, network.vendor, storage, f"Email,Name,Country\n{lines}".encode())
    leads = uow.session.scalars(select(Lead.id).order_by(Lead.email)).all()
    for lead_id in leads[:2]:
        assert route(uow, lead_id) == "offered"
    offer = uow.session.scalars(select(LeadOffer).where(LeadOffer.lead_id == leads[0])).one()
    winner = network.partners[network.name_of(offer.partner_id)]
    accept_offer(uow, winner, offer.id, "Call", uow.now.date().isoformat())
    pooled = uow.session.get(Lead, leads[2])
    pooled.state = "pooled"
    uow.session.flush()
    ask_for(uow, winner, leads[2])
    add_note(uow, network.vendor, leads[3], "call", "They want it")
    ask_undo(uow, network.vendor, made)
    ask_undo(uow, network.vendor, made)  # twice is once
    undo_import(Inside(uow), made, batch=2)
    undo_import(Inside(uow), made)
    assert [state for _, state in states(uow)] == ["accepted", "closed", "closed", "unrouted", "closed"]
    row = lead_import(uow.session, network.vendor, made)
    assert (row.state, row.taken, row.undone) == ("undone", 5, 3)
    ended = uow.session.scalars(select(LeadOffer.state).where(LeadOffer.lead_id == leads[1])).one()
    assert (ended, uow.session.scalars(select(PoolRequest.state)).one()) == ("withdrawn", "refused")
    assert uow.session.scalars(select(LeadIntake).where(LeadIntake.undone_at.is_(None))).all() == []


def test_the_same_file_may_come_again_after_it_was_taken_back(uow, network):
    storage = MemoryStorage()
    first = taken(uow, network.vendor, storage)
    ask_undo(uow, network.vendor, first)
    undo_import(Inside(uow), first)
    second = taken(uow, network.vendor, storage)
    assert lead_import(uow.session, network.vendor, second).taken == 2
    assert sorted(states(uow)) == [
        ("ada@firma.de", "closed"), ("ada@firma.de", "unrouted"), ("bo@werk.de", "closed"), ("bo@werk.de", "unrouted"),
    ]  # fmt: skip
    again = take_lead(uow, network.vendor, {"email": "ada@firma.de"}, {}, kind="page", source="desk")
    assert uow.session.get(Lead, again).state == "unrouted"


def test_what_came_from_elsewhere_too_or_was_merged_stays(uow, network):
    storage = MemoryStorage()
    made = taken(uow, network.vendor, storage)
    take_lead(uow, network.vendor, {"email": "ada@firma.de"}, {}, kind="api", source="crm")
    other = take_lead(uow, network.vendor, {"email": "bob@werk.de"}, {}, kind="api", source="crm")
    bo = uow.session.scalars(select(Lead.id).where(Lead.email == "bo@werk.de")).one()
    merge_leads(uow, network.vendor, other, bo)
    ask_undo(uow, network.vendor, made)
    undo_import(Inside(uow), made)
    assert {state for _, state in states(uow)} == {"unrouted"}
    assert lead_import(uow.session, network.vendor, made).undone == 0


def test_an_attendance_that_was_taken_back_is_no_touch(uow, network):
    partner, storage = network.partners["osterly"], MemoryStorage()
    more = {"kind": "event", "source": "Open day", "programme_id": network.programme_id}
    kept = take_lead(
        uow, partner, {"email": "ada@firma.de"}, {}, kind="page", source="desk", programme_id=network.programme_id
    )
    made = taken(uow, partner, storage, **more)
    lead = uow.session.get_one(Lead, kept)
    assert touch_counts(uow.session, lead)["event"] == 2  # two rows of hers in the file
    ask_undo(uow, partner, made)
    undo_import(Inside(uow), made)
    assert touch_counts(uow.session, lead)["event"] == 0
    assert dict(states(uow)) == {"ada@firma.de": "new", "bo@werk.de": "closed"}
    assert uow.session.scalars(select(LeadNote).where(LeadNote.kind == "event")).all(), "that they were told stays"


def test_nobody_else_looks_confirms_discards_or_takes_back(uow, network):
    storage, partner = MemoryStorage(), network.partners["osterly"]
    made = receive(uow, network.vendor, storage)
    own = receive(uow, partner, storage, programme_id=network.programme_id)
    stranger = make_network(uow, "other")
    marketing = Actor(kind="person", role=Role.MARKETING, programme_id=network.programme_id, name="Leo")
    for import_id, actors in (
        (made, (partner, stranger.vendor, stranger.partners["other"])),
        (own, (network.vendor, network.partners["tanabe"], stranger.partners["other"])),
    ):
        for actor in actors:
            for act in (
                lambda: lead_import(uow.session, actor, import_id),  # noqa: B023
                lambda: confirm_leads(uow, actor, import_id),  # noqa: B023
                lambda: discard_leads(uow, actor, storage, import_id),  # noqa: B023
                lambda: ask_undo(uow, actor, import_id),  # noqa: B023
            ):
                with pytest.raises(DomainError, match=r"import\.not_found"):
                    act()
            assert import_id not in [one.id for one in last_imports(uow.session, actor)]
    with pytest.raises(DomainError, match=r"actor\.forbidden"):
        confirm_leads(uow, marketing, made)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "csv.empty"),
        (b"\x00\x01\x02" * 50, "csv."),
        (b"PK\x03\x04" + b"\0" * 200, "csv."),
        (b"Name\nAda\n", "import.no_addresses"),
        (b"Email\n" + b'"' + b"a@b.de\n" * 200, ""),
    ],
)
def test_hostile_files_are_refused_or_shown_row_by_row(uow, network, data, code):
    storage = MemoryStorage()
    if code:
        with pytest.raises(DomainError) as refused:
            receive(uow, network.vendor, storage, data)
        assert refused.value.code.startswith(code)
        return
    made = receive(uow, network.vendor, storage, data)
    row = lead_import(uow.session, network.vendor, made)
    shown = look_at(storage.get(row.storage_key), row.options)
    assert shown.good <= shown.total
    confirm_leads(uow, network.vendor, made)
    import_leads(Inside(uow), storage, made)
    assert lead_import(uow.session, network.vendor, made).state == "done"


def test_formulas_are_words_and_a_wide_file_is_shown_in_part(uow, network):
    storage = MemoryStorage()
    head = ",".join(["Email", "Company", *(f"C{n}" for n in range(60))])
    made = receive(uow, network.vendor, storage, f"{head}\na@firma.de,=cmd|' /C calc'!A0{',x' * 60}\n".encode())
    row = lead_import(uow.session, network.vendor, made)
    shown = look_at(storage.get(row.storage_key), row.options)
    assert len(shown.columns) == 30
    assert shown.rows[0][1].startswith("=cmd")
    confirm_leads(uow, network.vendor, made)
    import_leads(Inside(uow), storage, made)
    (lead,) = uow.session.scalars(select(Lead)).all()
    assert lead.company.startswith("=cmd")
    assert len(lead.facts) <= 20
