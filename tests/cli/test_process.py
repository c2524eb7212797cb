"""The command line as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from orderflow.replay.generator import Shop
from tests.replay.histories import row, write, write_shop

ORDERFLOW = [sys.executable, "-m", "orderflow"]
FULL = Path("/dev/full")
"""A file on a full disk."""


def run(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(  # noqa: S603 - this package
        [*ORDERFLOW, *arguments], check=False, capture_output=True, input=stdin, timeout=60
    )


def test_it_runs_as_a_module(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", row())
    done = run("replay", "-", "--json", stdin=path.read_bytes())
    assert (done.returncode, done.stderr) == (0, b"")
    assert b'"orders": 1' in done.stdout


def test_exit_codes_reach_the_shell(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", row(), row("1002", quantity="x"))
    assert run("replay", str(path)).returncode == 1
    assert run("replay", str(path), "--colour", "red").returncode == 2


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is a signal on POSIX")
def test_ctrl_c_prints_a_message_and_no_traceback(tmp_path: Path) -> None:
    path = write_shop(tmp_path / "shop.csv.gz", Shop(orders=2_000))
    with subprocess.Popen(  # noqa: S603 - this package
        [*ORDERFLOW, "replay", str(path), "--rejects", str(tmp_path / "rejects.csv")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        while not (tmp_path / "rejects.csv").exists():
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        output, messages = process.communicate(timeout=60)
    assert (process.returncode, output) == (130, b"")
    assert messages == b"orderflow: stopped by Ctrl-C; nothing was saved\n"


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is a signal on POSIX")
def test_programs_can_be_stopped_in_a_run_that_ignores_ctrl_c() -> None:
    source = """
import signal, subprocess, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
ctrl_c = "tests/cli/test_process.py::test_ctrl_c_prints_a_message_and_no_traceback"
pytest = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", ctrl_c]
sys.exit(subprocess.call(pytest))
"""
    done = subprocess.run(  # noqa: S603 - the text above
        [sys.executable, "-c", source], check=False, capture_output=True, timeout=120
    )
    assert done.returncode == 0, done.stdout.decode()


def test_the_order_of_hashes_has_no_effect() -> None:
    def shop(hash_seed: str) -> dict[str, Any]:
        done = subprocess.run(  # noqa: S603 - this package
            [*ORDERFLOW, "demo", "--orders", "60", "--json"],
            check=True,
            capture_output=True,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            timeout=60,
        )
        found = json.loads(done.stdout)
        return {key: each for key, each in found.items() if "second" not in key}

    assert shop("0") == shop("1")


def test_without_the_extra_it_says_what_to_install() -> None:
    source = "import sys; sys.modules['typer'] = None; from orderflow.cli import main; main()"
    done = subprocess.run(  # noqa: S603 - this package
        [sys.executable, "-c", source], check=False, capture_output=True, timeout=60
    )
    assert done.returncode == 1
    assert b"pip install 'orderflow-backorder[cli]'" in done.stderr


def test_the_replay_is_a_library_that_needs_no_extra() -> None:
    source = "import sys, orderflow.replay; print({'typer', 'rich'} & set(sys.modules))"
    done = subprocess.run(  # noqa: S603 - this package
        [sys.executable, "-c", source], check=False, capture_output=True, timeout=60
    )
    assert done.stdout.strip() == b"set()"


@pytest.mark.skipif(os.name != "posix", reason="elsewhere a closed pipe is another error")
@pytest.mark.parametrize(
    "arguments", [("--version",), ("--help",), ("cut-off",), ("cut-off", "--json")]
)
def test_a_closed_pipe_ends_any_command_quietly(arguments: tuple[str, ...]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as closed:
        done = subprocess.run(  # noqa: S603 - this package
            [*ORDERFLOW, *arguments], check=False, stdout=closed, stderr=subprocess.PIPE, timeout=60
        )
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.skipif(not FULL.exists(), reason="only Linux has a full disk at hand")
def test_output_that_cannot_be_written_is_an_error() -> None:
    with FULL.open("wb") as full:
        done = subprocess.run(  # noqa: S603 - this package
            [*ORDERFLOW, "--version"], check=False, stdout=full, stderr=subprocess.PIPE, timeout=60
        )
    assert (done.returncode, b"orderflow: " in done.stderr, done.stderr.count(b"\n")) == (
        2,
        True,
        1,
    )
