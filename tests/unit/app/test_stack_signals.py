"""A signal that comes while the stack is on its way down by itself."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path

from app.embedded.stack import Stack, StackOptions


def test_a_signal_during_the_stop_after_an_error_changes_nothing(tmp_path: Path) -> None:
    said: list[str] = []

    def say(line: str) -> None:
        said.append(line)
        os.kill(os.getpid(), signal.SIGTERM)

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert Stack(StackOptions(tmp_path, tmp_path / "var", port=port), {}, say).run() == 1
    assert len(said) == 1
    assert "is taken by" in said[0]
