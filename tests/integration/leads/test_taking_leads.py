"""Leads handed in: raw kept, twice is once, files in any encoding, events as touches, scores, merges, erasure."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from campaigns.audience.models import Contact
from campaigns.core.errors import DomainError
from campaigns.leads.models import Lead, LeadIntake, LeadMerge, LeadNote
from campaigns.leads.routing_models import LeadImport
from campaigns.leads.service import (
    forget_person,
    merge_leads,
    publish_rules,
    receive_leads,
    take_lead,
    unmerge_leads,
)
from campaigns.leads.service.importing import import_leads
from campaigns.leads.service.merging import likely_doubles
from campaigns.leads.service.weighing import score_lead
from campaigns.partners.models import Membership
from tests.factories.routing import hand_in, make_network, route
from tests.factories.sending import MemoryStorage

CSV = (
    "Vorname;Nachname;E-Mail;Firma;Land;PLZ;Produkt;Mitarbeiter;Position\n"
    "Jörg;Müller;joerg@mueller-bau.de;Müller Bau;Deutschland;20095;Wärme;120;Einkauf\n"
    "Zoë;Ärmel;zoe@armel.fr;Ärmel SA;Frankreich;75001;Wärme;8;Chefin\n"
    ";;kein-postfach;X;;;;;\n"
)


@pytest.fixture
def network(uow):
    return make_network(uow, "osterly", "tanabe")


def all_of(uow, model):
    query = select(model).order_by(model.created_at, model.id).execution_options(populate_existing=True)
    return uow.session.scalars(query).all()


class Inside:
    """The fixture's unit of work again and again: its commit releases a savepoint."""

    def __init__(self, uow):
        self.uow = uow

    def __call__(self, request_id=""):
        return self

    def __enter__(self):
        return self.uow

    def __exit__(self, *error):
        self.uow.session.flush()
        return False


def read_file(uow, actor, data, *, kind="csv", source="Fair list", **more):
    storage = MemoryStorage()
    made = receive_leads(uow, actor, storage, kind=kind, source=source, filename="l.csv", data=data, **more)
    import_leads(Inside(uow), storage, made, batch=1)
    assert storage.objects == {}
    return uow.session.get(LeadImport, made)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_a_file_becomes_leads_whatever_wrote_it(uow, network, encoding):
    done = read_file(uow, network.vendor, CSV.encode(encoding))
    assert (done.state, done.rows, done.taken, done.known) == ("done", 3, 2, 0)
    assert [(one["line"], one["code"]) for one in done.problems] == [(4, "row.email_invalid")]
    leads = {lead.email: lead for lead in all_of(uow, Lead)}
    joerg = leads["joerg@mueller-bau.de"]
    assert (joerg.name, joerg.company, joerg.country, joerg.postal_code) == ("Jörg Müller", "Müller Bau", "DE", "20095")
    assert (joerg.company_key, joerg.product_line, joerg.facts) == ("mueller-bau.de", "Wärme", {"mitarbeiter": "120"})
    assert (joerg.state, joerg.own, joerg.partner_id) == ("unrouted", False, None)
    assert all_of(uow, LeadIntake)[0].data["last_name"] == "Müller"


def test_the_same_file_twice_is_once_and_the_same_person_one_lead(uow, network):
    read_file(uow, network.vendor, CSV.encode())
    again = read_file(uow, network.vendor, CSV.encode())
    assert (again.taken, again.known) == (0, 2)
    other = read_file(uow, network.vendor, CSV.encode(), source="Another list")
    assert (other.taken, other.known) == (0, 2)
    assert len(all_of(uow, Lead)) == 2
    assert len(all_of(uow, LeadIntake)) == 4


def test_an_attendance_is_a_touch_that_scores(uow, network):
    publish_rules(
        uow, network.vendor,
        {"engagement": {"event": 15}, "parts": [
            {"name": "size", "of": "facts.mitarbeiter", "test": "at_least", "values": ["100"], "points": 30},
        ]}, after=0,
    )  # fmt: skip
    read_file(uow, network.vendor, CSV.encode())
    lead = next(one for one in all_of(uow, Lead) if one.email.startswith("joerg"))
    assert score_lead(uow, lead.id) == 30
    read_file(uow, network.vendor, b"email\njoerg@mueller-bau.de\nnew@firma.de\n", kind="event", source="Open day")
    assert score_lead(uow, lead.id) == 45
    uow.session.refresh(lead)
    assert [part["code"] for part in lead.score_parts] == ["part", "engagement"]
    fresh = next(one for one in all_of(uow, Lead) if one.email == "new@firma.de")
    assert score_lead(uow, fresh.id) == 15
    assert [one.words for one in all_of(uow, LeadNote) if one.kind == "event"] == ["Open day", "Open day"]


def test_files_that_cannot_be_are_refused_at_once(uow, network):
    for data, code in ((b"a;b\n1;2\n", "import.no_addresses"), (b"", "csv.empty"), (b"PK\x03\x04x", "csv.spreadsheet")):
        with pytest.raises(DomainError, match=code):
            read_file(uow, network.vendor, data)
    with pytest.raises(DomainError, match=r"import\.no_event"):
        read_file(uow, network.vendor, CSV.encode(), kind="event", source=" ")


def test_a_partners_own_leads_stay_with_it(uow, network):
    osterly = network.partners["osterly"]
    done = read_file(uow, osterly, CSV.encode(), programme_id=network.programme_id)
    assert done.taken == 2
    for lead in all_of(uow, Lead):
        assert (lead.own, lead.partner_id, lead.state) == (True, osterly.partner_id, "new")
        assert route(uow, lead.id) == ""
    # the vendor hands the same person in: another lead, since neither knows of the other's
    vendors = hand_in(uow, network, email="joerg@mueller-bau.de")
    assert uow.session.get(Lead, vendors).own is False
    other = make_network(uow, "cordant")
    with pytest.raises(DomainError, match=r"programme\.not_found"):
        read_file(uow, osterly, CSV.encode(), programme_id=other.programme_id)
    uow.session.execute(select(Membership))


def test_one_lead_twice_is_one(uow, network):
    given = {"email": "Eve@Firma.de", "name": "Eve"}
    first = take_lead(uow, network.vendor, given, {}, kind="api", source="crm")
    assert take_lead(uow, network.vendor, given, {}, kind="api", source="crm") == first
    met = take_lead(uow, network.vendor, given, {"budget": "10k"}, kind="api", source="crm")
    assert met == first
    assert take_lead(uow, network.vendor, given, {"budget": "10k"}, kind="api", source="crm") == first
    assert uow.session.scalar(select(func.count()).select_from(LeadIntake)) == 2
    with pytest.raises(DomainError, match=r"lead\.email"):
        take_lead(uow, network.vendor, {"email": "nobody"}, {}, kind="api", source="crm")


def test_a_merge_is_a_row_and_is_taken_back(uow, network):
    first = hand_in(uow, network, email="ann@werk.de")
    second = hand_in(uow, network, email="ben@werk.de")
    lead = uow.session.get(Lead, first)
    assert [one.id for one in likely_doubles(uow.session, network.vendor, lead)] == [second]
    merge_id = merge_leads(uow, network.vendor, first, second)
    assert likely_doubles(uow.session, network.vendor, lead) == []
    assert route(uow, second) == ""
    with pytest.raises(DomainError, match=r"merge\.done"):
        merge_leads(uow, network.vendor, second, first)
    assert unmerge_leads(uow, network.vendor, merge_id) == first
    assert unmerge_leads(uow, network.vendor, merge_id) == first
    assert route(uow, second) == "offered"
    assert uow.session.get(LeadMerge, merge_id).undone_at is not None
    with pytest.raises(DomainError, match=r"lead\.not_found"):
        merge_leads(uow, network.partners["osterly"], first, second)


def test_leads_of_two_programmes_are_not_merged(uow, network):
    osterly = network.partners["osterly"]
    other = make_network(uow)
    uow.session.add(Membership(programme_id=other.programme_id, partner_id=osterly.partner_id))
    uow.session.flush()
    ids = [
        take_lead(uow, osterly, {"email": "a@werk.de"}, {}, kind="page", source="me", programme_id=one)
        for one in (network.programme_id, other.programme_id)
    ]
    with pytest.raises(DomainError, match=r"merge\.apart"):
        merge_leads(uow, osterly, *ids)


def test_erasing_a_person_empties_what_was_received(uow, network):
    osterly = network.partners["osterly"]
    given = {"email": "gone@werk.de", "phone": "+49 1", "job_title": "Chief"}
    lead_id = take_lead(uow, osterly, given, {"size": "9"}, kind="page", source="me", programme_id=network.programme_id)
    contact = Contact(partner_id=osterly.partner_id, email="gone@werk.de", email_key="gone@werk.de")
    uow.session.add(contact)
    uow.session.flush()
    forget_person(uow, osterly, "s" * 40, contact.id)
    lead = uow.session.get(Lead, lead_id, populate_existing=True)
    assert (lead.email, lead.job_title, lead.facts, lead.phone) == ("", "", {}, "")
    assert [one.data for one in all_of(uow, LeadIntake)] == [{}]
