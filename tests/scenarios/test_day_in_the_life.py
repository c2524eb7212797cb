"""The page on a day in the life of a back order: each of its commands, and what it answers.

`python -m tests.scenarios.test_day_in_the_life` writes down anew what is answered.
"""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.docs.sessions import Session
from tests.unit.adapters.servers import mail_server

PAGE = Path(__file__).parents[2] / "docs" / "a-day-in-the-life.md"


def redrawn(page: str, folder: Path) -> str:
    """Go through the day once more."""
    with mail_server() as (box, port):
        return Session(folder, box, {"2525": str(port)}).redrawn(page)


@pytest.mark.skipif(os.name != "posix", reason="the page is for a POSIX shell")
def test_the_day_goes_as_the_page_tells(tmp_path: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert redrawn(page, tmp_path) == page


@pytest.mark.skipif(os.name != "posix", reason="the page is for a POSIX shell")
def test_a_page_that_tells_otherwise_is_told_apart(tmp_path: Path) -> None:
    page = "```console\n$ echo a\nb\n$ cat <<END\n> c\n> END\nd\n```\n"
    assert redrawn(page, tmp_path) == "```console\n$ echo a\na\n$ cat <<END\n> c\n> END\nc\n```\n"


def main() -> None:
    """Write down anew what the commands of the page answer."""
    with TemporaryDirectory() as folder:
        page = redrawn(PAGE.read_text(encoding="utf-8"), Path(folder))
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
