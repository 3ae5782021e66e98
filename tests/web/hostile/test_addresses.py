"""Every address with hostile texts in its path, its query and its headers: never a fault, never a foreign target."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.factories.hostile_texts import EVERYTHING, HEADERS, MARKUP, SHAPES
from tests.factories.recording import ASKED
from tests.factories.tenancy_stage import address, routes
from tests.web.hostile.conftest import Target

SENT = ("User-Agent", "Accept-Language", "X-Request-Id", "Referer", "Range", "If-None-Match", "If-Match", "Cookie",
        "Authorization", "HX-Request", "HX-Target", "Host", "Origin", "X-Forwarded-For", "X-Forwarded-Host",
        "Accept", "If-Modified-Since", "Idempotency-Key")  # fmt: skip
FEW = ("jinja", "nul", "digits", "crlf", "huge-number", "astral", "path", "noncharacter", "script", "date")


def gets(target: Target) -> list[str]:
    return sorted(line for line in routes(target.app) if line.startswith("GET ") and "events" not in line)


def fetch(target: Target, line: str, path: str, **more: object) -> int:
    if line.startswith("GET /api/"):
        who = "vendor" if "/kit" in line or "/partners" in line else "partner"
        return int(target.undone(lambda: target.call(who, "GET", path, **more)).status_code)
    who = "vendor" if line.startswith(("GET /studio", "GET /admin")) else "partner"
    return int(target.undone(lambda: target.client(who).get(path, **more)).status_code)


def is_fault(line: str, status: int) -> bool:
    return status >= 500 and line != "GET /readyz"  # the stage has no broker


@pytest.mark.parametrize("name", FEW)
def test_a_hostile_text_in_the_query(target: Target, name: str) -> None:
    bad = []
    for line in gets(target):
        names = sorted(ASKED[line] | {"page", "q", "cursor", "limit", "f.offer"})
        query = "&".join(f"{field}={quote(EVERYTHING[name])}" for field in names)
        path = address(routes(target.app)[line], target.stage)
        if is_fault(line, fetch(target, line, f"{path}?{query}")):
            bad.append(line)
    assert not bad


@pytest.mark.parametrize("name", [*FEW, "not-utf-8"])
def test_a_hostile_text_in_the_path(target: Target, name: str) -> None:
    text = "%ff%fe" if name == "not-utf-8" else quote(EVERYTHING[name][:300], safe="")
    bad = []
    for line in gets(target):
        rule = routes(target.app)[line]
        for argument in rule.arguments:
            if argument.endswith("_id") and argument != "asset_id":
                continue
            path = address(rule, target.stage)
            marked = path.replace(quote(str(target.stage.named.get(argument, "x"))), text, 1)
            if is_fault(line, fetch(target, line, marked)):
                bad.append(f"{line} {argument}")
    assert not bad


@pytest.mark.parametrize("header", SENT)
def test_a_hostile_text_in_a_header(target: Target, header: str) -> None:
    texts = ["\x00", "a" * 9000, "é\xff", "{{7*7}}", "bytes=0-0,9-1,-5", '"' * 99, "Bearer " + "\xff" * 50, "²;=,"]
    bad = []
    for line in ("GET /account", "GET /sign-in", "GET /api/v1/brand", "GET /l/<slug>/<locale>/files/<asset_id>",
                 "GET /portal/launches/<uuid:launch_id>/pieces/<uuid:piece_id>/file", "GET /portal/leads"):  # fmt: skip
        path = address(routes(target.app)[line], target.stage)
        bad += [f"{line} {text!r}" for text in texts if fetch(target, line, path, headers={header: text}) >= 500]
    assert not bad


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example", "/\\evil.example", "https://evil.example", "\\\\evil.example", "/\t/evil.example",
     "/%09/evil.example/../x\n", "javascript:alert(1)", *HEADERS.values(), MARKUP["script"], SHAPES["address"]],
)  # fmt: skip
def test_signing_in_leads_to_no_other_site(target: Target, wanted: str) -> None:
    page = target.client("anonymous").get(f"/sign-in?next={quote(wanted)}")
    assert page.status_code in {200, 422}
    assert "<script>alert" not in page.get_data(as_text=True)
    from app.account.sign_in import local_target

    led = local_target(wanted)
    assert led.startswith("/")
    assert not led.startswith(("//", "/\\"))
    assert led.isprintable()


def test_a_foreign_host_shows_in_no_link(target: Target) -> None:
    for path in ("/sign-in", "/reset", "/portal/", "/api/v1/openapi.json"):
        answer = target.client("partner").get(path, headers={"Host": "evil.example"})
        assert "evil.example" not in answer.get_data(as_text=True)
        assert "evil.example" not in answer.headers.get("Location", "")
