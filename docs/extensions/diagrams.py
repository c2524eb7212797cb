"""Draws each ```mermaid fence when the pages are built, so that a browser fetches nothing.

mermaidx runs Mermaid itself, without a browser. The colours are those of the page: see
`_static/diagrams.css`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

import mermaidx
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from sphinx.application import Sphinx

# Labels are text of the SVG, as HTML in it has the size of another font. No state is wrapped.
CONFIG = {"htmlLabels": False, "flowchart": {"wrappingWidth": 400}}
MERMAID_ID = "my-svg"
SCALE = 0.8


def svg_of(source: str, name: str) -> str:
    """Draw a diagram at its natural size; `name` makes the ids in it unique on its page."""
    drawn = str(mermaidx.render(source, config=CONFIG).svg()).replace(MERMAID_ID, name)
    box = re.search(r'viewBox="\S+ \S+ (\S+) ', drawn)
    if box is None:
        raise ValueError(f"Mermaid drew no size: {drawn[:200]}")
    return drawn.replace('width="100%"', f'width="{float(box[1]) * SCALE:.0f}"', 1)


class Mermaid(SphinxDirective):
    """The directive that a ```mermaid fence becomes."""

    has_content: ClassVar[bool] = True

    def run(self) -> list[nodes.Node]:
        """Return the diagram, which scrolls if the page is narrower."""
        name = f"diagram-{self.env.new_serialno('diagram') + 1}"
        try:
            drawn = svg_of("\n".join(self.content), name)
        except RuntimeError as error:
            raise self.error(f"{error}") from error
        start = '<div class="diagram" role="region" aria-label="Diagram" tabindex="0">'
        return [nodes.raw("", f"{start}{drawn}</div>", format="html")]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive and the colours."""
    app.add_directive("mermaid", Mermaid)
    app.add_css_file("diagrams.css")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
