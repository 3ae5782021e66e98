"""The promise on real pages: two clicks from sign-in to launched, a minute from invitation to launch."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import WIDE, Product, Watched, sign_in
from tests.factories.starter import ROOT

PARTNER = "ines.marlow@osterly.example"
LAUNCH_LINK = "main a[href*='/portal/campaigns/'][href$='/launch']"
CONFIRM = "#launch-panel button.btn-lg"
DONE = "#launch-panel .state.is-ok"


def _expect_pieces(page: Page) -> None:
    """The launch's page, with its twelve pieces made in each of two languages."""
    expect(page.locator(DONE)).to_be_visible(timeout=60_000)
    assert "/portal/launches/" in page.url or page.locator("#launch-panel a[download]").count()
    expect(page.locator("#launch-panel a[download]")).to_have_count(1)


def test_two_clicks_from_sign_in_to_launched(browser: Browser, product: Product) -> None:
    context = browser.new_context(viewport=WIDE, locale="en-GB")
    watched, page = Watched(context), context.new_page()
    sign_in(page, product, PARTNER)

    page.locator(LAUNCH_LINK).first.click()  # one
    page.locator(CONFIRM).click()  # two

    _expect_pieces(page)
    assert watched.complaints == []
    context.close()


def test_launch_without_javascript(browser: Browser, product: Product) -> None:
    context = browser.new_context(viewport=WIDE, locale="en-GB", java_script_enabled=False)
    page = context.new_page()
    sign_in(page, product, PARTNER)
    page.goto(f"{product.url}/portal/campaigns")
    page.locator(LAUNCH_LINK).first.click()
    page.locator(CONFIRM).click()
    page.wait_for_url("**/portal/launches/*")
    _expect_pieces(page)  # the page reloads itself by a meta refresh until the pieces are there
    context.close()


def test_a_minute_from_invitation_to_launch(
    browser: Browser, product: Product, states: dict[str, dict[str, object]], capsys: pytest.CaptureFixture[str]
) -> None:
    vendor = browser.new_context(viewport=WIDE, storage_state=states["ragna.nygard@halvorsen.example"])  # type: ignore[arg-type]
    desk = vendor.new_page()
    desk.goto(f"{product.url}/studio/partners")
    desk.fill("#f-company", "Brightwater Heating")
    desk.fill("#f-email", "sam@brightwater.example")
    desk.click("form:has(#f-company) button.btn-primary")
    link = desk.locator(".once code").inner_text()
    vendor.close()

    context = browser.new_context(viewport=WIDE, locale="en-GB")
    watched, page = Watched(context), context.new_page()
    begun = time.monotonic()
    page.goto(link)
    page.fill("input[name=name]", "Sam Porter")
    page.fill("input[name=password]", "a kettle on a cold hill")
    page.click("main form button.btn-primary")
    page.wait_for_url("**/portal/brand")
    page.set_input_files("#logo-light", ROOT / "assets" / "demo" / "osterly" / "logo-light.svg")
    expect(page.locator(".grounds .on-white img")).to_be_visible(timeout=30_000)
    page.goto(f"{product.url}/portal/brand?edit=beside")
    page.fill("input[name=phone]", "+44 117 496 0142")
    page.fill("input[name=address]", "1 Quayside, Bristol")
    page.fill("input[name=url]", "brightwater.example")
    page.click("#beside form button.btn-primary")
    page.goto(f"{product.url}/portal/campaigns")
    page.locator(LAUNCH_LINK).first.click()
    page.locator(CONFIRM).click()
    _expect_pieces(page)
    taken = time.monotonic() - begun
    with capsys.disabled():
        print(f"\nfrom invitation to launched, every piece made: {taken:.1f} s")
    assert taken < 60
    assert watched.complaints == []
    context.close()
