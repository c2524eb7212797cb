"""Every drill, in the order in which they are run."""

from __future__ import annotations

from tests.drills import (
    bulking,
    company,
    crash,
    freedoms,
    interleavings,
    limited,
    pages,
    power_drills,
    selling,
    working,
)

__all__ = ["DRILLS"]

DRILLS = (
    *interleavings.DRILLS,
    *crash.DRILLS,
    *company.DRILLS,
    *power_drills.DRILLS,
    *pages.DRILLS,
    *selling.DRILLS,
    *limited.DRILLS,
    *freedoms.DRILLS,
    *bulking.DRILLS,
    *working.DRILLS,
)
