"""Flame graphs of the hottest paths, as small SVG files for the documentation.

`py-spy` samples a benchmark from outside. In a graph, each box is a function, as wide as its share
of the time, and what it calls stands on it. Boxes below half a percent are omitted.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import attrs

__all__ = ["FLAMES", "Flame", "draw", "draw_flames", "stacks_of"]

SAMPLES_A_SECOND = 500
SHARE_MIN = 0.005
WIDTH, ROW, CHARACTER = 1000, 17, 6.3
_FONT = 'font-family="monospace" font-size="10.5"'

Stacks = Counter[tuple[str, ...]]
"""How often each stack of functions was seen; the outermost function comes first."""


@attrs.frozen
class Flame:
    """A path to draw.

    Attributes:
        case: The benchmark that takes it.
        root: The function that it begins with.
        title: What the graph shows.
    """

    case: str
    root: str
    title: str


FLAMES = {
    "deciding": Flame("command/place", "decide", "decide: an order of three lines is placed"),
    "backlog": Flame("backlog/ALWAYS/plain/10k", "allocate", "allocate: a backlog of 10,000 lines"),
    "sqlite": Flame("sqlite/place/relaxed", "OrderFlow.handle", "an order is placed in SQLite"),
}
"""The paths, by the name of their file."""


class _Box(NamedTuple):
    name: str
    begin: int
    samples: int
    depth: int


def draw_flames(folder: Path, *, quick: bool) -> None:
    """Draw all graphs into a folder, one after another."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, flame in FLAMES.items():
        sys.stderr.write(f"{flame.case} …\n")
        text = draw(stacks_of(flame, quick=quick), flame.title)
        (folder / f"{name}.svg").write_text(text, encoding="utf-8")


def stacks_of(flame: Flame, *, quick: bool) -> Stacks:
    """Run the benchmark, and return the stacks from the root on, without files."""
    with TemporaryDirectory() as folder:
        raw = Path(folder) / "raw"
        sampler = [str(Path(sys.executable).with_name("py-spy")), "record", "--function"]
        options = ["--format", "raw", "--rate", str(SAMPLES_A_SECOND), "--output", str(raw)]
        command = [sys.executable, "-m", "benchmarks", "here", flame.case, *["--quick"] * quick]
        subprocess.run(  # noqa: S603 - a tool of this environment, on this package
            [*sampler, *options, "--", *command], check=True, capture_output=True
        )
        lines = raw.read_text(encoding="utf-8").splitlines()
    stacks: Stacks = Counter()
    for line in lines:
        frames, _, samples = line.rpartition(" ")
        names = [re.sub(r" \(.*", "", frame) for frame in frames.split(";")]
        if flame.root in names:
            stacks[tuple(names[names.index(flame.root) :])] += int(samples)
    return stacks


def draw(stacks: Stacks, title: str) -> str:
    """Return the flame graph of these stacks, as SVG."""
    total = stacks.total()
    boxes = [box for box in _boxes(stacks) if box.samples >= SHARE_MIN * total]
    height = (max(box.depth for box in boxes) + 3) * ROW
    drawn = [_drawn(box, total, height) for box in boxes]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" {_FONT}>'
    paper = f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>'
    heading = f'<text x="4" y="13">{escape(title)}; {total:,} samples</text>'
    return "\n".join([head, paper, heading, *drawn, "</svg>\n"])


def _boxes(stacks: Stacks) -> list[_Box]:
    """Merge what stands side by side and is the same."""
    boxes: list[_Box] = []
    open_boxes: list[tuple[str, int]] = []
    now = 0
    for stack, samples in [*sorted(stacks.items()), ((), 0)]:
        same = 0
        while same < min(len(stack), len(open_boxes)) and stack[same] == open_boxes[same][0]:
            same += 1
        while len(open_boxes) > same:
            name, begin = open_boxes.pop()
            boxes.append(_Box(name, begin, now - begin, len(open_boxes)))
        open_boxes += ((name, now) for name in stack[same:])
        now += samples
    return boxes


def _drawn(box: _Box, total: int, height: int) -> str:
    x, width = box.begin / total * WIDTH, box.samples / total * WIDTH
    y = height - (box.depth + 1) * ROW
    hue = 15 + sum(map(ord, box.name)) % 40
    text = box.name[: max(0, int(width / CHARACTER) - 1)]
    share = f"{box.samples / total:.1%}"
    return (
        f"<g><title>{escape(box.name)}: {share}</title>"
        f'<rect x="{x:.1f}" y="{y}" width="{max(width - 0.5, 0.5):.1f}" height="{ROW - 1}" '
        f'fill="hsl({hue},85%,72%)"/>'
        f'<text x="{x + 3:.1f}" y="{y + 12}">{escape(text)}</text></g>'
    )
