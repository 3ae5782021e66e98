"""A kit's sample pieces: made by a worker, shown without drawing; the reason stands where one cannot be made."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from datetime import date
from uuid import UUID
from xml.etree.ElementTree import fromstring

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from campaigns.artifacts import previews, samples
from campaigns.artifacts.samples import make_samples
from campaigns.bootstrap import Container
from campaigns.db.models import Job
from campaigns.db.unit_of_work import UnitOfWorkFactory
from campaigns.kits.service.checking import run_check
from renderer.kit.archive import KitFiles, pack_kit
from tests.factories.campaign_kits import kit_files, kit_zip
from tests.factories.launching import FONTS
from tests.web.conftest import csrf_of

SignIn = Callable[..., FlaskClient]

TODAY, PUBLIC = date(2026, 6, 3), "https://app.example"


def _uploaded(client: FlaskClient, data: bytes) -> tuple[str, UUID]:
    token = csrf_of(client, "/studio/kits")
    answer = client.post("/studio/kits", data={"csrf_token": token, "kit": (io.BytesIO(data), "kit.zip")})
    kit_id, version_id = re.search(r"/studio/kits/([0-9a-f-]{36})\?version=([0-9a-f-]{36})", answer.location).groups()
    return kit_id, UUID(version_id)


def _jobs(factory: UnitOfWorkFactory, version_id: UUID) -> list[str]:
    with factory.reading() as session:
        picked = select(Job.state).where(Job.task == "kit.picture", Job.key == str(version_id))
        return list(session.scalars(picked))


@pytest.fixture
def kit(sign_in: SignIn, container: Container, committing: UnitOfWorkFactory) -> tuple[str, UUID]:
    kit_id, version_id = _uploaded(sign_in("marketing"), kit_zip())
    assert _jobs(committing, version_id) == []
    run_check(committing, container.storage, FONTS, version_id)
    return kit_id, version_id


def test_until_the_worker_came_there_is_quiet_paper(
    sign_in: SignIn, kit: tuple[str, UUID], committing: UnitOfWorkFactory
) -> None:
    kit_id, version_id = kit
    assert _jobs(committing, version_id) == ["waiting"], "the check orders the pictures"
    page = sign_in("marketing").get(f"/studio/kits/{kit_id}").get_data(as_text=True)
    assert "0 of 4 pictures are made" in page
    assert page.count('class="piece paper') == 4
    assert f"/studio/kits/versions/{version_id}/preview/" not in page, "nothing is asked for that would be drawn now"
    listed = sign_in("marketing").get("/studio/kits").get_data(as_text=True)
    assert 'class="cover paper"' in listed
    assert "cover.png" not in listed


def test_afterwards_nothing_is_drawn_in_a_request(
    sign_in: SignIn,
    kit: tuple[str, UUID],
    container: Container,
    committing: UnitOfWorkFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kit_id, version_id = kit
    assert make_samples(committing, container.storage, FONTS, version_id, public_url=PUBLIC, today=TODAY) == 4

    def never(*_: object, **__: object) -> None:
        raise AssertionError("drawn in a request")

    monkeypatch.setattr(previews, "render_piece", never)
    client = sign_in("marketing")
    page = client.get(f"/studio/kits/{kit_id}").get_data(as_text=True)
    sources = [item.replace("&amp;", "&") for item in re.findall(r'src="(/studio/kits/versions/[^"]+)"', page)]
    assert len(sources) == 4
    for src in sources:
        answer = client.get(src)
        assert answer.status_code == 200, src
        assert client.get(src, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    listed = client.get("/studio/kits").get_data(as_text=True)
    cover = f"/studio/kits/versions/{version_id}/cover.png"
    assert f'src="{cover}"' in listed
    assert 'loading="lazy"' in listed
    assert client.get(cover).data.startswith(b"\x89PNG")
    assert sign_in("other_vendor").get(cover).status_code == 404
    assert sign_in("other_vendor").get(sources[0]).status_code == 404


def test_the_reason_stands_where_a_piece_cannot_be_made(
    sign_in: SignIn, container: Container, committing: UnitOfWorkFactory
) -> None:
    client = sign_in("marketing")
    kit_id, version_id = _uploaded(client, kit_zip(linkedin=b"Hello\n{{ nobody }}\n"))
    run_check(committing, container.storage, FONTS, version_id)
    assert make_samples(committing, container.storage, FONTS, version_id, public_url=PUBLIC, today=TODAY) == 3
    page = client.get(f"/studio/kits/{kit_id}").get_data(as_text=True)
    refusal = re.search(r'<div class="piece refusal">.*?</div>', page, re.S)
    assert refusal
    for said in ("template.undefined", "posts/linkedin.txt", "line 2"):
        assert said in refusal[0], refusal[0]
    assert "/linkedin/" not in "".join(re.findall(r'src="([^"]+)"', page))
    output = re.search(r"preview/([^/]+)/en/banner", page)
    assert output
    for locale in ("en", "de"):  # what was not made ahead says the same in its frame
        answer = client.get(f"/studio/kits/versions/{version_id}/preview/{output[1]}/{locale}/linkedin/text")
        assert answer.status_code == 200
        assert "template.undefined" in answer.get_data(as_text=True)
        assert "posts/linkedin.txt" in answer.get_data(as_text=True)


def test_a_picture_that_cannot_be_made_is_a_picture_of_the_reason(
    sign_in: SignIn, container: Container, committing: UnitOfWorkFactory
) -> None:
    client = sign_in("marketing")
    files = kit_files()
    layout = json.loads(files["images/banner.layout.json"])
    next(slot for slot in layout["slots"] if slot["type"] == "text")["value"] = "{{ nobody }} <b>"
    files["images/banner.layout.json"] = json.dumps(layout).encode()
    kit_id, version_id = _uploaded(client, pack_kit(KitFiles.of(files)))
    run_check(committing, container.storage, FONTS, version_id)
    page = client.get(f"/studio/kits/{kit_id}").get_data(as_text=True)
    sample = re.search(r"<option selected>([^<]+)</option>", page)
    assert sample
    answer = client.get(f"/studio/kits/versions/{version_id}/preview/{sample[1]}/en/banner/png@400x200?w=640")
    assert answer.content_type.startswith("image/svg+xml")
    text = answer.get_data(as_text=True)
    assert "images/banner.layout.json" in text
    assert "template.undefined" in text
    fromstring(text)  # noqa: S314 - our own answer; well-formed, or a browser shows nothing


def test_publishing_has_them_made_anew(sign_in: SignIn, kit: tuple[str, UUID], committing: UnitOfWorkFactory) -> None:
    kit_id, version_id = kit
    with committing() as uow:
        for job in uow.session.scalars(select(Job).where(Job.task == "kit.picture")):
            job.state = "done"
    client = sign_in("marketing")
    token = csrf_of(client, f"/studio/kits/{kit_id}")
    client.post(f"/studio/kits/{kit_id}/versions/{version_id}/publish", data={"csrf_token": token})
    assert sorted(_jobs(committing, version_id)) == ["done", "waiting"]
    assert samples.cover_key(version_id).startswith("samples/")
