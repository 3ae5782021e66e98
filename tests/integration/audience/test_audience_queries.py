"""plan_audience and snapshot_select: every reason, every locale, the same people in both."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.audience.models import Suppression
from campaigns.audience.queries import plan_audience, snapshot_select
from campaigns.audience.rules import locale_for
from tests.factories.mailing import NOW, add_person, make_partner, make_world


@pytest.fixture
def world(uow):
    return make_world(uow.session)


def suppress(session, key, scope, reason, **ids):
    session.add(Suppression(scope=scope, email_key=key, reason=reason, **ids))
    session.flush()


def arguments(world, locales=("en", "de", "ar"), default="en"):
    return {
        "partner_id": world.partner_id,
        "programme_id": world.programme_id,
        "list_id": world.list_id,
        "locales": locales,
        "default_locale": default,
        "now": NOW,
    }


def test_every_reason_is_counted_once(uow, world):
    session = uow.session

    def person(email, **more):
        return add_person(session, world.partner_id, world.list_id, email, **more)

    good = {person("a@x.example", locale="de-AT"), person("b@x.example", basis="existing_customer")}
    person("none@x.example", basis=None)
    person("old@x.example", expires_at=NOW)
    person("withdrawn@x.example", withdrawn_at=NOW - timedelta(days=1))
    for key, scope, reason, ids in (
        ("stop@x.example", "partner", "unsubscribe", {"partner_id": world.partner_id}),
        ("manual@x.example", "partner", "manual", {"partner_id": world.partner_id}),
        ("gone@x.example", "programme", "bounce", {"programme_id": world.programme_id}),
        ("angry@x.example", "global", "complaint", {}),
    ):
        person(key)
        suppress(session, key, scope, reason, **ids)
    # two reasons: the stronger is told; one scope of somebody else: does not count
    suppress(session, "angry@x.example", "partner", "unsubscribe", partner_id=world.partner_id)
    suppress(session, "a@x.example", "partner", "bounce", partner_id=make_partner(session))
    person("erased:1", erased_at=NOW)
    plan = plan_audience(session, **arguments(world))
    assert plan.total == 10
    assert plan.mailable == 2
    assert plan.skipped == {
        "bounced": 1, "complained": 1, "consent_expired": 1, "erased": 1, "no_basis": 1, "unsubscribed": 3,
    }  # fmt: skip
    assert plan.by_locale == {"de": 1, "en": 1}
    assert set(session.execute(snapshot_select(**arguments(world))).scalars()) == good


def test_a_lifted_suppression_and_a_second_valid_consent_count(uow, world):
    contact = add_person(uow.session, world.partner_id, world.list_id, "a@x.example", expires_at=NOW)
    assert plan_audience(uow.session, **arguments(world)).skipped == {"consent_expired": 1}
    from campaigns.audience.models import Consent

    uow.session.add(Consent(contact_id=contact, basis="contract", source="order", given_at=NOW))
    uow.session.add(
        Suppression(
            scope="partner", email_key="a@x.example", reason="manual", partner_id=world.partner_id, lifted_at=NOW
        )
    )
    uow.session.flush()
    assert plan_audience(uow.session, **arguments(world)).mailable == 1


def test_a_vendors_consent_counts_only_in_its_programme(uow, world):
    from campaigns.audience.models import Consent

    contact = add_person(uow.session, world.partner_id, world.list_id, "a@x.example", basis=None)
    other = make_world(uow.session)
    for programme in (other.programme_id,):
        uow.session.add(
            Consent(
                contact_id=contact, basis="consent", source="fair", given_at=NOW, controller="vendor",
                programme_id=programme,
            )
        )  # fmt: skip
    uow.session.flush()
    assert plan_audience(uow.session, **arguments(world)).mailable == 0


@pytest.mark.parametrize(
    ("own", "locales", "default"),
    [
        ("de", ("en", "de"), "en"), ("DE_at", ("en", "de"), "en"), ("pt-BR", ("pt", "pt-BR"), "pt"),
        ("pt-PT", ("pt-BR", "en"), "en"), ("fr", ("en", "de"), "de"), ("", ("ja", "de"), "en"),
        ("", ("ja", "en-GB"), "en"), ("xx-not-a-locale'; --", ("ar",), "ar"),
    ],
)  # fmt: skip
def test_the_locale_in_sql_is_the_locale_of_the_rule(uow, world, own, locales, default):
    add_person(uow.session, world.partner_id, world.list_id, "a@x.example", locale=own)
    rows = uow.session.execute(snapshot_select(**arguments(world, locales, default))).all()
    assert [row.locale for row in rows] == [locale_for(own, locales, default)]


def test_another_partners_list_is_empty(uow, world):
    add_person(uow.session, world.partner_id, world.list_id, "a@x.example")
    assert plan_audience(uow.session, **{**arguments(world), "partner_id": make_partner(uow.session)}).total == 0
