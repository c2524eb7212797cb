"""A report in a real browser: without an error, without the network, and as the JSON says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from orderflow.replay.generator import Shop
from tests.cli.runner import run_json
from tests.laboratory.tables import differences
from tests.replay.histories import write_shop

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PICTURES = Path(__file__).parents[2] / "build" / "browser"
NAMES = ("first", '"><script>alert("x")</script>', "<img src=x onerror=alert(1)>")
SETTINGS = ("", "partial_allocation = 'NEVER'", "fulfilment = 'SPLIT'")
READ_TABLES = """
() => Object.fromEntries([...document.querySelectorAll('table')].map(table => [table.id,
  [...table.tBodies[0].rows].map(row => [row.querySelector('th').textContent.trim(),
    [...row.querySelectorAll('data')].map(each => JSON.parse(each.value))])]))
"""
WIDTHS = {"desktop": 1_280, "phone": 390}


@pytest.fixture(name="report", scope="module")
def _report(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """Write a report whose names would do harm, and return it with its JSON."""
    folder = tmp_path_factory.mktemp("a folder with <b> & 'quotes'")
    history = write_shop(folder / "orders <script>.csv", Shop(orders=300, orders_a_day=20))
    policies = folder / "policies.toml"
    tables = zip(map(json.dumps, NAMES), SETTINGS, strict=True)
    policies.write_text("".join(f"[policies.{name}]\n{text}\n" for name, text in tables), "utf-8")
    page = folder / "report.html"
    data = run_json(
        *("compare", history, "--policies", policies, "--seeds", 3, "--processes", 1),
        *("--opening-units", 30, "--report", page),
    )
    return page, data


def opened(
    browser: Browser, path: Path, *, scheme: str = "light", width: int = 1_280
) -> tuple[Page, list[str]]:
    """Open a page without the network, and return what it reports and requests."""
    context = browser.new_context(
        color_scheme="dark" if scheme == "dark" else "light",
        viewport={"width": width, "height": 900},
        offline=True,
    )
    page = context.new_page()
    heard: list[str] = []
    page.on("console", lambda message: heard.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: heard.append(f"error: {error}"))
    page.on("dialog", lambda dialog: heard.append(f"dialog: {dialog.message}"))
    page.on("request", lambda request: heard.append(f"request: {request.url}"))
    page.goto(path.as_uri())
    return page, heard


def test_it_opens_without_an_error_and_without_the_network(
    browser: Browser, report: tuple[Path, dict[str, Any]]
) -> None:
    page, heard = opened(browser, report[0])
    assert heard == [f"request: {page.url}"]
    assert page.title().startswith("Comparison of ")
    assert page.locator("script").count() == 0
    assert page.locator("svg.plot").count() >= 4
    page.context.close()


def test_its_tables_equal_the_json(browser: Browser, report: tuple[Path, dict[str, Any]]) -> None:
    path, data = report
    page, _ = opened(browser, path)
    tables = page.evaluate(READ_TABLES)
    assert differences({name: [*map(tuple, rows)] for name, rows in tables.items()}, data) == []
    names = page.locator("#policies tbody th bdi").all_inner_texts()
    assert names == [each["name"] for each in data["policies"]]
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", WIDTHS)
def test_it_fits_the_screen_and_can_be_read(
    browser: Browser, report: tuple[Path, dict[str, Any]], device: str, scheme: str
) -> None:
    page, _ = opened(browser, report[0], scheme=scheme, width=WIDTHS[device])
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{device}-{scheme}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[device]
    assert contrast_faults(page) == []
    page.context.close()


def test_on_paper_it_is_dark_on_white_whatever_the_screen(
    browser: Browser, report: tuple[Path, dict[str, Any]]
) -> None:
    page, _ = opened(browser, report[0], scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert contrast_faults(page) == []
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.pdf(path=PICTURES / "paper.pdf", format="A4", prefer_css_page_size=True)
    page.set_viewport_size({"width": 700, "height": 900})
    page.screenshot(path=PICTURES / "paper.png", full_page=True)
    page.context.close()


def test_the_page_of_a_replay_opens_too(browser: Browser, tmp_path: Path) -> None:
    history = write_shop(tmp_path / "orders.csv", Shop(orders=60))
    data = run_json("replay", history, "--report", tmp_path / "report.html")
    page, heard = opened(browser, tmp_path / "report.html")
    assert heard == [f"request: {page.url}"]
    tables = dict(page.evaluate(READ_TABLES)["measures"])
    assert tables["Unit fill rate"] == [data["first_attempt"]["unit_fill_rate"]]
    page.context.close()


def contrast_faults(page: Page) -> list[str]:
    """Name texts below 4.5 to 1 with the paper, and lines of policies below 3 to 1 (WCAG 2.2)."""
    colours = page.evaluate(
        """() => {
          const paper = getComputedStyle(document.body).backgroundColor;
          const texts = [...document.querySelectorAll('p, td, th, small, caption, dd, svg text')]
            .map(each => [each.tagName, getComputedStyle(each)[
              each.tagName == 'text' ? 'fill' : 'color'], 4.5]);
          const lines = [...document.querySelectorAll('svg.swatch')]
            .map(each => [each.getAttribute('class'), getComputedStyle(each).stroke, 3]);
          return [...texts, ...lines].map(each => [...each, paper]);
        }"""
    )
    return sorted(
        {
            f"{what}: {colour} on {paper}"
            for what, colour, least, paper in map(tuple, colours)
            if contrast(colour, paper) < least
        }
    )


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours.

    >>> contrast("rgb(0, 0, 0)", "rgb(255, 255, 255)")
    21.0
    """
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts: list[float] = json.loads(f"[{colour.partition('(')[2].rstrip(')')}]")[:3]
    linear: list[float] = [
        part / 255 / 12.92 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4
        for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
