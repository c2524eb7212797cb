"""The fields of a layout that name columns."""

from __future__ import annotations

__all__ = ["OPTIONAL", "REQUIRED", "Names", "names_of"]

Names = tuple[str, ...]
"""The possible names of a column."""

REQUIRED = {"column": "required"}
OPTIONAL = {"column": "optional"}
"""The metadata of the field of a column that a file must have, or may have."""


def names_of(value: str | Names) -> Names:
    """Return one name, or several, as names."""
    return (value,) if isinstance(value, str) else tuple(value)
