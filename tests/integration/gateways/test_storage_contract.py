"""One contract for both storages; S3 is a real server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from campaigns.core.errors import DomainError, Kind
from campaigns.core.ports import Storage
from campaigns.gateways.open import open_storage
from campaigns.gateways.s3 import open_s3

MIB = 1024 * 1024


@pytest.fixture(params=["directory", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    url = request.getfixturevalue("s3_url") if request.param == "s3" else tmp_path.as_uri()
    opened = open_storage(url)
    yield opened
    for key in list(opened.keys("")):
        opened.delete(key)


def test_what_is_put_comes_back(storage):
    stored = storage.put("a/b/sheet.pdf", b"%PDF-", "application/pdf")
    assert (stored.key, stored.size, stored.media_type) == ("a/b/sheet.pdf", 5, "application/pdf")
    assert storage.get("a/b/sheet.pdf") == b"%PDF-"
    assert storage.stat("a/b/sheet.pdf") == stored
    with storage.open("a/b/sheet.pdf") as stream:
        assert stream.read(2) == b"%P"
        assert stream.read() == b"DF-"


def test_a_media_type_the_name_does_not_tell_is_kept_and_forgotten_with_the_object(storage):
    storage.put("x/thing.pdf", b"1", "text/calendar")
    assert storage.stat("x/thing.pdf").media_type == "text/calendar"
    storage.put("x/thing.pdf", b"22", "application/pdf")
    assert storage.stat("x/thing.pdf").media_type == "application/pdf"
    assert storage.get("x/thing.pdf") == b"22"


def test_an_absent_object_says_so(storage):
    assert storage.stat("no/thing") is None
    for read in (storage.get, storage.open):
        with pytest.raises(DomainError) as caught:
            read("no/thing")
        assert (caught.value.code, caught.value.kind) == ("storage.missing", Kind.NOT_FOUND)
    with pytest.raises(DomainError, match=r"storage\.missing"):
        storage.put_joined("joined", ["no/thing", b"x"], "text/plain")
    assert storage.stat("joined") is None
    storage.delete("no/thing")


def test_keys_come_in_order_by_plain_prefix(storage):
    for key in ("mail/b", "mail/a", "mailing/c", "other"):
        storage.put(key, b"x", "text/plain")
    assert list(storage.keys("mail/")) == ["mail/a", "mail/b"]
    assert list(storage.keys("mail")) == ["mail/a", "mail/b", "mailing/c"]
    assert list(storage.keys("nothing/")) == []


@pytest.mark.parametrize(
    "key", ["", "/abs", "a//b", "../up", "a/../b", "a/./b", ".hidden", "a b", "a\\b", "ü", "a\n", "x" * 600]
)
def test_a_key_never_leads_elsewhere(storage, key):
    for use in (storage.get, storage.stat, storage.delete, lambda k: storage.put(k, b"", "text/plain")):
        with pytest.raises(DomainError, match=r"storage\.key"):
            use(key)


@pytest.mark.parametrize(
    "sizes",
    [
        (0,),
        (10,),
        (6 * MIB,),
        (6 * MIB, 6 * MIB),
        (3 * MIB, 6 * MIB + 1),
        (6 * MIB, 1, 6 * MIB),
        (5 * MIB, 5 * MIB - 1),
        (1, 5 * MIB, 2, 5 * MIB, 3),
    ],
)
def test_joining_stored_parts_and_bytes(storage, sizes):
    """Whatever the sizes, and S3 refuses any part but the last below 5 MiB."""
    chunks = [os.urandom(size) for size in sizes]
    parts: list[str | bytes] = []
    for number, chunk in enumerate(chunks):
        storage.put(f"part/{number}", chunk, "application/octet-stream")
        parts += [f"part/{number}", b"-between-"]
    joined = storage.put_joined("whole.pdf", parts, "application/pdf")
    expected = b"".join(chunk + b"-between-" for chunk in chunks)
    assert storage.get("whole.pdf") == expected
    assert joined == storage.stat("whole.pdf")
    assert joined.size == len(expected)


def test_old_keys_are_told_from_young_ones(storage):
    for key in ("previews/aa/one.png", "previews/bb/two.png", "pictures/aa/one.png"):
        storage.put(key, b"x", "image/png")
    past, future = datetime.now(UTC) - timedelta(hours=1), datetime.now(UTC) + timedelta(hours=1)
    assert list(storage.aged("previews/", past)) == []
    assert list(storage.aged("previews/", future)) == ["previews/aa/one.png", "previews/bb/two.png"]


def test_what_a_broken_off_write_left_is_removed_and_no_object(storage, request, tmp_path):
    storage.put("a/whole", b"x", "text/plain")
    if "s3" in request.node.callspec.id:
        storage._client.create_multipart_upload(Bucket=storage._bucket, Key=storage._prefix + "a/half")
    else:
        (tmp_path / "new" / "half").write_bytes(b"half")
    past, future = datetime.now(UTC) - timedelta(hours=1), datetime.now(UTC) + timedelta(hours=1)
    assert storage.tidy(past) == 0
    assert storage.tidy(future) == 1
    assert storage.tidy(future) == 0
    assert list(storage.keys("")) == ["a/whole"]


def test_check_leaves_nothing(storage):
    storage.check()
    assert list(storage.keys("")) == []


def test_a_directory_that_cannot_be_written_is_unavailable(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with pytest.raises(DomainError) as caught:
        open_storage(blocked.as_uri()).check()
    assert caught.value.kind is Kind.UNAVAILABLE


def test_nothing_half_is_left_when_writing_fails(tmp_path, monkeypatch):
    opened = open_storage(tmp_path.as_uri())
    opened.put("a", b"old", "text/plain")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DomainError, match=r"storage\.unavailable"):
        opened.put("a", b"new", "text/plain")
    assert opened.get("a") == b"old"
    assert list((tmp_path / "new").iterdir()) == []


def test_an_s3_that_does_not_answer_is_unavailable():
    gone = open_s3("s3://key:secret@bucket/p?endpoint_url=http%3A%2F%2F127.0.0.1%3A9&region=us-east-1")
    with pytest.raises(DomainError) as caught:
        gone.check()
    assert caught.value.kind is Kind.UNAVAILABLE


def test_a_wrong_s3_secret_is_unavailable_and_not_missing(s3_url):
    wrong = open_s3(s3_url.replace("not-a-secret", "another"))
    with pytest.raises(DomainError) as caught:
        wrong.get("a")
    assert caught.value.code == "storage.unavailable"
