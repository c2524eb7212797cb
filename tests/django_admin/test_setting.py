"""The setting that names the host's flow, and hosts that have none."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test.utils import override_settings

from orderflow import MemoryRepository, OrderFlow
from orderflow.django_admin.host import flow
from tests.databases import django  # noqa: F401 - it configures Django

if TYPE_CHECKING:
    from pathlib import Path

in_memory = OrderFlow(MemoryRepository())

PROGRAM = """
import sys
from django.conf import settings
import django
database = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
settings.configure(DATABASES={"default": database}, **OPTIONS)
django.setup()
"""
WITHOUT = """
from orderflow.adapters.sql.django import DjangoTransactions
print([each for each in sys.modules if "admin" in each])
"""
ELSEWHERE = """
from orderflow import OrderFlow
from orderflow.adapters.sql import SqlRepository, Tables
from orderflow.adapters.sql.django import DjangoTransactions
own = Tables(prefix="of_", schema="main")
flow = OrderFlow(SqlRepository(DjangoTransactions("warehouse"), tables=own))
"""
WITH = """
from django.db import connection
from orderflow.adapters.sql.django import UpgradeTables
from django.db.migrations.state import ProjectState
with connection.schema_editor() as editor:
    state = ProjectState()
    UpgradeTables("0001", prefix="of_").database_forwards("x", editor, state, state)
from orderflow.django_admin import host, models
print(host.database(), [each.objects.count() for each in (models.Order, models.Line, models.Stock,
                                                          models.Event, models.Message)])
"""


def run(options: str, end: str, *folders: str) -> str:
    """Set Django up in a process of its own, and return what it prints."""
    text = PROGRAM.replace("OPTIONS", options) + end
    done = subprocess.run(  # noqa: S603 - a text of ours
        [sys.executable, "-c", text],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((*folders, *sys.path))},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        (None, "ORDERFLOW_FLOW must be the path of your OrderFlow, such as 'checkout.stock.flow'"),
        ("flow", "ORDERFLOW_FLOW = 'flow' cannot be imported"),
        ("no_such_module.flow", "cannot be imported: No module named 'no_such_module'"),
        (f"{__name__}.run", "an OrderFlow, not of function"),
        (f"{__name__}.in_memory", "a flow on SqlRepository(DjangoTransactions())"),
    ],
)
def test_a_wrong_setting_is_named(path: str | None, fault: str) -> None:
    with override_settings(ORDERFLOW_FLOW=path), pytest.raises(ImproperlyConfigured) as refused:
        flow.__wrapped__()
    assert fault in str(refused.value)


def test_a_project_without_the_admin_imports_nothing_of_it() -> None:
    assert run("{'INSTALLED_APPS': ['orderflow.adapters.sql.django']}", WITHOUT) == "[]\n"


def test_the_tables_and_the_database_are_those_of_the_flow(tmp_path: Path) -> None:
    (tmp_path / "elsewhere.py").write_text(ELSEWHERE, encoding="utf-8")
    options = {
        "ORDERFLOW_FLOW": "elsewhere.flow",
        "INSTALLED_APPS": ["django.contrib.contenttypes", "orderflow.django_admin"],
    }
    assert run(repr(options), WITH, str(tmp_path)) == "warehouse [0, 0, 0, 0, 0]\n"
