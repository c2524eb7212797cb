"""The commands of the page on running a warehouse, typed one after another.

They run in this process, as in a shell that ends at the first error. `test_process.py` has the
program as a process of its own.
"""

from __future__ import annotations

import re
import shlex
from contextlib import chdir
from pathlib import Path

from tests.cli.runner import run, run_json

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"
PAGE = HOW_TO / "run-a-warehouse-from-the-command-line.md"
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


class Shell:
    """A shell in a folder that knows `orderflow`, `export` and `> FILE`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._environment: dict[str, str] = {}

    def type(self, line: str) -> None:
        program, *arguments = shlex.split(line)
        if program == "export":
            self._environment |= dict(each.split("=", 1) for each in arguments)
            return
        assert program == "orderflow", line
        *arguments, output = self._redirected(arguments)
        with chdir(self._folder):
            done = run(*arguments, environment=self._environment)
            assert done.exit_code == 0, f"{line}\n{done.output}"
            Path(output).write_text(done.stdout, encoding="utf-8")

    def _redirected(self, arguments: list[str]) -> list[str]:
        """Return the arguments without `>`, and the file that takes the output at the end."""
        match arguments:
            case [*before, ">", file]:
                return [*before, file]
            case _:
                return [*arguments, "output"]


def test_every_command_of_the_page_does_what_it_says(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    for line in "".join(BLOCKS).splitlines():
        shell.type(line)
    file = tmp_path / "shop.db"
    status = {
        order["order_id"]: order["status"] for order in run_json("orders", "--db", file)["orders"]
    }
    assert status == {
        "A-1": "ALLOCATED",
        "A-2": "DELIVERED",
        "A-2-now": "CANCELLED",
        "A-3": "DELIVERED",
        "A-4": "DELIVERED",
        "A-4.1": "ALLOCATED",
    }
    assert (tmp_path / "happened.jsonl").read_text().count("\n") > 10
    assert run_json("check", "--db", file)["violations"] == []
