"""The commands of the page on running a warehouse, typed one after another into a shell."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.runner import run_json

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"
PAGE = HOW_TO / "run-a-warehouse-from-the-command-line.md"
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.skipif(os.name != "posix", reason="the page is for a POSIX shell")
def test_every_command_of_the_page_does_what_it_says(tmp_path: Path) -> None:
    program = f'orderflow() {{ "{sys.executable}" -m orderflow "$@"; }}\n'
    done = subprocess.run(  # noqa: S603 - this package
        ["/bin/sh", "-e", "-c", program + "\n".join(BLOCKS)],
        check=False,
        capture_output=True,
        cwd=tmp_path,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    file = tmp_path / "shop.db"
    status = {
        order["order_id"]: order["status"] for order in run_json("orders", "--db", file)["orders"]
    }
    assert status == {
        "A-1": "ALLOCATED",
        "A-2": "DELIVERED",
        "A-2-now": "CANCELLED",
        "A-3": "DELIVERED",
    }
    assert (tmp_path / "happened.jsonl").read_text().count("\n") > 10
    assert run_json("check", "--db", file)["violations"] == []
