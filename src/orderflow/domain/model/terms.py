"""`Term`: the base of the enumerations, each of whose values is a text."""

from __future__ import annotations

from enum import EnumType, StrEnum

__all__ = ["Term"]


class _Terms(EnumType):
    """Lists the values alone, so that `help` does not show the methods of `str` as well."""

    def __dir__(cls) -> list[str]:
        return sorted({"__doc__", "__module__", *cls.__members__})


class Term(StrEnum, metaclass=_Terms):
    """A word with a meaning of its own; it equals its text, and is written as it."""
