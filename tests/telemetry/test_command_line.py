"""The command line reports what it does, if something has set up where to before it starts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SET_UP = """
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import ConsoleSpanExporter, SimpleSpanProcessor

lines = open("spans.json", "a")
to_line = lambda span: span.to_json(indent=None) + "\\n"
tracers = TracerProvider()
tracers.add_span_processor(
    SimpleSpanProcessor(ConsoleSpanExporter(out=lines, formatter=to_line))
)
trace.set_tracer_provider(tracers)
"""
RUN = """
import sys
from orderflow.cli import main
try:
    main()
finally:
    {then}
"""


def run(folder: Path, *arguments: str, set_up: bool = True, then: str = "pass") -> None:
    """Run a command in a process of its own, and a statement at its end."""
    source = (SET_UP if set_up else "") + RUN.format(then=then)
    environ = {**os.environ, "ORDERFLOW_SELLER": "acme"}
    done = subprocess.run(  # noqa: S603 - our own text
        [sys.executable, "-c", source, *arguments],
        check=False,
        capture_output=True,
        text=True,
        cwd=folder,
        env=environ,
    )
    assert done.returncode == 0, done.stderr


def spans(folder: Path) -> Iterator[dict[str, Any]]:
    for line in (folder / "spans.json").read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def test_a_notice_is_a_child_of_the_command_of_another_process(tmp_path: Path) -> None:
    (tmp_path / "notify.toml").write_text('[default]\nlogs = ["orders"]\n', encoding="utf-8")
    run(tmp_path, "init", set_up=False)
    run(tmp_path, "place", "A", "MUG=1", "--warehouse", "leeds")
    run(tmp_path, "work", "--once")
    found = {each["name"]: each for each in spans(tmp_path)}
    command, notice = found["orderflow.command PlaceOrder"], found["orderflow.notice"]
    assert notice["parent_id"] == command["context"]["span_id"]
    assert notice["context"]["trace_id"] == command["context"]["trace_id"]
    assert "orderflow.relay" in found


def test_without_a_set_up_nothing_is_imported(tmp_path: Path) -> None:
    asks = "import sys; assert not [each for each in sys.modules if 'telemetry' in each]"
    run(tmp_path, "init", set_up=False, then=asks)
