"""How much the property tests draw, and the examples that run beside the tests.

The profile `ci` is the default; `make fuzz` takes `fuzz`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import settings

from tests.docs import examples

if TYPE_CHECKING:
    import pytest

settings.register_profile("ci", derandomize=True, deadline=None, max_examples=100)
settings.register_profile("fuzz", deadline=None, max_examples=10_000, print_blob=True)
settings.load_profile("ci")


def pytest_configure(config: pytest.Config) -> None:
    """Collect examples outside this folder as well: a conftest alone sees only what is below."""
    config.pluginmanager.register(examples, "examples")
