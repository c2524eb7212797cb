"""The lock file has a version of each dependency, and one that `pyproject.toml` allows."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]


def test_the_lock_file_has_a_version_that_is_allowed_of_each_dependency() -> None:
    """`make lock` writes it anew."""
    locked = dict(_locked())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [Requirement(each) for each in _wanted(project)]
    assert len(wanted) > 40
    faults = [
        str(each)
        for each in wanted
        if not each.specifier.contains(locked.get(canonicalize_name(each.name), "none"))
    ]
    assert faults == []


def _locked() -> Iterator[tuple[str, str]]:
    text = (ROOT / ".ci" / "lock.txt").read_text(encoding="utf-8")
    for name, version in re.findall(r"^([\w.-]+)(?:\[.*\])?==([\w.]+)", text, re.MULTILINE):
        yield canonicalize_name(name), version


def _wanted(project: dict[str, Any]) -> Iterator[str]:
    yield from project["project"]["dependencies"]
    for extra in project["project"]["optional-dependencies"].values():
        yield from extra
    yield from _of_group("dev", project["dependency-groups"])


def _of_group(name: str, groups: dict[str, Any]) -> Iterator[str]:
    for each in groups[name]:
        if isinstance(each, str):
            yield each
        else:
            yield from _of_group(each["include-group"], groups)
