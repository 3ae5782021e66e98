"""Where a line may break: spaces, hyphens, addresses, CJK with kinsoku, Thai and Japanese phrases (BudouX).

A practical subset of UAX #14: never inside a word, never between a figure and its unit.
"""

from __future__ import annotations

import unicodedata
from functools import cache

from budoux.parser import Parser, load_default_japanese_parser, load_default_thai_parser

from renderer.text.fonts import language_of
from renderer.text.runs import clusters, script_of

_SPACES = frozenset(" \u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u2009\u200a\u205f\u3000")
_GLUE = frozenset("\u00a0\u202f\u2007\u2060\ufeff\u2011")
_BREAK_AFTER = frozenset("\u200b\u00ad\u2010\u2013\u2014")
_WIDE = frozenset({"Hani", "Hira", "Kana", "Bopo"})
# Without “ ” ‘ ’ …, which are Latin too: they break only beside a wide character.
_WIDE_MARKS = frozenset("、。，．・：；？！「」『』（）［］｛｝〈〉《》【】〔〕〜ー々〻゛゜％＆＠＃＋＝／￥＄")
NOT_AT_START = frozenset(
    "、。，．・：；？！」』）］｝〉》】〕〟’”…‥ー〜々〻ゝゞヽヾ゛゜％℃"
    "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ"
    ")]}>,.:;!?%»›°´"
)
NOT_AT_END = frozenset("「『（［｛〈《【〔〝‘“￥＄＃＠([{<$€£¥«‹#@№§")


@cache
def _thai() -> Parser:
    return load_default_thai_parser()


@cache
def _japanese() -> Parser:
    return load_default_japanese_parser()


def break_points(text: str, locale: str, *, phrases: bool) -> list[int]:
    """Ascending indices where a new line may start (spaces before it hang), never 0 or the end.

    With `phrases`, Japanese breaks only between phrases, as a reader of a headline expects.
    """
    edges = [start for start, _ in clusters(text)][1:]
    words = _phrase_edges(text, "Thai", _thai()) if any(script_of(char) == "Thai" for char in text) else set()
    japanese = language_of(locale) == "ja" and any(script_of(char) in _WIDE for char in text)
    groups = _phrase_edges(text, None, _japanese()) if phrases and japanese else None
    return [at for at in edges if _may_break(text, at, words, groups)]


def _phrase_edges(text: str, script: str | None, parser: Parser) -> set[int]:
    """Inner edges of BudouX's phrases within stretches without spaces (of one script, if given)."""
    edges: set[int] = set()
    at = 0
    while at < len(text):
        end = at
        while end < len(text) and not text[end].isspace() and (script is None or script_of(text[end]) == script):
            end += 1
        position = at
        for phrase in parser.parse(text[at:end]) if end > at else []:
            if position > at:
                edges.add(position)
            position += len(phrase)
        at = max(end, at + 1)
    return edges


def _may_break(text: str, at: int, words: set[int], groups: set[int] | None) -> bool:
    before, after = text[at - 1], text[at]
    if before in _GLUE or after in _GLUE or after in _SPACES or after in "\u200b\u00ad":
        return False
    if before in _SPACES:
        return True
    if after in NOT_AT_START or before in NOT_AT_END:
        return False
    if at in words:
        return True
    if before in _BREAK_AFTER:
        return not after.isdigit() or before == "\u200b"
    if before == "-":
        return after.isalpha() and at >= 2 and text[at - 2].isalpha()
    if before == "/":
        return after.isalnum() and _is_address(text, at)
    if _wide(before) or _wide(after):
        if before.isdigit() and after in "年月日時分秒円人台名件回個":
            return False
        return groups is None or at in groups
    return False


def _wide(char: str) -> bool:
    return char in _WIDE_MARKS or script_of(char) in _WIDE or unicodedata.east_asian_width(char) == "F"


def _is_address(text: str, at: int) -> bool:
    start = max(text.rfind(" ", 0, at), text.rfind("\n", 0, at)) + 1
    return "." in text[start:at]
