"""Random histories of several deals: whatever is tried in whatever order, the table and the invariants hold."""

from __future__ import annotations

import dataclasses
import random
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from campaigns.core.clock import SetClock
from campaigns.core.errors import DomainError
from campaigns.db.unit_of_work import UnitOfWork
from campaigns.deals.models import Deal, DealEvent, DealMatch, DealMember, DealPriority
from campaigns.deals.queries.partner import deal_page
from campaigns.deals.rules import STEPS
from campaigns.deals.service import (
    Member,
    add_note,
    approve,
    ask_appeal,
    ask_revocation,
    call_conflict,
    convert_deal,
    decide_appeal,
    decide_revocation,
    dismiss_match,
    hand_back,
    lose_deal,
    merge_accounts,
    pick_up,
    register_deal,
    reject,
    resolve_approve,
    resolve_reject,
    resolve_share,
    resubmit_deal,
    return_deal,
    set_team,
    win_deal,
    withdraw_deal,
)
from campaigns.deals.service.drafting import form_of
from campaigns.deals.service.steps import expire_one, shown_state
from tests.factories.dealing import form, make_market, put_policy
from tests.factories.mailing import NOW

PARTNERS = ("Nord", "Sued", "West")
COMPANIES = tuple(
    (f"{name} AS", f"{name.lower()}.no") for name in ("Fjordvarme", "Bergvarme", "Solkraft", "Vindstille")
)


class History:
    """A market in a transaction that is rolled back, and everything anybody could try in it."""

    def __init__(self, session: Session) -> None:
        self.clock = SetClock(NOW)
        self.uow = UnitOfWork(session, self.clock, None)
        self.market = make_market(session, *PARTNERS)
        put_policy(session, self.market)
        self.deals: list = []
        self.vendor = (self.market.rae, self.market.sol, self.market.ada)

    def register(self, a: int, b: int) -> None:
        name, site = COMPANIES[b % 4]
        closing = self.clock.now().date() + timedelta(days=10)
        written = form(name, f"https://www.{site}", close_on=closing)
        actor = self.market.partners[PARTNERS[a % 3]]
        token = f"t{len(self.deals)}"
        self.deals.append(register_deal(self.uow, actor, self.market.programme_id, token, written).id)

    def act(self, name: str, a: int, b: int) -> None:
        """Try something; being refused is fine, and then nothing may have changed."""
        if name == "pass":
            self.clock.advance(timedelta(days=(1, 6, 20, 100)[b % 4]))
            return
        before = self.picture()
        try:
            with self.uow.session.begin_nested():
                if name == "register":
                    self.register(a, b)
                elif self.deals:
                    self.step(name, self.deal(self.deals[a % len(self.deals)]), self.vendor[b % 3], b)
        except DomainError:
            self.deals = [one for one in self.deals if self.uow.session.get(Deal, one) is not None]
            assert self.picture() == before, "a refused step changed something"

    def deal(self, deal_id) -> Deal:
        return self.uow.session.scalars(
            select(Deal).where(Deal.id == deal_id).execution_options(populate_existing=True)
        ).one()

    def step(self, name: str, deal: Deal, who, b: int) -> None:
        uow, version, theirs = self.uow, deal.version, deal.partner_version
        own = next(one for one in self.market.partners.values() if one.partner_id == deal.partner_id)
        other = self.deal(self.deals[b % len(self.deals)])
        match = uow.session.scalars(select(DealMatch.id).where(DealMatch.deal_id == deal.id)).first()
        parts = {deal.partner_id: 2500, other.partner_id: 7500}
        if other.partner_id == deal.partner_id:
            parts = {deal.partner_id: 10_000}
        tries = {
            "pick_up": lambda: pick_up(uow, who, deal.id, version),
            "hand_back": lambda: hand_back(uow, who, deal.id, version),
            "return": lambda: return_deal(uow, who, deal.id, version, reason_code="other", editable=["note"]),
            "resubmit": lambda: resubmit_deal(
                uow, own, deal.id, theirs, dataclasses.replace(form_of(deal), note=f"n{b}")
            ),
            "approve": lambda: approve(uow, who, deal.id, version),
            "reject": lambda: reject(uow, who, deal.id, version, reason_code="other"),
            "conflict": lambda: call_conflict(uow, who, deal.id, version),
            "resolve_approve": lambda: resolve_approve(uow, who, deal.id, version, "other"),
            "resolve_reject": lambda: resolve_reject(
                uow, who, deal.id, version, reason_code="other", resolve_code="other"
            ),
            "share": lambda: resolve_share(
                uow, who, deal.id, version, into=other.id, parts=parts, reason_code="agreed_split"
            ),
            "dismiss": lambda: match and dismiss_match(uow, who, deal.id, version, match),
            "appeal": lambda: ask_appeal(uow, own, deal.id, theirs, "Please"),
            "decide_appeal": lambda: decide_appeal(uow, who, deal.id, version, granted=b % 2 == 0),
            "revoke": lambda: ask_revocation(uow, who, deal.id, version, reason_code="other", words="x"),
            "confirm": lambda: decide_revocation(uow, who, deal.id, version, granted=True),
            "convert": lambda: convert_deal(uow, own, deal.id, theirs),
            "win": lambda: win_deal(uow, own, deal.id, theirs),
            "lose": lambda: lose_deal(uow, who, deal.id, version, reason_code="price"),
            "withdraw": lambda: withdraw_deal(uow, own, deal.id, theirs),
            "expire": lambda: expire_one(uow, deal),
            "merge": lambda: merge_accounts(uow, who, other.account_id, deal.account_id),
            "note": lambda: add_note(uow, own, deal.id, "A note", sight=("both", "partner")[b % 2]),
            "team": lambda: set_team(
                uow, who, deal.id, version,
                [Member(one, "lead" if one == deal.partner_id else "support", part) for one, part in parts.items()],
            ),
        }  # fmt: skip
        tries[name]()

    def picture(self) -> list:
        rows = self.uow.session.execute(
            select(Deal.id, Deal.state, Deal.version, Deal.partner_version, Deal.account_key).order_by(Deal.id)
        ).all()
        events = self.uow.session.scalar(select(func.count()).select_from(DealEvent))
        return [*rows, events]

    def check(self) -> None:
        session = self.uow.session
        doubled = text(
            "SELECT 1 FROM deal WHERE state IN ('approved','converted')"
            " GROUP BY programme_id, account_key, product_line HAVING count(*) > 1"
        )
        assert session.execute(doubled).all() == []
        parts = session.execute(
            select(DealMember.deal_id, func.sum(DealMember.split_bp))
            .where(DealMember.removed_at.is_(None))
            .group_by(DealMember.deal_id)
        ).all()
        assert [total for _, total in parts] == [10_000] * len(self.deals)
        places = session.execute(select(DealPriority.number, DealPriority.at).order_by(DealPriority.number)).all()
        assert [one.at for one in places] == sorted(one.at for one in places)
        for deal_id in self.deals:
            self.check_deal(self.deal(deal_id))

    def check_deal(self, deal: Deal) -> None:
        events = self.uow.session.scalars(
            select(DealEvent).where(DealEvent.deal_id == deal.id).order_by(DealEvent.number)
        ).all()
        assert [one.number for one in events] == list(range(1, len(events) + 1))
        moves = [one for one in events if one.to_state and one.from_state != one.to_state]
        allowed = {(source, step.to) for step in STEPS.values() for source in step.sources}
        assert {(one.from_state, one.to_state) for one in moves} <= allowed
        assert [one.to_state for one in moves][-1] == deal.state
        assert all(one.to_state == two.from_state for one, two in pairwise(moves))
        own = next(one for one in self.market.partners.values() if one.partner_id == deal.partner_id)
        page = deal_page(self.uow.session, own, deal.id)
        assert page.row.state == shown_state(deal.state)
        assert [one.number for one in page.timeline] == list(range(1, len(page.timeline) + 1))
        said = repr([(one.kind, one.words, one.from_state, one.to_state) for one in page.timeline])
        assert "conflict" not in said
        assert "under_review" not in said
        team = {one.name for one in page.team}
        for rival in set(PARTNERS) - team:
            assert rival not in repr(page)


NAMES = (
    "register", "pick_up", "pick_up", "hand_back", "return", "resubmit", "approve", "approve", "reject", "conflict",
    "resolve_approve", "resolve_reject", "share", "dismiss", "appeal", "decide_appeal", "revoke", "confirm", "convert",
    "win", "lose", "withdraw", "expire", "merge", "note", "team", "pass",
)  # fmt: skip
LIKELY = {
    "submitted": ("pick_up", "conflict", "merge"),
    "under_review": ("hand_back", "return", "approve", "reject", "conflict", "dismiss"),
    "action_required": ("resubmit", "withdraw", "pass"),
    "in_conflict": ("resolve_approve", "resolve_approve", "resolve_reject", "share", "share"),
    "approved": (
        "convert",
        "lose",
        "revoke",
        "revoke",
        "confirm",
        "confirm",
        "pass",
        "expire",
        "expire",
        "team",
        "note",
    ),
    "converted": ("win", "lose", "revoke", "confirm", "confirm"),
    "rejected": ("appeal", "appeal", "decide_appeal"),
}
steps = st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 5), st.integers(0, 5)), max_size=25)


@pytest.mark.slow
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps)
def test_whatever_is_tried_the_invariants_hold(engine, tried):
    with engine.connect() as connection:
        outer = connection.begin()
        session = Session(connection, expire_on_commit=False, join_transaction_mode="create_savepoint")
        history = History(session)
        for number in range(3):
            history.act("register", number, number // 2)
        for name, a, b in tried:
            history.act(name, a, b)
            history.check()
        session.close()
        outer.rollback()


@pytest.mark.slow
def test_a_long_history_takes_every_step(uow):
    """The histories are not only refusals: over some hundred tries every step of the table is taken."""
    history, chance = History(uow.session), random.Random(11)
    history.act("register", 0, 0)
    for number in range(400):
        place = chance.randrange(len(history.deals))
        name = (
            "register"
            if number % 4 == 0
            else chance.choice(LIKELY.get(history.deal(history.deals[place]).state, NAMES))
        )
        history.act(name, chance.randrange(3) if name == "register" else place, chance.randrange(6))
    history.check()
    taken = set(uow.session.scalars(select(DealEvent.kind)))
    assert taken >= {
        "submitted", "pick_up", "hand_back", "returned", "resubmitted", "approved", "rejected", "conflict", "resolved",
        "shared", "match_dismissed", "appealed", "appeal_refused", "reopened", "revocation_asked", "revoked",
        "converted", "won", "lost", "withdrawn", "expired", "account_moved", "note", "team",
    }  # fmt: skip


def test_the_check_finds_what_is_wrong(uow):
    """The invariants are no empty words: each one trips when it is broken by hand."""
    history = History(uow.session)
    history.act("register", 0, 0)
    history.check()
    uow.session.execute(delete(DealMember))
    with pytest.raises(AssertionError):
        history.check()
