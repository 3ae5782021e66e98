"""The real jobs and the tick over real rows: a lead is scored, offered, told of, lapses, and goes to the next."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from campaigns.leads.models import Lead
from campaigns.leads.routing_models import LeadOffer
from campaigns.mailroom.models import SystemMail
from tests.factories.live import drain
from tests.factories.routing import hand_in, make_network
from tests.factories.sending import MemoryStorage, ScriptedMail, make_container
from worker.tasks.leads import tick


def test_a_lead_finds_its_way_by_jobs_alone(engine, committing, clock):
    container = make_container(engine, committing, clock, ScriptedMail(), MemoryStorage())
    with committing() as uow:
        network = make_network(uow, "osterly", "tanabe")
        lead_id = hand_in(uow, network)
    drain(container)
    with committing.reading() as session:
        lead, offer = session.get_one(Lead, lead_id), session.scalars(select(LeadOffer)).one()
        first, due = offer.partner_id, offer.due_at
        assert (lead.state, lead.score) == ("offered", 0)
        assert len(session.scalars(select(SystemMail)).all()) == 1
    assert tick(container) == 0
    clock.advance(due - clock.now() + timedelta(seconds=1))
    assert tick(container) == 1
    drain(container)
    with committing.reading() as session:
        states = dict(session.execute(select(LeadOffer.partner_id, LeadOffer.state)).tuples().all())
        assert states.pop(first) == "expired"
        assert list(states.values()) == ["open"]
        assert len(session.scalars(select(SystemMail)).all()) == 2
