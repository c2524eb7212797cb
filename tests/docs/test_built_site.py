"""A fault in the built pages is found. `make docs` looks for the same in all of them."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from docutils import nodes
from docutils.utils import new_document
from extensions.signatures import drop_raw_values, in_words
from sphinx import addnodes

from orderflow import AllocationPolicy, Queue
from orderflow.domain.model.lifecycle import diagram
from tests.docs import built_site
from tests.docs.diagrams import ROOT

if TYPE_CHECKING:
    from pathlib import Path

INDEX = """\
# Home

[There](reference/stock.md#counting)

```mermaid
stateDiagram-v2
    NEW --> SHORT_AND_WAITING: OrderPlaced
```

```{toctree}
reference/stock
```
"""
STOCK = """\
# Stock

## Counting

```{eval-rst}
.. autofunction:: orderflow.checking.check
.. autoclass:: orderflow.service.BatchResult
.. autoclass:: orderflow.PartialAllocation
   :members:
```
"""


@pytest.fixture(name="site", scope="module")
def _site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build two pages as all pages are built."""
    source = tmp_path_factory.mktemp("source")
    (source / "index.md").write_text(INDEX, "utf-8")
    (source / "reference").mkdir()
    (source / "reference/stock.md").write_text(STOCK, "utf-8")
    (source / "synonyms.toml").write_text(
        '"reference/stock" = ["ATP", "order promising"]\n', "utf-8"
    )
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "--quiet",
        "-Dnitpicky=0",
        "--fail-on-warning",
        "--conf-dir",
    ]
    places = [str(ROOT / "docs"), str(source), str(source / "built")]
    done = subprocess.run([*command, *places], capture_output=True, text=True, check=False)  # noqa: S603 - our own pages
    assert done.returncode == 0, done.stderr
    return source / "built"


def test_a_site_without_faults_has_none(site: Path) -> None:
    pages = built_site.read(site)
    assert built_site.loaded_from_outside(site, pages) == []
    assert built_site.broken_links(site, pages) == []
    assert built_site.raw_values(site, pages) == []


def test_a_diagram_is_drawn_into_its_page(site: Path) -> None:
    page = (site / "index.html").read_text("utf-8")
    assert '<svg id="diagram-1"' in page
    assert "SHORT_AND_WAITING" in page
    assert "mermaid.min" not in page


def test_defaults_are_as_a_caller_writes_them(site: Path) -> None:
    page = "".join(built_site.Page((site / "reference/stock.html").read_text("utf-8")).text)
    assert "progress=..." in page
    assert "done=..." in page


def test_a_sentence_with_a_colon_is_whole(site: Path) -> None:
    page = "".join(built_site.Page((site / "reference/stock.html").read_text("utf-8")).text)
    assert re.search(r"Yes: \w+", page)


def test_a_search_finds_a_page_by_its_synonyms(site: Path) -> None:
    index = built_site.search_index(site)
    words = {"reference/stock": ["ATP", "order promising"]}
    assert built_site.not_found_by_search(index, words) == []
    assert index["docnames"][index["terms"]["promis"]] == "reference/stock"
    assert built_site.not_found_by_search(index, {"reference/stock": ["CTP"]}) == [
        "a search for 'CTP' does not find reference/stock"
    ]


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        ('<script src="https://cdn.example/a.js"></script>', "loads https://cdn.example/a.js"),
        ('<link rel="stylesheet" href="//fonts.example/f">', "loads //fonts.example/f"),
        ("<style>@import 'http://a.example/x.css';</style>", "loads http://a.example/x.css"),
        ('<a href="gone.html">gone</a>', "links to gone.html"),
        ('<a href="#gone">gone</a>', "links to #gone"),
        ("a=&lt;function &lt;lambda&gt;&gt;", "shows <function <lambda>"),
        ("{&lt;class 'orderflow.Order'&gt;: 1}", "shows <class 'orderflow.Order'>"),
        ("queue=&lt;Queue.FIRST_COME: 'FIRST_COME'&gt;", "shows <Queue.FIRST_COME: 'FIRST_COME'>"),
        ("policy=NOTHING", "shows NOTHING"),
        ("~orderflow.core.Order", "shows ~orderflow.core.Order"),
    ],
)
def test_a_fault_is_named(tmp_path: Path, page: str, fault: str) -> None:
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference/a.html").write_text(page, "utf-8")
    index = 'Search.setIndex({"docnames": [], "indexentries": {}})'
    (tmp_path / "searchindex.js").write_text(index, "utf-8")
    found = [each for each in built_site.faults(tmp_path) if not each.startswith("a search")]
    assert found == [f"reference/a.html {fault}"]


def test_what_a_reader_may_follow_is_no_fault(tmp_path: Path) -> None:
    page = (
        '<link rel="canonical" href="https://a.example"><a href="https://a.example" id="b">a</a>'
        "<pre>&lt;Queue.FIRST_COME: 1&gt;</pre>"
    )
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference/a.html").write_text(f'{page}<a href="#b">b</a>', "utf-8")
    pages = built_site.read(tmp_path)
    assert built_site.loaded_from_outside(tmp_path, pages) == []
    assert built_site.broken_links(tmp_path, pages) == []
    assert built_site.raw_values(tmp_path, pages) == []


def test_a_folder_without_a_site_is_refused(tmp_path: Path) -> None:
    assert built_site.main([str(tmp_path)]) == 2


@pytest.mark.parametrize(
    ("default", "text"),
    [
        (Queue.FIRST_COME, "Queue.FIRST_COME"),
        ((Queue.FIRST_COME,), "(Queue.FIRST_COME,)"),
        (AllocationPolicy(), "AllocationPolicy(...)"),
        ({}, "{}"),
        (frozenset(), "frozenset()"),
        (lambda: None, "..."),
        (diagram, "diagram"),
        (object(), "..."),
        (7, "7"),
    ],
)
def test_a_default_is_short(default: object, text: str) -> None:
    assert in_words(default) == text


def test_only_values_that_are_not_code_are_dropped() -> None:
    raw, short = (addnodes.desc_annotation("", text) for text in (" = {<class 'A'>: 1}", " = 7"))
    page = new_document("")
    page += nodes.paragraph("", "", raw, short)
    drop_raw_values(None, page)  # type: ignore[arg-type]  # it asks nothing of Sphinx
    assert page.astext() == " = 7"


def test_a_diagram_that_mermaid_refuses_is_an_error() -> None:
    """In another process, as the engine of mermaidx reports at the end of this one what it left."""
    wrong = "from extensions.diagrams import svg_of; svg_of('stateDiagram-v2\\n --> -->', 'a')"
    command = [sys.executable, "-c", wrong]
    done = subprocess.run(command, cwd=ROOT / "docs", capture_output=True, text=True, check=False)  # noqa: S603 - our own program
    assert done.returncode == 1
    assert "Mermaid rendering failed" in done.stderr
