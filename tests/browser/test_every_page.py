"""Every page of the product, in both directions, both themes and two widths: axe finds nothing."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page

from app.factory import create_app
from tests.browser.conftest import Product, Watched
from tests.browser.pages import NO_PAGES, PAGES, Scene

PEOPLE = {
    ("partner", "en"): "ines.marlow@osterly.example",
    ("partner", "ar"): "layla.hamdan@naseem.example",
    ("vendor", "en"): "ragna.nygard@halvorsen.example",
    ("vendor", "ar"): "arwa@halvorsen.example",
}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
OPTIONS = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"], "iframes": False}
WIDTHS = {1440: 900, 360: 740}
TAGGED = {"en": "en-GB", "ar": "ar"}


@pytest.fixture(scope="module")
def app(product: Product) -> Flask:
    return create_app(product.running.container)


def test_every_route_is_looked_at_or_said_to_be_no_page(app: Flask) -> None:
    routes = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.rule.startswith("/api/")
    }
    assert routes == set(PAGES) | set(NO_PAGES)


@pytest.mark.parametrize("locale", ["en", "ar"])
@pytest.mark.parametrize("endpoint", sorted(PAGES))
def test_page(
    endpoint: str, locale: str, app: Flask, browser: Browser, product: Product, states: dict[str, dict[str, Any]]
) -> None:
    shown = PAGES[endpoint]
    with app.test_request_context():
        path = app.url_for(endpoint, _external=False, **shown.arguments(Scene(product, locale)))
    state: Any = states[PEOPLE[shown.who, locale]] if shown.who else None
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, storage_state=state, locale=TAGGED[locale], reduced_motion="reduce"
    )
    watched, page = Watched(context), context.new_page()
    answer = page.goto(f"{product.url}{path}", wait_until="load")
    assert answer is not None
    assert answer.status == 200, f"{path}: {answer.status}"
    found = [f"{kind}: {fault}" for kind, fault in _faults(page)]
    if shown.who or endpoint.startswith("public."):
        assert page.locator("html").get_attribute("dir") == ("rtl" if locale == "ar" else "ltr")
    context.close()
    assert found + watched.complaints == []


def _faults(page: Page) -> list[tuple[str, str]]:
    faults: list[tuple[str, str]] = []
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            for fault in Axe().run(page, options=OPTIONS).response["violations"]:
                places = "; ".join(f"{node['target']} {node['failureSummary']}" for node in fault["nodes"][:3])
                faults.append((f"{width} {theme}", f"{fault['id']}: {places}"))
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            faults.append((str(width), f"the page is {wide} px wide: {page.evaluate(WIDEST)}"))
    return faults


WIDEST = """() => [...document.querySelectorAll('body *')].filter((e) => {
  const box = e.getBoundingClientRect();
  return box.width && (box.right > innerWidth + 1 || box.left < -1);
}).slice(0, 4).map((e) => e.outerHTML.slice(0, 90)).join(' | ')"""
