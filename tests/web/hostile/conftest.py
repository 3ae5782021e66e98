"""The tenancy stage, with every request in a transaction of its own that is rolled back."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from tests.factories.recording import record
from tests.factories.tenancy_stage import Stage, standing


class Target:
    """The application, and who knocks at it."""

    def __init__(self, app: Flask, stage: Stage, connection: Any) -> None:
        self.app, self.stage, self.connection = app, stage, connection
        self._csrf: dict[str, str] = {}

    def client(self, who: str) -> FlaskClient:
        """A browser with the person's session; a fresh one, since many a post takes the session away."""
        client = self.app.test_client()
        if who in self.stage.secrets:
            client.set_cookie("tl", self.stage.secrets[who])
        else:
            client.set_cookie("tl-form", "f" * 43)
        return client

    def post(self, who: str, path: str, **more: Any) -> TestResponse:
        """A post as the product's own pages send it."""
        client = self.client(who)
        if who not in self._csrf:
            page = client.get("/account" if who in self.stage.secrets else "/sign-in").get_data(as_text=True)
            self._csrf[who] = page.split('"X-CSRF-Token": "')[1].split('"')[0]
        headers = {"X-CSRF-Token": self._csrf[who]} | more.pop("headers", {})
        return client.post(path, headers=headers, **more)

    def call(self, who: str, verb: str, path: str, **more: Any) -> TestResponse:
        """A request to the API with the person's token."""
        headers = {"Authorization": f"Bearer {self.stage.tokens[who]}"} | more.pop("headers", {})
        return self.app.test_client().open(path, method=verb, headers=headers, **more)

    def undone(self, act: Callable[[], Any]) -> Any:
        """What `act` gives; whatever it did is taken back, in the database and in the storage."""
        inner = self.connection.begin_nested()
        storage = self.app.extensions["container"].storage
        objects = dict(storage.objects)
        try:
            return act()
        finally:
            if inner.is_active:
                inner.rollback()
            storage.objects = objects


@pytest.fixture(scope="module")
def target(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with standing(engine, tmp_path_factory.mktemp("hostile")) as (app, stage, connection):
        record(app)
        yield Target(app, stage, connection)


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    """What is refused is logged; a failure shows the error itself, not a thousand refusals."""
    caplog.set_level(logging.ERROR)
