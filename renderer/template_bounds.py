"""What keeps a hostile template small: a budget of steps and characters, and syntax rewritten to pass through it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from contextvars import ContextVar, Token
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from jinja2 import TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context, Undefined
from jinja2.utils import pass_context
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from renderer.report import Problem

MAX_SOURCE = 512 * 1024
MAX_OUTPUT = 2 * 1024 * 1024
MAX_STEPS = 20_000  # turns of loops, calls and includes of one render
FIELD_OPEN, FIELD_CLOSE = "\ue0f0", "\ue0f1"  # private use: no text of a kit or brand keeps them
_SCALARS = (str, int, float, Decimal, date, type(None))
_RUN: ContextVar[Run] = ContextVar("template_run")
_N = TypeVar("_N", bound=nodes.Node)


class TokenMisuse(SecurityError):  # noqa: N818
    """A recipient's field was tested, compared or changed; its value is not known yet."""


class FieldToken:
    """Stands for a value that differs per recipient; prints as an opaque token that the merge replaces."""

    __slots__ = ("fallback", "name")

    def __init__(self, name: str, fallback: str = "") -> None:
        self.name, self.fallback = name, fallback

    def __str__(self) -> str:
        return f"{FIELD_OPEN}{current_run().field(self.name, self.fallback)}{FIELD_CLOSE}"

    def __html__(self) -> str:
        return str(self)

    def _refuse(self, *_: object) -> Any:
        raise TokenMisuse(
            f'{self.name} is filled per recipient: it can be printed, with |otherwise("…") for an empty one, but '
            "not tested, compared or changed."
        )

    __bool__ = __iter__ = __len__ = __eq__ = __ne__ = __lt__ = __gt__ = __le__ = __ge__ = __contains__ = __getitem__ = (
        _refuse
    )
    __hash__ = object.__hash__


class Run:
    """One render: what it may still spend, what went wrong, which recipient fields it prints."""

    def __init__(
        self,
        path: str,
        names: tuple[str, ...],
        line: int | None = None,
        fields: list[tuple[str, str]] | None = None,
    ) -> None:
        self.path, self.names, self.line = path, names, line
        self.problems: list[Problem] = []
        self.fields: list[tuple[str, str]] = [] if fields is None else fields
        self.output = ""
        self._steps = 0
        self._characters = 0
        self._token: Token[Run] | None = None

    def __enter__(self) -> Run:
        self._token = _RUN.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        if self._token is not None:
            _RUN.reset(self._token)

    def step(self, count: int = 1) -> None:
        """Spend steps; raises SecurityError when the budget is gone."""
        self._steps += count
        if self._steps > MAX_STEPS:
            raise SecurityError(f"a template makes at most {MAX_STEPS:,} steps")

    def join(self, parts: Iterable[str]) -> str:
        """Join texts made inside the template, within what it may print altogether."""
        taken = []
        for part in parts:
            self._characters += len(part)
            if self._characters > 4 * MAX_OUTPUT:
                raise SecurityError(f"a template makes at most {MAX_OUTPUT >> 20} MB of text")
            taken.append(part)
        return "".join(taken)

    def join_into(self, parts: Iterable[str]) -> None:
        """Collect the output itself."""
        taken, length = [], 0
        for part in parts:
            length += len(part)
            if length > MAX_OUTPUT:
                raise SecurityError(f"a template makes at most {MAX_OUTPUT >> 20} MB of text")
            taken.append(part)
        self.output = "".join(taken)

    def field(self, name: str, fallback: str) -> int:
        """The number of a recipient field in this render."""
        if (name, fallback) not in self.fields:
            self.fields.append((name, fallback))
        return self.fields.index((name, fallback))

    def undefined(self, name: str, known: list[str], path: str, line: int | None) -> None:
        """Put an unknown name on record, once per line."""
        close = difflib.get_close_matches(name, known, 1)
        hint = (
            f" Did you mean {close[0]!r}?"
            if close
            else f" Known here: {', '.join(sorted(known)[:20])}."
            if known
            else ""
        )
        problem = Problem(
            "template.undefined", f"{name!r} is not defined.{hint}", path=path, line=line, params={"name": name}
        )
        if problem not in self.problems and len(self.problems) < 100:
            self.problems.append(problem)


def current_run() -> Run:
    """The render that is going on; outside of one (constant folding) an empty one."""
    return _RUN.get(None) or Run("", ())


def is_scalar(value: object) -> bool:
    """Whether a value is a text, a number, a date or nothing."""
    return isinstance(value, _SCALARS)


@pass_context
def loop_over(_: Context, value: Any) -> Iterator[Any] | list[Any]:
    """What every `for` goes through: a list whose length has been paid for."""
    if isinstance(value, Undefined):
        return list(value)
    if not isinstance(value, list | tuple | dict | range):
        raise SecurityError("only lists can be looped over")
    current_run().step(len(value))
    return list(value)


@pass_context
def concatenate(_: Context, parts: list[Any]) -> str:
    """What every `~` goes through."""
    texts = [part.__html__() if hasattr(part, "__html__") else str(part) for part in parts]
    escaped = any(isinstance(part, Markup) for part in parts)
    if escaped:
        return Markup(current_run().join(str(Markup.escape(part)) for part in parts))  # noqa: S704 - every part is escaped
    return current_run().join(texts)


@pass_context
def scalar_item(_: Context, value: Any) -> Any:
    """What an item of a literal list must be: nested lists could double without end."""
    if is_scalar(value) or isinstance(value, Undefined | FieldToken):
        return value
    raise SecurityError("a list in a template holds texts and numbers only")


class _Hardener(NodeTransformer):
    """Rewrites a template so that loops, ~ and literals pass through the budget; refuses what has no place in a kit."""

    def __init__(self, name: str | None, filename: str | None) -> None:
        self._name, self._filename = name, filename
        self._count = 0

    def visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> Any:
        self._count += 1
        if self._count > 50_000:
            self._refuse(node, "the template is too large")
        return super().visit(node, *args, **kwargs)

    def _refuse(self, node: nodes.Node, why: str) -> None:
        raise TemplateSyntaxError(why, node.lineno or 1, self._name, self._filename)

    def _through(self, node: nodes.Expr, name: str) -> nodes.Filter:
        return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno, environment=node.environment)

    def visit_For(self, node: nodes.For) -> nodes.For:  # noqa: N802 - Jinja's visitor names
        if node.recursive:
            self._refuse(node, "a loop may not be recursive")
        self.generic_visit(node)
        node.iter = self._through(node.iter, "_loop_over")  # type: ignore[arg-type]
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Filter:  # noqa: N802
        self.generic_visit(node)
        items = nodes.List(node.nodes, lineno=node.lineno, environment=node.environment)
        return self._through(items, "_concatenate")

    def visit_List(self, node: nodes.List) -> nodes.List:  # noqa: N802
        self.generic_visit(node)
        node.items = [self._item(item) for item in node.items]
        return node

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Tuple:  # noqa: N802
        self.generic_visit(node)
        if node.ctx == "load":
            node.items = [self._item(item) for item in node.items]
        return node

    def visit_Pair(self, node: nodes.Pair) -> nodes.Pair:  # noqa: N802
        self.generic_visit(node)
        node.value = self._item(node.value)
        return node

    def _item(self, node: nodes.Expr) -> nodes.Expr:
        literal = isinstance(node, nodes.Const | nodes.List | nodes.Tuple | nodes.Dict)
        return node if literal else self._through(node, "_scalar_item")

    def visit_ScopedEvalContextModifier(self, node: nodes.ScopedEvalContextModifier) -> None:  # noqa: N802
        self._refuse(node, "a template may not change how values are escaped")

    def visit_Import(self, node: nodes.Import) -> None:  # noqa: N802
        self._refuse(node, "a template may not import; use include")

    def visit_FromImport(self, node: nodes.FromImport) -> None:  # noqa: N802
        self._refuse(node, "a template may not import; use include")


def harden(template: nodes.Template, name: str | None, filename: str | None) -> nodes.Template:
    """The template rewritten in place. Raises TemplateSyntaxError where it does what no kit needs."""
    _Hardener(name, filename).visit(template)
    return template
