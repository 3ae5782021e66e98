"""Untrusted bytes are read in a child with limits; its answer is checked, its refusals keep their codes."""

import subprocess
import sys

import pytest

from renderer import jail
from renderer.errors import RenderError
from renderer.jail import JailResult, decode_answer, encode_answer, run_jailed
from renderer.logo.intake import intake_logo
from tests.factories import logos


def test_the_jailed_intake_equals_the_one_in_process():
    data = logos.plain_svg()
    assert intake_logo(data, "a.svg") == intake_logo(data, "a.svg", jailed=False)


def test_a_refusal_keeps_its_code_and_figures():
    with pytest.raises(RenderError) as caught:
        run_jailed("logo.intake", logos.bomb_png(), {})
    assert caught.value.code == "logo.too_many_pixels"
    assert caught.value.params["needed"] == 40_000_000


def test_a_slow_child_is_ended():
    with pytest.raises(RenderError) as caught:
        run_jailed("logo.intake", logos.plain_svg(), {}, wall_s=0.01)
    assert caught.value.code == "file.too_costly"


def test_a_child_that_dies_is_unreadable(monkeypatch):
    monkeypatch.setattr(jail, "TASKS", {"logo.intake": "renderer.none:none"})
    with pytest.raises(RenderError) as caught:
        run_jailed("logo.intake", b"x", {})
    assert caught.value.code == "file.unreadable"


def test_only_listed_tasks_run():
    with pytest.raises(KeyError):
        run_jailed("os.system", b"")  # type: ignore[arg-type]
    child = subprocess.run(
        [sys.executable, "-m", "renderer.jailed", "os:system"], input=b"", capture_output=True, check=False
    )
    assert child.returncode == 1
    assert b"not a jailed task" in child.stderr


def test_the_frame_goes_through_unharmed():
    result = JailResult({"a": [1, "ü"]}, {"png": b"\0\1", "pdf": b""})
    assert decode_answer(encode_answer(result)) == result
    with pytest.raises(RenderError, match=r"logo\.text"):
        decode_answer(encode_answer(RenderError("logo.text", "No.", measured=1)))


@pytest.mark.parametrize(
    "nonsense",
    [
        b"",
        b"\0" * 7,
        b"\xff" * 8,
        (5).to_bytes(8, "big") + b"nope!",
        (2).to_bytes(8, "big") + b"[]",
        encode_answer(JailResult({}, {"a": b"12345"}))[:-1],
        encode_answer(JailResult({}, {"a": b"12345"})) + b"x",
        (36).to_bytes(8, "big") + b'{"values": {}, "blobs": [["a", -10]]}'[:36],
    ],
)
def test_a_broken_frame_is_unreadable(nonsense):
    with pytest.raises(RenderError, match=r"file\.unreadable"):
        decode_answer(nonsense)


def test_memory_is_limited_inside():
    code = "import renderer.jailed as j; j.confine(); bytearray(3 * 2**30)"
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert b"MemoryError" in child.stderr
