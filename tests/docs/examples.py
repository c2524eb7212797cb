"""Runs the examples: Python blocks in README and docs, and docstrings in the package."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from sybil import Sybil
from sybil.parsers.myst import PythonCodeBlockParser, SkipParser
from sybil.parsers.rest import DocTestParser

_ROOT = Path(__file__).parents[2]
# Found, not imported: coverage starts later than this.
_FOUND = find_spec("orderflow")
assert _FOUND is not None
assert _FOUND.origin is not None
_PACKAGE = Path(_FOUND.origin).parent

pytest_collect_file = (
    Sybil(parsers=[PythonCodeBlockParser(), SkipParser()], path=str(_ROOT), pattern="*.md")
    + Sybil(parsers=[DocTestParser()], path=str(_PACKAGE), pattern="*.py")
).pytest()
