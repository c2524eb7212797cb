"""Figures of Matplotlib as parts of a page: their colours are variables of the page's style."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

from matplotlib import rc_context
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["COLOURS", "INK", "QUIET", "drawn"]

_SVG, _XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
COLOURS: Final = tuple(f"#0101{number:02x}" for number in range(1, 7))
"""The colours of policies: the page gives each of these a value for light and for dark mode."""
INK: Final = "#010201"
"""The colour of texts."""
QUIET: Final = "#010202"
"""The colour of axes and grids."""
_VARIABLES: Final = {
    **{colour: f"var(--policy-{number})" for number, colour in enumerate(COLOURS, 1)},
    INK: "var(--ink)",
    QUIET: "var(--rule)",
}
_STYLE: Final = {
    "axes.axisbelow": True,
    "axes.edgecolor": QUIET,
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.size": 10,
    "grid.color": QUIET,
    "grid.linewidth": 0.5,
    "lines.linewidth": 1.6,
    "svg.fonttype": "none",  # texts stay texts, to be read and searched
    "text.color": INK,
    "text.parse_math": False,
    "xtick.color": QUIET,
    "xtick.labelcolor": INK,
    "ytick.color": QUIET,
    "ytick.labelcolor": INK,
}
_NO_METADATA: Final = dict.fromkeys(("Creator", "Date", "Format", "Type"))


def drawn(
    name: str, title: str, text: str, draw: Callable[[Figure], None], size: tuple[float, float]
) -> str:
    """Draw a figure, and return it as an element of a page.

    Args:
        name: The prefix of its ids, which no other figure of the page has.
        title: What it shows, for those who do not see it.
        text: What it says, for the same.
        draw: Draws it.
        size: Its width and height in inches.
    """
    file = io.StringIO()
    style: Any = {**_STYLE, "svg.hashsalt": name}
    with rc_context(style):
        figure = Figure(figsize=size, layout="constrained")
        draw(figure)
        figure.savefig(file, format="svg", transparent=True, metadata=_NO_METADATA)
    root = ET.fromstring(file.getvalue())  # noqa: S314 - Matplotlib's text, with nothing foreign
    _clean(root, name)
    _describe(root, name, title, text)
    ET.register_namespace("", _SVG)
    return _with_variables(ET.tostring(root, encoding="unicode"))


def _clean(root: ET.Element, name: str) -> None:
    """Remove what the page has itself, and make the ids those of this figure."""
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in {f"{{{_SVG}}}metadata", f"{{{_SVG}}}style"}:
                parent.remove(child)
    for element in root.iter():
        for key, value in list(element.attrib.items()):
            if key == "id":
                element.set(key, f"{name}-{value}")
            elif key == f"{{{_XLINK}}}href":
                del element.attrib[key]
                element.set("href", f"#{name}-{value[1:]}")
            else:
                plain = re.sub(r"font-family:[^;]*;? ?", "", value)
                element.set(key, plain.replace("url(#", f"url(#{name}-"))


def _describe(root: ET.Element, name: str, title: str, text: str) -> None:
    for place, (kind, said) in enumerate((("title", title), ("desc", text))):
        element = ET.Element(f"{{{_SVG}}}{kind}", {"id": f"{name}-{kind}"})
        element.text = said
        root.insert(place, element)
    for size in ("width", "height"):
        del root.attrib[size]
    root.attrib |= {
        "role": "img",
        "aria-labelledby": f"{name}-title",
        "aria-describedby": f"{name}-desc",
        "class": "plot",
    }


def _with_variables(text: str) -> str:
    return re.sub("#0[0-9a-f]{5}", lambda found: _VARIABLES.get(found[0], found[0]), text)
