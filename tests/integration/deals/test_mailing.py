"""Registrations by mail: whom is believed, what is made of a message, once, and who is answered what."""

from __future__ import annotations

from contextlib import suppress

import pytest
from sqlalchemy import select

from campaigns.core.errors import DomainError
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.deals.models import Deal, DealMailAddress
from campaigns.deals.service.mailing import (
    MOST_AN_HOUR,
    address_of,
    read_message,
    renew_address,
    take_message,
    written_address,
)
from campaigns.mailroom.models import SystemMail
from campaigns.partners.models import Grant, Membership, Person
from tests.factories.dealing import make_market

DOMAIN = "in.example"
BODY = (
    "Company: Fjordvarme AS\nCountry: NO\nWebsite: fjordvarme.no\nContact: Kari Hansen\nEmail: kari@fjordvarme.no\n"
    "Product: Heat pumps\nAmount: EUR 18400\nExpected close: 2027-03-01\n"
)


def person_of(uow: UnitOfWork, actor) -> Person:
    return uow.session.get_one(Person, actor.person_id)


class Post:
    """A partner's post office."""

    def __init__(self, uow, market, who: str = "Nord") -> None:
        self.uow, self.actor = uow, market.partners[who]
        self.to = written_address(address_of(uow, self.actor).token, DOMAIN)
        self.sender = person_of(uow, self.actor).email

    def send(self, body: str = BODY, message_id: str = "<1@nord.no>", *, about: str = "", to: str = "", **more):
        head = f"From: {more.pop('sender', self.sender)}\nTo: {to or self.to}\n{about}"
        head += f"Message-ID: {message_id}\n" if message_id else ""
        message = read_message((head + "\n" + body).encode(), **more.pop("envelope", {}))
        return take_message(self.uow, message, domain=DOMAIN, public_url="https://t.example", **more)

    def deals(self) -> list[Deal]:
        return list(self.uow.session.scalars(select(Deal).where(Deal.partner_id == self.actor.partner_id)))

    def letters(self) -> list[SystemMail]:
        query = select(SystemMail).where(SystemMail.dedupe_key.like("deal-mail:%")).order_by(SystemMail.id)
        return list(self.uow.session.scalars(query))


@pytest.fixture
def post(uow, market) -> Post:
    return Post(uow, market)


def test_a_complete_message_is_a_registration_once(uow, post):
    assert post.send() == "taken"
    assert post.send() == "known"
    [deal] = post.deals()
    assert (deal.state, deal.source, deal.amount_minor, deal.submitted_by) == (
        "submitted", "mail", 1_840_000, post.actor.person_id,
    )  # fmt: skip
    [letter] = post.letters()
    assert letter.recipient == post.sender
    assert deal.reference in letter.subject
    assert "attachments" not in letter.text_body


def test_what_is_missing_makes_a_draft_and_never_half_a_registration(uow, post):
    assert post.send("Company: Fjordvarme AS\nAmount: 18400\n") == "taken"
    [deal] = post.deals()
    assert (deal.state, deal.submitted_at, deal.company["name"]) == ("draft", None, "Fjordvarme AS")
    [letter] = post.letters()
    assert "Missing, or not to be read: Country, Contact, Email, Product, Amount, Expected close." in letter.text_body
    assert "You may choose: Heat pumps, Solar." in letter.text_body
    assert f"https://t.example/portal/deals/{deal.id}" in letter.text_body


def test_attachments_are_refused_kindly(post):
    body = f'--b\nContent-Type: text/plain\n\n{BODY}\n--b\nContent-Type: application/pdf; name="a.pdf"\n\n%PDF\n--b--\n'
    assert post.send(body, about='Content-Type: multipart/mixed; boundary="b"\n') == "taken"
    assert post.deals()[0].state == "submitted"
    assert "attachments were left out" in post.letters()[0].text_body


def test_a_company_registered_already_is_said_and_nothing_is_made(post):
    post.send()
    reference = post.deals()[0].reference
    assert post.send(message_id="<2@nord.no>") == "taken"
    assert len(post.deals()) == 1
    assert reference in post.letters()[1].subject
    assert post.send(message_id="<2@nord.no>") == "taken"
    assert len(post.letters()) == 2, "and it is said once"


@pytest.mark.parametrize(
    "about",
    ["Auto-Submitted: auto-replied\n", "Precedence: bulk\n", "List-Id: <x>\n", "Return-Path: <>\n", "X-Autoreply: y\n"],
)
def test_programs_are_not_heard_and_not_answered(post, about: str):
    assert post.send(about=about) == "ignored"
    assert (post.deals(), post.letters()) == ([], [])
    assert post.send(envelope={"sender": "<>"}) == "ignored"
    assert post.send(about="Auto-Submitted: no\n") == "taken"


def test_from_alone_is_never_believed(uow, post, market):
    other = Post(uow, market, "Sued")
    for to in (written_address("a" * 20, DOMAIN), f"deals@{DOMAIN}", post.to.replace(DOMAIN, "else.example")):
        with pytest.raises(DomainError, match=r"mail\.address"):
            post.send(to=to)
    for sender in (
        "stranger@x.example",
        other.sender,
        f"{post.sender}, {other.sender}",
        "",
        f"{post.sender}.evil.example",
    ):
        with pytest.raises(DomainError, match=r"mail\.(sender|unreadable)"):
            post.send(sender=sender)
    with pytest.raises(DomainError, match=r"mail\.sender"):
        post.send(sender=f"other@x.example\nFrom: {post.sender}")
    with pytest.raises(DomainError, match=r"mail\.address"):
        post.send(to=f"{post.to}, {other.to}")
    assert (post.deals(), other.deals(), post.letters()) == ([], [], [])


def test_the_envelope_says_whose_address_it_is(uow, post, market):
    other = Post(uow, market, "Sued")
    assert post.send(to=other.to, envelope={"recipient": post.to.upper()}) == "taken"
    assert (len(post.deals()), len(other.deals())) == (1, 0)


def test_whoever_left_is_not_heard(uow, post):
    person = person_of(uow, post.actor)
    person.disabled_at = uow.now
    uow.session.flush()
    with pytest.raises(DomainError, match=r"mail\.sender"):
        post.send()
    person.disabled_at = None
    uow.session.scalars(select(Grant).where(Grant.person_id == person.id)).one().revoked_at = uow.now
    uow.session.flush()
    with pytest.raises(DomainError, match=r"mail\.sender"):
        post.send()


def test_a_new_address_ends_the_one_before(uow, post):
    assert address_of(uow, post.actor).token in post.to
    fresh = written_address(renew_address(uow, post.actor).token, DOMAIN)
    with pytest.raises(DomainError, match=r"mail\.address"):
        post.send()
    assert post.send(to=fresh) == "taken"
    assert len(uow.session.scalars(select(DealMailAddress)).all()) == 2


def test_the_programme_is_named_where_there_are_several(uow, post, market):
    second = make_market(uow.session)
    second_name = "Second Works"
    from campaigns.partners.models import Programme

    uow.session.get_one(Programme, second.programme_id).name = second_name
    uow.session.add(Membership(programme_id=second.programme_id, partner_id=post.actor.partner_id, tier="gold"))
    uow.session.flush()
    assert post.send() == "taken"
    assert post.deals() == []
    assert "Halvorsen Climate, Second Works" in post.letters()[0].text_body
    assert post.send("Programme: second works\n" + BODY, "<3@nord.no>") == "taken"
    assert post.deals()[0].programme_id == second.programme_id
    # a vendor's own mail provider hands in for that vendor's programme, and learns nothing of others
    assert post.send(message_id="<4@nord.no>", programme_id=market.programme_id) == "taken"
    assert {one.programme_id for one in post.deals()} == {second.programme_id, market.programme_id}
    with pytest.raises(DomainError, match=r"mail\.address"):
        post.send(message_id="<5@nord.no>", programme_id=make_market(uow.session).programme_id)


def test_there_is_an_end_to_how_many_an_hour(uow, post):
    for number in range(MOST_AN_HOUR):
        uow.session.add(
            Deal(
                programme_id=uow.session.scalars(select(Membership.programme_id)).first(), reference=f"R{number}",
                partner_id=post.actor.partner_id, client_token=f"t{number}", source="mail", company={}, contact={},
                product_line="", currency="", created_at=uow.now,
            )
        )  # fmt: skip
    uow.session.flush()
    with pytest.raises(DomainError, match=r"mail\.many"):
        post.send()


def test_a_message_without_an_id_is_known_by_its_bytes(post):
    assert post.send(message_id="") == "taken"
    assert post.send(message_id="") == "known"


@pytest.mark.parametrize("junk", ["\x00" * 500, "Company: " + "x" * 100_000, "Amount: " + "9" * 5000, ": : :\n" * 900])
def test_hostile_bodies_make_no_registration_and_no_crash(post, junk: str):
    with suppress(DomainError):
        post.send(junk)
    assert all(one.state == "draft" for one in post.deals())


def test_a_message_that_is_too_large_is_refused_before_it_is_read():
    with pytest.raises(DomainError, match=r"mail\.too_large"):
        read_message(b"From: a@b.example\n\n" + b"x" * (10 * 2**20))
