"""Templates nobody vouches for, rendered over plain data: bounded, escaped, with every fault by path and line.

Nothing of Python can be reached: values are texts, numbers and mappings; the only calls are macros and gettext.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from typing import Any

from babel import Locale
from jinja2 import BaseLoader, Environment, Template, TemplateNotFound, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import BlockReference, Context, LoopContext, Macro, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from renderer.kit.catalog import Catalog
from renderer.template_bounds import (
    MAX_OUTPUT,
    MAX_SOURCE,
    FieldToken,
    Run,
    current_run,
    harden,
    is_scalar,
)
from renderer.template_faults import FAULTS, TemplateFailed, explain, template_line
from renderer.template_filters import FILTERS, TESTS, bounded_range, gettext_functions

_LOOP_NAMES = frozenset(
    {"index", "index0", "first", "last", "length", "revindex", "revindex0", "cycle", "previtem", "nextitem"}
)
Fields = list[tuple[str, str]]


class CollectedUndefined(Undefined):
    """A name that is not there: put on record with its line wherever it is used, then read as nothing."""

    __slots__ = ()

    def _report(self) -> None:
        name = self._undefined_name
        run = current_run()
        owner = self._undefined_obj
        known = [key for key in owner if isinstance(key, str)] if isinstance(owner, Mapping) else list(run.names)
        run.undefined(str(name), known, *template_line(run))

    def __str__(self) -> str:
        self._report()
        return ""

    __html__ = __str__

    def __iter__(self) -> Any:
        self._report()
        return iter(())

    def __len__(self) -> int:
        self._report()
        return 0

    def __bool__(self) -> bool:
        self._report()
        return False

    def __eq__(self, other: object) -> bool:
        self._report()
        return False

    __hash__ = Undefined.__hash__


class _KitLoader(BaseLoader):
    """Includes come from inside the kit only."""

    def __init__(self, sources: Mapping[str, bytes]) -> None:
        self._sources = sources

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:  # noqa: ARG002
        data = self._sources.get(template)
        current_run().step()
        if data is None:
            raise TemplateNotFound(template, f"the kit has no file {template!r}")
        if len(data) > MAX_SOURCE:
            raise TemplateSyntaxError(f"a template has at most {MAX_SOURCE >> 10} kB", 1, template, template)
        try:
            return data.decode("utf-8-sig"), template, lambda: True
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise TemplateSyntaxError("the file is not UTF-8", line, template, template) from error

    def exists(self, path: str) -> bool:
        return path in self._sources


class _KitEnvironment(ImmutableSandboxedEnvironment):
    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "**", "%"})

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        return harden(super()._parse(source, name, filename), name, filename)

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, Mapping):
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        if isinstance(obj, LoopContext) and attribute in _LOOP_NAMES:
            return getattr(obj, attribute)
        if isinstance(obj, CollectedUndefined):
            obj._report()
            return obj
        raise SecurityError(f"a template may not read {attribute!r} of a {_kind(obj)}")

    def getitem(self, obj: Any, argument: Any) -> Any:
        if isinstance(argument, str):
            return self.getattr(obj, argument)
        if isinstance(obj, str | list | tuple) and isinstance(argument, int | slice):
            try:
                return obj[argument]
            except IndexError:
                return self.undefined(obj=obj, name=str(argument))
        raise SecurityError(f"a template may not index a {_kind(obj)} by a {_kind(argument)}")

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ARG002
        numbers = all(isinstance(side, int | float) and abs(side) <= 1e15 for side in (left, right))
        texts = operator == "+" and all(isinstance(side, str) for side in (left, right))
        if not numbers and not texts:
            raise SecurityError(f"{operator!r} takes numbers up to 10^15 here; join texts with ~")
        if texts and len(left) + len(right) > MAX_OUTPUT:
            raise SecurityError("a text grew too long")
        if operator == "**" and abs(right) > 50:
            raise SecurityError("an exponent is at most 50")
        return self.binop_table[operator](left, right)

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805 - Jinja's own spelling
        current_run().step()
        allowed = isinstance(__obj, Macro | BlockReference) or getattr(__obj, "kit_callable", False)
        if not allowed and getattr(__obj, "__func__", None) is not LoopContext.cycle:
            if isinstance(__obj, CollectedUndefined):
                __obj._report()
                return ""
            raise SecurityError(f"a template may not call a {_kind(__obj)}")
        return __context.call(__obj, *args, **kwargs)

    def concat(self, parts: Any) -> str:
        return current_run().join(parts)

    def join_path(self, template: str, parent: str) -> str:
        path = posixpath.normpath(template)
        beside = posixpath.normpath(posixpath.join(posixpath.dirname(parent), template))
        loader = self.loader
        return beside if isinstance(loader, _KitLoader) and not loader.exists(path) and loader.exists(beside) else path


def _kind(value: Any) -> str:
    return {str: "text", int: "number", float: "number", bool: "truth value"}.get(type(value), "value")


def _finalize(value: Any) -> Any:
    if is_scalar(value) or isinstance(value, Undefined | FieldToken):
        return "" if value is None else value
    raise SecurityError("only texts and numbers can be printed, not a list or a mapping")


def _autoescape(name: str | None) -> bool:
    return name is not None and not name.endswith(".txt")


class Engine:
    """Renders the templates of one kit in one locale. Compiled templates are kept.

    `customs` is the CLDR locale by which dates, numbers and money are written.
    """

    def __init__(self, sources: Mapping[str, bytes], catalog: Catalog | None, customs: str) -> None:
        self._env = _KitEnvironment(
            loader=_KitLoader(sources),
            autoescape=_autoescape,
            undefined=CollectedUndefined,
            finalize=_finalize,
            extensions=["jinja2.ext.i18n"],
            auto_reload=False,
        )
        env: Any = self._env
        env.newstyle_gettext = True
        env.policies["ext.i18n.trimmed"] = True
        env.customs = Locale.parse(customs)
        env.filters.clear()
        env.filters.update(FILTERS)
        env.tests = {name: test for name, test in env.tests.items() if name in TESTS}
        env.globals.clear()
        env.globals.update(gettext_functions(catalog), range=bounded_range)
        self._sources = sources
        self._texts: dict[str, Template] = {}

    def parse(self, path: str) -> nodes.Template:
        """The syntax tree of a file, for the extraction of messages. Raises TemplateFailed."""
        run = Run(path, ())
        with run:
            try:
                return self._env.parse(self._env.loader.get_source(self._env, path)[0], path, path)  # type: ignore[union-attr]
            except FAULTS as error:
                raise TemplateFailed([explain(error, run)]) from error

    def parse_text(self, source: str, path: str, line: int = 1) -> nodes.Template:
        """The syntax tree of a value in a manifest or a layout. Raises TemplateFailed."""
        run = Run(path, (), line)
        with run:
            try:
                return self._env.parse(source)
            except FAULTS as error:
                raise TemplateFailed([explain(error, run)]) from error

    def render(self, path: str, values: Mapping[str, Any], fields: Fields | None = None) -> str:
        """The rendered file. Recipient fields it prints are added to `fields`. Raises TemplateFailed."""
        return self._render(lambda: self._env.get_template(path), values, Run(path, tuple(values), None, fields))

    def render_text(
        self,
        source: str,
        values: Mapping[str, Any],
        path: str,
        line: int | None = None,
        fields: Fields | None = None,
    ) -> str:
        """A value that is itself a template, such as a slot's or a subject; plain text, nothing escaped."""
        if "{" not in source:
            return source
        return self._render(lambda: self._compile(source), values, Run(path, tuple(values), line, fields))

    def _compile(self, source: str) -> Template:
        template = self._texts.get(source)
        if template is None:
            if len(self._texts) > 2_000:
                self._texts.clear()
            template = self._texts[source] = self._env.from_string(source)
        return template

    def _render(self, get: Callable[[], Template], values: Mapping[str, Any], run: Run) -> str:
        with run:
            try:
                template = get()
                run.join_into(template.generate(values))
            except FAULTS as error:
                run.problems.append(explain(error, run))
        if run.problems:
            raise TemplateFailed(run.problems)
        return run.output
