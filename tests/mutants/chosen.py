"""The mutants that a run is about."""

from __future__ import annotations

import fnmatch
import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def chosen(
    names: Iterable[str], patterns: Sequence[str], sample: int | None, seed: int
) -> list[str]:
    """Return the names that fit one of the patterns (default: all), or a sample of them."""
    fit = sorted(
        name
        for name in names
        if not patterns or any(fnmatch.fnmatchcase(name, each) for each in patterns)
    )
    if not fit:
        raise SystemExit(f"no mutant has a name like {' or '.join(patterns)}; add a * at the end?")
    if sample is None or sample >= len(fit):
        return fit
    return sorted(random.Random(seed).sample(fit, sample))  # noqa: S311 - not for secrets
