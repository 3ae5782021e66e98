"""Files that mean harm, through the entrances where people drop them."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select

from campaigns.kits.models import KitVersion
from campaigns.kits.service.checking import run_check
from campaigns.partners.models import Logo, LogoUpload
from tests.factories.hostile_files import BAD_LOGOS, DRAFTS, KEPT, MENDED_LOGOS, PDFS, ZIPS
from tests.factories.kits import MANIFEST, SHEET_LAYOUT, small_kit
from tests.web.hostile.conftest import Target


def newest(target: Target, model: Any) -> Any:
    with target.app.extensions["container"].uow.reading() as session:
        row = session.scalars(select(model).order_by(model.created_at.desc(), model.id.desc()).limit(1)).one()
        session.refresh(row)
        session.expunge(row)
        return row


@pytest.mark.parametrize("name", ZIPS)
def test_a_hostile_zip_is_refused_with_its_reason(target: Target, name: str) -> None:
    data = ZIPS[name]()

    def drop() -> None:
        before = newest(target, KitVersion)
        page = target.post("vendor", "/studio/kits", data={"kit": (BytesIO(data), "kit.zip")})
        assert (page.status_code, page.headers["Location"]) == (303, "/studio/kits")
        called = target.call("vendor", "POST", "/api/v1/kits", data=data, content_type="application/zip")
        assert called.status_code == 422
        assert called.get_json()["code"] == "kit.refused"
        assert called.get_json()["problems"]
        assert newest(target, KitVersion).id == before.id

    target.undone(drop)


@pytest.mark.parametrize("name", DRAFTS)
def test_a_hostile_file_of_a_kit_is_found_by_its_check(target: Target, name: str) -> None:
    send = {"data": DRAFTS[name](), "content_type": "application/zip"}
    box = target.app.extensions["container"]

    def drop() -> None:
        assert target.call("vendor", "POST", "/api/v1/kits", **send).status_code == 201
        assert run_check(box.uow, box.storage, box.fonts, newest(target, KitVersion).id).errors
        version = newest(target, KitVersion)
        assert target.client("vendor").get(f"/studio/kits/{version.kit_id}").status_code == 200

    target.undone(drop)


@pytest.mark.parametrize("name", KEPT)
def test_a_zip_within_the_kit_is_never_opened(target: Target, name: str) -> None:
    send = {"data": KEPT[name](), "content_type": "application/zip"}
    answer = target.undone(lambda: target.call("vendor", "POST", "/api/v1/kits", **send))
    assert answer.status_code in {201, 422}


@pytest.mark.parametrize("name", BAD_LOGOS)
def test_a_hostile_logo_is_refused_with_its_reason(target: Target, name: str) -> None:
    data = BAD_LOGOS[name]()

    def drop() -> None:
        page = target.post("partner", "/portal/brand/logo", data={"logo": (BytesIO(data), "logo.svg")})
        assert (page.status_code, page.headers["Location"]) == (303, "/portal/brand#refused")
        upload = newest(target, LogoUpload)
        assert not upload.taken
        assert upload.problems[0]["code"].startswith(("logo.", "file."))
        assert target.client("partner").get("/portal/brand").status_code == 200

    target.undone(drop)


@pytest.mark.parametrize("name", MENDED_LOGOS)
def test_nothing_of_the_harm_is_left_in_a_taken_logo(target: Target, name: str) -> None:
    data = MENDED_LOGOS[name]()

    def drop() -> None:
        page = target.post("partner", "/portal/brand/logo", data={"logo": (BytesIO(data), "logo.bin")})
        assert page.status_code == 303
        assert newest(target, LogoUpload).logo_id
        logo = newest(target, Logo)
        storage = target.app.extensions["container"].storage
        for key in filter(None, (logo.svg_key, logo.pdf_key, logo.png_key)):
            for harm in (
                b"<script",
                b"evil.example",
                b"avascript",
                b"avaScript",
                b"foreignObject",
                b"onload",
                b"PK\x03\x04",
            ):
                assert harm not in storage.get(key), (key, harm)

    target.undone(drop)


@pytest.mark.parametrize("name", PDFS)
def test_a_hostile_pdf_stands_between_a_kit_and_its_publishing(target: Target, name: str) -> None:
    files = small_kit() | {"pdf/sheet.pdf": PDFS[name](), "pdf/sheet.layout.json": SHEET_LAYOUT.encode()}
    assert "pdf/sheet.pdf" in MANIFEST
    box = target.app.extensions["container"]

    def drop() -> None:
        from renderer.kit.archive import pack_kit

        taken = target.call("vendor", "POST", "/api/v1/kits", data=pack_kit(files), content_type="application/zip")
        assert taken.status_code == 201, taken.get_data(as_text=True)
        version_id = newest(target, KitVersion).id
        run_check(box.uow, box.storage, box.fonts, version_id)
        version = newest(target, KitVersion)
        found = [item["code"] for item in version.problems if item.get("path") == "pdf/sheet.pdf"]
        assert any(code.startswith(("pdf.", "file.")) for code in found), version.problems
        refused = target.call("vendor", "POST", f"/api/v1/kit-versions/{version_id}/publish")
        assert refused.status_code in {409, 422}

    target.undone(drop)
