"""The pages from kit to launch in the web application: what is shown, what a POST does, whose it is."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from campaigns.bootstrap import Container
from campaigns.core.actor import Actor, Role
from campaigns.core.ids import new_id
from campaigns.db.models import Job
from campaigns.db.unit_of_work import UnitOfWorkFactory
from campaigns.kits.service.checking import run_check
from campaigns.launches.models import Launch
from campaigns.partners.models import BrandKit, BrandRevision
from tests.factories.campaign_kits import kit_files, kit_zip, picture
from tests.factories.launching import BRAND, FONTS, make_list, publish_kit
from tests.web.conftest import World, csrf_of
from worker.task import JOB_TASKS, run_job
from worker.tasks import load_all

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def version_id(container: Container, committing: UnitOfWorkFactory, world: World) -> UUID:
    """A published kit of Halvorsen, and a brand and a list for Osterly."""
    vendor = Actor(kind="person", role=Role.ADMIN, programme_id=world.programme)
    upload = publish_kit(committing, container.storage, vendor)
    with committing() as uow:
        revision = BrandRevision(id=new_id(), partner_id=world.partner, number=1, data=BRAND, digest="web")
        uow.session.add(revision)
        uow.session.flush()
        uow.session.add(BrandKit(partner_id=world.partner, current_revision_id=revision.id))
    make_list(committing, world.partner)
    return upload.version_id


def work_off(container: Container) -> None:
    """Do every job that waits, as a worker would."""
    load_all()
    for _ in range(5):
        with container.uow.reading() as session:
            waiting = session.execute(select(Job.id, Job.task).where(Job.state == "waiting")).all()
        for job_id, task in waiting:
            run_job(container, JOB_TASKS[task], job_id)


def click(client: FlaskClient, version_id: UUID, key: str = "t", **more: object) -> object:
    page = f"/portal/campaigns/{version_id}/launch"
    data = {"csrf_token": csrf_of(client, page), "client_token": key, "asked": "1", "locale": ["en", "de"]} | more
    return client.post(page, data=data)


def test_the_panel_is_filled_and_looking_launches_nothing(
    sign_in: SignIn, version_id: UUID, committing: UnitOfWorkFactory
) -> None:
    client = sign_in("partner")
    page = client.get(f"/portal/campaigns/{version_id}/launch").get_data(as_text=True)
    assert "Launch “Quiet heat”" in page
    assert "Launch to 3 people" in page
    assert "no consent on record" in page
    previews = set(re.findall(r'src="(/portal/previews/[^"]+)"', page))
    assert len(previews) >= 4
    for src in previews:
        answer = client.get(src.replace("&amp;", "&"))
        assert answer.status_code == 200, src
        again = client.get(src.replace("&amp;", "&"), headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == 304
    with committing.reading() as session:
        assert session.execute(select(func.count()).select_from(Launch)).scalar_one() == 0


def test_previews_of_typed_words_are_bounded(
    sign_in: SignIn, version_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.portal.previews.TYPED_MOST", 2)
    client = sign_in("partner")
    page = client.get(f"/portal/campaigns/{version_id}/launch").get_data(as_text=True)
    src = re.findall(r'src="(/portal/previews/[^"?]+)', page)[0]
    typed = [client.get(src, query_string={"f.offer": f"Offer {at}"}).status_code for at in range(4)]
    assert typed == [200, 200, 429, 429]
    assert client.get(src).status_code == 200


def test_a_framed_preview_can_neither_run_nor_send_anything(sign_in: SignIn, version_id: UUID) -> None:
    client = sign_in("partner")
    page = client.get(f"/portal/campaigns/{version_id}/launch").get_data(as_text=True)
    src = next(src for src in re.findall(r'src="(/portal/previews/[^"]+)"', page) if "/page/" in src)
    answer = client.get(src)
    policy = answer.headers["Content-Security-Policy"]
    for part in ("script-src 'none'", "form-action 'none'", "frame-ancestors 'self'", "sandbox allow-same-origin"):
        assert part in policy
    assert b"throughline:form" not in answer.data


def test_clicks_with_one_token_lead_to_one_launch_that_is_made(
    sign_in: SignIn, version_id: UUID, container: Container, committing: UnitOfWorkFactory
) -> None:
    client = sign_in("partner")
    first, second = click(client, version_id), click(client, version_id)
    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    making = client.get(first.location).get_data(as_text=True)
    assert "Making your pieces" in making
    assert 'aria-valuenow="0"' in making
    work_off(container)
    done = client.get(first.location).get_data(as_text=True)
    assert "Everything," in done
    assert "linkedin.com/sharing" in done
    events = client.get(f"{first.location}/events")
    assert events.content_type.startswith("text/event-stream")
    seen = json.loads(events.get_data(as_text=True).split("data: ")[1].split("\n")[0])
    assert (seen["ready"], seen["total"], seen["settled"]) == (8, 8, True)
    with zipfile.ZipFile(io.BytesIO(client.get(f"{first.location}/everything.zip").data)) as archive:
        assert len(archive.namelist()) == 10
    for src in set(re.findall(rf'href="({first.location}/pieces/[^"]+/(?:file|look))"', done)):
        answer = client.get(src)
        assert answer.status_code == 200, src
        if src.endswith("/file"):
            assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert client.get("/portal/launches").get_data(as_text=True).count(first.location) == 1


def test_a_refused_click_keeps_what_was_typed(sign_in: SignIn, version_id: UUID) -> None:
    client = sign_in("partner")
    answer = click(client, version_id, **{"f.offer": "x" * 41})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "x" * 41 in page
    assert "41 characters" in page
    late = click(client, version_id, starts_at="2020-01-01T09:00")
    assert late.status_code == 422
    assert "past" in late.get_data(as_text=True)


def test_stopping_and_what_is_said_of_it(sign_in: SignIn, version_id: UUID, container: Container) -> None:
    client = sign_in("partner")
    address = click(client, version_id).location
    work_off(container)
    token = csrf_of(client, address)
    assert client.post(f"{address}/pause", data={"csrf_token": token}).status_code == 303
    assert "Paused" in client.get(address).get_data(as_text=True)
    client.post(f"{address}/resume", data={"csrf_token": token})
    client.post(f"{address}/cancel", data={"csrf_token": token})
    page = client.get(address).get_data(as_text=True)
    assert "Stopped" in page
    assert "linkedin.com/sharing" not in page
    assert client.post(f"{address}/cancel", data={}).status_code == 403  # no token


def test_another_company_finds_nothing(sign_in: SignIn, version_id: UUID, container: Container) -> None:
    client, other = sign_in("partner"), sign_in("other_partner")
    address = click(client, version_id).location
    work_off(container)
    page = client.get(address).get_data(as_text=True)
    pieces = re.findall(rf'href="({address}/pieces/[^"]+)"', page)
    previews = re.findall(r'src="(/portal/previews/[^"]+)"', client.get(f"/portal/campaigns/{version_id}/launch").text)
    for path in [address, f"{address}/events", f"{address}/everything.zip", *pieces, *previews]:
        assert other.get(path.replace("&amp;", "&")).status_code == 404, path
    token = csrf_of(other, "/portal/launches")
    for verb in ("cancel", "pause", "resume", "retry", "relaunch"):
        client_answer = other.post(f"{address}/{verb}", data={"csrf_token": token})
        assert client_answer.status_code == 404, verb


def test_the_studio_takes_checks_and_publishes_a_kit(
    sign_in: SignIn, world: World, container: Container, committing: UnitOfWorkFactory
) -> None:
    client = sign_in("marketing")
    token = csrf_of(client, "/studio/kits")
    answer = client.post("/studio/kits", data={"csrf_token": token, "kit": (io.BytesIO(kit_zip()), "kit.zip")})
    assert answer.status_code == 303
    page = client.get(answer.location).get_data(as_text=True)
    assert "being checked" in page
    kit_id, version_id = re.search(r"/studio/kits/([0-9a-f-]{36})\?version=([0-9a-f-]{36})", answer.location).groups()
    assert client.get(f"/studio/kits/{kit_id}/progress?version={version_id}").status_code == 200
    run_check(committing, container.storage, FONTS, UUID(version_id))
    assert "HX-Redirect" in client.get(f"/studio/kits/{kit_id}/progress?version={version_id}").headers
    page = client.get(answer.location).get_data(as_text=True)
    for src in set(re.findall(r'src="(/studio/kits/versions/[^"]+)"', page)):
        assert client.get(src.replace("&amp;", "&")).status_code == 200, src
    published = client.post(
        f"/studio/kits/{kit_id}/versions/{version_id}/publish", data={"csrf_token": token}, follow_redirects=True
    )
    assert "is with your partners" in published.get_data(as_text=True)
    with zipfile.ZipFile(io.BytesIO(client.get(f"/studio/kits/versions/{version_id}/kit.zip").data)) as archive:
        assert set(archive.namelist()) == set(kit_files())
    assert sign_in("other_vendor").get(f"/studio/kits/{kit_id}").status_code == 404
    assert sign_in("partner").get(f"/studio/kits/{kit_id}").status_code == 403


def test_problems_stand_beside_their_piece(
    sign_in: SignIn, container: Container, committing: UnitOfWorkFactory, world: World
) -> None:
    client = sign_in("marketing")
    token = csrf_of(client, "/studio/kits")
    data = kit_zip(banner=picture(), linkedin=b"{{ nobody }}\n")
    answer = client.post("/studio/kits", data={"csrf_token": token, "kit": (io.BytesIO(data), "kit.zip")})
    kit_id, version_id = re.search(r"/studio/kits/([0-9a-f-]{36})\?version=([0-9a-f-]{36})", answer.location).groups()
    run_check(committing, container.storage, FONTS, UUID(version_id))
    page = client.get(answer.location).get_data(as_text=True)
    assert "posts/linkedin.txt" in page
    assert 'class="pin" href="#problem-1"' in page
    refused = client.post(
        f"/studio/kits/{kit_id}/versions/{version_id}/publish", data={"csrf_token": token}, follow_redirects=True
    )
    assert "stand between this version and your partners" in refused.get_data(as_text=True)
    wrong = client.post(
        "/studio/kits", data={"csrf_token": token, "kit": (io.BytesIO(b"x"), "a.zip")}, follow_redirects=True
    )
    assert "is not a zip" in wrong.get_data(as_text=True)
