"""Every drill, in the order in which they are run."""

from __future__ import annotations

from tests.drills import crash, interleavings, pages, selling

__all__ = ["DRILLS"]

DRILLS = (*interleavings.DRILLS, *crash.DRILLS, *pages.DRILLS, *selling.DRILLS)
