"""The child's side of `renderer.jail`: sets its own limits, then reads, runs one task and answers."""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import resource
import signal
import sys
from contextlib import suppress

from renderer.errors import RenderError
from renderer.jail import TASKS, JailResult, encode_answer

MEMORY_BYTES = 1536 * 2**20
CPU_S = 15
FILE_BYTES = 64 * 2**20
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38


def confine() -> None:
    """Limits on memory, processor time, files and core dumps; no new privileges; no network where the kernel allows.

    RLIMIT_NPROC is not used: it counts all processes of the user, and the vector libraries need a thread pool.
    """
    for what, limit in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        with suppress(ValueError, OSError):  # already lower
            resource.setrlimit(what, (limit, limit))
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    # A namespace of its own has no interface but a loopback that is down. Refused in some containers: no harm.
    libc.unshare(_CLONE_NEWNET if os.geteuid() == 0 else _CLONE_NEWUSER | _CLONE_NEWNET)


def main(target: str) -> None:
    """Runs `module:function` of the allow-list on the frame from stdin and writes the answer to stdout."""
    if target not in TASKS.values():
        raise SystemExit(f"not a jailed task: {target}")
    module, _, name = target.partition(":")
    run = getattr(importlib.import_module(module), name)
    confine()
    answer_to = os.dup(1)
    os.dup2(2, 1)  # a library that prints must not break the frame
    source = sys.stdin.buffer
    args = json.loads(source.read(int.from_bytes(source.read(8), "big")))
    result: JailResult | RenderError
    try:
        result = run(source.read(), args)
    except RenderError as error:
        result = error
    except MemoryError:
        result = RenderError("file.too_costly", "The file takes more memory than allowed to read; simplify it.")
    with os.fdopen(answer_to, "wb") as out:
        out.write(encode_answer(result))


if __name__ == "__main__":
    main(sys.argv[1])
