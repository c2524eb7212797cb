"""The English reads as if a native speaker had written it, as far as a tool can count that."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.docs.diagrams import ROOT

TOOL = ROOT.parent / "shared" / "tools" / "prose.py"
COUNTS = re.compile(r"\((?P<rate>[\d.]+) in a thousand\)")


@pytest.mark.skipif(not TOOL.exists(), reason="the tool that counts is not beside the checkout")
def test_few_phrases_read_as_translated_and_no_sentence_is_long() -> None:
    run = subprocess.run(  # noqa: S603 - the tool and our own paths
        [sys.executable, TOOL, "src", "docs", "README.md", "CHANGELOG.md"],
        check=True,
        capture_output=True,
        cwd=ROOT,
        text=True,
    )
    found = COUNTS.search(run.stdout)
    assert found is not None, run.stdout
    assert float(found["rate"]) < 1.0, run.stdout
    _, _, long = run.stdout.rpartition("Long sentences\n")
    # The tool takes an example in a docstring for one sentence.
    assert [line for line in long.splitlines() if ">>>" not in line and "::" not in line] == []
