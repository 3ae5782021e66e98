"""Looks at a kit's PDFs and pictures in the renderer's jail before anything else opens them."""

from __future__ import annotations

from typing import Final

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
    return _TASKS.get("." + path.rsplit(".", 1)[-1].lower())


def risky(path: str) -> bool:
    """True for files that only a parser in the jail may touch first."""
    return _task(path) is not None


def inspect_file(path: str, data: bytes) -> list[Problem]:
    """The problems that opening the file in the jail shows; empty for a sound file."""
    task = _task(path)
    if task is None:
        return []
    try:
        answer = run_jailed(task, data, {"path": path})
    except RenderError as error:
        return [Problem(error.code, error.message, path=path, params=dict(error.params))]
    found = answer.values.get("problems", [])
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
