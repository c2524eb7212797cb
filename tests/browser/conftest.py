"""The browser of these tests, which are skipped unless `make browser` runs them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

collect_ignore_glob = [] if os.environ.get("ORDERFLOW_TEST_BROWSER") else ["test_*.py"]


@pytest.fixture(name="browser", scope="package")
def _browser() -> Iterator[Browser]:
    """Start the browser, which finds no other machine."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only `make browser` has it

    with sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=os.environ["ORDERFLOW_TEST_BROWSER"],
            args=["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
        )
        yield browser
        browser.close()
