"""The admin of Django in a real browser: an order is found, looked at, and cancelled.

With `ORDERFLOW_TEST_PICTURES=1`, the pictures of the docs are made again.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.management import call_command
from django.test.testcases import LiveServerThread
from PIL import Image

from orderflow import HoldReason
from tests.databases.django import as_default, django_sqlite
from tests.django_admin.host import flow
from tests.django_admin.staff import address as page_of
from tests.django_admin.staff import key, place, superuser
from tests.docs.diagrams import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

SEEN = ROOT / "build" / "browser" / "django-admin"
IN_DOCS = ROOT / "docs" / "how-to" / "pictures"
ORDERS = "/admin/orderflow_admin/order/"


@pytest.fixture(name="address", scope="module")
def _address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the admin of a shop with some orders."""
    with (
        pytest.MonkeyPatch.context() as patch,
        django_sqlite(tmp_path_factory.mktemp("host") / "host.db") as alias,
        as_default(alias),
    ):
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright has a loop in this thread
        call_command("migrate", "orderflow", fake=True, verbosity=0)
        call_command("migrate", verbosity=0)
        superuser("sam", "of these tests")
        fill()
        thread = LiveServerThread("127.0.0.1", StaticFilesHandler)
        thread.start()
        thread.is_ready.wait()
        yield f"http://127.0.0.1:{thread.port}"
        thread.terminate()


def fill() -> None:
    acme, now = flow.seller("acme"), datetime.now(UTC)
    acme.book_in(key("MUG"), 40)
    acme.book_in(key("TEAPOT"), 6)
    for number in range(1, 31):
        skus = [("MUG", 1 + number % 4), ("TEAPOT", 1)][: 1 + number % 2]
        place(f"A-{1000 + number}", *skus, at=now - timedelta(hours=7 * (31 - number)))
    for order_id in ("A-1004", "A-1009"):
        acme.hold(order_id, HoldReason.ADDRESS, note="no house number")
    acme.cancel("A-1012")
    place("B-7", ("LAMP", 2), seller_id="bolt", at=now - timedelta(days=2))


@pytest.fixture(name="page")
def _page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 1_280, "height": 800}, device_scale_factor=1.5, locale="en-GB"
    )
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda each: faults.append(each.text) if each.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"{address}{ORDERS}")
    page.get_by_label("Username").fill("sam")
    page.get_by_label("Password").fill("of these tests")
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/order/")
    yield page
    context.close()
    assert faults == []


def picture(page: Page, name: str, *, in_docs: bool = False) -> None:
    """Keep a picture, and check what the page is for people with other abilities."""
    SEEN.mkdir(parents=True, exist_ok=True)
    seen = page.screenshot(path=SEEN / f"{name}.png", full_page=True)
    if in_docs and os.environ.get("ORDERFLOW_TEST_PICTURES"):
        Image.open(BytesIO(seen)).save(IN_DOCS / f"django-admin-{name}.webp", quality=80)
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    own = page.locator(".orderflow #content").count()  # otherwise it is a list of Django's
    found = Axe().run(page, context="#content" if own else ".orderflow-filter")
    assert [(each["id"], each["nodes"][0]["html"]) for each in found.response["violations"]] == []


def test_an_order_is_found_and_cancelled_after_a_preview(page: Page) -> None:
    picture(page, "orders")
    page.get_by_role("link", name="On back order", exact=True).click()
    page.get_by_label("The id of a seller").fill("acme")
    page.get_by_label("The id of a seller").press("Enter")
    assert "status__exact=ON_BACK_ORDER" in page.url
    page.get_by_label("The id of a product").fill("TEAPOT")
    page.get_by_label("The id of a product").press("Enter")
    picture(page, "filtered")
    page.get_by_role("link", name="A-1013").click()
    picture(page, "order", in_docs=True)
    page.goto(page.url.replace("A-1013", "A-1001"))
    page.get_by_role("link", name="Cancel", exact=True).click()
    page.get_by_label("Reason").fill("The customer called")
    picture(page, "details")
    page.get_by_role("button", name="Preview").click()
    picture(page, "preview", in_docs=True)
    page.get_by_role("button", name="Change the details").click()
    assert page.get_by_label("Reason").input_value() == "The customer called"
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Confirm: cancel").click()
    page.get_by_text("Cancelled (The customer called)").first.wait_for()
    picture(page, "done")


def test_a_refusal_is_shown_beside_the_details(page: Page, address: str) -> None:
    page.goto(address + page_of("A-1013", "hold"))
    page.get_by_label("Until").fill("2001-01-01T12:00")
    page.get_by_role("button", name="Preview").click()
    page.get_by_text("was not put on hold").wait_for()
    picture(page, "refused")


def test_it_fits_a_phone(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for name in ("change", "split", "replace"):
        page.goto(address + page_of("A-1013", name))
        picture(page, f"phone-{name}")
