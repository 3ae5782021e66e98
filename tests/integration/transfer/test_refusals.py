"""Exports that somebody has laid hands on: each is refused with a code, and nothing is written."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from campaigns.core.errors import DomainError, Kind
from campaigns.core.ids import new_id
from campaigns.partners.models import Partner
from tests.factories.launching import make_partner, make_programme
from tests.integration.transfer.conftest import Installation
from tests.integration.transfer.test_round_trip import click, launched, render_all, stage

__all__ = ["click", "launched", "render_all", "stage"]  # fixtures


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the one export of this module lies; made by the first test that wants it."""
    return tmp_path_factory.mktemp("export") / "out"


@pytest.fixture
def out(request: pytest.FixtureRequest, kept: Path, tmp_path: Path) -> Path:
    if not kept.exists():
        here, made = request.getfixturevalue("here"), request.getfixturevalue("stage")
        request.getfixturevalue("launched")
        here.export(made.programme_id, kept)
    return Path(shutil.copytree(kept, tmp_path / "out"))


def sealed(out: Path) -> None:
    """Digests, sizes and counts written anew, as a forger would."""
    body = json.loads((out / "manifest.json").read_bytes())
    places = [(entry, out / "tables" / f"{entry['table']}.jsonl") for entry in body["tables"]]
    for entry, path in [*places, (body["objects"], out / "objects.jsonl")]:
        data = path.read_bytes()
        entry |= {"rows": data.count(b"\n"), "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    (out / "manifest.json").write_text(json.dumps(body))


def forge(out: Path, name: str, **changed: Any) -> None:
    """Other values in the first row of a table (or of the listing)."""
    path = out / ("objects.jsonl" if name == "objects" else f"tables/{name}.jsonl")
    first, *rest = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(json.dumps(json.loads(first) | changed).encode() + b"\n" + b"".join(rest))
    sealed(out)


def refused(there: Installation, out: Path) -> DomainError:
    rows, stored = there.rows(), sorted(there.storage.keys(""))
    with pytest.raises(DomainError) as caught:
        there.take(out)
    assert (there.rows(), sorted(there.storage.keys(""))) == (rows, stored)
    return caught.value


def manifest(out: Path, **changed: Any) -> None:
    body = json.loads((out / "manifest.json").read_bytes())
    (out / "manifest.json").write_text(json.dumps(body | changed))


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"format": "zip"}, "transfer.damaged"),
        ({"version": 2}, "transfer.version"),
        ({"version": True}, "transfer.version"),
        ({"schema": "0" * 16}, "transfer.schema"),
        ({"programme": []}, "transfer.damaged"),
        ({"programme": {"id": "../..", "slug": "x", "name": "x"}}, "transfer.damaged"),
        ({"tables": [{"table": "../../etc/passwd", "rows": 0, "bytes": 0, "sha256": "0" * 64}]}, "transfer.damaged"),
        ({"tables": None}, "transfer.damaged"),
        ({"objects": {"rows": -1, "bytes": 0, "sha256": "0" * 64}}, "transfer.damaged"),
    ],
)
def test_a_manifest_that_is_none(there, out, changed, code):
    manifest(out, **changed)
    assert refused(there, out).code == code


@pytest.mark.parametrize("data", [b"", b"[]", b"{" * 200_000, b"\xff", b'{"format": NaN}', b" " * (1 << 21)])
def test_a_manifest_of_other_bytes(there, out, data):
    (out / "manifest.json").write_bytes(data)
    assert refused(there, out).code == "transfer.damaged"


def test_a_place_that_is_no_export(there, tmp_path):
    assert refused(there, tmp_path / "nothing").code == "transfer.no_export"
    (tmp_path / "empty").mkdir()
    assert refused(there, tmp_path / "empty").code == "transfer.damaged"


def test_a_changed_byte_is_found(there, out):
    table = out / "tables" / "contact.jsonl"
    table.write_bytes(table.read_bytes().replace(b"example.com", b"example.org"))
    assert "contact.jsonl" in refused(there, out).message


def test_a_changed_file_is_found(there, out):
    one = next(place for place in (out / "objects").rglob("*") if place.is_file())
    one.write_bytes(one.read_bytes()[:-1] + b"?")
    assert refused(there, out).code == "transfer.damaged"


@pytest.mark.parametrize("name", ["manifest.json", "tables/contact.jsonl", "objects.jsonl", "tables"])
@pytest.mark.parametrize("kind", ["link", "pipe", "gone"])
def test_what_is_no_regular_file_is_not_read(there, out, tmp_path, name, kind):
    place = out / name
    moved = tmp_path / "moved"
    shutil.move(place, moved)
    if kind == "link":
        place.symlink_to(moved)
    elif kind == "pipe":
        os.mkfifo(place)
    assert refused(there, out).code == "transfer.damaged"


@pytest.mark.parametrize(
    ("table", "changed", "code"),
    [
        ("contact", {"email": 7}, "transfer.row"),
        ("contact", {"email": None}, "transfer.row"),
        ("contact", {"email": "a\0b"}, "transfer.row"),
        ("contact", {"email": "\ud800"}, "transfer.row"),
        ("contact", {"extra": {"a": "\0"}}, "transfer.row"),
        ("contact", {"extra": {"a": float("inf")}}, "transfer.row"),
        ("contact", {"version": True}, "transfer.row"),
        ("contact", {"version": 2**31}, "transfer.row"),
        ("contact", {"created_at": "2026-11-22T10:00:00"}, "transfer.row"),
        ("contact", {"id": "1"}, "transfer.row"),
        ("contact", {"surplus": 1}, "transfer.row"),
        ("delivery", {"id": 2**63}, "transfer.row"),
        ("delivery", {"state": "eaten"}, "transfer.row"),
        ("delivery", {"state": "claimed"}, "transfer.row"),
        ("launch", {"state": "running"}, "transfer.reference"),
        ("launch", {"relaunch_of": str(new_id())}, "transfer.reference"),
        ("touchpoint", {"delivery_id": 999}, "transfer.reference"),
        ("audit_entry", {"chain": "system"}, "transfer.reference"),
        ("audit_entry", {"programme_id": str(new_id())}, "transfer.reference"),
        ("programme", {"slug": "somebody-else"}, "transfer.reference"),
        ("kit_version", {"archive_key": "mail/00/x.eml"}, "transfer.reference"),
        ("kit_version", {"archive_key": "kits/aa/x.zip"}, "transfer.damaged"),
        ("objects", {"key": "../../etc/passwd"}, "storage.key"),
        ("objects", {"key": "kits/aa/planted.zip"}, "transfer.damaged"),
        ("objects", {"sha256": "../" * 21 + "x"}, "transfer.damaged"),
        ("objects", {"sha256": "0" * 64}, "transfer.damaged"),
        ("objects", {"size": 10**12}, "transfer.damaged"),
        ("objects", {"media_type": "text/html\r\nx: y"}, "transfer.damaged"),
    ],
)
def test_a_forged_row(there, out, table, changed, code):
    forge(out, table, **changed)
    error = refused(there, out)
    assert error.code == code, error


def test_a_row_of_wrong_type_is_named_by_its_line(there, out):
    path = out / "tables" / "contact.jsonl"
    rows = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(rows[:2]) + b"[1]\n" + b"".join(rows[2:]))
    sealed(out)
    assert "contact.jsonl, line 3:" in refused(there, out).message


def test_nobody_gets_into_a_company_that_is_here(there, out):
    """A forged grant names a partner of this installation: it is refused, whatever the database would allow."""
    rival = make_programme(there.uow, "Rival")
    victim = make_partner(there.uow, rival.programme_id)
    forge(out, "role_grant", role="partner_admin", programme_id=None, partner_id=str(victim.partner_id))
    assert refused(there, out).code == "transfer.reference"


def test_nobody_reads_a_file_that_is_here(there, out):
    """A forged row names another tenant's stored file that the export does not hold."""
    path = out / "tables" / "artifact.jsonl"
    there.storage.put("artifacts/zz/secret.pdf", b"secret", "application/pdf")
    first, *rest = path.read_bytes().splitlines(keepends=True)
    changed = json.loads(first) | {"fingerprint": "zzecret"}
    path.write_bytes(json.dumps(changed).encode() + b"\n" + b"".join(rest))
    there.storage.put("artifacts/zz/zzecret.html", b"secret", "text/html")
    sealed(out)
    error = refused(there, out)
    assert error.code in ("transfer.taken", "transfer.damaged")


def test_a_file_that_is_here_with_other_bytes_is_not_overwritten(there, out):
    key = json.loads((out / "objects.jsonl").read_bytes().splitlines()[0])["key"]
    there.storage.put(key, b"mine", "text/plain")
    assert refused(there, out).code == "transfer.taken"
    assert there.storage.get(key) == b"mine"


def test_what_is_taken_here_is_named(there, out):
    partner = UUID(json.loads((out / "tables/partner.jsonl").read_bytes())["id"])
    with there.uow() as uow:
        uow.session.add(Partner(id=partner, slug="somebody", name="Somebody"))
    error = refused(there, out)
    assert (error.code, error.params["table"]) == ("transfer.taken", "partner")


def test_files_put_before_a_failure_are_removed(there, out, monkeypatch):
    """The last file cannot be stored: those before it go, and the rows with them."""
    put, keys = there.storage.put, []

    def failing(key: str, data: bytes, media_type: str) -> object:
        if len(keys) == 3:
            raise DomainError("storage.unavailable", Kind.UNAVAILABLE, "The file storage cannot be reached.")
        keys.append(key)
        return put(key, data, media_type)

    monkeypatch.setattr(there.storage, "put", failing)
    assert refused(there, out).code == "storage.unavailable"
    assert len(keys) == 3
