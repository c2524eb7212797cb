"""The flame graphs: boxes as wide as their share, side by side in the order of their stacks."""

from __future__ import annotations

import re
from collections import Counter
from xml.etree import ElementTree as ET

from benchmarks.flames import FLAMES, draw
from benchmarks.runs import all_cases


def test_a_graph_shows_the_share_of_each_function() -> None:
    stacks = Counter({("f",): 10, ("f", "g<int>"): 60, ("f", "h"): 29, ("f", "h", "tiny"): 1})
    svg = draw(Counter(stacks), "a & b")
    assert ET.fromstring(svg).tag.endswith("svg")  # noqa: S314 - it was made here
    titles = re.findall(r"<title>(.*?)</title>", svg)
    assert sorted(titles) == ["f: 100.0%", "g&lt;int&gt;: 60.0%", "h: 30.0%", "tiny: 1.0%"]
    assert "a &amp; b; 100 samples" in svg
    begins = re.findall(r'<title>(\w+).*?<rect x="([\d.]+)"', svg)
    assert dict(begins) == {"f": "0.0", "g": "100.0", "h": "700.0", "tiny": "990.0"}


def test_a_box_below_half_a_percent_is_omitted() -> None:
    svg = draw(Counter({("f", "g"): 996, ("f", "tiny"): 4}), "")
    assert "tiny" not in svg


def test_every_path_is_a_benchmark() -> None:
    names = {case.name for case in all_cases(quick=True)}
    assert {flame.case for flame in FLAMES.values()} <= names
