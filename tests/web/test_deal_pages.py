"""Deals as people meet them: registering, the reviewer's desk, the public rules, accounts and files."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from flask.testing import FlaskClient

from campaigns.accounts.models import AccountImport
from campaigns.accounts.service import run_import
from campaigns.core.ids import new_id
from campaigns.db.unit_of_work import UnitOfWorkFactory
from campaigns.deals.models import Deal, ProductLine
from campaigns.leads.models import Lead, LeadIntake
from campaigns.partners.models import Grant, Membership, Person
from tests.web.conftest import World, make_person

SignIn = Callable[[str], FlaskClient]
WRITTEN = {
    "company_name": "Fjordvarme AS", "country": "NO", "website": "https://www.fjordvarme.no",
    "contact_name": "Kari Hansen", "contact_email": "kari@fjordvarme.no", "product_line": "pumps",
    "amount": "50,000.00", "currency": "EUR", "close_on": "2027-03-01",
}  # fmt: skip


@pytest.fixture
def market(committing: UnitOfWorkFactory, world: World) -> World:
    """The world with something to register for."""
    with committing() as uow:
        uow.session.add(ProductLine(id=new_id(), programme_id=world.programme, code="pumps", name="Heat pumps"))
    return world


def token_of(client: FlaskClient) -> str:
    page = client.get("/account").get_data(as_text=True)
    return page.split('"X-CSRF-Token": "')[1].split('"')[0]


def post(client: FlaskClient, path: str, **data: object):
    return client.post(path, data={"csrf_token": token_of(client), **data}, content_type="multipart/form-data")


def register(client: FlaskClient, world: World, **changes: str):
    return post(
        client, "/portal/deals", act="submit", programme=str(world.programme), token=str(new_id()), version="0",
        **(WRITTEN | changes),
    )  # fmt: skip


def deal_id_of(answer) -> str:
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return answer.headers["Location"].rsplit("/", 1)[1]


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"no {name} in the page"
    return found[1]


def test_registering_submits_and_tells_the_vendor(sign_in: SignIn, market: World) -> None:
    partner, vendor = sign_in("partner"), sign_in("vendor")
    assert "Fjordvarme" not in vendor.get("/channel/deals").get_data(as_text=True)
    deal_id = deal_id_of(register(partner, market))
    page = partner.get(f"/portal/deals/{deal_id}").get_data(as_text=True)
    assert "In review" in page
    assert "You hear by" in page
    assert "<b>Registered</b>" in page
    assert "Fjordvarme AS" in partner.get("/portal/deals").get_data(as_text=True)
    desk = vendor.get("/channel/deals").get_data(as_text=True)
    assert "Fjordvarme AS" in desk
    assert "Osterly" in desk
    for page in (desk, vendor.get(f"/channel/deals/{deal_id}").get_data(as_text=True)):
        assert "Heat pumps" in page, "a product is named as its programme names it"


def test_every_problem_stands_beside_its_field_and_the_words_stay(sign_in: SignIn, market: World) -> None:
    partner = sign_in("partner")
    answer = register(partner, market, company_name="", amount="twelve", contact_email="nobody", close_on="1999-01-01")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    for name in ("company_name", "amount", "contact_email", "close_on"):
        assert f'id="e-{name}"' in page, f"{name} has no error beside it"
    assert 'value="twelve"' in page


def test_a_refused_submission_stays_a_draft(sign_in: SignIn, market: World, committing: UnitOfWorkFactory) -> None:
    partner = sign_in("partner")
    answer = register(partner, market, close_on="")
    assert answer.status_code == 422
    with committing() as uow:
        kept = uow.session.query(Deal).one()
        assert (kept.state, kept.company["name"]) == ("draft", "Fjordvarme AS")
    again = partner.get(f"/portal/deals/{kept.id}").get_data(as_text=True)
    assert "Fjordvarme AS" in again
    version = hidden(again, "version")
    done = post(
        partner, "/portal/deals", act="submit", programme=str(market.programme), token=kept.client_token,
        version=version, **WRITTEN,
    )  # fmt: skip
    assert deal_id_of(done) == str(kept.id)


def test_the_page_keeps_a_draft_by_itself(sign_in: SignIn, market: World, committing: UnitOfWorkFactory) -> None:
    partner, token = sign_in("partner"), str(new_id())
    given = {"programme": str(market.programme), "token": token, "version": "0"}
    first = post(partner, "/portal/deals/keep", company_name="Fjord", **given)
    assert first.status_code == 200, first.get_data(as_text=True)
    version = hidden(first.get_data(as_text=True), "version")
    second = post(partner, "/portal/deals/keep", company_name="Fjordvarme", **(given | {"version": version}))
    assert second.status_code == 200
    late = post(partner, "/portal/deals/keep", company_name="Old tab", **(given | {"version": version}))
    assert late.status_code == 422
    with committing() as uow:
        assert [row.company["name"] for row in uow.session.query(Deal)] == ["Fjordvarme"]


def test_one_field_takes_a_web_site_or_a_registration_number(
    sign_in: SignIn, market: World, committing: UnitOfWorkFactory
) -> None:
    partner = sign_in("partner")
    deal_id_of(register(partner, market, website="923 609 016"))
    with committing() as uow:
        company = uow.session.query(Deal).one().company
    assert (company["website"], company["registry_id"]) == ("", "923 609 016")


def decide(vendor: FlaskClient, deal_id: str, decision: str, **data: object):
    page = vendor.get(f"/channel/deals/{deal_id}").get_data(as_text=True)
    return post(vendor, f"/channel/deals/{deal_id}", decision=decision, version=hidden(page, "version"), **data)


def test_review_from_the_queue_to_the_end_of_the_deal(sign_in: SignIn, market: World) -> None:
    partner, vendor = sign_in("partner"), sign_in("vendor")
    deal_id = deal_id_of(register(partner, market))
    assert decide(vendor, deal_id, "pick_up").status_code == 303
    asked = decide(vendor, deal_id, "return", returned="amount_unclear", editable="amount", words="All floors?")
    assert asked.status_code == 303
    page = partner.get(f"/portal/deals/{deal_id}").get_data(as_text=True)
    assert "All floors?" in page
    assert 'name="amount"' in page
    assert 'name="company_name"' not in page, "what was not handed back cannot be edited"
    fixed = post(
        partner, f"/portal/deals/{deal_id}/correct", version=hidden(page, "version"), amount="61,000", currency="EUR"
    )
    assert fixed.status_code == 303, fixed.get_data(as_text=True)
    assert decide(vendor, deal_id, "approve", words="Good luck").status_code == 303
    page = partner.get(f"/portal/deals/{deal_id}").get_data(as_text=True)
    assert "Protected until" in page
    assert "€61,000.00" in page
    for act, data in (
        ("progress", {"next_step": "Visit the site", "next_step_on": "2026-12-01", "stage": "Offer"}),
        ("notes", {"words": "They like it"}),
        ("lines", {"product": "Pump 9 kW", "quantity": "3", "line_amount": "61,000", "line_currency": "EUR"}),
        ("convert", {}),
        ("win", {"amount": "60,500.50", "currency": "EUR"}),
    ):
        page = partner.get(f"/portal/deals/{deal_id}").get_data(as_text=True)
        answer = post(partner, f"/portal/deals/{deal_id}/{act}", version=hidden(page, "version"), **data)
        assert answer.status_code == 303, (act, answer.get_data(as_text=True))
    page = partner.get(f"/portal/deals/{deal_id}").get_data(as_text=True)
    for text in ("€60,500.50", "Visit the site", "They like it", "Pump 9 kW", "Won"):
        assert text in page, text
    assert "They like it" in vendor.get(f"/channel/deals/{deal_id}").get_data(as_text=True)


def test_how_long_protection_lasts_is_said_in_the_readers_language(
    sign_in: SignIn, market: World, committing: UnitOfWorkFactory
) -> None:
    partner, vendor = sign_in("partner"), sign_in("vendor")
    deal_id = deal_id_of(register(partner, market))
    for act in ("pick_up", "approve"):
        assert decide(vendor, deal_id, act).status_code == 303
    assert "days are left." in partner.get("/portal/deals").get_data(as_text=True)
    with committing() as uow:
        uow.session.get_one(Person, market.people["partner"]).locale = "ar"
    arabic = partner.get("/portal/deals").get_data(as_text=True)
    assert "days are left." not in arabic
    assert "بقي" in arabic


def test_a_lead_leads_to_its_deal(sign_in: SignIn, market: World, committing: UnitOfWorkFactory) -> None:
    with committing() as uow:
        intake = LeadIntake(
            id=new_id(), programme_id=market.programme, partner_id=market.partner, kind="csv", source="fair",
            digest="d", data={},
        )  # fmt: skip
        uow.session.add(intake)
        uow.session.flush()
        lead = Lead(
            id=new_id(), programme_id=market.programme, partner_id=market.partner, intake_id=intake.id, name="Kari",
            email="kari@fjordvarme.no", email_key="kari@fjordvarme.no", locale="en", state="accepted",
        )  # fmt: skip
        uow.session.add(lead)
    partner = sign_in("partner")
    page = partner.get(f"/portal/leads/{lead.id}").get_data(as_text=True)
    assert f"/portal/deals/new?lead={lead.id}" in page
    deal_id = deal_id_of(register(partner, market, lead=str(lead.id)))
    page = partner.get(f"/portal/leads/{lead.id}").get_data(as_text=True)
    assert f'href="/portal/deals/{deal_id}"' in page
    assert "/portal/deals/new" not in page
    assert f"/portal/leads/{lead.id}" in partner.get(f"/portal/deals/{deal_id}").get_data(as_text=True)


def test_evidence_is_kept_and_handed_out_as_a_file(sign_in: SignIn, market: World) -> None:
    partner, vendor = sign_in("partner"), sign_in("vendor")
    deal_id = deal_id_of(register(partner, market))
    added = post(partner, f"/portal/deals/{deal_id}/evidence", file=(BytesIO(b"%PDF-1.7 offer"), "offer.pdf"))
    assert added.status_code == 303
    page = vendor.get(f"/channel/deals/{deal_id}").get_data(as_text=True)
    path = re.search(rf"/channel/deals/{deal_id}/evidence/[0-9a-f-]+", page)
    assert path
    file = vendor.get(path[0])
    assert (file.status_code, file.data) == (200, b"%PDF-1.7 offer")
    assert file.headers["Content-Disposition"].startswith("attachment")
    refused = post(partner, f"/portal/deals/{deal_id}/evidence", file=(BytesIO(b"MZ\x00\x01"), "run.exe"))
    assert refused.status_code == 422


def rival(committing: UnitOfWorkFactory, market: World) -> None:
    """The second partner joins the first one's programme."""
    with committing() as uow:
        uow.session.add(Membership(programme_id=market.programme, partner_id=market.other_partner))


def test_a_rival_reads_the_same_as_without_one(sign_in: SignIn, market: World, committing: UnitOfWorkFactory) -> None:
    rival(committing, market)
    first, second, vendor = sign_in("partner"), sign_in("other_partner"), sign_in("vendor")
    deal_id_of(register(first, market))
    blocked = deal_id_of(register(second, market))
    free = deal_id_of(register(second, market, company_name="Nordvarme AS", website="https://www.nordvarme.no"))

    second.get("/portal/deals")  # takes the messages of before

    def shown(deal_id: str) -> str:
        page = second.get(f"/portal/deals/{deal_id}").get_data(as_text=True)
        page = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}", "·", page)
        page = re.sub(r'(csrf_token" value="|X-CSRF-Token": ")[^"]*', r"\1·", page)
        return page.replace("Nordvarme", "Fjordvarme").replace("nordvarme", "fjordvarme")

    assert shown(blocked) == shown(free)
    assert "Osterly" not in shown(blocked)
    desk = vendor.get(f"/channel/deals/{blocked}").get_data(as_text=True)
    assert "the same web domain" in desk
    assert "Osterly" in desk
    assert second.get(f"/portal/deals/{blocked}").headers.get("ETag") is None


def test_sharing_a_conflict_gives_both_their_part(
    sign_in: SignIn, market: World, committing: UnitOfWorkFactory
) -> None:
    rival(committing, market)
    first, second, vendor = sign_in("partner"), sign_in("other_partner"), sign_in("vendor")
    earlier = deal_id_of(register(first, market))
    later = deal_id_of(register(second, market))
    assert "In conflict" in vendor.get(f"/channel/deals/{later}").get_data(as_text=True)
    shared = decide(vendor, later, "resolve_share", into=earlier, part="30", resolved="agreed_split", words="Together")
    assert shared.status_code == 303, shared.get_data(as_text=True)
    page = second.get(f"/portal/deals/{earlier}").get_data(as_text=True)
    assert "30%" in page
    assert "70%" in page


def test_dismissing_a_match_and_deciding_for_the_other(
    sign_in: SignIn, market: World, committing: UnitOfWorkFactory
) -> None:
    rival(committing, market)
    first, second, vendor = sign_in("partner"), sign_in("other_partner"), sign_in("vendor")
    deal_id_of(register(first, market))
    later = deal_id_of(register(second, market))
    page = vendor.get(f"/channel/deals/{later}").get_data(as_text=True)
    assert decide(vendor, later, "dismiss", match=hidden(page, "match")).status_code == 303
    answer = decide(
        vendor, later, "resolve_reject", resolved="first_registered", inner="Osterly came first",
        rejected="already_registered", words="Not now",
    )  # fmt: skip
    assert answer.status_code == 303, answer.get_data(as_text=True)
    told = second.get(f"/portal/deals/{later}").get_data(as_text=True)
    assert "Not now" in told
    assert "Osterly" not in told
    assert "You may appeal once" in told


def test_the_public_rules_need_no_sign_in_and_speak_six_languages(app, market: World) -> None:
    client = app.test_client()
    seen = set()
    for language in ("en", "de", "fr", "es", "ja", "ar"):
        page = client.get(f"/policy/halvorsen?lang={language}")
        assert page.status_code == 200
        text = page.get_data(as_text=True)
        assert f'lang="{language}"' in text
        assert "Heat pumps" in text
        seen.add(re.search(r"<h1>([^<]*)", text)[1])
    assert len(seen) == 6, "every language says it in its own words"
    assert client.get("/policy/nobody").status_code == 404
    assert client.get("/policy/halvorsen/7").status_code == 404


RULES = {
    "review_hours": "8", "protection_days": "120", "extension_days": "30", "most_extensions": "1",
    "resubmit_days": "5", "appeal_days": "10", "warn_days": "14, 3", "ladder": "50, 100", "currency": "EUR",
    "minimum_minor": "", "auto_clear_minor": "90,000", "auto_clear_tiers": "", "zone": "UTC", "words": "Fair play",
    "from_mon": "09:00", "to_mon": "17:00", "holidays": "2026-12-25",
}  # fmt: skip


def test_rules_are_tried_and_published(app, sign_in: SignIn, market: World) -> None:
    partner, vendor = sign_in("partner"), sign_in("vendor")
    deal_id_of(register(partner, market))
    tried = post(vendor, "/channel/policy", act="try", number="0", **RULES)
    assert tried.status_code == 200, tried.get_data(as_text=True)
    text = tried.get_data(as_text=True)
    assert "Over 1 past registration" in text
    assert "1 would have gone otherwise" in text
    assert "120" not in app.test_client().get("/policy/halvorsen").get_data(as_text=True), "a try changes nothing"
    assert post(vendor, "/channel/policy", act="publish", number="0", **RULES).status_code == 303
    public = app.test_client().get("/policy/halvorsen").get_data(as_text=True)
    assert "120 days" in public
    assert "Fair play" in public
    assert "90,000" not in public, "the limit below which deals clear themselves stays inside"
    assert post(vendor, "/channel/policy", act="publish", number="0", **RULES).status_code == 409
    wrong = post(vendor, "/channel/policy", act="publish", number="1", **(RULES | {"review_hours": "many"}))
    assert wrong.status_code == 422
    assert 'id="e-review_hours"' in wrong.get_data(as_text=True)


def test_products_are_added_renamed_and_ended(sign_in: SignIn, market: World) -> None:
    vendor = sign_in("vendor")
    assert post(vendor, "/channel/policy/products", code="solar", name="Solar").status_code == 303
    page = vendor.get("/channel/policy").get_data(as_text=True)
    path = re.search(r"/channel/policy/products/[0-9a-f-]{36}", page)
    assert path
    assert post(vendor, path[0], act="end", name="x").status_code == 303
    assert "Begin again" in vendor.get("/channel/policy").get_data(as_text=True)


CSV = "Company,Country,Website,Owner\nFjordvarme AS,NO,fjordvarme.no,Sol\n,NO,x.no,Sol\nBad,NOR,y.no,Sol\n"


def test_a_file_of_accounts_goes_in_and_meets_registrations(
    sign_in: SignIn, market: World, container, committing: UnitOfWorkFactory
) -> None:
    partner, vendor = sign_in("partner"), sign_in("vendor")
    answer = post(
        vendor, "/channel/accounts/imports", kind="accounts", source="crm", file=(BytesIO(CSV.encode()), "ours.csv")
    )
    assert answer.status_code == 303
    with committing() as uow:
        import_id = uow.session.query(AccountImport).one().id
    run_import(container.uow, container.storage, import_id)
    page = vendor.get(f"/channel/accounts/imports/{import_id}").get_data(as_text=True)
    assert "1 row is in" in page
    assert "no company name" in page
    assert "not a country code of two letters" in page
    assert "Fjordvarme AS" in vendor.get("/channel/accounts?direct=1").get_data(as_text=True)
    deal_id = deal_id_of(register(partner, market))
    assert "A company your own sales serve" in vendor.get(f"/channel/deals/{deal_id}").get_data(as_text=True)
    lacking = post(vendor, "/channel/accounts/imports", kind="accounts", source="crm", file=(BytesIO(b"a\nb\n"), "x"))
    assert lacking.status_code == 303


def test_another_partner_meets_the_same_nothing(sign_in: SignIn, market: World, committing: UnitOfWorkFactory) -> None:
    rival(committing, market)
    mine, other = sign_in("partner"), sign_in("other_partner")
    deal_id = deal_id_of(register(mine, market))
    unknown = str(new_id())
    for path in ("", "/correct", "/progress", "/notes", "/lines", "/evidence", "/extension", "/appeal", "/withdraw"):
        if not path:
            real, none = (other.get(f"/portal/deals/{one}") for one in (deal_id, unknown))
        else:
            real, none = (
                post(other, f"/portal/deals/{one}{path}", version="2", words="x", file=(BytesIO(b"text"), "a.txt"))
                for one in (deal_id, unknown)
            )
        assert (real.status_code, none.status_code) == (404, 404), path
    assert "Fjordvarme" not in other.get("/portal/deals").get_data(as_text=True)


def test_marketing_may_look_and_not_decide(sign_in: SignIn, market: World) -> None:
    partner, looks = sign_in("partner"), sign_in("marketing")
    deal_id = deal_id_of(register(partner, market))
    page = looks.get(f"/channel/deals/{deal_id}")
    assert page.status_code == 200
    assert "Your decision" not in page.get_data(as_text=True)
    assert post(looks, f"/channel/deals/{deal_id}", decision="pick_up", version="2").status_code == 403
    assert looks.get("/channel/accounts").status_code == 403


def test_a_reviewer_of_a_partner_is_told_why_not(sign_in: SignIn, market: World, committing: UnitOfWorkFactory) -> None:
    partner, vendor = sign_in("partner"), sign_in("vendor")
    deal_id = deal_id_of(register(partner, market))
    with committing() as uow:
        uow.session.add(
            Grant(id=new_id(), person_id=market.people["vendor"], role="partner_member", partner_id=market.partner)
        )
    page = vendor.get(f"/channel/deals/{deal_id}").get_data(as_text=True)
    assert "You have a role at a partner of this deal." in page
    assert decide(vendor, deal_id, "pick_up").status_code == 403


def test_extension_and_appeal_and_revocation_reach_the_vendor(
    sign_in: SignIn, market: World, committing: UnitOfWorkFactory
) -> None:
    with committing() as uow:
        make_person(uow, "sol@halvorsen.example", "channel", programme_id=market.programme)
    partner, vendor = sign_in("partner"), sign_in("vendor")
    deal_id = deal_id_of(register(partner, market))
    decide(vendor, deal_id, "pick_up")
    decide(vendor, deal_id, "approve")
    post(partner, f"/portal/deals/{deal_id}/evidence", file=(BytesIO(b"%PDF-1.7 plan"), "plan.pdf"))
    page = partner.get(f"/portal/deals/{deal_id}").get_data(as_text=True)
    file = re.search(r'name="files" value="([^"]+)"', page)
    assert file
    asked = post(
        partner, f"/portal/deals/{deal_id}/extension", version=hidden(page, "version"), words="They wait", files=file[1]
    )
    assert asked.status_code == 303, asked.get_data(as_text=True)
    assert "They wait" in vendor.get(f"/channel/deals/{deal_id}").get_data(as_text=True)
    assert decide(vendor, deal_id, "extension", granted="1", words="Go on").status_code == 303
    assert "Protection extended" in partner.get(f"/portal/deals/{deal_id}").get_data(as_text=True)
    asked = decide(vendor, deal_id, "ask_revocation", revoked="no_activity", words="Silent")
    assert asked.status_code == 303
    assert "Silent" not in partner.get(f"/portal/deals/{deal_id}").get_data(as_text=True)
    assert decide(vendor, deal_id, "revocation", granted="1").status_code == 403, "another person confirms"
    withdrawn = partner.get(f"/portal/deals/{deal_id}").get_data(as_text=True)
    done = post(partner, f"/portal/deals/{deal_id}/withdraw", version=hidden(withdrawn, "version"), words="")
    assert done.status_code == 303
    assert "Withdrawn" in partner.get(f"/portal/deals/{deal_id}").get_data(as_text=True)


def test_a_reviewer_picks_a_conflict_and_a_team_by_hand(
    sign_in: SignIn, market: World, committing: UnitOfWorkFactory
) -> None:
    rival(committing, market)
    first, second, vendor = sign_in("partner"), sign_in("other_partner"), sign_in("vendor")
    mine = deal_id_of(register(first, market))
    other = deal_id_of(
        register(second, market, company_name="Else AS", website="https://www.else.no", contact_email="a@else.no")
    )
    page = vendor.get(f"/channel/deals/{mine}").get_data(as_text=True)
    assert "Name what it conflicts with." in page, "there is no match, so a person must say"
    assert "only if you decide so here" in page, "said before it is done"
    wrong = decide(vendor, mine, "conflict", references="NONE-1111", inner="")
    assert wrong.status_code == 422
    assert "There is no registration NONE-1111." in wrong.get_data(as_text=True)
    with committing() as uow:
        reference = uow.session.get_one(Deal, other).reference
    assert decide(vendor, mine, "conflict", references=reference, inner="Same building").status_code == 303
    assert "In conflict" in vendor.get(f"/channel/deals/{mine}").get_data(as_text=True)
    partner, rival_id = market.partner, market.other_partner
    rows = {"partner": [str(partner), str(rival_id), ""], "role": ["lead", "support", "support"]}
    bad = decide(vendor, mine, "team", **rows, part=["70", "20", ""])
    assert bad.status_code == 422
    assert "make 100 % together" in bad.get_data(as_text=True)
    assert decide(vendor, mine, "team", **rows, part=["70", "30", ""]).status_code == 303
    for who in (first, second):
        told = who.get(f"/portal/deals/{mine}").get_data(as_text=True)
        assert "Another partner" in told
        assert "No partner reads another one’s name." in told
    named = decide(vendor, mine, "team", **rows, part=["62,5", "37.5", ""], named="1")
    assert named.status_code == 303
    told = second.get(f"/portal/deals/{mine}").get_data(as_text=True)
    assert "Another partner" not in told
    assert "37.5%" in told


def test_the_address_for_mail_is_shown_and_renewed(sign_in: SignIn, market: World) -> None:
    partner, other = sign_in("partner"), sign_in("other_partner")

    def address(client: FlaskClient) -> str:
        found = re.search(r"deals\+[a-z0-9]{20}@[a-z.]+", client.get("/portal/deals/mail").get_data(as_text=True))
        assert found
        return found[0]

    before = address(partner)
    assert address(partner) == before
    assert address(other) != before
    assert post(partner, "/portal/deals/mail/renew").status_code == 303
    assert address(partner) != before
