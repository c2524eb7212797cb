"""Runs the examples: Python blocks in README and docs, and docstrings in the package."""

from __future__ import annotations

from pathlib import Path

from sybil import Sybil
from sybil.parsers.myst import PythonCodeBlockParser, SkipParser
from sybil.parsers.rest import DocTestParser

_ROOT = Path(__file__).parents[2]

pytest_collect_file = (
    Sybil(parsers=[PythonCodeBlockParser(), SkipParser()], path=str(_ROOT), pattern="*.md")
    + Sybil(parsers=[DocTestParser()], path=str(_ROOT / "src"), pattern="*.py")
).pytest()
