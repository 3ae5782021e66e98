"""The frame around every page: access, CSRF, headers, errors, sign-in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.auth.access import check_all_declared
from tests.web.conftest import EMAILS, PASSWORD, World, csrf_of

SignIn = Callable[[str], FlaskClient]


def test_a_route_that_declares_nobody_does_not_start(app: Flask) -> None:
    app.add_url_rule("/silent", "silent", lambda: "x")
    with pytest.raises(LookupError, match="silent"):
        check_all_declared(app)


def test_a_stranger_is_sent_to_sign_in_and_comes_back(app: Flask, world: World) -> None:
    client = app.test_client()
    answer = client.get("/account?x=1")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/sign-in?next=/account?x%3D1"
    data = {"email": EMAILS["partner"], "password": PASSWORD, "csrf_token": csrf_of(client), "next": "/account?x=1"}
    answer = client.post("/sign-in", data=data)
    assert answer.headers["Location"] == "/account?x=1"
    assert client.get("/account").status_code == 200


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "/a\nb", "\\\\e"])
def test_sign_in_never_leads_elsewhere(app: Flask, world: World, target: str) -> None:
    client = app.test_client()
    data = {"email": EMAILS["partner"], "password": PASSWORD, "csrf_token": csrf_of(client), "next": target}
    assert client.post("/sign-in", data=data).headers["Location"] == "/"


def test_the_cookie_is_guarded(app: Flask, world: World) -> None:
    client = app.test_client()
    data = {"email": EMAILS["partner"], "password": PASSWORD, "csrf_token": csrf_of(client)}
    cookie = client.post("/sign-in", data=data).headers["Set-Cookie"]
    assert cookie.startswith("tl=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@pytest.mark.parametrize("token", [None, "", "0" * 64])
def test_a_post_without_the_token_is_refused(app: Flask, world: World, token: str | None) -> None:
    client = app.test_client()
    csrf_of(client)
    data = {"email": EMAILS["partner"], "password": PASSWORD} | ({} if token is None else {"csrf_token": token})
    answer = client.post("/sign-in", data=data)
    assert answer.status_code == 403
    assert "form.expired" in answer.get_data(as_text=True)


def test_another_sessions_token_is_refused(sign_in: SignIn) -> None:
    one, other = sign_in("partner"), sign_in("other_partner")
    assert one.post("/sign-out", data={"csrf_token": csrf_of(other, "/account")}).status_code == 403
    assert one.post("/sign-out", headers={"X-CSRF-Token": csrf_of(one, "/account")}).status_code == 303


def test_every_answer_carries_the_headers(app: Flask, world: World) -> None:
    for path in ("/sign-in", "/nowhere", "/static/css/throughline.css"):
        headers = app.test_client().get(path).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Request-Id"]


def test_errors_say_what_is_kept_and_their_request(app: Flask, world: World) -> None:
    answer = app.test_client().get("/nowhere", headers={"X-Request-Id": "abcdef-12345"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 404
    assert "abcdef-12345" in page
    assert "kept" in page
    assert app.test_client().put("/sign-in").status_code == 405


def test_a_failure_is_a_page_and_leaves_nothing(app: Flask, world: World) -> None:
    from app.auth.access import public

    app.add_url_rule("/broken", "broken", public(lambda: 1 / 0))
    answer = app.test_client().get("/broken")
    assert answer.status_code == 500
    assert "ZeroDivision" not in answer.get_data(as_text=True)
    assert answer.headers["X-Request-Id"] in answer.get_data(as_text=True)


def test_api_errors_are_problem_json(app: Flask, world: World) -> None:
    answer = app.test_client().get("/api/v1/nowhere")
    assert answer.content_type == "application/problem+json"
    assert answer.get_json()["status"] == 404
    assert answer.get_json()["type"] == "urn:throughline:error:http.not_found"


def test_wrong_passwords_are_counted_and_end(app: Flask, world: World) -> None:
    client = app.test_client()
    token = csrf_of(client)
    data = {"email": EMAILS["partner"], "password": "wrong wrong wrong", "csrf_token": token}
    statuses = [client.post("/sign-in", data=data).status_code for _ in range(9)]
    assert statuses == [401] * 8 + [429]
    answer = client.post("/sign-in", data=data | {"password": PASSWORD})
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 900


def test_an_unknown_account_answers_like_a_wrong_password(app: Flask, world: World) -> None:
    client = app.test_client()
    token = csrf_of(client)
    pages = []
    for email in (EMAILS["partner"], "nobody@nowhere.example"):
        answer = client.post("/sign-in", data={"email": email, "password": "wrong wrong wrong", "csrf_token": token})
        pages.append((answer.status_code, answer.get_data(as_text=True).replace(email, "")))
    assert pages[0] == pages[1]


def test_static_files_have_a_long_life_by_their_digest(app: Flask, world: World) -> None:
    client = app.test_client()
    page = client.get("/sign-in").get_data(as_text=True)
    address = page.split('<link rel="stylesheet" href="')[1].split('"')[0]
    answer = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Encoding"] == "gzip"
    assert client.get("/static/../__init__.py").status_code == 404
    assert client.get("/static/%2e%2e/__init__.py").status_code == 404
