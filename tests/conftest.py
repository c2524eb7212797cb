"""How many examples a property test draws, and the examples in the docs, which are tests too.

The profile `few` is the default; `make suite` takes `ci`, and `make fuzz` takes `fuzz`.
"""

from __future__ import annotations

import gc
import signal
from pathlib import Path

import pytest
from hypothesis import settings

from tests.docs import examples
from tests.refusals import check_refusals

settings.register_profile("ci", derandomize=True, deadline=None, max_examples=30)
settings.register_profile("few", parent=settings.get_profile("ci"), max_examples=20)
settings.register_profile("fuzz", deadline=None, max_examples=10_000, print_blob=True)
settings.load_profile("few")

check_refusals()


def pytest_configure(config: pytest.Config) -> None:
    """Collect examples outside this folder as well: a conftest alone sees only what is below."""
    config.pluginmanager.register(examples, "examples")
    config.addinivalue_line("markers", "no_cover: measure no coverage (of pytest-cov)")
    for each in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(each) is signal.SIG_IGN:
            signal.signal(each, _ignore)


def _ignore(*_: object) -> None:
    """Ignore a signal. Programs that the tests start do not inherit this, unlike `SIG_IGN`.

    A shell starts what runs in the background of a script with SIGINT ignored.
    """


WALKS = tuple(Path(__file__).parent / name for name in ("machine", "model", "properties"))
"""Long walks through the core. They find what nobody thought of: other tests cover each branch."""


def pytest_itemcollected(item: pytest.Item) -> None:
    """Measure no coverage on long walks, which then take a third of the time."""
    if item.path.parent in WALKS:
        item.add_marker(pytest.mark.no_cover)


def pytest_collection_finish() -> None:
    """Keep the garbage collector from visiting thousands of collected tests again and again.

    And let it look less often: there are few circles, and millions of short-lived objects.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
