"""A vendor's leads as people meet them: handed in, filed, weighed, asked for; rules tried, coverage read and set."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from campaigns.bootstrap import Container
from campaigns.core.actor import Actor, Role
from campaigns.db.unit_of_work import UnitOfWorkFactory
from campaigns.launches.models import LaunchPiece
from campaigns.leads.models import Lead
from campaigns.leads.routing_models import LeadImport, LeadOffer, PartnerCoverage
from campaigns.leads.service import decline_offer, take_lead
from tests.factories.api_stage import ApiStage
from tests.factories.live import drain
from tests.factories.routing import route
from tests.web.conftest import ApiClient, World

SignIn = Callable[[str], FlaskClient]
GIVEN = {
    "email": "ada@firma.de",
    "name": "Ada Buyer",
    "company": "Firma AG",
    "country": "Germany",
    "facts": "Floors: 9",
}


def token_of(client: FlaskClient) -> str:
    return client.get("/account").get_data(as_text=True).split('"X-CSRF-Token": "')[1].split('"')[0]


def post(client: FlaskClient, path: str, **data: object):
    return client.post(path, data={"csrf_token": token_of(client), **data}, content_type="multipart/form-data")


def text(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.get_data(as_text=True)


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"no {name} in the page"
    return found[1]


@pytest.fixture
def lead_id(committing: UnitOfWorkFactory, world: World) -> UUID:
    vendor = Actor(kind="person", role=Role.CHANNEL, programme_id=world.programme)
    with committing() as uow:
        return take_lead(uow, vendor, GIVEN, {"floors": "9"}, kind="api", source="crm")


def partner_of(world: World) -> Actor:
    return Actor(kind="person", role=Role.PARTNER_ADMIN, partner_id=world.partner)


def test_a_single_lead_is_taken_in_and_what_is_wrong_stands_beside_its_field(sign_in: SignIn) -> None:
    vendor = sign_in("vendor")
    assert "No leads yet" in text(vendor, "/channel/leads")
    wrong = post(vendor, "/channel/leads/new", **(GIVEN | {"email": "nobody"}))
    assert wrong.status_code == 422
    page = wrong.get_data(as_text=True)
    assert 'id="e-email"' in page
    assert 'value="Firma AG"' in page
    made = post(vendor, "/channel/leads/new", **GIVEN)
    assert made.status_code == 303
    page = text(vendor, made.headers["Location"])
    for shown in ("Firma AG", "Ada Buyer", "floors", "Germany", "looking for a partner"):
        assert shown in page, shown


def test_the_list_keeps_what_was_asked_in_its_address(sign_in: SignIn, lead_id: UUID) -> None:
    vendor = sign_in("vendor")
    page = text(vendor, "/channel/leads?q=firma&state=unrouted&country=DE&sort=score")
    assert "Firma AG" in page
    for chosen in ('value="unrouted" selected', 'value="DE" selected', 'value="score" selected', 'value="firma"'):
        assert chosen in page, chosen
    assert "No lead matches" in text(vendor, "/channel/leads?q=%25")
    for odd in ("?partner=x&state=x&sort=x&page=x", "?page=99999999", "?country=" + "x" * 5000):
        assert vendor.get("/channel/leads" + odd).status_code == 200


def test_more_than_fifty_leads_are_paged(sign_in: SignIn, committing: UnitOfWorkFactory, world: World) -> None:
    vendor = Actor(kind="person", role=Role.CHANNEL, programme_id=world.programme)
    with committing() as uow:
        for n in range(51):
            take_lead(uow, vendor, {"email": f"p{n}@firma{n}.de", "company": f"C{n:02}"}, {}, kind="api", source="crm")
    page = text(sign_in("vendor"), "/channel/leads?sort=old&state=unrouted")
    assert "page=2" in page
    assert "sort=old" in page.split("page=2")[1][:80] or "sort=old" in page.split("page=2")[0][-80:]
    last = text(sign_in("vendor"), "/channel/leads?sort=old&page=2")
    assert ("C50" in last, "C00" in last) == (True, False)


def test_one_lead_shows_who_was_weighed_and_what_was_answered(
    sign_in: SignIn, lead_id: UUID, committing: UnitOfWorkFactory, world: World
) -> None:
    vendor, at = sign_in("vendor"), f"/channel/leads/{lead_id}"
    with committing() as uow:
        assert route(uow, lead_id) == "offered"
    page = text(vendor, at)
    assert "Osterly" in page
    assert "no answer yet" in page
    assert "Who was weighed" in page
    with committing() as uow:
        offer = uow.session.scalars(select(LeadOffer.id)).one()
        decline_offer(uow, partner_of(world), offer, "product", "We sell <b>boilers</b>")
    with committing() as uow:
        assert route(uow, lead_id) == "pooled"
    page = text(vendor, at)
    for shown in ("We do not sell this product", "We sell &lt;b&gt;boilers", "Nobody left can take it", "declined it"):
        assert shown in page, shown
    assert post(vendor, f"{at}/notes", kind="call", words="They want it in May").status_code == 303
    assert "They want it in May" in text(vendor, at)
    assert post(vendor, f"{at}/route").status_code == 303
    again = post(vendor, f"{at}/route")
    assert "has changed meanwhile" in text(vendor, again.headers["Location"])


def test_the_pool_is_asked_and_answered(
    sign_in: SignIn, lead_id: UUID, committing: UnitOfWorkFactory, world: World
) -> None:
    vendor, partner = sign_in("vendor"), sign_in("partner")
    with committing() as uow:
        uow.session.get_one(Lead, lead_id).state = "pooled"
    assert post(partner, f"/portal/leads/pool/{lead_id}", note="We know them well").status_code == 303
    page = text(vendor, "/channel/leads/requests")
    assert "We know them well" in page
    assert "1 partner asks for a lead of the pool" in text(vendor, "/channel/leads")
    at = re.search(r'action="(/channel/leads/requests/[^"]*/grant)"', page)
    assert at
    assert post(vendor, at[1]).status_code == 303
    assert "ada@firma.de" in text(partner, f"/portal/leads/{lead_id}")
    assert "Nobody asks for anything" in text(vendor, "/channel/leads/requests")
    late = post(vendor, at[1].replace("grant", "refuse"))
    assert "decided or withdrawn already" in text(vendor, late.headers["Location"])


def test_doubles_are_merged_and_parted(
    sign_in: SignIn, lead_id: UUID, committing: UnitOfWorkFactory, world: World
) -> None:
    vendor = sign_in("vendor")
    actor = Actor(kind="person", role=Role.CHANNEL, programme_id=world.programme)
    with committing() as uow:
        other = take_lead(uow, actor, {"email": "bo@firma.de", "name": "Bo"}, {}, kind="api", source="crm")
    assert "the same company" in text(vendor, f"/channel/leads/{lead_id}")
    assert post(vendor, f"/channel/leads/{lead_id}/merge", lead=str(other)).status_code == 303
    page = text(vendor, f"/channel/leads/{lead_id}")
    assert "merged into this one" in page
    assert ">Bo<" not in text(vendor, "/channel/leads")
    undo = re.search(r'action="(/channel/leads/merges/[^"]*/undo)"', page)
    assert undo
    assert post(vendor, undo[1]).status_code == 303
    assert "merged into this one" not in text(vendor, f"/channel/leads/{lead_id}")
    assert post(vendor, f"/channel/leads/{lead_id}/merge", lead="no-id").status_code == 404


CSV = b"Email,Company,Floors\na@firma.de,=cmd|x,3\nnobody,Y,1\n<script>alert(1)</script>,Z,2\n"


def bring(client: FlaskClient, path: str, data: bytes = CSV, **more: str):
    return post(client, path, file=(BytesIO(data), "fair <1>.csv"), kind="csv", source="Fair", **more)


def test_a_file_is_looked_at_then_in_then_taken_back(
    sign_in: SignIn, container: Container, committing: UnitOfWorkFactory
) -> None:
    vendor = sign_in("vendor")
    made = bring(vendor, "/channel/leads/imports")
    assert made.status_code == 303
    at = made.headers["Location"]
    page = text(vendor, at)
    for shown in ("3 rows in the file", "1 person", "2 rows cannot be taken", "not a complete address", "Fact: floors"):
        assert shown in page, shown
    assert "<script>alert" not in page
    assert "fair &lt;1&gt;.csv" in page
    with committing.reading() as session:
        assert session.scalars(select(Lead.id)).all() == []
    assert post(vendor, f"{at}/confirm").status_code == 303
    drain(container)
    page = text(vendor, at)
    assert "1 new lead" in page
    assert "Line 3: not a complete address" in page
    assert post(vendor, f"{at}/undo").status_code == 303
    drain(container)
    assert "1 lead was taken back" in text(vendor, at)
    with committing.reading() as session:
        assert session.scalars(select(Lead.state)).all() == ["closed"]
    late = post(vendor, f"{at}/discard")
    assert "not at that point any more" in text(vendor, late.headers["Location"])


def test_a_file_put_away_leaves_nothing(sign_in: SignIn, committing: UnitOfWorkFactory, container: Container) -> None:
    vendor = sign_in("vendor")
    at = bring(vendor, "/channel/leads/imports").headers["Location"]
    assert post(vendor, f"{at}/discard").status_code == 303
    assert vendor.get(at).status_code == 404
    with committing.reading() as session:
        assert session.scalars(select(LeadImport.id)).all() == []


@pytest.mark.parametrize(
    "data", [b"", b"\x00" * 500, b"PK\x03\x04" + b"x" * 99, b"Name\nAda\n", b"\xff\xfe" + b"a" * 31, b'"' * 99]
)
@pytest.mark.parametrize("who", ["vendor", "partner"])
def test_hostile_files_are_refused_with_words(sign_in: SignIn, world: World, data: bytes, who: str) -> None:
    client = sign_in(who)
    path = {"vendor": "/channel/leads/imports", "partner": "/portal/leads/imports"}[who]
    answer = bring(client, path, data, programme=str(world.programme))
    assert answer.status_code == 422
    assert 'role="alert"' in answer.get_data(as_text=True)


RULES = {
    "engagement_most": "40", "close_points": "10", "rounds": "3", "window_hours": "16", "idle_days": "14",
    "most_recycles": "1", "zone": "Europe/Berlin", "from_mon": "09:00", "to_mon": "17:00", "tiers": "gold: 100",
    "holidays": "2026-12-25", "part_0_name": "A company", "part_0_of": "company", "part_0_test": "filled",
    "part_0_points": "25", "part_1_name": "Tall", "part_1_of": "facts.floors", "part_1_test": "at_least",
    "part_1_values": "5", "part_1_points": "30", "territory_0_name": "DACH", "territory_0_countries": "de at",
    **{f"weight_{name}": "20" for name in ("territory", "product", "tier", "capacity", "win_rate")},
}  # fmt: skip


def test_rules_are_tried_on_the_past_and_published(
    sign_in: SignIn, lead_id: UUID, committing: UnitOfWorkFactory, container: Container
) -> None:
    vendor = sign_in("vendor")
    page = text(vendor, "/channel/leads/rules")
    assert "the usual rules hold" in page
    assert "Fact: floors" in page
    number = hidden(page, "number")
    tried = post(vendor, "/channel/leads/rules", act="try", number=number, **RULES).get_data(as_text=True)
    assert "0 of 1 leads would have gone elsewhere" in tried
    assert "0 → 55" in tried
    assert "30 days, since too few" in tried
    assert "the usual rules hold" in text(vendor, "/channel/leads/rules"), "a dry run publishes nothing"
    wrong = post(vendor, "/channel/leads/rules", act="publish", number=number, **(RULES | {
        "rounds": "many", "part_1_values": "tall", "territory_0_countries": "Germany", "weight_tier": "101",
        "to_mon": "08:00",
    }))  # fmt: skip
    assert wrong.status_code == 422
    page = wrong.get_data(as_text=True)
    for name in ("rounds", "part_1_values", "territory_0_countries", "weight_tier", "from_mon"):
        assert f'id="e-{name}"' in page, name
    assert 'value="many"' in page
    assert post(vendor, "/channel/leads/rules", act="publish", number=number, **RULES).status_code == 303
    page = text(vendor, "/channel/leads/rules")
    assert "Version 1 holds" in page
    assert 'value="DE AT"' in page
    late = post(vendor, "/channel/leads/rules", act="publish", number=number, **RULES)
    assert late.status_code == 409
    drain(container)
    assert "+30" in text(vendor, f"/channel/leads/{lead_id}")


def test_what_the_form_shows_is_what_the_rules_say(sign_in: SignIn, api: Callable[..., ApiClient]) -> None:
    vendor = sign_in("vendor")
    rules = {
        "parts": [{"name": "Comma", "of": "job_title", "test": "is", "values": ["Head, IT", "Chief"], "points": -5}],
        "territories": [{"name": "North", "countries": ["DE"], "postal_prefixes": ["2", "SW1 A"]}],
        "tiers": {"gold: plated": 50}, "holidays": ["2026-12-25"], "engagement": {"click": 3},
    }  # fmt: skip
    client = api("vendor")
    assert client.post("/lead-rules", json={"rules": rules, "after": 0}).status_code == 201
    before = client.get("/lead-rules").get_json()["rules"]
    page = text(vendor, "/channel/leads/rules")
    fields = dict(re.findall(r'<input[^>]* name="(\w+)"[^>]* value="([^"]*)"', page))
    fields |= {
        name: value.lstrip("\n") for name, value in re.findall(r'<textarea[^>]* name="(\w+)"[^>]*>([^<]*)<', page)
    }
    for name, options in re.findall(r'<select[^>]* name="(\w+)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        fields[name] = chosen[1] if chosen else ""
    fields.pop("csrf_token", None)
    assert post(vendor, "/channel/leads/rules", **(fields | {"act": "publish"})).status_code == 303
    after = client.get("/lead-rules").get_json()
    assert after["number"] == 2
    assert {**after["rules"], "engagement": None} == {**before, "engagement": None}
    kept = {name: points for name, points in after["rules"]["engagement"].items() if points}
    assert kept == before["engagement"]


def test_coverage_is_set_and_gaps_are_said(
    sign_in: SignIn, lead_id: UUID, committing: UnitOfWorkFactory, world: World
) -> None:
    vendor = sign_in("vendor")
    assert "No gap in the coverage" in text(vendor, "/channel/leads/coverage")
    at = f"/channel/leads/coverage/{world.partner}"
    version = hidden(text(vendor, at), "version")
    wrong = post(vendor, at, version=version, countries="Atlantis", capacity="lots", takes_leads="1")
    assert wrong.status_code == 422
    page = wrong.get_data(as_text=True)
    assert 'id="e-countries"' in page
    assert 'id="e-capacity"' in page
    done = post(vendor, at, version=version, countries="France\nDK", postal_prefixes="7", capacity="5", takes_leads="1")
    assert done.status_code == 303
    page = text(vendor, "/channel/leads/coverage")
    assert "gap in the coverage" in page
    assert "nobody" in page
    with committing.reading() as session:
        said = session.scalars(select(PartnerCoverage)).one()
        assert (said.countries, said.postal_prefixes, said.capacity) == (["DK", "FR"], ["7"], 5)
    late = post(vendor, at, version=version, countries="DE", takes_leads="1")
    assert late.status_code == 409
    assert hidden(late.get_data(as_text=True), "version") == version, "saving again does not write over it unseen"


def test_marketing_reads_and_does_not_route(sign_in: SignIn, lead_id: UUID) -> None:
    reader = sign_in("marketing")
    assert f"/channel/leads/{lead_id}/notes" not in text(reader, f"/channel/leads/{lead_id}")
    for path in (
        f"/channel/leads/{lead_id}/notes",
        "/channel/leads/new",
        "/channel/leads/imports",
        "/channel/leads/rules",
    ):
        assert post(reader, path).status_code == 403
    assert "Bring in a file" not in text(reader, "/channel/leads")


def test_a_partner_adds_its_own_and_nobody_else_hears_of_it(
    sign_in: SignIn, world: World, committing: UnitOfWorkFactory, container: Container, api: Callable[..., ApiClient]
) -> None:
    partner, vendor, other = sign_in("partner"), sign_in("vendor"), sign_in("other_partner")
    assert 'name="programme"' in text(partner, "/portal/leads/new")
    wrong = post(partner, "/portal/leads/new", programme=str(world.programme), email="x", company="Secret AG")
    assert wrong.status_code == 422
    assert 'value="Secret AG"' in wrong.get_data(as_text=True)
    made = post(
        partner, "/portal/leads/new", programme=str(world.programme), email="own@secret.de", company="Secret AG"
    )
    assert made.status_code == 303
    lead = made.headers["Location"].rsplit("/", 1)[1]
    assert "Secret AG" in text(partner, "/portal/leads")
    assert post(partner, "/portal/leads/new", programme=str(world.other_programme), email="a@b.de").status_code == 404
    at = bring(
        partner, "/portal/leads/imports", b"Email,Company\nmia@secret2.de,Hidden AG\n", programme=str(world.programme)
    )
    assert at.status_code == 303
    path = at.headers["Location"]
    assert other.get(path).status_code == 404
    assert vendor.get(path.replace("/portal/", "/channel/")).status_code == 404
    assert post(partner, f"{path}/confirm").status_code == 303
    drain(container)
    assert "1 new lead" in text(partner, path)
    assert "Hidden AG" in text(partner, "/portal/leads")
    for page in ("/channel/leads", "/channel/leads/coverage", "/channel/leads/imports", "/channel/leads/requests"):
        seen = text(vendor, page)
        assert not [word for word in ("Secret", "Hidden") if word in seen], page
    assert vendor.get(f"/channel/leads/{lead}").status_code == 404
    assert "No leads yet" in text(vendor, "/channel/leads"), "not even a count"
    assert api("vendor").get("/vendor-leads").get_json()["items"] == []
    assert api("vendor").get("/lead-coverage").get_json()["places"] == []
    assert post(partner, f"{path}/undo").status_code == 303
    drain(container)
    with committing.reading() as session:
        states = dict(session.execute(select(Lead.email, Lead.state)).tuples().all())
    assert states == {"own@secret.de": "new", "mia@secret2.de": "closed"}


def test_the_api_does_what_the_pages_do(
    api: Callable[..., ApiClient], world: World, container: Container, committing: UnitOfWorkFactory
) -> None:
    vendor, partner = api("vendor"), api("partner")
    query = {"source": "fair", "draft": "true"}
    made = vendor.post("/vendor-lead-imports", data=CSV, query_string=query, content_type="text/csv").get_json()
    assert made["state"] == "draft"
    shown = vendor.get(f"/vendor-lead-imports/{made['id']}/preview").get_json()
    assert (shown["good"], shown["bad"], shown["columns"][2]["fact"]) == (1, 2, "floors")
    assert vendor.post(f"/vendor-lead-imports/{made['id']}/confirm").status_code == 200
    assert vendor.get(f"/vendor-lead-imports/{made['id']}/preview").status_code == 409
    drain(container)
    (lead,) = vendor.get("/vendor-leads?search=firma").get_json()["items"]
    assert (lead["state"], lead["offered_to"]) == ("offered", str(world.partner))
    assert vendor.get("/vendor-leads?country=FR").get_json()["items"] == []
    assert len(vendor.get(f"/vendor-leads?partner_id={world.partner}").get_json()["items"]) == 1
    note = {"kind": "call", "words": "They want it"}
    assert vendor.post(f"/vendor-leads/{lead['id']}/notes", json=note).status_code == 201
    detail = vendor.get(f"/vendor-leads/{lead['id']}").get_json()
    assert "They want it" in [one["words"] for one in detail["notes"]]
    assert (detail["source"], detail["registration_id"]) == ("fair", None)
    assert vendor.get("/pool-requests").get_json()["items"] == []
    covered = vendor.get(f"/lead-coverage/{world.partner}")
    assert covered.get_json()["version"] == 0
    own = partner.post("/leads", json={"email": "own@secret.de", "programme_id": str(world.programme)})
    assert own.status_code == 201
    assert partner.get(f"/leads/{own.get_json()['id']}").get_json()["piece_id"] is None
    elsewhere = partner.post("/leads", json={"email": "own@secret.de", "programme_id": str(world.other_programme)})
    assert elsewhere.status_code == 404
    bad = partner.post("/leads", json={"email": "x", "programme_id": str(world.programme)})
    assert (bad.status_code, bad.get_json()["code"]) == (422, "lead.email")


def test_a_lead_shows_the_finished_piece_it_came_from_to_its_partner_alone(
    sign_in: SignIn, stage: ApiStage, committing: UnitOfWorkFactory, api: Callable[..., ApiClient]
) -> None:
    partner, at = sign_in("partner"), f"/portal/leads/{stage.lead_id}"
    shown = re.compile(rf'href="(/portal/launches/{stage.launch_id}/pieces/([^/"]+)/look)"')
    assert not shown.search(text(partner, at))
    with committing() as uow:
        asset = uow.session.get_one(LaunchPiece, stage.piece_id).asset_id
        uow.session.get_one(Lead, stage.lead_id).source_asset_id = asset
    found = shown.search(text(partner, at))
    assert found
    assert partner.get(found[1]).status_code == 200
    with committing.reading() as session:
        assert session.get_one(LaunchPiece, UUID(found[2])).asset_id == asset
    assert api("partner").get(f"/leads/{stage.lead_id}").get_json()["piece_id"] == found[2]
    assert sign_in("other_partner").get(at).status_code == 404
