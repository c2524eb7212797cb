"""The recipes of the page on the worker: each is put into an empty folder and run."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from configparser import ConfigParser
from typing import TYPE_CHECKING

import pytest

from tests.cli.files import FileShop
from tests.cli.test_notices import DAY
from tests.docs.diagrams import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PAGE = ROOT / "docs" / "how-to" / "run-the-worker.md"
BLOCK = re.compile(
    r"^```\{code-block\} \w+\n:caption: ([^\n]+)\n\n(.*?)^```$", re.DOTALL | re.MULTILINE
)
RECIPES = dict(BLOCK.findall(PAGE.read_text(encoding="utf-8")))
HAS_TASKS = (
    importlib.util.find_spec("django.tasks") is not None
)  # from Django 6 on, which needs Python 3.12
CALL_CELERY = """
import shop_tasks
from celery.contrib.testing.worker import start_worker
shop_tasks.app.conf.result_backend = "cache+memory://"
assert shop_tasks.app.conf.beat_schedule["orderflow"]["task"] in shop_tasks.app.tasks
with start_worker(shop_tasks.app, perform_ping_check=False):
    shop_tasks.work.apply_async(ignore_result=False).get(timeout=60)
"""
CALL_DJANGO = """
import django
from django.conf import settings
settings.configure(
    INSTALLED_APPS=["orderflow.adapters.sql.django"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "shop.db"}},
    TASKS={"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"}},
    USE_TZ=True,
)
django.setup()
from checkout.tasks import work
result = work.enqueue()
assert result.status == "SUCCESSFUL", result.errors
"""


@pytest.fixture(name="shop")
def _shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FileShop:
    """Take an order in that goes on back order, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    shop = FileShop(tmp_path)
    shop.do("place", "A", "MUG=2", "--at", f"{DAY}10:00")
    (tmp_path / "notify.toml").write_text('[default]\nlogs = ["desk"]\n', encoding="utf-8")
    return shop


def call(script: str, **environment: str) -> str:
    """Run a script in this folder, and return what it prints."""
    done = subprocess.run(  # noqa: S603 - a script of ours
        [sys.executable, "-c", script],
        env={**os.environ, **environment},
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def is_handled(shop: FileShop) -> bool:
    """Whether no message is left in the outbox."""
    return shop.run("relay").stdout == ""


def test_every_recipe_is_tried() -> None:
    assert set(RECIPES) == {
        "notify.toml",  # `make hour` starts a worker with it
        "orderflow-worker.service",
        "shop_tasks.py",
        "checkout/tasks.py",
    }


def test_a_unit_of_systemd_starts_the_worker(shop: FileShop) -> None:
    unit = ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign] # its names have capitals
    unit.read_string(RECIPES["orderflow-worker.service"])
    program, *arguments = shlex.split(unit["Service"]["ExecStart"])
    assert program.endswith("/bin/orderflow")
    done = subprocess.run(  # noqa: S603 - the command of the page
        [sys.executable, "-m", "orderflow", *arguments[:-1], "0", "--once", "--json"],
        env={**os.environ, "ORDERFLOW_DB": str(shop.db)},
        check=True,
        capture_output=True,
        timeout=300,
    )
    assert json.loads(done.stdout)["sent"] == 2


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
def test_systemd_finds_no_fault_in_the_unit(tmp_path: Path) -> None:
    program = tmp_path / "orderflow"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    text = RECIPES["orderflow-worker.service"].replace(
        "/srv/shop/.venv/bin/orderflow", str(program)
    )
    unit = tmp_path / "orderflow-worker.service"
    unit.write_text(text, encoding="utf-8")
    done = subprocess.run(  # noqa: S603 - the unit of the page
        ["systemd-analyze", "verify", "--man=no", str(unit)],  # noqa: S607 - wherever it is
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, "orderflow-worker" in done.stderr) == (0, False), done.stderr


def test_celery_calls_the_worker(shop: FileShop) -> None:
    (shop.folder / "shop_tasks.py").write_text(RECIPES["shop_tasks.py"], encoding="utf-8")
    call(CALL_CELERY, CELERY_BROKER_URL="memory://")
    assert is_handled(shop)


@pytest.mark.skipif(not HAS_TASKS, reason="django.tasks comes with Django 6")
def test_a_task_of_django_calls_the_worker(shop: FileShop) -> None:
    path = shop.folder / "checkout" / "tasks.py"
    path.parent.mkdir()
    path.write_text(RECIPES["checkout/tasks.py"], encoding="utf-8")
    assert call(CALL_DJANGO) == "A: OrderPlaced\nA: OrderPutOnBackOrder\n"
    assert is_handled(shop)
