"""Rules as versions: published once, public without what would tell of others, tried on history first."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from campaigns.core.errors import DomainError
from campaigns.deals.models import DealPolicy
from campaigns.deals.queries.rules import policy_page, products_for, programmes_for, public_policy
from campaigns.deals.service import (
    add_product_line,
    approve,
    change_product_line,
    pick_up,
    publish_policy,
    try_policy,
)
from campaigns.rates.models import PlanRate


def test_versions_are_numbered_and_never_changed(uow, market):
    assert publish_policy(uow, market.ada, {"protection_days": 60}, after=1, note="Shorter") == 2
    with pytest.raises(DomainError, match=r"policy\.changed"):
        publish_policy(uow, market.rae, {"protection_days": 30}, after=1)
    page = policy_page(uow.session, market.rae)
    assert (page.number, page.data["protection_days"], len(page.versions)) == (2, 60, 2)
    with pytest.raises(DBAPIError, match="never changed"):
        uow.session.execute(update(DealPolicy).values(note="x"))


def test_reviewers_must_be_able_to_review(uow, market):
    nord = str(market.partners["Nord"].person_id)
    with pytest.raises(DomainError) as error:
        publish_policy(uow, market.ada, {"routes": [{"name": "a", "persons": [nord]}]}, after=1)
    assert [(one.code, one.slot) for one in error.value.problems] == [("policy.reviewer", "routes.0.persons")]
    with pytest.raises(DomainError, match=r"actor\.forbidden"):
        publish_policy(uow, market.partners["Nord"], {}, after=1)


def test_a_deal_keeps_the_rules_it_was_registered_under(uow, walk, market):
    deal = walk.reviewed()
    publish_policy(uow, market.ada, {"protection_days": 10}, after=1)
    approve(uow, market.rae, deal.id, deal.version)
    assert walk.deal(deal.id).protected_until == uow.now + timedelta(days=90)
    later = walk.approved("Sued", company="Annen AS", website="https://www.annen.no")
    assert later.protected_until == uow.now + timedelta(days=10)


def test_the_public_page_does_not_say_who_clears_itself(uow, market):
    routes = [{"name": "secret", "persons": [str(market.rae.person_id)]}]
    rules = {"auto_clear_minor": 1_234_567, "auto_clear_tiers": ["platinum"], "routes": routes, "words": "Be fair"}
    publish_policy(uow, market.ada, rules, after=1)
    shown = public_policy(uow.session, market.slug)
    assert (shown.number, shown.clears_small, shown.words, len(shown.asked)) == (2, True, "Be fair", 8)
    for hidden in ("1234567", "platinum", "secret", str(market.rae.person_id)):
        assert hidden not in repr(shown)
    assert public_policy(uow.session, market.slug, 1).clears_small is False
    with pytest.raises(DomainError, match=r"policy\.not_found"):
        public_policy(uow.session, market.slug, 9)
    (mine,) = programmes_for(uow.session, market.partners["Nord"])
    assert mine.policy == shown


def test_products_end_and_begin_again(uow, walk, market):
    product = add_product_line(uow, market.ada, "boilers", "Boilers")
    with pytest.raises(DomainError, match=r"product\.exists"):
        add_product_line(uow, market.ada, "boilers", "Boilers")
    with pytest.raises(DomainError, match=r"product\.code"):
        add_product_line(uow, market.ada, "Boil ers", "Boilers")
    assert walk.register(product_line="boilers").state == "submitted"
    change_product_line(uow, market.ada, product, ended=True, name="Old boilers")
    with pytest.raises(DomainError) as error:
        walk.register("Sued", product_line="boilers", company="Annen AS", website="https://www.annen.no")
    assert [one.code for one in error.value.problems] == ["deal.product_line"]
    assert [one.name for one in products_for(uow.session, market.rae) if one.ended_at] == ["Old boilers"]
    change_product_line(uow, market.ada, product, ended=False)
    assert walk.register("Sued", product_line="boilers", company="B AS", website="https://www.b-varme.no")


def test_a_dry_run_decides_history_anew_and_writes_nothing(uow, walk, market, clock):
    small = walk.register("Nord", amount_minor=100_000)
    rival = walk.register("Sued", company="Fjordvarme", amount_minor=100_000)
    large = walk.register("West", company="Stor AS", website="https://www.stor-varme.no", amount_minor=50_000_000)
    foreign = walk.register(
        "Nord", company="Yen AS", website="https://www.yen-varme.no", currency="JPY", amount_minor=10
    )
    uow.session.add(
        PlanRate(
            programme_id=market.programme_id, currency="JPY", base="EUR", starts_on=uow.now.date().replace(month=1),
            rate=Decimal("0.006"),
        )
    )  # fmt: skip
    uow.session.flush()
    clock.advance(timedelta(days=1))
    pick_up(uow, market.rae, large.id, large.version)
    approve(uow, market.rae, large.id, walk.deal(large.id).version)
    rules = {
        "auto_clear_minor": 100_000, "minimum_minor": 1000, "review_hours": 1,
        "routes": [{"name": "large", "from_minor": 1_000_000, "approvals": 2}],
    }  # fmt: skip
    before = uow.session.scalars(select(DealPolicy.id)).all()
    run = try_policy(uow.session, market.rae, rules, uow.now)
    assert run.deals == 4
    assert (run.before, run.after) == (
        {"refused": 0, "cleared": 0, "review": 4}, {"refused": 1, "cleared": 1, "review": 2},
    )  # fmt: skip
    tried = {one.deal_id: one for one in run.differing}
    assert (tried[small.id].after, tried[foreign.id].after) == ("cleared", "refused")
    assert (tried[rival.id].after, tried[rival.id].late_after) == ("review", True)
    assert (tried[large.id].route_after, tried[large.id].approvals_after) == ("large", 2)
    assert (run.late_before, run.late_after) == (0, 2)
    assert uow.session.scalars(select(DealPolicy.id)).all() == before
    with pytest.raises(DomainError, match=r"policy\.invalid"):
        try_policy(uow.session, market.rae, {"zone": "Mars"}, uow.now)
    same = try_policy(uow.session, market.rae, {}, uow.now)
    assert same.differing == ()
