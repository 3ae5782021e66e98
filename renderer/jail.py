"""Runs a parser of untrusted bytes in a process of its own, with limits on memory, time, files and network.

The child gets the bytes on stdin and answers with one frame on stdout: an eight-byte length, that much
JSON, then the named byte strings it announces. Nothing the child sends is ever unpickled or executed.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Literal

from renderer.errors import RenderError

Task = Literal["logo.intake", "pdf.inspect", "image.inspect", "mail.read"]

# The allow-list: what a jailed child may be asked to run, each `(data: bytes, args: Mapping[str, str]) -> JailResult`.
TASKS: Mapping[str, str] = {
    "logo.intake": "renderer.logo.intake:intake_task",
    "pdf.inspect": "renderer.pdf.inspect:inspect_task",
    "mail.read": "renderer.message:read_task",
    "image.inspect": "renderer.image.inspect:inspect_task",
}
WALL_S = 20.0
ANSWER_LIMIT = 128 * 2**20
_LENGTH = 8
_ROOT = str(Path(__file__).resolve().parent.parent)
_TOO_COSTLY = "The file takes more than {seconds:.0f} s or more memory than allowed to read; simplify it and try again."
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class JailResult:
    """A task's answer: JSON values and named byte strings. Treat both as the file's author's words."""

    values: dict[str, Any]
    blobs: dict[str, bytes] = field(default_factory=dict, repr=False)


def run_jailed(task: Task, data: bytes, args: Mapping[str, str] | None = None, *, wall_s: float = WALL_S) -> JailResult:
    """Runs the task on `data` in a child process and returns its answer.

    RenderError of the task itself (its code and parameters kept), `file.too_costly` when a limit of
    time or memory is met, `file.unreadable` when the child dies or answers nonsense.
    """
    if task not in TASKS:
        raise KeyError(task)
    with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as stderr:
        header = json.dumps(dict(args or {})).encode()
        stdin.write(len(header).to_bytes(_LENGTH, "big") + header)
        stdin.write(data)
        stdin.seek(0)
        child = subprocess.Popen(
            [sys.executable, "-s", "-P", "-m", "renderer.jailed", TASKS[task]],
            stdin=stdin, stdout=subprocess.PIPE, stderr=stderr, env=_environment(), cwd="/", close_fds=True,
        )  # fmt: skip
        late = threading.Event()
        timer = threading.Timer(wall_s, _stop, (child, late))
        timer.start()
        try:
            answer = _read_bounded(child.stdout)
            if answer is None:
                child.kill()
            status = child.wait()
        finally:
            timer.cancel()
            child.kill()
            child.wait()
            if child.stdout:
                child.stdout.close()
        if late.is_set() or status in {-9, -24, -25}:  # SIGKILL, SIGXCPU, SIGXFSZ: a limit, not a fault
            raise RenderError("file.too_costly", _TOO_COSTLY.format(seconds=wall_s), needed=wall_s)
        if status != 0 or answer is None:
            stderr.seek(max(0, stderr.seek(0, 2) - 4096))
            _log.warning("jailed %s ended with %s: %s", task, status, stderr.read().decode(errors="replace"))
            raise _unreadable()
    return decode_answer(answer)


def encode_answer(result: JailResult | RenderError) -> bytes:
    """The child's side of the frame."""
    if isinstance(result, RenderError):
        head: dict[str, Any] = {
            "error": {"code": result.code, "message": result.message, "params": result.params},
            "blobs": [],
        }
        blobs: dict[str, bytes] = {}
    else:
        blobs = result.blobs
        head = {"values": result.values, "blobs": [[name, len(blob)] for name, blob in blobs.items()]}
    text = json.dumps(head).encode()
    return b"".join([len(text).to_bytes(_LENGTH, "big"), text, *blobs.values()])


def decode_answer(answer: bytes) -> JailResult:
    """The parent's side: every length is checked; RenderError `file.unreadable` if any is wrong."""
    end = _LENGTH + int.from_bytes(answer[:_LENGTH], "big")
    if len(answer) < _LENGTH or end > len(answer):
        raise _unreadable()
    try:
        head = json.loads(answer[_LENGTH:end])
        announced = [(str(name), int(length)) for name, length in head["blobs"]]
        error = head.get("error")
        values = None if error else head["values"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise _unreadable() from None
    if error is not None:
        if not isinstance(error, dict) or not isinstance(error.get("params"), dict):
            raise _unreadable()
        raise RenderError(str(error.get("code")), str(error.get("message")), **error["params"])
    blobs: dict[str, bytes] = {}
    for name, length in announced:
        if length < 0 or end + length > len(answer):
            raise _unreadable()
        blobs[name] = answer[end : end + length]
        end += length
    if end != len(answer) or not isinstance(values, dict):
        raise _unreadable()
    return JailResult(values, blobs)


def _environment() -> dict[str, str]:
    """No secrets, no proxies; one thread per library, so that address space is not reserved in vain."""
    return {
        "PYTHONPATH": _ROOT,
        "PYTHONDONTWRITEBYTECODE": "1",
        "LANG": "C.UTF-8",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "RAYON_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
        "TMPDIR": tempfile.gettempdir(),
        "PATH": os.defpath,
    }


def _stop(child: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    child.kill()


def _read_bounded(stream: IO[bytes] | None) -> bytes | None:
    answer = stream.read(ANSWER_LIMIT + 1) if stream else b""
    return answer if len(answer) <= ANSWER_LIMIT else None


def _unreadable() -> RenderError:
    return RenderError(
        "file.unreadable", "The file cannot be read safely; it may be damaged. Export it again from its own program."
    )
