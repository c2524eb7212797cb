"""Schemathesis finds no fault in the shop of the how-to about FastAPI."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.docs.diagrams import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLES = "100"


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """Serve the shop on a free port, as its page says."""
    listening = socket.create_server(("127.0.0.1", 0))
    options = ("--factory", "fastapi_shop:make_app", "--log-level", "warning")
    process = subprocess.Popen(  # noqa: S603 - no input from outside
        [sys.executable, "-m", "uvicorn", *options, "--fd", str(listening.fileno())],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'docs' / 'how-to'}:{ROOT / 'src'}"},
        pass_fds=[listening.fileno()],
    )
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        process.terminate()
        process.wait()
        listening.close()


@pytest.mark.parametrize("seed", range(3))
def test_schemathesis_finds_nothing(tmp_path: Path, seed: int) -> None:
    with server(tmp_path) as url:
        run = subprocess.run(  # noqa: S603 - as above
            [
                *(Path(sys.executable).with_name("st"), "run", f"{url}/openapi.json"),
                *("--checks", "all", "--max-examples", EXAMPLES, "--seed", str(seed)),
                *("--wait-for-schema", "30", "--no-color", "--continue-on-failure"),
            ],
            env={**os.environ, "SCHEMATHESIS_HOOKS": "tests.api.hooks", "PYTHONPATH": str(ROOT)},
            cwd=tmp_path,
            check=False,
            capture_output=True,
            text=True,
        )
    sys.stdout.write(run.stdout)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "Unresolvable" not in run.stdout
