"""The example of a portal in a real browser: by keyboard, on a phone, and for everybody.

With `ORDERFLOW_TEST_PICTURES=1`, the pictures of the docs are made again.
"""

from __future__ import annotations

import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from attrs import define, field
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect
from portal.accounts import ACCOUNTS
from portal.guard import BODY_BYTES_MAX

from tests.docs.diagrams import ROOT
from tests.portal.server import served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser

SEEN = ROOT / "build" / "browser" / "portal"
IN_DOCS = ROOT / "docs" / "how-to" / "pictures"
TABS_MAX = 80
FILE = b"""\
order_id,sku,quantity,placed_at
3001,CUP,1,2026-03-02T07:10Z
3002,MUG,two,2026-03-02T07:20Z
"""

ACTIVE_NAME = """
() => {
  const active = document.activeElement;
  const name = active.getAttribute('aria-label') ?? active.labels?.[0]?.innerText
    ?? active.querySelector('.title')?.innerText ?? active.innerText;
  const style = getComputedStyle(active);
  return [name.trim(), style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2];
}
"""


@define
class Desk:
    """A browser's window, and all that it has reported and requested."""

    context: BrowserContext
    page: Page
    address: str
    heard: list[str] = field(factory=list)

    def listen(self) -> None:
        self.page.on("console", lambda each: self.heard.append(f"{each.type}: {each.text}"))
        self.page.on("pageerror", lambda error: self.heard.append(f"error: {error}"))
        self.page.on("dialog", lambda each: self.heard.append(f"dialog: {each.message}"))
        self.page.on("requestfailed", lambda each: self.hear_failure(each.url, each.failure))
        self.page.on("request", lambda each: self.hear_request(each.url))

    def hear_failure(self, url: str, failure: str | None) -> None:
        if failure != "net::ERR_ABORTED":  # the page was left meanwhile, or it is a download
            self.heard.append(f"failed: {url}: {failure}")

    def hear_request(self, url: str) -> None:
        if not url.startswith(self.address):
            self.heard.append(f"elsewhere: {url}")

    def open(self, path: str) -> None:
        self.page.goto(self.address + path)

    def sign_in(self, user: str) -> None:
        self.open("/sign-in")
        self.page.get_by_label("Name").fill(user)
        self.page.get_by_label("Password").fill(ACCOUNTS[user].password)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url("**/warehouse" if user == "warehouse" else "**/orders")

    def tab_to(self, name: str) -> None:
        """Press Tab until the focus is on what has this name, and can be seen there."""
        for _ in range(TABS_MAX):
            self.page.keyboard.press("Tab")
            found, is_seen = self.page.evaluate(ACTIVE_NAME)
            assert is_seen, f"the focus on {found!r} cannot be seen"
            if found == name:
                return
        pytest.fail(f"Tab never comes to {name!r} on {self.page.url}")

    def choose(self, name: str) -> None:
        """Come to a link or a button by Tab, and press Enter."""
        self.tab_to(name)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")


@pytest.fixture(name="address")
def _address(tmp_path: Path) -> Iterator[str]:
    """Serve a portal with the shop of the demo, as `make portal` does."""
    database = tmp_path / "portal.db"
    command = [sys.executable, "-m", "orderflow", "demo", "--orders", "200", "--db", str(database)]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own program
    with served(database) as (_, address):
        yield address


@pytest.fixture(name="desk")
def _desk(browser: Browser, address: str) -> Iterator[Callable[..., Desk]]:
    contexts = []

    def make(width: int = 1_280, scheme: str = "light", *, scripts: bool = True) -> Desk:
        context = browser.new_context(
            color_scheme="dark" if scheme == "dark" else "light",
            viewport={"width": width, "height": 800 if width > 600 else 844},
            device_scale_factor=1.5,
            java_script_enabled=scripts,
            locale="en-GB",
            timezone_id="Europe/London",
        )
        contexts.append(context)
        desk = Desk(context, context.new_page(), address)
        desk.listen()
        return desk

    yield make
    for context in contexts:
        context.close()


def test_an_order_is_edited_by_keyboard_alone(desk: Callable[..., Desk]) -> None:
    acme = desk()
    acme.open("/")
    acme.tab_to("Name")
    acme.page.keyboard.type("acme")
    acme.tab_to("Password")
    acme.page.keyboard.type(ACCOUNTS["acme"].password)
    acme.page.keyboard.press("Enter")
    acme.page.wait_for_url("**/orders")
    acme.choose("On back order")
    acme.choose("1002")
    acme.choose("Edit")
    acme.choose("Remove TEAPOT")
    acme.choose("Add from inventory")
    acme.choose("Add JUG")
    acme.tab_to("Quantity of JUG, a new line")
    acme.page.keyboard.press("Control+A")
    acme.page.keyboard.type("2")
    acme.choose("Save")
    expect(acme.page.get_by_text("Added: 2 JUG")).to_be_visible()
    acme.choose("Confirm: save the changes")
    expect(acme.page.get_by_text("Done: what has moved")).to_be_visible()
    assert acme.page.locator("h1 + .status").inner_text() == "Allocated"
    assert acme.heard == []


def test_enter_in_a_field_presses_no_icon(desk: Callable[..., Desk]) -> None:
    acme = desk()
    acme.sign_in("acme")
    acme.open("/order/edit?id=1004")
    quantity = acme.page.get_by_label("Quantity of MUG")
    quantity.fill("5")
    with acme.page.expect_navigation():
        quantity.press("Enter")
    expect(quantity).to_have_value("5")
    expect(acme.page.get_by_text("removed")).to_have_count(0)


def test_the_first_tab_skips_to_the_content(desk: Callable[..., Desk]) -> None:
    acme = desk()
    acme.sign_in("acme")
    acme.open("/stock")
    acme.tab_to("Skip to the content")
    acme.page.keyboard.press("Enter")
    acme.tab_to("Product")
    assert acme.page.evaluate("document.activeElement.id") == "find"


def test_an_open_page_shows_that_its_order_was_processed_by_itself(
    desk: Callable[..., Desk],
) -> None:
    acme, warehouse = desk(), desk()
    acme.sign_in("acme")
    acme.open("/order/send-stock?id=1003")
    acme.page.get_by_role("button", name="See what it would do").click()
    acme.page.get_by_role("button", name="Confirm: announce the delivery").click()
    acme.page.wait_for_url("**/stock**")
    acme.open("/order?id=1003")
    warehouse.sign_in("warehouse")
    warehouse.open("/warehouse?find=acme")
    warehouse.page.get_by_role("button", name="Book in BOWL,").click()
    expect(warehouse.page.get_by_text("1 back order complete")).to_be_visible()
    expect(acme.page.get_by_text("This order was processed again by itself.")).to_be_visible()
    assert acme.page.locator("h1 + .status").inner_text() == "Allocated"
    keep_picture(acme.page, "portal-by-itself")
    assert acme.heard + warehouse.heard == []


def test_it_works_without_scripts(desk: Callable[..., Desk]) -> None:
    acme = desk(scripts=False)
    acme.sign_in("acme")
    acme.open("/order?id=1004")
    acme.page.get_by_role("link", name="Split off what is there").click()
    acme.page.get_by_role("button", name="Confirm: split off what is there").click()
    expect(acme.page.get_by_text("New order with 4 MUG, 1 CUP")).to_be_visible()


def test_rejected_rows_are_downloaded(desk: Callable[..., Desk]) -> None:
    acme = desk()
    acme.sign_in("acme")
    acme.open("/uploads")
    chosen = acme.page.get_by_label("CSV file")
    chosen.set_input_files({"name": "orders.csv", "mimeType": "text/csv", "buffer": FILE})
    acme.page.get_by_role("button", name="Upload").click()
    with acme.page.expect_download() as started:
        acme.page.get_by_role("link", name="Download the rejected rows").click()
    assert started.value.suggested_filename == "rejected.csv"
    assert b"3002,MUG,two" in Path(started.value.path()).read_bytes()
    assert acme.heard == []


def test_a_file_that_is_too_large_is_answered_with_a_page(desk: Callable[..., Desk]) -> None:
    acme = desk()
    acme.sign_in("acme")
    acme.open("/uploads")
    large = {"name": "x.csv", "mimeType": "text/csv", "buffer": FILE * (BODY_BYTES_MAX // 5)}
    acme.page.get_by_label("CSV file").set_input_files(large)
    acme.page.get_by_role("button", name="Upload").click()
    expect(acme.page.get_by_text("That is too much")).to_be_visible()


PAGES = {
    "orders": "/orders?status=ON_BACK_ORDER",
    "order": "/order?id=1004",
    "edit": "/order/edit?id=1002&choose=1",
    "review": "/order/way/cancel?id=1004",
    "send-stock": "/order/send-stock?id=1003&day={day}&units:BOWL=1",
    "inventory": "/stock",
    "upload": "/uploads",
}
PROBLEMS = {"unknown": "/order?id=nobody", "fault": "/order/edit/review?id=1004&quantity:1=0"}
DEVICES = {"desktop": (1_280, "light"), "desktop-dark": (1_280, "dark"), "phone": (390, "light")}
DEVICES |= {"phone-dark": (390, "dark"), "narrow": (320, "light")}


@pytest.mark.parametrize("device", DEVICES)
def test_each_page_fits_and_is_accessible(desk: Callable[..., Desk], device: str) -> None:
    acme, faults = desk(*DEVICES[device]), []
    acme.open("/sign-in")
    faults += faults_of(acme, "sign-in", device)
    acme.sign_in("acme")
    day = acme.page.evaluate("new Date(Date.now() + 3 * 864e5).toISOString().slice(0, 10)")
    for name, path in PAGES.items():
        acme.open(path.format(day=day))
        faults += faults_of(acme, name, device)
    acme.open("/order/way/split?id=1004")
    acme.page.get_by_role("button", name="Confirm").click()
    faults += faults_of(acme, "done", device)
    assert acme.heard == []
    for name, path in PROBLEMS.items():  # whose status the browser reports
        acme.open(path)
        faults += faults_of(acme, name, device)
    assert all("Failed to load resource" in each for each in acme.heard)
    acme.heard.clear()

    acme.context.clear_cookies()
    acme.sign_in("warehouse")
    faults += faults_of(acme, "warehouse", device)
    acme.page.get_by_label("Product, seller or notice").fill("acme")
    acme.page.get_by_role("button", name="Find").click()
    acme.page.get_by_role("button", name="Book in MUG, ASN-1").click()
    acme.page.wait_for_url("**done=**")
    faults += faults_of(acme, "booked-in", device)
    acme.context.clear_cookies()
    acme.sign_in("shop")
    acme.open("/orders?status=ON_BACK_ORDER")
    acme.page.locator("tbody a").first.click()
    acme.page.get_by_text("further lines").click()
    faults += faults_of(acme, "large-order", device)
    assert faults == []
    assert acme.heard == []


def test_a_fault_of_accessibility_is_found(desk: Callable[..., Desk]) -> None:
    acme = desk()
    acme.sign_in("acme")
    acme.open("/order/edit?id=1004")
    acme.page.evaluate("document.querySelector('input.units').removeAttribute('aria-label')")
    (fault,) = faults_of(acme, "fault", "planted")
    assert fault.startswith("fault: label: <input")


def faults_of(desk: Desk, name: str, device: str) -> list[str]:
    """Return what does not fit or is not accessible on a page, after a picture of it."""
    page = desk.page
    SEEN.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SEEN / f"{name}-{device}.png", full_page=True)
    if (name, device) in PICTURES:
        keep_picture(page, PICTURES[name, device])
    width = page.viewport_size["width"] if page.viewport_size else 0
    faults = []
    if page.evaluate("document.documentElement.scrollWidth") > width:
        faults.append(f"{name}: wider than {width}")
    found = Axe().run(page).response["violations"]
    return faults + [
        f"{name}: {each['id']}: {node['html']}" for each in found for node in each["nodes"]
    ]


PICTURES = {
    ("orders", "desktop"): "portal-orders",
    ("order", "desktop"): "portal-order",
    ("order", "phone-dark"): "portal-order-on-a-phone",
    ("edit", "desktop"): "portal-edit",
    ("review", "desktop"): "portal-review",
    ("booked-in", "desktop-dark"): "portal-booked-in",
}
BYTES_MAX = 100_000


def keep_picture(page: Page, name: str) -> None:
    """Make a picture for the docs, if that is asked for."""
    if not os.environ.get("ORDERFLOW_TEST_PICTURES"):
        return
    IN_DOCS.mkdir(exist_ok=True)
    path = IN_DOCS / f"{name}.webp"
    Image.open(BytesIO(page.screenshot())).save(path, "WEBP", quality=80, method=6)
    assert path.stat().st_size < BYTES_MAX
