"""The page on comparing policies: each of its commands, and what it answers.

`python -m tests.docs.test_compare_page` writes down anew what is answered.
"""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.docs.sessions import Session
from tests.unit.adapters.servers import MailBox

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "compare-policies.md"


def redrawn(page: str, folder: Path) -> str:
    """Type the commands of the page once more."""
    return Session(folder, MailBox(), {}).redrawn(page)


@pytest.mark.skipif(os.name != "posix", reason="the page is for a POSIX shell")
def test_the_commands_of_the_page_answer_as_it_says(tmp_path: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert redrawn(page, tmp_path) == page


def main() -> None:
    """Write down anew what the commands of the page answer."""
    with TemporaryDirectory() as folder:
        page = redrawn(PAGE.read_text(encoding="utf-8"), Path(folder))
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
