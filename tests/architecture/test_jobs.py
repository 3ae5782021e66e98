"""Every job that is asked for has a task in its queue; every queue is consumed; beat knows its ticks."""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path

from campaigns.core.settings import QUEUES, Settings
from campaigns.gateways.celery_queue import broker_queue
from worker.celery_app import make_celery
from worker.schedule import EVERY_S
from worker.task import JOB_TASKS, TICK_TASKS
from worker.tasks import load_all

ROOT = Path(__file__).resolve().parents[2]
load_all()


def enqueued() -> dict[str, tuple[str, str]]:
    """Task name → (queue, where) for every `enqueue(…)` in the product; a task's own `.name` is right by itself."""
    found = {}
    for package in ("app", "campaigns", "worker"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(call, ast.Call):
                    continue
                name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
                if name != "enqueue":
                    continue
                where = f"{path.relative_to(ROOT)}:{call.lineno}"
                task = call.args[1]
                if isinstance(task, ast.Attribute) and task.attr == "name":
                    continue
                if isinstance(task, ast.Name):
                    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
                    value = getattr(import_module(module), task.id)
                else:
                    assert isinstance(task, ast.Constant), f"{where}: name the task by a string or a constant"
                    value = task.value
                queue = next((word.value for word in call.keywords if word.arg == "queue"), ast.Constant("default"))
                assert isinstance(queue, ast.Constant), f"{where}: name the queue by a string"
                found[value] = (str(queue.value), where)
    return found


def test_every_job_has_a_task_in_its_queue():
    asked = enqueued()
    assert asked, "nothing is enqueued anywhere; the scan is blind"
    missing = {name: where for name, (_, where) in asked.items() if name not in JOB_TASKS}
    assert missing == {}
    wrong = {name: place for name, place in asked.items() if JOB_TASKS[name].queue != place[0]}
    assert wrong == {}


def test_every_queue_is_consumed_and_every_task_is_known_to_celery():
    settings = Settings("postgresql:///x", "redis://x", "file:///x", "k" * 40, "http://x", Path("x"))
    app = make_celery(settings)
    consumed = {queue.name for queue in app.conf.task_queues}
    assert consumed == {broker_queue(queue) for queue in QUEUES}
    assert {task.queue for name, task in JOB_TASKS.items() if not name.startswith("test.")} <= set(QUEUES)
    assert set(JOB_TASKS) | set(TICK_TASKS) <= set(app.tasks)


def test_beat_calls_exactly_the_ticks():
    assert set(EVERY_S) == set(TICK_TASKS)
