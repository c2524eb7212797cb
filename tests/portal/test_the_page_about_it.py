"""The page about the portal names its log-ins and modules, and its pictures are there and small."""

from __future__ import annotations

import re

from portal.accounts import ACCOUNTS
from portal.pages import FOLDER

from tests.docs.diagrams import ROOT

PAGE = ROOT / "docs" / "how-to" / "look-at-the-portal.md"
TEXT = PAGE.read_text(encoding="utf-8")
BYTES_MAX = 100_000


def test_it_has_the_log_ins() -> None:
    rows = re.findall(r"^\| (\w+) \| (\S+) \|", TEXT, re.MULTILINE)
    assert [row for row in rows if row[0] not in {"name", "module"}] == [
        (name, each.password) for name, each in ACCOUNTS.items()
    ]


def test_it_has_each_module() -> None:
    named = set(re.findall(r"`(\w+\.py)`", TEXT))
    assert named == {each.name for each in FOLDER.glob("[a-z]*.py")}


def test_its_pictures_are_there_and_small() -> None:
    pictures = {PAGE.parent / name for name in re.findall(r"\{image\} (\S+)", TEXT)}
    assert pictures == set((PAGE.parent / "pictures").glob("portal-*.webp"))
    assert [each for each in pictures if each.stat().st_size > BYTES_MAX] == []
    assert len(re.findall(r"^ *:alt: ", TEXT, re.MULTILINE)) == len(pictures)
