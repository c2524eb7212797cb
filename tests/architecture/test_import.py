"""Importing the library loads the standard library, attrs and cattrs; the rest is an extra."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import orderflow

REQUIRED = {"attr", "attrs", "cattr", "cattrs", "orderflow", "typing_extensions"}

LOADED = """
import sys
before = set(sys.modules)
import {module}
print(*{{name.partition(".")[0] for name in sys.modules.keys() - before}})
"""


def loaded_by(module: str) -> set[str]:
    """Import the module in a new interpreter, and name the packages that this loads."""
    source = LOADED.format(module=module)
    run = subprocess.run(  # noqa: S603 - the text above, no input from outside
        [sys.executable, "-I", "-c", source], check=False, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    # What zoneinfo reads of how Python was built has a name for each platform.
    found = {name for name in run.stdout.split() if not name.startswith("_sysconfigdata")}
    return found - sys.stdlib_module_names


@pytest.mark.parametrize(
    "module",
    [
        *("orderflow", "orderflow.codec", "orderflow.importing", "orderflow.notifier"),
        *("orderflow.adapters.holidays", "orderflow.adapters.mail"),
        *("orderflow.adapters.memory", "orderflow.adapters.threads"),
        *("orderflow.adapters.webhook", "orderflow.schemas"),
    ],
)
def test_importing_loads_no_extra(module: str) -> None:
    assert loaded_by(module) - REQUIRED == set()


def test_the_state_in_a_database_loads_sqlalchemy_alone() -> None:
    loaded = loaded_by("orderflow.adapters.sql")
    assert "sqlalchemy" in loaded
    assert loaded.isdisjoint({"alembic", "django", "psycopg"})


def test_tables_load_no_package_that_they_may_come_from() -> None:
    assert loaded_by("orderflow.frames") - REQUIRED == {"narwhals"}


def test_an_extra_that_is_loaded_is_seen() -> None:
    assert loaded_by("hypothesis") - REQUIRED != set()


@pytest.mark.skipif(
    os.environ.get("ORDERFLOW_TEST_WHEEL") != "1", reason="ORDERFLOW_TEST_WHEEL is not set"
)
def test_the_wheel_is_tested_and_not_the_checkout() -> None:
    here = "import orderflow; print(orderflow.__file__)"
    run = subprocess.run(  # noqa: S603 - the text above, no input from outside
        [sys.executable, "-I", "-c", here], check=True, capture_output=True, text=True
    )
    assert run.stdout.strip() == orderflow.__file__
    assert Path(orderflow.__file__).parents[1].name == "site-packages"


def test_importing_the_library_loads_no_part_that_is_not_asked_for() -> None:
    parts = (
        *("checking", "cli", "codec", "importing", "notifier", "replay", "notices", "schemas"),
        "testing",
    )
    source = "import sys, orderflow; print(*sys.modules)"
    run = subprocess.run(  # noqa: S603 - the text above, no input from outside
        [sys.executable, "-I", "-c", source], check=True, capture_output=True, text=True
    )
    assert {f"orderflow.{part}" for part in parts}.isdisjoint(run.stdout.split())
    assert "asyncio" not in run.stdout.split()
    assert "orderflow.domain.decisions.decide" in run.stdout.split()
