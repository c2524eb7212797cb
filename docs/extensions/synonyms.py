"""Lets a search find a page by words that the page does not use.

`docs/synonyms.toml` has the words of each page. They become its index entries, which a search
shows first, and its keywords, so that a search for some of the words finds it too.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx import addnodes
from sphinx.errors import ConfigError
from sphinx.transforms import SphinxTransform

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

NAME = "synonyms.toml"


def read(folder: Path) -> dict[str, list[str]]:
    """Return the words of each page, by its name without the suffix."""
    table: dict[str, list[str]] = tomllib.loads((folder / NAME).read_text(encoding="utf-8"))
    return table


class AddSynonyms(SphinxTransform):
    """Adds the words to a page, before Sphinx collects what is in it."""

    default_priority = 500

    def apply(self, **_: object) -> None:
        """Add an index entry for each phrase, and a keyword for each word."""
        self.env.note_dependency(NAME)
        phrases = read(Path(self.env.srcdir)).get(self.env.docname, [])
        if not phrases:
            return
        entries = [("single", phrase, "", "main", None) for phrase in phrases]
        words = sorted({word for phrase in phrases for word in phrase.split()})
        self.document.insert(0, nodes.meta(name="keywords", content=", ".join(words)))
        self.document.insert(0, addnodes.index(entries=entries))


def refuse_unknown_pages(app: Sphinx, env: BuildEnvironment) -> None:
    """Raise an error if the table names a page that does not exist."""
    unknown = sorted(read(Path(app.srcdir)).keys() - env.found_docs)
    if unknown:
        raise ConfigError(f"{NAME} has words for pages that do not exist: {', '.join(unknown)}")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the transform and the check."""
    app.add_transform(AddSynonyms)
    app.connect("env-check-consistency", refuse_unknown_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
