"""Products of a file that the seller does not have, with the nearest known one."""

from __future__ import annotations

import re
from itertools import groupby
from math import inf
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING

import attrs

from orderflow.importing.files.sorting import Sorter
from orderflow.importing.layouts.columns import nearest
from orderflow.importing.listed import Listed, Listing

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["KnownSkus", "UnknownSku"]

_SIMILAR_MAX = 20
_KNOWN_MAX = 5_000
"""Similar texts are searched for this many unknown products among this many known ones."""

_FORM = re.compile(r"[\s_./-]+|^0+(?=.)")


@attrs.frozen
class UnknownSku:
    """A product that is not among the known ones.

    Attributes:
        sku: The product.
        rows: The number of its lines in the file.
        row: The first of their rows.
        nearest: The known product that was probably meant, if any.
    """

    sku: str
    rows: int
    row: int
    nearest: str | None = None

    def __str__(self) -> str:
        hint = f"; did you mean {self.nearest!r}?" if self.nearest is not None else ""
        return f"{self.sku!r}, row {self.row:,}{hint}"


class KnownSkus:
    """Checks the products of a file.

    >>> known = KnownSkus(["MUG", "123"])
    >>> known.is_known("mug", 2), known.is_known("0123", 3), known.is_known("MUG", 4)
    (False, False, True)
    >>> [(each.sku, each.nearest) for each in known.unknown()]
    [('mug', 'MUG'), ('0123', '123')]

    Args:
        known: The known products. If None, every product is known.
    """

    def __init__(self, known: Collection[str] | None) -> None:
        self._known = None if known is None else frozenset(known)
        self._by_form: dict[str, str] = {}
        for sku in sorted(self._known or ()):
            self._by_form.setdefault(_form(sku), sku)
        self._similar: dict[str, str | None] = {}
        self._unknown = Sorter[tuple[str, int]](itemgetter(0))

    def unknown(self) -> Listed[UnknownSku]:
        """Return the products that were not known, the first row first."""
        found = Listing[UnknownSku](attrgetter("row"))
        for sku, pairs in groupby(self._unknown, itemgetter(0)):
            first, count = inf, 0
            for _, row in pairs:
                first, count = min(first, row), count + 1
            found.add(UnknownSku(sku, count, int(first), self.nearest(sku)))
        return found.listed()

    def is_known(self, sku: str, row: int) -> bool:
        """Whether a product is known; otherwise it is noted."""
        if self._known is None or sku in self._known:
            return True
        self._unknown.add((sku, row))
        is_new = sku not in self._similar and _form(sku) not in self._by_form
        if is_new and len(self._similar) < _SIMILAR_MAX and len(self._known) <= _KNOWN_MAX:
            self._similar[sku] = nearest(sku, sorted(self._known))
        return False

    def nearest(self, sku: str) -> str | None:
        """Return the known product that was probably meant, if this one was found unknown."""
        return self._by_form.get(_form(sku)) or self._similar.get(sku)


def _form(sku: str) -> str:
    """Return what is left of a product without case, leading zeros and separators."""
    return _FORM.sub("", sku.casefold())
