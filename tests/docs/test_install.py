"""The pages say how orderflow is installed, and name the extras that there are."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

import pytest

from tests.docs.diagrams import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PAGE = (ROOT / "docs" / "how-to" / "install.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
NAMED = re.compile(r"orderflow-backorder\[([a-z]+)\]")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_the_table_lists_the_extras() -> None:
    assert re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE) == sorted(
        PROJECT["optional-dependencies"]
    )


def test_the_wheel_has_the_name_that_pip_gives_it() -> None:
    name = PROJECT["name"].replace("-", "_")
    assert f"install {name}-{PROJECT['version']}-py3-none-any.whl\n" in PAGE


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_with_an_extra_says_how_to_install_the_package_first(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    extras = NAMED.findall(text)
    assert set(extras) <= set(PROJECT["optional-dependencies"])
    assert not extras or "install.md" in text or text == PAGE


def test_the_readme_and_the_page_have_the_same_commands() -> None:
    commands = re.findall(r"^    (python3 .*|\. .*|pip .*?)(?: +#.*)?$", README, re.MULTILINE)
    assert len(commands) == 4
    assert [each for each in commands if f"    {each}\n" not in PAGE] == []
