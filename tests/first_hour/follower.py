"""Follow a page in an empty folder."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.first_hour.pages import Command, File, Python

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.first_hour.pages import Step

__all__ = ["Follower", "StumbleError"]

SECONDS_MAX = 900
START_SECONDS_MAX = 120
STOP_SECONDS_MAX = 60
STARTED = {
    "uvicorn ": "Uvicorn running on",
    "make portal": "Stop it with Ctrl+C.",
    "celery ": "",  # it logs no start at its default level
    "orderflow work ": "health: http",
    "orderflow notify --follow": "",
    "OTEL_SERVICE_NAME=": "",
}
"""How commands begin that go on until they are stopped, and what they say when they are ready."""

OURS = ("CELERY", "DJANGO", "ORDERFLOW", "OTEL", "PYTHON", "VIRTUAL_ENV", "MAKE", "MFLAGS")


class StumbleError(Exception):
    """A step of a page that does not work as the page says."""

    def __init__(self, page: str, line: int, what: str) -> None:
        super().__init__(f"{page}:{line}: {what}")


class Follower:
    """Somebody who does what a page says.

    Args:
        folder: Where. It is empty, but for what the page says is there.
        log: Where the output of all commands goes.
        environment: Variables that the machine has set.
    """

    def __init__(self, folder: Path, log: Path, environment: dict[str, str]) -> None:
        self._folder = folder
        self._page = ""
        self._log = log
        self._state = log.with_suffix(".sh")  # the variables that the commands have exported
        self._state.write_text("", encoding="utf-8")
        log.write_text("", encoding="utf-8")
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(OURS)},
            **environment,
        }
        self._running = ExitStack()
        self._python: subprocess.Popen[str] | None = None

    @contextmanager
    def following(self) -> Iterator[None]:
        """Stop at the end what the page has started."""
        with self._running:
            yield

    def take(self, page: str, step: Step) -> None:
        """Do what a step of a page says.

        Raises:
            StumbleError: If it does not work.
        """
        self._page = page
        match step:
            case File():
                path = self._folder / step.name
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("a", encoding="utf-8") as file:
                    file.write(step.text)
            case Python():
                self._type(step)
            case Command() if ready := [v for k, v in STARTED.items() if step.text.startswith(k)]:
                self._start(step, *ready)
            case Command():
                self._run(step)

    def _run(self, step: Command) -> None:
        script = f". {self._state}\n{step.text}\nstatus=$?\nexport -p > {self._state}\nexit $status"
        done = subprocess.run(  # noqa: S603 - a command of the page
            ["/bin/bash", "-c", script],
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            text=True,
            timeout=SECONDS_MAX,
        )
        said = f"{done.stdout}{done.stderr}"
        with self._log.open("a", encoding="utf-8") as log:
            log.write(f"$ {step.text}\n{said}")
        if done.returncode:
            what = f"`{step.text}` ended with {done.returncode}:\n{said[-2000:]}"
            raise StumbleError(self._page, step.line, what)
        shown = "\n".join(line.rstrip() for line in done.stdout.splitlines())
        if step.output and shown != step.output:
            what = f"`{step.text}` says:\n{shown}\nand the page:\n{step.output}"
            raise StumbleError(self._page, step.line, what)

    def _start(self, step: Command, ready: str) -> None:
        output = self._log.with_suffix(f".{step.line}.log")
        with output.open("w", encoding="utf-8") as file:
            process = subprocess.Popen(  # noqa: S603 - a command of the page
                ["/bin/bash", "-c", f". {self._state}\n{step.text}"],
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._running.callback(_stop, process)
        until = time.monotonic() + START_SECONDS_MAX
        while ready not in (said := output.read_text(encoding="utf-8", errors="replace")):
            if process.poll() is not None or time.monotonic() > until:
                what = f"`{step.text}` did not start:\n{said[-2000:]}"
                raise StumbleError(self._page, step.line, what)
            time.sleep(0.2)
        if not ready:
            time.sleep(5)  # long enough to fail
        if process.poll() is not None:
            raise StumbleError(self._page, step.line, f"`{step.text}` ended:\n{said[-2000:]}")

    def _type(self, step: Python) -> None:
        if self._python is None:
            self._python = self._running.enter_context(
                subprocess.Popen(  # noqa: S603 - blocks of the page
                    [
                        self._folder / ".venv/bin/python",
                        "-P",
                        Path(__file__).with_name("console.py"),
                    ],
                    cwd=self._folder,
                    env=self._environment,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=self._running.enter_context(self._log.open("a", encoding="utf-8")),
                    text=True,
                )
            )
        assert self._python.stdin is not None
        assert self._python.stdout is not None
        block = {"text": step.text, "page": self._page, "line": step.line}
        print(json.dumps(block), file=self._python.stdin, flush=True)
        answer = self._python.stdout.readline()
        fault = json.loads(answer) if answer else "the session of Python ended"
        if fault:
            raise StumbleError(self._page, step.line, fault[-2000:])


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Stop a server with all its processes."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
