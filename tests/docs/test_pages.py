"""Every page is in the contents, in a group where somebody looks for it."""

from __future__ import annotations

import re

from extensions import synonyms

from tests.docs.diagrams import ROOT

DOCS = ROOT / "docs"
CONTENTS = re.compile(r"^```\{toctree\}\n(.*?)^```", re.MULTILINE | re.DOTALL)
WITHOUT = {"index"}


def listed() -> list[str]:
    """Return the pages in the contents, in order."""
    found = CONTENTS.findall((DOCS / "index.md").read_text(encoding="utf-8"))
    lines = [line.strip() for block in found for line in block.splitlines()]
    return [line for line in lines if line and not line.startswith(":")]


def written() -> set[str]:
    """Return every page but the records of decisions, whose own page lists them."""
    pages = {path.relative_to(DOCS).with_suffix("").as_posix() for path in DOCS.rglob("*.md")}
    return {page for page in pages if not page.startswith("decisions/")} | {"decisions/index"}


def test_every_page_is_listed_where_a_reader_needs_it() -> None:
    missing = written() - set(listed()) - WITHOUT
    assert missing == set(), "add each to a group of docs/index.md, before what is needed later"


def test_the_contents_list_only_pages_that_exist_and_each_once() -> None:
    assert [page for page in listed() if page not in written()] == []
    assert sorted(set(listed())) == sorted(listed())


def test_a_new_reader_is_led_from_installing_to_running_it() -> None:
    pages = listed()
    path = ("tutorial", "how-to/install", "how-to/import-orders", "how-to/run-the-worker")
    assert sorted(path, key=pages.index) == list(path)


def test_the_words_to_search_for_lead_to_pages_that_exist() -> None:
    words = synonyms.read(DOCS)
    assert words.keys() <= written(), "docs/synonyms.toml names a page that does not exist"
    assert [page for page, said in words.items() if len(set(said)) != len(said) or not said] == []
    assert "ATP" in words["how-to/promises"]


def test_what_a_browser_looks_at_is_named_wherever_the_command_is() -> None:
    subjects = {"page": "report", "portal": "portal", "django_admin": "Django admin"}
    files = {path.stem for path in (ROOT / "tests" / "browser").glob("test_*.py")}
    assert files == {f"test_{each}_in_a_browser" for each in (*subjects, "docs")}
    pages = ("Makefile", "docs/how-to/work-on-orderflow.md", "docs/explanation/correctness.md")
    for page in pages:
        text = (ROOT / page).read_text(encoding="utf-8")
        (line,) = re.findall(r"^(?:browser:|\| `make browser` \|).*", text, re.MULTILINE)
        assert [each for each in subjects.values() if each not in line] == [], page
