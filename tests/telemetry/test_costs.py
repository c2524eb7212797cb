"""Telemetry that is used elsewhere in the process adds nothing to a flow without it."""

from __future__ import annotations

import subprocess
import sys

from orderflow import MemoryRepository, OrderFlow
from tests.architecture.test_import import LOADED, REQUIRED
from tests.growth.steps import steps_of
from tests.telemetry.recorded import Recorded
from tests.telemetry.steps import steps_in_memory
from tests.unit.shop import ACME, Clock, key


def test_a_flow_without_telemetry_runs_the_same_lines() -> None:
    steps_in_memory()  # fills caches
    before = steps_in_memory()
    flow = OrderFlow(MemoryRepository(), clock=Clock())
    plain = steps_of(lambda: flow.seller(ACME).book_in(key(), 1))
    instrumented = Recorded().telemetry.instrument(flow)
    assert steps_of(lambda: instrumented.seller(ACME).book_in(key(), 1)) > plain
    assert steps_of(lambda: flow.seller(ACME).book_in(key(), 1)) <= plain
    assert steps_in_memory() == before


def test_importing_telemetry_loads_the_api_of_opentelemetry_alone() -> None:
    source = LOADED.format(module="orderflow.telemetry") + "print(*sys.modules)"
    run = subprocess.run(  # noqa: S603 - the text above
        [sys.executable, "-c", source], check=True, capture_output=True, text=True
    )
    packages, loaded = run.stdout.splitlines()
    found = {each for each in packages.split() if not each.startswith("_sysconfigdata")}
    assert found - sys.stdlib_module_names - REQUIRED == {"opentelemetry"}
    assert [each for each in loaded.split() if each.startswith("opentelemetry.sdk")] == []


def test_without_the_extra_it_is_named() -> None:
    source = "import sys; sys.modules['opentelemetry.trace'] = None; import orderflow.telemetry"
    run = subprocess.run(  # noqa: S603 - the text above
        [sys.executable, "-c", source], check=False, capture_output=True, text=True
    )
    assert "orderflow.errors.outside.MissingExtraError" in run.stderr
    assert "orderflow-backorder[otel]" in run.stderr
