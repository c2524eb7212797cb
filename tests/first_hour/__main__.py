"""Follow the pages from which a host starts, each from an empty folder.

python -m tests.first_hour            all pages
python -m tests.first_hour telemetry  those whose name has this in it
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.docs.diagrams import ROOT
from tests.first_hour.follower import Follower, StumbleError
from tests.first_hour.hosts import PAGES, Page
from tests.first_hour.pages import Command, File, steps_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.first_hour.pages import Step

INSTALL = ROOT / "docs" / "how-to" / "install.md"
LOGS = ROOT / "build" / "first-hour"


def main() -> int:
    """Follow the pages, and return 1 if one of them does not work."""
    parser = argparse.ArgumentParser(prog="make hour", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("words", nargs="*", help="only pages whose name has one of these in it")
    words = parser.parse_args().words
    pages = [page for page in PAGES if not words or any(each in page.name for each in words)]
    if not pages:
        parser.error(f"no page has that in its name: {', '.join(each.name for each in PAGES)}")
    LOGS.mkdir(parents=True, exist_ok=True)
    results = []
    with TemporaryDirectory(prefix="first-hour-") as folder:
        wheel = _wheel(Path(folder))
        for page in pages:
            print(f"{page.name} …", flush=True)
            begin = time.monotonic()
            taken, fault = _follow(page, wheel)
            results.append((page.name, taken, time.monotonic() - begin, fault))
            if fault:
                print(fault, flush=True)
    print(f"\n{'page':<44}{'steps':>6}{'seconds':>9}  result")
    for name, taken, seconds, fault in results:
        print(f"{name:<44}{taken:>6}{seconds:>9.0f}  {'stumbled' if fault else 'works'}")
    return int(any(fault for *_, fault in results))


def _wheel(folder: Path) -> Path:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", folder, ROOT], check=True)  # noqa: S603
    return next(folder.glob("*.whl"))


def _follow(page: Page, wheel: Path) -> tuple[int, str]:
    """Follow a page; return how many steps were taken, and what does not work."""
    taken = 0
    with TemporaryDirectory(prefix="first-hour-") as outer:
        folder = Path(outer, "orderflow" if page.in_checkout else "shop")
        folder.mkdir()
        _check_out(Path(outer, "orderflow"))
        if not page.in_checkout:
            shutil.copy(wheel, folder)
        log = LOGS / f"{Path(page.name).name}.log"
        follower = Follower(folder, log, dict(page.environment))
        try:
            with follower.following():
                for name, step in _steps(page):
                    label = step.name if isinstance(step, File) else step.text
                    if label not in page.leave_out:
                        follower.take(name, step)
                        taken += 1
        except StumbleError as error:
            return taken, str(error)
    return taken, ""


def _steps(page: Page) -> Iterator[tuple[str, Step]]:
    """Yield the steps of a page with those before and after it, each with the name of its page."""
    if not page.installs:
        for command in _from_a_wheel():
            yield str(INSTALL.relative_to(ROOT)), command
    for each in filter(None, (page.after, page.name)):
        name = f"docs/{each}.md"
        for step in steps_of(ROOT / name):
            yield name, step
    name = f"docs/{page.name}.md"
    end = (ROOT / name).read_text(encoding="utf-8").count("\n")
    for text in page.then:
        yield name, Command(end, text)


def _check_out(folder: Path) -> None:
    """Copy what belongs to the checkout into a folder."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout  # noqa: S603
    for name in filter(None, names.split("\0")):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, target)


def _from_a_wheel() -> list[Command]:
    """Return the commands of the page on installing that take a wheel."""
    text = INSTALL.read_text(encoding="utf-8")
    begin = text[: text.index("## From a wheel")].count("\n")
    end = text[: text.index("## Extras")].count("\n")
    return [
        step for step in steps_of(INSTALL) if isinstance(step, Command) and begin < step.line < end
    ]


if __name__ == "__main__":
    sys.exit(main())
