"""Every case has a test that names it, or a reason why it has none."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.scenarios import NOT_HERE

CASES = {
    *(1, 4, 5, 6, 8, 10, 11, 12, 13, 14, 15, 18, 19, 21, 22),  # several warehouses, one order
    *(23, 25, 26, 31, 34, 35, 36, 37, 40, 42, 44, 46),  # stock arrives
    *(47, 48, 51, 52, 54, 55, 57),  # priority and promise
    *(59, 61, 62, 63, 65, 68, 72, 73, 76, 77, 78),  # edits, cancellation, counts
    *(83, 84, 86, 89, 90, 91, 92, 94, 95),  # split and move
    *(110, 112, 113),  # limits and concurrency
}

DEFECTS = [
    "Saleor, allocating several lines",
    "Vendure issue",
    "Medusa",
    "cosmicpython: a repeated command",
    "stateset-icommerce",
    "Solidus, Spree: waiting orders of the same time",
    "Spree: giving back",
    "Spree issue 7328",
    "Odoo issue 27874",
    "WooCommerce 22489",
    "Odoo 46900, PR 219471",
    "django-oscar PR 4594, Saleor PR 17123",
]


def told() -> list[str]:
    """Return what the tests of the cases say of themselves."""
    sources = Path(__file__).parent.glob("test_*.py")
    trees = [ast.parse(source.read_text("utf-8")) for source in sources]
    functions = [
        node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)
    ]
    return [ast.get_docstring(each) or "" for each in functions if each.name.startswith("test_")]


def test_every_case_is_tested_or_cannot_apply() -> None:
    named = " ".join(re.findall(r"[Cc]ases? \d+(?: and \d+)?", " ".join(told())))
    listed = " ".join(name.split()[0] for name in NOT_HERE)
    assert {int(number) for number in re.findall(r"\d+", f"{named} {listed}")} == CASES


@pytest.mark.parametrize("defect", DEFECTS)
def test_every_defect_is_tested_or_cannot_apply(defect: str) -> None:
    assert [text for text in (*told(), *NOT_HERE) if defect in text]
