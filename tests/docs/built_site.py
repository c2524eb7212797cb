"""What must hold of the built pages: `python -m tests.docs.built_site build/docs` checks it.

A browser gets all it needs from the site itself. Each link leads to a place that exists. The
reference has no raw `repr`. A search finds each page by its synonyms. `make docs` runs this.
"""

from __future__ import annotations

import json
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from extensions import synonyms

from tests.docs.diagrams import ROOT

LOADS = {
    "audio",
    "embed",
    "iframe",
    "img",
    "image",
    "link",
    "object",
    "script",
    "source",
    "use",
    "video",
}
PASSIVE = {"alternate", "author", "canonical", "index", "license", "next", "prev", "search"}
OUTSIDE = re.compile(r"^(?:https?:)?//", re.IGNORECASE)
STYLE = re.compile(r"""(?:url\(|@import)\s*['"]?\s*((?:https?:)?//[^'")\s]+)""", re.IGNORECASE)
RAW = re.compile(
    r"<(?:class|function|bound method|built-in|factory|module|object|enum|[A-Z]\w*\.[A-Z_]+:)"
    r"[^>]{0,60}>?"
    r"|\bNOTHING\b|~orderflow\S*|\bFactory\(| at 0x[0-9a-f]+"
)


class Page(HTMLParser):
    """A page of the site: where its links lead, what a browser loads for it, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = STYLE.findall(text)
        self.anchors: set[str] = set()
        self.text: list[str] = []
        self._example = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take the addresses of a tag."""
        named = {key: value or "" for key, value in attrs}
        self.anchors.update(filter(None, (named.get("id"), named.get("name"))))
        self._example = self._example or tag == "pre"
        if tag == "a" and "href" in named:
            self.links.append(named["href"])
        passive = tag == "link" and set(named.get("rel", "").split()) <= PASSIVE
        if tag in LOADS and not passive:
            keys = ("src", "href", "xlink:href", "data", "poster", "srcset")
            self.loaded += [named[key] for key in keys if key in named]

    def handle_endtag(self, tag: str) -> None:
        """Notice the end of an example."""
        self._example = self._example and tag != "pre"

    def handle_data(self, data: str) -> None:
        """Take a piece of text. What Python answers in an example is as it is."""
        if not self._example:
            self.text.append(data)


def read(folder: Path) -> dict[Path, Page]:
    """Read every page of a site."""
    return {path: Page(path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.html"))}


def loaded_from_outside(folder: Path, pages: dict[Path, Page]) -> list[str]:
    """Name what a browser would fetch from another host."""
    found = [(path, each) for path, page in pages.items() for each in page.loaded]
    for path in sorted(folder.rglob("*.css")):
        found += [(path, each) for each in STYLE.findall(path.read_text(encoding="utf-8"))]
    return [
        f"{path.relative_to(folder)} loads {each}" for path, each in found if OUTSIDE.match(each)
    ]


def broken_links(folder: Path, pages: dict[Path, Page]) -> list[str]:
    """Name the links to a page, a file or a heading of the site that does not exist."""
    broken = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path.resolve()
            anchor = unquote(parts.fragment)
            there = (
                pages.get(folder / target.relative_to(folder.resolve()))
                if target.exists()
                else None
            )
            if not target.exists() or (anchor and there and anchor not in there.anchors):
                broken.append(f"{path.relative_to(folder)} links to {link}")
    return broken


def raw_values(folder: Path, pages: dict[Path, Page]) -> list[str]:
    """Name what the reference shows as `repr` writes it, which no reader can use."""
    return [
        f"{path.relative_to(folder)} shows {found}"
        for path, page in pages.items()
        if path.relative_to(folder).parts[0] == "reference"
        for found in RAW.findall("".join(page.text))
    ]


def not_found_by_search(index: dict[str, Any], words: dict[str, list[str]]) -> list[str]:
    """Name the synonyms that do not lead to their page in the index of the search."""
    number = {name: at for at, name in enumerate(index["docnames"])}
    return [
        f"a search for {phrase!r} does not find {page}"
        for page, phrases in words.items()
        for phrase in phrases
        if number.get(page)
        not in {at for at, _, _ in index["indexentries"].get(phrase.lower(), [])}
    ]


def search_index(folder: Path) -> dict[str, Any]:
    """Read the index that the search of the site uses."""
    text = (folder / "searchindex.js").read_text(encoding="utf-8")
    index: dict[str, Any] = json.loads(text.removeprefix("Search.setIndex(").rstrip(");\n"))
    return index


def faults(folder: Path) -> list[str]:
    """Name everything that is wrong with a built site."""
    pages = read(folder)
    words = synonyms.read(ROOT / "docs")
    return [
        *loaded_from_outside(folder, pages),
        *broken_links(folder, pages),
        *raw_values(folder, pages),
        *not_found_by_search(search_index(folder), words),
    ]


def main(arguments: list[str]) -> int:
    folder = Path(*arguments)
    if not (folder / "searchindex.js").exists():
        print(f"{folder} has no built site: make docs builds it")
        return 2
    found = faults(folder)
    print(*found, sep="\n", end="\n" if found else "")
    return min(len(found), 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
