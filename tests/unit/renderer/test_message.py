"""Messages read in the jail: what a person wrote, and hostile ones that must end quickly and say nothing wrong."""

from __future__ import annotations

import base64
import time
from contextlib import suppress

import pytest

from renderer.errors import RenderError
from renderer.jail import run_jailed
from renderer.message import MOST_PARTS, MOST_TEXT, read_task

PAGE = base64.b64encode(b"<head><style>A: 1</style></head><p>Company: F</p><p>Land: NO</p>")
HEAD = b"From: Kari <kari@nord.no>\r\nTo: deals+x@in.example\r\nMessage-ID: <1@nord.no>\r\n"


def read(data: bytes):
    return read_task(data, {}).values


def test_a_plain_message():
    said = read(HEAD + b"Subject: Hi\r\n\r\nCompany: Fjordvarme AS\r\n")
    assert said["from"] == ["kari@nord.no"]
    assert said["to"] == ["deals+x@in.example"]
    assert said["message_id"] == "<1@nord.no>"
    assert said["text"] == "Company: Fjordvarme AS\r\n"
    assert (said["attached"], said["automatic"], said["auto_submitted"]) == (0, False, "")


def test_html_is_read_where_there_is_no_text_and_files_are_counted():
    body = (
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n" + PAGE + b"\r\n"
        b"--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment\r\n\r\n%PDF\r\n--b--\r\n"
    )
    said = read(HEAD + body)
    assert said["text"].split() == ["Company:", "F", "Land:", "NO"]
    assert said["attached"] == 1


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (b"Auto-Submitted: Auto-Replied\r\n", "auto_submitted"), (b"Precedence: BULK\r\n", "precedence"),
        (b"List-Id: <x>\r\n", "automatic"), (b"Return-Path: <>\r\n", "return_path"),
        (b"Content-Type: multipart/report; boundary=x\r\n", "automatic"),
    ],
)  # fmt: skip
def test_what_programs_say_of_themselves(line: bytes, what: str):
    assert read(line + HEAD + b"\r\nhi")[what]


def deep(levels: int) -> bytes:
    data = HEAD
    for level in range(levels):
        data += b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (level, level)
    return data + b"Content-Type: text/plain\r\n\r\nhidden\r\n"


def test_nothing_is_followed_too_deep_and_not_too_many_parts():
    assert read(deep(300))["text"] == ""
    many = HEAD + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b\r\n\r\nx\r\n" * (MOST_PARTS + 5)
    with pytest.raises(RenderError, match=r"mail\.parts"):
        read(many)


def test_a_message_inside_a_message_is_a_file():
    inner = b"From: boss@vendor.example\r\n\r\nCompany: Evil\r\n"
    body = b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n' + inner
    said = read(HEAD + body + b"\r\n--b--\r\n")
    assert said["from"] == ["kari@nord.no"]
    assert "Evil" not in said["text"]


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\x00" * 1000, b"no headers at all", b"Subject: no sender\r\n\r\nhi", b"\xff\xfe" * 4000,
        b"X: y\r\n" * 500 + HEAD + b"\r\nhi",
    ],
)  # fmt: skip
def test_what_is_no_message_is_refused(data: bytes):
    with pytest.raises(RenderError, match=r"mail\.unreadable"):
        run_jailed("mail.read", data)


@pytest.mark.parametrize(
    "data",
    [
        HEAD + b"Cc: " + b"<" * 200_000 + b"\r\n\r\nhi",
        b"From: " + b"a@b.c, " * 100_000 + b"\r\n\r\nhi",
        b"From: (((((" * 5_000 + b"\r\n\r\nhi",
        HEAD + b"Content-Type: text/plain; charset=rot13\r\n\r\nhi",
        HEAD + b"Content-Type: text/plain; charset=\"utf-8\r\n x\"\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!",
        HEAD + b"Content-Type: text/html\r\n\r\n" + b"<p " * 300_000,
        HEAD + b"\r\n" + b"Company: x\r\n" * 500_000,
        HEAD + b"Subject: =?utf-8?q?" + b"=FF" * 100_000 + b"?=\r\n\r\nhi",
        HEAD + b"Content-Type: multipart/mixed; boundary=" + b"b" * 100_000 + b"\r\n\r\nhi",
    ],
)  # fmt: skip
def test_hostile_messages_end_quickly(data: bytes):
    begun = time.monotonic()
    with suppress(RenderError):
        said = run_jailed("mail.read", data).values
        assert len(said["text"]) <= MOST_TEXT
        assert len(said["from"]) <= 50
    assert time.monotonic() - begun < 10
