"""`throughline up` as a process: it answers, survives SIGKILL of its parts and of itself, and leaves nothing behind."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]
UNSET = ("DATABASE_URL", "BROKER_URL", "STORAGE_URL", "SMTP_URL", "PUBLIC_URL", "SECRET_KEY", "DATA_DIR", "PORT")


class Up:
    """A running `throughline up` over one data folder."""

    def __init__(self, data: Path, port: int) -> None:
        self.data, self.port = data, port
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        environment = {name: value for name, value in os.environ.items() if name not in UNSET}
        command = [sys.executable, "-c", "from app.cli import main; main()", "up", "--workers", "1"]
        command += ["--port", str(self.port), "--data", str(self.data)]
        self.process = subprocess.Popen(
            command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def line(self) -> str:
        assert self.process
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def get(self, path: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def family(self) -> list[psutil.Process]:
        assert self.process
        return psutil.Process(self.process.pid).children(recursive=True)

    def end(self, number: signal.Signals) -> int:
        assert self.process
        self.process.send_signal(number)
        code = self.process.wait(60)
        assert self.process.stdout
        self.process.stdout.close()
        self.process = None
        return code


@pytest.fixture
def up() -> Iterator[Up]:
    folder = Path(tempfile.mkdtemp(prefix="tlup-"))
    folder.chmod(0o711)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = Up(folder / "var", port)
    yield made
    if made.process is not None:
        made.end(signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)


def gone(processes: list[psutil.Process], within_s: float = 30) -> bool:
    return psutil.wait_procs(processes, timeout=within_s)[1] == []


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_life_of_the_stack(up):
    up.start()
    assert up.line() == f"ready http://127.0.0.1:{up.port}"
    status, body = up.get("/readyz")
    assert (status, json.loads(body)) == (200, {"broker": "ok", "database": "ok", "storage": "ok"})
    assert (up.data / "secret_key").stat().st_mode & 0o077 == 0
    secret = (up.data / "secret_key").read_text()

    second = Up(up.data, up.port)
    second.start()
    message = second.line()
    assert "is taken by process" in message
    assert "gunicorn" in message
    assert second.process.wait(20) == 1
    second.process.stdout.close()

    # a part is killed: the supervisor starts it again
    web = next(process for process in up.family() if "gunicorn" in " ".join(process.cmdline()))
    web.kill()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            assert up.get("/healthz")[0] == 200
            break
        except OSError:
            time.sleep(0.1)
    else:
        pytest.fail("the web server did not come back")

    # the supervisor is killed: nothing stays behind, and the next start recovers
    family = up.family()
    up.end(signal.SIGKILL)
    assert gone(family), "processes outlived the supervisor"
    up.start()
    assert up.line() == f"ready http://127.0.0.1:{up.port}"
    assert (up.data / "secret_key").read_text() == secret
    family = up.family()
    assert len(family) >= 7
    assert up.end(signal.SIGINT) == 0
    assert gone(family, 1)


def test_bad_settings_are_said_before_anything_is_started(up, monkeypatch):
    monkeypatch.setenv("SMTP_URL", "http://nowhere")
    command = [sys.executable, "-c", "from app.cli import main; main()", "up", "--port", str(up.port)]
    environment = {name: value for name, value in os.environ.items() if name not in UNSET or name == "SMTP_URL"}
    done = subprocess.run(
        [*command, "--data", str(up.data)],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 1
    assert "SMTP_URL begins with http://" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (up.data / "postgres").exists()
