"""The revision of the tables that this release works on."""

from __future__ import annotations

__all__ = ["REVISION"]

REVISION = "0001"
"""The last one in `migrations/versions`."""
