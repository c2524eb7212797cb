"""The documentation in a real browser: on a phone, a tablet and a desktop, without the network."""

from __future__ import annotations

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from tests.docs.diagrams import ROOT
from tests.docs.test_pages import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

SITE = ROOT / "build" / "docs"
PICTURES = ROOT / "build" / "browser" / "docs"
WIDTHS = (390, 820, 1_440)
SHOWN = ("index", "tutorial", "how-to/promises", "reference/lifecycle", "reference/service")
TOO_WIDE = """
() => [...document.querySelectorAll('article *')].filter(each => {
  const box = each.getBoundingClientRect();
  const scrolls = each.closest('.table-wrapper, .diagram, pre, .highlight, .sig');
  return !scrolls && box.width > 0 && box.right > document.documentElement.clientWidth + 1;
}).map(each => each.outerHTML.slice(0, 200))
"""


class Quiet(SimpleHTTPRequestHandler):
    """Serves the files of a folder, and logs nothing."""

    def log_message(self, *_: Any) -> None:  # noqa: ANN401 - as the method that it replaces
        """Log nothing."""


@pytest.fixture(name="site", scope="module")
def _site() -> Iterator[str]:
    """Serve the built pages, as any web server would, and return their address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(SITE)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def opened(context: BrowserContext, site: str, heard: list[str]) -> Page:
    """Return a page that reports its errors, and each request that leaves the site."""
    page = context.new_page()
    page.on("console", lambda each: heard.append(f"{each.type}: {each.text}"))
    page.on("pageerror", lambda error: heard.append(f"error: {error}"))
    page.on("requestfailed", lambda each: heard.append(f"failed: {each.url}"))
    page.on(
        "request",
        lambda each: None if each.url.startswith((site, "data:")) else heard.append(each.url),
    )
    return page


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_fits_and_fetches_nothing(browser: Browser, site: str, width: int) -> None:
    heard: list[str] = []
    wrong = []
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = opened(context, site, heard)
    for name in ["index", *listed()]:
        page.goto(f"{site}/{name}.html")
        size = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        if size[0] > size[1]:
            wrong.append((name, *size, page.evaluate(TOO_WIDE)))
    context.close()
    assert heard == []
    assert wrong == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_pictures_are_kept(browser: Browser, site: str, width: int, scheme: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = context.new_page()
    for name in SHOWN:
        page.goto(f"{site}/{name}.html")
        page.screenshot(path=PICTURES / f"{name.replace('/', '-')}-{width}-{scheme}.png")
    context.close()


def test_a_diagram_has_the_colours_of_the_page(browser: Browser, site: str) -> None:
    colours = set()
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme="dark" if scheme == "dark" else "light")
        page = context.new_page()
        page.goto(f"{site}/reference/lifecycle.html")
        label = page.locator(".diagram text").filter(has_text="NEW").first
        drawn = label.evaluate("each => getComputedStyle(each.querySelector('tspan')).fill")
        assert drawn == page.evaluate("getComputedStyle(document.body).color")
        colours.add(drawn)
        context.close()
    assert len(colours) == 2


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("ATP", "Promises"),
        ("capable to promise", "Promises"),
        ("reserve", "Who gets the stock"),
        ("committed", "Who gets the stock"),
        ("reallocate", "Plan the backlog"),
        ("BOP", "Plan the backlog"),
        ("GDPR", "Erase personal data"),
    ],
)
def test_a_search_by_a_synonym_shows_its_page_first(
    browser: Browser, site: str, words: str, title: str
) -> None:
    heard: list[str] = []
    context = browser.new_context()
    page = opened(context, site, heard)
    page.goto(f"{site}/index.html")
    page.get_by_role("textbox", name="Search").first.fill(words)
    page.keyboard.press("Enter")
    page.get_by_text("Search finished").wait_for()
    results = page.locator("ul.search li a").all_inner_texts()
    context.close()
    assert title in results[:3]
    assert heard == []


def test_what_is_copied_has_no_prompt(browser: Browser, site: str) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{site}/a-day-in-the-life.html")
    block = page.locator(".highlight").filter(has_text="$ ").first
    block.hover()
    block.locator("button.copybtn").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    context.close()
    assert copied.splitlines()[-1] == "orderflow init"
    assert "$" not in copied
