"""The page about the portal names its log-ins and modules, and its pictures are there and small."""

from __future__ import annotations

import ast
import re
from importlib import import_module

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


def test_the_code_imports_only_public_names() -> None:
    imported = [
        (node.module, alias.name)
        for path in FOLDER.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("orderflow")
        for alias in node.names
    ]
    assert len(imported) > 40
    assert [each for each in imported if "domain" in str(each[0])] == []
    assert [each for each in imported if each[1] not in import_module(str(each[0])).__all__] == []


def test_it_names_the_shop_that_is_made() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (shop,) = re.findall(r"orderflow (demo \S+ \d+) --db \$@", makefile)
    assert f"`orderflow {shop}`" in TEXT
