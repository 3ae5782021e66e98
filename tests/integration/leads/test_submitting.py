"""Landing forms: everything wrong at once, guards without a captcha, leads, consent as shown, erasure."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from campaigns.audience.models import Consent, Contact, Suppression
from campaigns.audience.service.suppressing import suppress_key
from campaigns.core.errors import DomainError
from campaigns.leads.form_token import new_form_token
from campaigns.leads.models import Lead, LeadSubmission, Submission
from campaigns.leads.queries import lead_page, lead_rows, leads_for
from campaigns.leads.service import decide, forget_person, form_launch, submit_form, take_submission
from campaigns.leads.submissions import doubtful_submissions
from campaigns.sequences.models import Delivery, Enrolment
from campaigns.sequences.service import start_sequence
from campaigns.tracking.models import Touchpoint, TrackedLink
from campaigns.tracking.service import RequestFacts, follow
from campaigns.tracking.tokens import link_token
from renderer.kit.manifest import FormField, Landing
from tests.factories.mailing import make_partner
from tests.factories.sending import MemoryStorage, make_campaign, settings

PERSON = RequestFacts("POST", "Mozilla/5.0 Firefox/140.0", "203.0.113.7")
LANDING = Landing(
    asset="page",
    form=(
        FormField("name", "Name", required=True, max_chars=80),
        FormField("email", "Email", type="email", required=True),
        FormField("company", "Company"),
        FormField("phone", "Phone", type="tel"),
        FormField("message", "Message", type="textarea", max_chars=500),
        FormField("size", "Size", type="choice", choices=("small", "large")),
    ),
    consent="You may write to me about heating.",
)  # fmt: skip
CONFIG = settings()
GOOD = {"name": "Ada Lovelace", "email": "Ada@X.example", "company": "X GmbH", "message": "Call me", "consent": "on"}


@pytest.fixture
def world(uow):
    return make_campaign(uow.session, MemoryStorage(), ["ada@x.example"])


@pytest.fixture
def launch(uow, world):
    start_sequence(uow, world.launch_id)
    return form_launch(uow.session, world.slug)


def send(uow, launch, clock, raw=GOOD, *, age_s=30, facts=PERSON, token=None, locale="en"):
    token = token or new_form_token(CONFIG.secret_key, launch.id, uow.now - timedelta(seconds=age_s))
    return submit_form(uow, CONFIG, launch, LANDING, locale, {"form_token": token, **raw}, facts)


def all_of(uow, model):
    uow.session.flush()
    return uow.session.execute(select(model).execution_options(populate_existing=True)).scalars().all()


def test_a_good_form_is_a_lead_a_contact_and_a_consent_as_shown(uow, launch, clock, world):
    outcome = send(uow, launch, clock)
    assert (outcome.taken, outcome.converted.first) == (True, True)
    (lead,) = all_of(uow, Lead)
    assert (lead.name, lead.email_key, lead.state, lead.partner_id) == (
        "Ada Lovelace", "ada@x.example", "new", world.partner_id,
    )  # fmt: skip
    (kept,) = all_of(uow, Submission)
    assert kept.data["email"] == "Ada@X.example"
    assert (kept.consent_given, kept.consent_text) == (True, LANDING.consent)
    consents = [one for one in all_of(uow, Consent) if one.source.startswith("landing:")]
    assert [(one.text_shown, one.basis, one.contact_id) for one in consents] == [
        (LANDING.consent, "consent", lead.contact_id)
    ]
    assert [row.kind for row in all_of(uow, Touchpoint)] == ["form"]
    assert [row.exit_reason for row in all_of(uow, Enrolment)] == ["form"]
    assert [row.state for row in all_of(uow, Delivery)] == ["cancelled"]


def test_without_consent_there_is_a_lead_and_no_contact(uow, launch, clock):
    before = len(all_of(uow, Contact))
    send(uow, launch, clock, {**GOOD, "email": "new@x.example", "consent": ""})
    assert len(all_of(uow, Lead)) == 1
    assert len(all_of(uow, Contact)) == before


def test_all_problems_at_once_and_nothing_kept(uow, launch, clock):
    raw = {"name": " ", "email": "ada@", "phone": "call me", "message": "x" * 501, "size": "huge", "consent": "on"}
    outcome = send(uow, launch, clock, raw)
    assert not outcome.taken
    assert [(one.code, one.slot) for one in outcome.problems] == [
        ("form.required", "name"), ("form.email", "email"), ("form.phone", "phone"),
        ("form.too_long", "message"), ("form.choice", "size"),
    ]  # fmt: skip
    assert outcome.values["message"] == "x" * 501
    assert all_of(uow, Submission) == []


def test_the_same_token_twice_is_one_submission(uow, launch, clock):
    token = new_form_token(CONFIG.secret_key, launch.id, uow.now - timedelta(seconds=30))
    assert send(uow, launch, clock, token=token).converted is not None
    again = send(uow, launch, clock, token=token)
    assert (again.taken, again.converted) == (True, None)
    assert len(all_of(uow, Submission)) == 1


def test_old_foreign_and_forged_tokens_ask_again(uow, launch, clock):
    other = make_campaign(uow.session, MemoryStorage(), [])
    for token in (
        new_form_token(CONFIG.secret_key, launch.id, uow.now - timedelta(hours=25)),
        new_form_token(CONFIG.secret_key, other.launch_id, uow.now),
        new_form_token("x" * 40, launch.id, uow.now), "", "0" * 40,
    ):  # fmt: skip
        outcome = send(uow, launch, clock, token=token or "-")
        assert (outcome.taken, outcome.stale) == (False, True)
        assert outcome.values["name"] == "Ada Lovelace"
    assert all_of(uow, Submission) == []


@pytest.mark.parametrize(
    ("changes", "age_s", "facts", "verdict", "reason"),
    [
        ({"website": "https://x"}, 30, PERSON, "spam", "honeypot"),
        ({}, 1, PERSON, "suspect", "too_fast"),
        ({}, 30, dataclasses.replace(PERSON, user_agent=""), "suspect", "no_user_agent"),
        ({"message": "http://a http://b https://c"}, 30, PERSON, "suspect", "many_links"),
        ({"name": "Buy http://now"}, 30, PERSON, "suspect", "link_in_name"),
    ],
)
def test_doubtful_forms_are_kept_apart_and_thanked(uow, launch, clock, world, changes, age_s, facts, verdict, reason):
    outcome = send(uow, launch, clock, {**GOOD, **changes}, age_s=age_s, facts=facts)
    assert (outcome.taken, outcome.converted) == (True, None)
    (kept,) = all_of(uow, Submission)
    assert (kept.verdict, list(kept.reasons)) == (verdict, [reason])
    assert all_of(uow, Lead) == []
    assert len(doubtful_submissions(uow.session, world.actor)) == (verdict == "suspect")


def test_a_suspect_can_be_taken_as_real(uow, launch, clock, world):
    send(uow, launch, clock, age_s=1)
    (kept,) = all_of(uow, Submission)
    for _ in range(2):
        assert take_submission(uow, world.actor, CONFIG, kept.id).email_key == "ada@x.example"
    assert len(all_of(uow, Lead)) == 1
    assert doubtful_submissions(uow.session, world.actor) == []
    stranger = dataclasses.replace(world.actor, partner_id=make_partner(uow.session))
    with pytest.raises(DomainError, match=r"submission\.not_found"):
        take_submission(uow, stranger, CONFIG, kept.id)


def test_a_flood_of_one_visitor_is_marked_then_refused(uow, launch, clock):
    verdicts = []
    for number in range(20):
        send(uow, launch, clock, {**GOOD, "email": f"p{number}@x.example"})
    verdicts = [one.verdict for one in all_of(uow, Submission)]
    assert verdicts.count("human") == 5
    with pytest.raises(DomainError, match=r"form\.too_many"):
        send(uow, launch, clock)


def test_a_second_form_adds_to_the_same_lead(uow, launch, clock, world):
    first = send(uow, launch, clock, {**GOOD, "company": ""}).converted
    version = leads_for(uow.session, world.actor).lines[0].version
    decide(uow, world.actor, first.lead_id, "close", version)
    clock.advance(timedelta(days=1))
    second = send(uow, launch, clock, {**GOOD, "email": "ADA@x.example", "message": "Again", "phone": "+49 40 1234"})
    assert (second.converted.lead_id, second.converted.first) == (first.lead_id, False)
    (lead,) = all_of(uow, Lead)
    assert (lead.message, lead.company, lead.phone, lead.state) == ("Call me\n\nAgain", "X GmbH", "+49 40 1234", "new")
    assert len(all_of(uow, LeadSubmission)) == 2


def test_the_lead_tells_the_piece_it_came_from(uow, launch, clock, world):
    link = TrackedLink(
        launch_id=launch.id, programme_id=launch.programme_id, partner_id=launch.partner_id, kind="landing",
        locale="de", channel="qr", asset_id="sheet", target="https://go.example/l/x/de",
    )  # fmt: skip
    uow.session.add(link)
    uow.session.flush()
    via = link_token(CONFIG.secret_key, link.id)
    follow(uow, CONFIG, via, dataclasses.replace(PERSON, method="GET"))
    clock.advance(timedelta(minutes=2))
    lead_id = send(uow, launch, clock, {**GOOD, "via": via}, locale="de").converted.lead_id
    page = lead_page(uow.session, world.actor, lead_id)
    assert (page.line.channel, page.line.asset_id, page.line.locale) == ("qr", "sheet", "de")
    assert [touch.kind for touch in page.touches] == ["click", "form"]
    # the same without the token in the form: the visitor is known within the launch
    other = send(uow, launch, clock, {**GOOD, "email": "b@x.example"}).converted.lead_id
    assert lead_page(uow.session, world.actor, other).line.asset_id == "sheet"


def test_a_suppressed_address_stays_suppressed(uow, launch, clock, world):
    suppress_key(uow, "ada@x.example", partner_id=world.partner_id, programme_id=None, reason="unsubscribe", source="t")
    send(uow, launch, clock)
    assert [row.lifted_at for row in all_of(uow, Suppression)] == [None]


def test_states_move_once_and_only_for_the_owner(uow, launch, clock, world):
    lead_id = send(uow, launch, clock).converted.lead_id
    version = decide(uow, world.actor, lead_id, "accept", 1)
    with pytest.raises(DomainError, match=r"lead\.state"):
        decide(uow, world.actor, lead_id, "close", 1)
    with pytest.raises(DomainError, match=r"lead\.state"):
        decide(uow, world.actor, lead_id, "accept", version)
    stranger = dataclasses.replace(world.actor, partner_id=make_partner(uow.session))
    with pytest.raises(DomainError, match=r"lead\.not_found"):
        decide(uow, stranger, lead_id, "close", version)
    assert leads_for(uow.session, stranger).total == 0
    assert [line.email for line in lead_rows(uow.session, world.actor)] == ["Ada@x.example"]


def test_search_takes_percent_and_underscore_as_they_are(uow, launch, clock, world):
    send(uow, launch, clock, {**GOOD, "company": "100%_pure\\"})
    assert leads_for(uow.session, world.actor, text="100%_pure\\").total == 1
    assert leads_for(uow.session, world.actor, text="100x").total == 0


def test_erasing_the_person_empties_leads_and_submissions(uow, launch, clock, world):
    send(uow, launch, clock)
    (lead,) = all_of(uow, Lead)
    forget_person(uow, world.actor, CONFIG.secret_key, lead.contact_id)
    (kept,) = all_of(uow, Submission)
    (lead,) = all_of(uow, Lead)
    contact = next(one for one in all_of(uow, Contact) if one.id == lead.contact_id)
    assert kept.data == {}
    assert (lead.name, lead.email, contact.email, contact.first_name) == ("", "", "", "")
    assert [row.reason for row in all_of(uow, Suppression)] == ["erased"]
    # whoever types the address again finds it blocked
    send(uow, launch, clock, {**GOOD, "company": "Again"})
    assert "ada@x.example" in {row.email_key for row in all_of(uow, Suppression)}


def test_a_submission_is_otherwise_never_changed(uow, launch, clock):
    send(uow, launch, clock)
    with pytest.raises(DatabaseError, match="never changed"):
        uow.session.execute(Submission.__table__.update().values(data={"name": "x"}))


NAUGHTY = [
    "{{7*7}}", "'; DROP TABLE lead; --", "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "\u202egnp.exe", "Ａｄａ",
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙", "😀" * 30, "x\ud7ff\ue000", "a\r\nBcc: x@y.example", "%00%0a", "../../etc/passwd",
]  # fmt: skip


@pytest.mark.parametrize("text", NAUGHTY)
def test_naughty_strings_are_words(uow, launch, clock, text):
    outcome = send(uow, launch, clock, {**GOOD, "name": text, "message": text + "\0", "company": text})
    assert outcome.taken
    (lead,) = all_of(uow, Lead)
    assert "\n" not in lead.name
    assert "\r" not in lead.name


def test_huge_forms_are_bounded(uow, launch, clock):
    raw = {**{f"x{n}": "y" for n in range(500)}, "n" * 1000: "z" * 1_000_000, **GOOD}
    outcome = send(uow, launch, clock, {**GOOD, **raw})
    assert outcome.taken
    (kept,) = all_of(uow, Submission)
    assert len(kept.data) <= 40
