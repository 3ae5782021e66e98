"""Webhooks at the edge: the secret once, signed changes in, the desk."""

from __future__ import annotations

import json
import re

from sqlalchemy import select

from campaigns.core.actor import Actor, Role
from campaigns.core.ids import new_id
from campaigns.deals.models import ProductLine
from campaigns.deals.service.mailing import address_of, written_address
from campaigns.outbound.endpoints import EndpointForm, create_endpoint
from campaigns.outbound.models import InboundChange, WebhookEndpoint
from campaigns.outbound.signatures import sign
from campaigns.partners.models import Person
from tests.web.conftest import csrf_of
from worker.task import JOB_TASKS, run_job
from worker.tasks import load_all

load_all()


def post(client, path: str, **data: str):
    return client.post(path, data=data, headers={"X-CSRF-Token": csrf_of(client, "/account")})


def test_a_secret_is_shown_once_and_signs_what_comes_in(sign_in, container, world) -> None:
    client = sign_in("vendor")
    page = post(client, "/admin/webhooks", url="https://hooks.example.com/", system="crm", title="CRM")
    [secret] = set(re.findall(r"whsec_[A-Za-z0-9+/=]{40,}", page.get_data(as_text=True)))
    assert "whsec_" not in client.get("/admin/webhooks").get_data(as_text=True)
    with container.uow.reading() as session:
        endpoint = session.scalars(select(WebhookEndpoint.id)).one()
    body = json.dumps({"type": "deal.stage", "data": {"external_id": "1", "stage": "X"}}).encode()
    headers = sign([secret], "m1", container.clock.now(), body)
    stranger = client.application.test_client()
    first = stranger.post(f"/hooks/in/{endpoint}", data=body, headers=headers)
    again = stranger.post(f"/hooks/in/{endpoint}", data=body, headers=headers)
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json == again.json
    forged = stranger.post(f"/hooks/in/{endpoint}", data=body + b" ", headers=headers)
    assert (forged.status_code, forged.json["code"]) == (401, "hook.signature")
    assert "Set-Cookie" not in first.headers
    for call in list(container.waker.calls):
        if call.task == "integrations.apply":
            run_job(container, JOB_TASKS[call.task], call.job_id)
    with container.uow.reading() as session:
        change = session.scalars(select(InboundChange)).one()
        session.expunge(change)
        assert (change.state, change.code) == ("failed", "change.unlinked")
    listed = client.get("/admin/error-desk").get_data(as_text=True)
    assert "change.unlinked" in listed
    assert client.get(f"/admin/error-desk/changes/{change.id}").status_code == 200
    bare = post(client, f"/admin/error-desk/changes/{change.id}/skip", reason="")
    assert bare.status_code == 422
    assert post(client, f"/admin/error-desk/changes/{change.id}/skip", reason="a test").status_code == 303
    assert "change.unlinked" not in client.get("/admin/error-desk").get_data(as_text=True)


def test_a_bad_address_is_said_at_its_field(sign_in) -> None:
    for url in ("http://hooks.example.com/", "https://10.0.0.1/", "https://metadata.google.internal"):
        answer = post(sign_in("partner"), "/admin/webhooks", url=url)
        assert answer.status_code == 422
        assert 'id="e-url"' in answer.get_data(as_text=True)


def test_a_member_manages_none(sign_in) -> None:
    assert sign_in("member").get("/admin/webhooks").status_code == 403
    assert sign_in("marketing").get("/admin/error-desk").status_code == 403


def test_a_mail_provider_hands_registrations_in_signed(app, world, committing, container) -> None:
    key = container.settings.secret_key
    partner = Actor(kind="person", role=Role.PARTNER_ADMIN, partner_id=world.partner, person_id=world.people["partner"])
    with committing() as uow:
        uow.session.add(ProductLine(id=new_id(), programme_id=world.programme, code="pumps", name="Heat pumps"))
        token = address_of(uow, partner).token
        sender = uow.session.get_one(Person, world.people["partner"]).email
        made = []
        for programme in (world.programme, world.other_programme):
            vendor = Actor(kind="person", role=Role.ADMIN, programme_id=programme)
            made.append(create_endpoint(uow, vendor, key, EndpointForm("", system="mail")))
    to = written_address(token, container.settings.mailed_to)
    message = f"From: {sender}\nTo: {to}\nMessage-ID: <1@x.no>\n\nCompany: Fjordvarme AS\n".encode()
    client = app.test_client()

    def send(endpoint, body: bytes, secret: str = ""):
        headers = sign([secret or endpoint.secret], "m1", container.clock.now(), body)
        return client.post(f"/hooks/mail/{endpoint.id}", data=body, headers=headers, content_type="message/rfc822")

    ours, theirs = made
    assert client.post(f"/hooks/mail/{ours.id}", data=message).status_code == 401
    assert send(ours, message, theirs.secret).status_code == 401
    assert send(theirs, message).json == {"outcome": "refused", "code": "mail.address"}, "another vendor's provider"
    assert send(ours, message).json == {"outcome": "taken"}
    assert send(ours, message).json == {"outcome": "known"}
    assert send(ours, b"nothing").json == {"outcome": "refused", "code": "mail.unreadable"}
