"""Every route and verb, tried by everybody, against the written expectation in matrix.toml.

A route that is not in the matrix fails, so does one that is no longer there. Things named in addresses belong to
`partner` and `vendor`; nothing of theirs may show in an answer to anybody of another company.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine

from tests.factories.api_bodies import request_for
from tests.factories.campaign_kits import picture
from tests.factories.tenancy_stage import PARTNER_MARK, VENDOR_MARK, Stage, address, routes, standing

ACTORS = ("anonymous", "partner", "other_partner", "vendor", "other_vendor", "revoked")
PUBLIC = ("/l/", "/t/", "/u/", "/policy/")
MATRIX = Path(__file__).with_name("matrix.toml")


@pytest.fixture(scope="module")
def ground(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, Stage, Any]]:
    with standing(engine, tmp_path_factory.mktemp("matrix")) as found:
        yield found


def attempt(app: Flask, stage: Stage, verb: str, rule: Any, who: str) -> tuple[str, str]:
    """The answer in a word, and its body."""
    client = app.test_client()
    headers = {"X-CSRF-Token": "x"}
    path = address(rule, stage)
    if rule.rule.startswith("/api/"):
        if who in stage.tokens:
            headers["Authorization"] = f"Bearer {stage.tokens[who]}"
        made = request_for(f"{verb} {rule.rule}", stage.named)
        answer = client.open(path, method=verb, **(made | {"headers": headers | made["headers"]}))
        return str(answer.status_code), answer.get_data().decode(errors="replace")
    if who in stage.secrets:
        client.set_cookie("tl", stage.secrets[who])
    page = client.get("/account" if who not in ("anonymous", "revoked") else "/sign-in").get_data(as_text=True)
    headers["X-CSRF-Token"] = page.split('"X-CSRF-Token": "')[1].split('"')[0]
    data: dict[str, Any] = {"version": "1", "reason": "a mistake"} | {
        name: str(stage.named[name]) for name in ("grant", "person")
    }
    data["lead"] = str(stage.named["vendor_double" if "vendor_lead_id" in rule.arguments else "double"])
    data["logo"] = str(stage.named["logo_id"])
    data |= {"programme": str(stage.named["programme_id"]), "account": str(stage.named["twin_id"])}
    if "kit_id" in rule.arguments or "list_id" in rule.arguments:  # files that the owner's would be taken
        data |= {"kit": (BytesIO(picture(400, 200, (9, 9, 9))), "banner.png")}
        data |= {"file": (BytesIO(stage.named["csv_file"]), "people.csv")}
    answer = client.open(path, method=verb, headers=headers, data=data if verb == "POST" else None)
    to_sign_in = answer.status_code == 303 and answer.headers["Location"].startswith("/sign-in?")
    bare = answer.status_code == 303 and answer.headers["Location"] == "/sign-in" and who in ("anonymous", "revoked")
    return "sign-in" if to_sign_in or bare else str(answer.status_code), answer.get_data().decode(errors="replace")


def test_every_route_is_in_the_matrix(ground: tuple[Flask, Stage, Any]) -> None:
    written = tomllib.loads(MATRIX.read_text())
    assert sorted(routes(ground[0])) == sorted(written)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "line" in metafunc.fixturenames:
        metafunc.parametrize("line", sorted(tomllib.loads(MATRIX.read_text())))


def test_everybody_gets_the_written_answer(ground: tuple[Flask, Stage, Any], line: str) -> None:
    app, stage, connection = ground
    rule = routes(app).get(line)
    assert rule is not None, f"{line} is in the matrix but not in the application"
    expected = tomllib.loads(MATRIX.read_text())[line]
    found, shown = {}, {}
    for who in ACTORS:
        inner = connection.begin_nested()
        objects = dict(app.extensions["container"].storage.objects)
        found[who], shown[who] = attempt(app, stage, line.split(maxsplit=1)[0], rule, who)
        if inner.is_active:
            inner.rollback()
        app.extensions["container"].storage.objects = objects
    assert found == expected
    for who in ("anonymous", "other_partner", "other_vendor", "revoked"):
        if line.split()[1].startswith(PUBLIC):
            continue  # pages for everybody; they say whose they are
        assert PARTNER_MARK not in shown[who], f"{who} sees the partner's name"
        assert VENDOR_MARK not in shown[who], f"{who} sees the vendor's name"
