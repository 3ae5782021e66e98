"""Writes down which names a view asks its form, query and files for, so that a test can fill every one of them."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from flask import Flask, Request, has_request_context, request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

ASKED: defaultdict[str, set[str]] = defaultdict(set)


def _note(name: object) -> None:
    if has_request_context() and isinstance(name, str):
        ASKED[f"{request.method} {request.url_rule}"].add(name)


class _Recording(ImmutableMultiDict[str, Any]):
    """The usual mapping; every look at a name is noted."""

    def __getitem__(self, key: Any) -> Any:
        _note(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        _note(key)
        return super().__contains__(key)

    def get(self, key: Any, default: Any = None, type: Any = None) -> Any:
        _note(key)
        return MultiDict.get(self, key, default, type)

    def getlist(self, key: Any, type: Any = None) -> Any:
        _note(key)
        return super().getlist(key, type)


def record(app: Flask) -> None:
    """From now on the app's requests note what they are asked for, in ASKED by `VERB rule`."""

    class RecordingRequest(Request):
        parameter_storage_class = _Recording  # type: ignore[assignment]

    app.request_class = RecordingRequest
