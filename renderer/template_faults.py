"""What is wrong with a template, told by code, words, path and line, whatever was raised and wherever."""

from __future__ import annotations

import sys
from types import FrameType, TracebackType

from jinja2 import Template, TemplateError, TemplateNotFound, TemplateSyntaxError
from jinja2.exceptions import SecurityError

from renderer.errors import RenderError
from renderer.report import Problem
from renderer.template_bounds import Run, TokenMisuse

FAULTS = (
    TemplateError,
    TypeError,
    ValueError,
    ArithmeticError,
    LookupError,
    AttributeError,
    RecursionError,
    MemoryError,
    SyntaxError,
)


class TemplateFailed(RenderError):  # noqa: N818 - what happened, said as people say it
    """A template that cannot be rendered; `problems` holds all that was found, with lines."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems[0].code, problems[0].message, **problems[0].params)
        self.problems = tuple(problems)


def template_line(run: Run) -> tuple[str, int | None]:
    """Where the running template stands, from the frames above this call."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        template = frame.f_globals.get("__jinja_template__")
        if isinstance(template, Template):
            line = template.get_corresponding_lineno(frame.f_lineno)
            return _place(run, template.name, line)
        frame = frame.f_back
    return run.path, run.line


def _place(run: Run, name: str | None, line: int | None) -> tuple[str, int | None]:
    """A value inside a JSON or TOML string stands on that string's line, whatever its own lines are."""
    return (name, line) if name is not None else (run.path, run.line or line)


def explain(error: BaseException, run: Run) -> Problem:
    """A fault as people read it: code, words, and the line of the template it comes from."""
    path, line = run.path, run.line
    code, message = "template.failed", f"The template fails: {error}."
    if isinstance(error, TemplateSyntaxError):
        path, line = _place(run, error.name, error.lineno)
        code, message = "template.syntax", f"This is no template: {str(error.message).rstrip('.')}."
        return Problem(code, message, path=path, line=line)
    path, line = _traceback_line(error.__traceback__, run)
    if isinstance(error, TokenMisuse):
        code, message = "mail.field_use", str(error)
    elif isinstance(error, SecurityError):
        code, message = "template.forbidden", f"{str(error)[:1].upper()}{str(error)[1:]}."
    elif isinstance(error, TemplateNotFound):
        code, message = "template.missing_include", f"{error.message or error}."
    elif isinstance(error, RecursionError | MemoryError):
        code, message = "template.too_deep", "The template nests or repeats itself without end."
    return Problem(code, message, path=path, line=line)


def _traceback_line(traceback: TracebackType | None, run: Run) -> tuple[str, int | None]:
    place: tuple[str, int | None] = (run.path, run.line)
    while traceback is not None:
        frame = traceback.tb_frame
        if "__jinja_exception__" in frame.f_globals:  # a frame that Jinja rewrote to the template's own lines
            name = frame.f_code.co_filename
            place = _place(run, None if name == "<template>" else name, traceback.tb_lineno)
        traceback = traceback.tb_next
    return place
