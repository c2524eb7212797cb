"""The reference holds every name that the package shows."""

from __future__ import annotations

import importlib
import re

import orderflow
from tests.docs.diagrams import ROOT

DIRECTIVE = re.compile(r"^\.\. auto(module|class|function|data):: (\S+)$", re.MULTILINE)


def described(page: str) -> set[str]:
    """Return the names that a page of the reference describes."""
    found = set[str]()
    for kind, path in DIRECTIVE.findall(page):
        if kind == "module":
            found.update(importlib.import_module(path).__all__)
        else:
            found.add(path.rpartition(".")[2])
    return found


def test_every_name_that_the_package_shows_is_in_the_reference() -> None:
    pages = (ROOT / "docs" / "reference").glob("*.md")
    found = set[str]().union(*(described(page.read_text(encoding="utf-8")) for page in pages))
    assert set(orderflow.__all__) - found - {"__version__"} == set()


def test_a_page_describes_what_its_directives_name() -> None:
    module = "orderflow.domain.model.stock"
    page = f"Order, StockKey\n.. automodule:: {module}\n.. autoclass:: orderflow.a.B\n"
    assert described(page) == {"ExpectedReceipt", "Stock", "StockKey", "WarehouseSku", "B"}
