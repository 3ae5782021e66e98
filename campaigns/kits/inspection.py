"""Looks at a kit's PDFs and pictures in the renderer's jail before anything else opens them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from renderer.errors import RenderError
from renderer.jail import Task, run_jailed
from renderer.report import Problem

_TASKS: Final[dict[str, Task]] = {
    ".pdf": "pdf.inspect",
    ".png": "image.inspect",
    ".jpg": "image.inspect",
    ".jpeg": "image.inspect",
    ".webp": "image.inspect",
}


def _task(path: str) -> Task | None:
    if path.startswith("samples/") and path.lower().endswith(".svg"):
        return "logo.intake"
    return _TASKS.get("." + path.rsplit(".", 1)[-1].lower())


def risky(path: str) -> bool:
    """True for files that only a parser in the jail may touch first."""
    return _task(path) is not None


@dataclass(frozen=True, slots=True)
class Inspection:
    """What the jail saw. Only a `sound` file may be opened outside it."""

    sound: bool
    problems: tuple[Problem, ...] = ()


def inspect_file(path: str, data: bytes) -> Inspection:
    """Open the file in the jail and tell what is wrong with it."""
    task = _task(path)
    if task is None:
        return Inspection(True)
    try:
        answer = run_jailed(task, data, {"path": path, "filename": path.rsplit("/", 1)[-1]})
    except RenderError as error:
        return Inspection(False, (Problem(error.code, error.message, path=path, params=dict(error.params)),))
    if task == "logo.intake":  # whether a sample's logo suits its ground is the kit check's to say
        return Inspection(True)
    found = answer.values.get("problems") or []
    return Inspection(True, tuple(_problems(path, found)))


def _problems(path: str, found: list[Any]) -> list[Problem]:
    return [
        Problem(
            str(item["code"]),
            str(item["message"]),
            "warning" if item.get("severity") == "warning" else "note" if item.get("severity") == "note" else "error",
            path=path,
            params=dict(item.get("params") or {}),
        )
        for item in found
        if isinstance(item, dict) and "code" in item and "message" in item
    ]
