"""The browser of these tests: `python -m tests.browser.chromium` prints its path.

It is the one that `ORDERFLOW_TEST_BROWSER` names, or one on the `PATH`. If there is none, it is
installed: with the package manager of Debian by its superuser, and otherwise by Playwright.
"""

from __future__ import annotations

import os
import subprocess
import sys
from shutil import which

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "chrome")
PACKAGE = "chromium-headless-shell"


def browser() -> str | None:
    """Return the path of a browser on this machine."""
    named = os.environ.get("ORDERFLOW_TEST_BROWSER")
    return named or next(filter(None, map(which, NAMES)), None)


def install() -> str:
    """Install a browser, and return its path."""
    if which("apt-get") and os.geteuid() == 0:
        for step in (["update"], ["install", "--yes", "--no-install-recommends", PACKAGE]):
            subprocess.run(["apt-get", *step], check=True, stdout=sys.stderr)  # noqa: S603, S607
        return which(PACKAGE) or ""
    subprocess.run(
        [sys.executable, "-m", "playwright", "install", "chromium"], check=True, stdout=sys.stderr
    )
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - not needed before

    with sync_playwright() as started:
        return str(started.chromium.executable_path)


if __name__ == "__main__":
    sys.stdout.write(browser() or install())
