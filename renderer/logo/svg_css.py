"""Filters the CSS inside an SVG: nothing may reach outside the file, no at-rule survives."""

from __future__ import annotations

import re
from collections.abc import Iterable

import tinycss2
import tinycss2.ast as css

_FORBIDDEN_PROPERTIES = re.compile(r"behavior|-moz-binding|src|content|cursor|animation|transition|offset-path", re.I)
_BLOCKS = (css.ParenthesesBlock, css.SquareBracketsBlock, css.CurlyBracketsBlock)
_FORBIDDEN_FUNCTIONS = {"expression", "image", "image-set", "-webkit-image-set", "src", "attr", "env", "var"}


def is_local_value(value: str) -> bool:
    """True if an attribute or property value refers to nothing outside the file."""
    return _all_local(tinycss2.parse_component_value_list(value))


def filter_declarations(style: str) -> tuple[str, int]:
    """A `style` attribute without unsafe declarations, and how many were dropped."""
    kept, dropped = _filter(tinycss2.parse_declaration_list(style, skip_comments=True, skip_whitespace=True))
    return "; ".join(kept), dropped


def filter_stylesheet(sheet: str) -> tuple[str, int]:
    """A `<style>` element's text with its plain rules only, and how many parts were dropped."""
    kept: list[str] = []
    dropped = 0
    for rule in tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True):
        if not isinstance(rule, css.QualifiedRule):
            dropped += 1
            continue
        declarations, lost = _filter(
            tinycss2.parse_declaration_list(rule.content, skip_comments=True, skip_whitespace=True)
        )
        dropped += lost
        kept.append(f"{tinycss2.serialize(rule.prelude).strip()} {{ {'; '.join(declarations)} }}")
    return "\n".join(kept), dropped


def _filter(nodes: Iterable[css.Node]) -> tuple[list[str], int]:
    kept: list[str] = []
    dropped = 0
    for node in nodes:
        if (
            isinstance(node, css.Declaration)
            and not _FORBIDDEN_PROPERTIES.fullmatch(node.lower_name)
            and _all_local(node.value)
        ):
            kept.append(node.serialize())
        else:
            dropped += 1
    return kept, dropped


def _all_local(tokens: Iterable[css.Node]) -> bool:
    for token in tokens:
        if isinstance(token, css.ParseError):
            return False
        if isinstance(token, css.URLToken) and not token.value.strip().startswith("#"):
            return False
        if isinstance(token, css.FunctionBlock):
            if token.lower_name == "url":
                words = [part.value for part in token.arguments if isinstance(part, css.StringToken)]
                if not words or not all(word.strip().startswith("#") for word in words):
                    return False
            elif token.lower_name in _FORBIDDEN_FUNCTIONS or not _all_local(token.arguments):
                return False
        elif isinstance(token, _BLOCKS) and not _all_local(token.content):
            return False
    return True
