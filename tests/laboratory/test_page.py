"""The page of a comparison: its tables equal the JSON, and no text from outside becomes markup."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import pytest

from orderflow import MissingExtraError
from orderflow.laboratory import NamedPolicy, compare, policy_of, record
from orderflow.laboratory.page import draw_page
from orderflow.replay import Replay, ReplenishmentRule, Settings
from orderflow.replay.generator import Shop, generate
from tests.laboratory.tables import PageReader, differences
from tests.replay.histories import entry

if TYPE_CHECKING:
    from orderflow.laboratory import Comparison

HOSTILE = '"><script>alert(1)</script>'
SETTINGS = Settings(rule=ReplenishmentRule(opening_units=10))


@pytest.fixture(name="comparison", scope="module")
def _comparison() -> Comparison:
    texts = {
        "first": "",
        HOSTILE: "partial_allocation=NEVER",
        "{{ 7*7 }} $x$ 'é": "partial_allocation=AFTER_WAITING, wait_max=2d",
    }
    policies = [NamedPolicy(name, policy_of(text)) for name, text in texts.items()]
    history = generate(Shop(orders=60, orders_a_day=2, customers=9, lines_median=5, lines_p95=20))
    return compare(history, policies, SETTINGS, seeds=3)


@pytest.fixture(name="page", scope="module")
def _page(comparison: Comparison) -> str:
    return draw_page(comparison, title=f"{HOSTILE}\u202e.csv", settings=SETTINGS)


def test_the_tables_equal_the_json(comparison: Comparison, page: str) -> None:
    tables = PageReader(page).tables
    assert differences(tables, comparison.as_json()) == []
    assert len(tables) == 6 + 1 + 2 * 2


def test_a_table_that_differs_is_noticed(comparison: Comparison, page: str) -> None:
    tables, data = PageReader(page).tables, comparison.as_json()
    for name in ("measures", "waiting", "order-sizes", "product-classes", "changes", "backlog"):
        changed = {**tables, name: [(head, [*values, 1]) for head, values in tables[name]]}
        assert differences(changed, data) != [], name
    assert differences({**tables, "policies": []}, data) != []


def test_texts_from_outside_are_no_markup(page: str) -> None:
    reader = PageReader(page)
    assert "script" not in {tag for tag, _ in reader.tags}
    assert not any(name.startswith("on") for _, given in reader.tags for name in given)
    assert "{{ 7*7 }}" in page
    assert "\u202e" not in page  # it would turn the direction of the text
    assert "\\u202e" in page


def test_the_page_needs_nothing_else(page: str) -> None:
    reader = PageReader(page)
    assert {tag for tag, _ in reader.tags}.isdisjoint({"a", "img", "link", "iframe", "object"})
    sources = {"src", "href", "xlink:href", "action", "background"}
    links = [given[key] or "" for _, given in reader.tags for key in sources & given.keys()]
    assert all(link.startswith("#") for link in links)
    assert "@import" not in page
    assert re.findall(r"url\((?!#)", page) == []
    assert "default-src 'none'" in page


def test_plots_have_texts_for_those_who_do_not_see_them(page: str) -> None:
    reader = PageReader(page)
    ids = [given["id"] for _, given in reader.tags if "id" in given]
    assert len(ids) == len(set(ids))
    plots = [given for tag, given in reader.tags if tag == "svg" and given.get("class") == "plot"]
    assert len(plots) == 4 + 2
    for plot in plots:
        assert plot["role"] == "img"
        assert {plot["aria-labelledby"], plot["aria-describedby"]} <= set(ids)
    named = [given for _, given in reader.tags if "aria-labelledby" in given]
    assert {given["aria-labelledby"] for given in named} <= set(ids)


def test_references_within_plots_exist(page: str) -> None:
    ids = set(re.findall(r' id="([^"]+)"', page))
    used = set(re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', page))
    assert {name for pair in used for name in pair if name} <= ids


def test_colours_follow_the_reader(page: str) -> None:
    drawn = page[page.index("<body>") :]
    assert re.findall(r"#0[0-9a-f]{5}\b", drawn) == []
    assert {f"var(--policy-{number})" for number in (1, 2, 3)} <= set(
        re.findall(r"var\([^)]+\)", drawn)
    )


def test_tables_have_captions_and_scopes(page: str) -> None:
    tags = [tag for tag, _ in PageReader(page).tags]
    assert tags.count("table") == tags.count("caption") == 11
    assert all(
        given.get("scope") in {"row", "col"} for tag, given in PageReader(page).tags if tag == "th"
    )


def test_the_same_comparison_has_the_same_page(comparison: Comparison, page: str) -> None:
    again = draw_page(comparison, title=f"{HOSTILE}\u202e.csv", settings=SETTINGS)
    assert again == page


def test_the_page_of_a_single_run_equals_its_replay() -> None:
    history = generate(Shop(orders=60, orders_a_day=2, lines_median=5, lines_p95=20))
    single = record(history, "this policy", SETTINGS)
    tables = PageReader(draw_page(single, title="a file", settings=SETTINGS)).tables
    assert differences(tables, single.as_json()) == []
    figures = dict(tables["measures"])
    replayed = Replay(SETTINGS).run(history).as_json()
    assert figures["Unit fill rate"] == [replayed["first_attempt"]["unit_fill_rate"]]
    assert figures["Median wait"] == [replayed["waiting_seconds"]["median"]]
    assert "changes" not in tables


@pytest.mark.parametrize("policies", [2, 12])
def test_a_page_can_be_drawn_of_the_smallest_history_and_the_most_policies(policies: int) -> None:
    named = [NamedPolicy(f"p{number}") for number in range(policies)]
    smallest = compare([entry("2 09:00", "1", {"MUG": 1})], named, seeds=1)
    page = draw_page(smallest, title="one order", settings=Settings())
    assert differences(PageReader(page).tables, smallest.as_json()) == []


@pytest.mark.parametrize("package", ["jinja2", "matplotlib"])
def test_a_missing_extra_is_named(
    comparison: Comparison, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(
        MissingExtraError, match=rf"{package} is not .*orderflow-backorder\[report\]"
    ):
        draw_page(comparison, title="a file", settings=SETTINGS)
