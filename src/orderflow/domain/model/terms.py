"""`Term`: the base of the enumerations, whose values are texts."""

from __future__ import annotations

from enum import EnumType, StrEnum

__all__ = ["Term"]


class _Terms(EnumType):
    """Lists only the values, so that `help` does not show the methods of `str`."""

    def __dir__(cls) -> list[str]:
        return sorted({"__doc__", "__module__", *cls.__members__})


class Term(StrEnum, metaclass=_Terms):
    """A value that equals its text, and is formatted as its text."""
