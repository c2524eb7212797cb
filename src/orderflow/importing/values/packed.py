"""Several items packed into one cell, such as `sku:MUG|qty:2;sku:CUP|qty:1;`."""

from __future__ import annotations

import re
from typing import NamedTuple

from orderflow.importing.values.unreadable import UnreadableError

__all__ = ["PATTERN_DEMAND", "ItemPattern", "PackedItem"]

PATTERN_DEMAND = "a pattern with {sku} once, such as 'sku:{sku}|qty:{quantity};'"
_PLACEHOLDER = re.compile(r"\{(sku|quantity|any)\}")
_PARTS = {"sku": "(?P<sku>.+?)", "quantity": "(?P<quantity>.+?)", "any": ".*?"}
_ITEM_CHARACTERS_MAX = 1_000


class PackedItem(NamedTuple):
    """The texts of one item. The quantity is empty if the pattern has none."""

    sku: str
    quantity: str


class ItemPattern:
    """Reads the items of a cell.

    What stands after the last placeholder separates the items. `{any}` is any text.

    >>> ItemPattern("{any} x {sku}={quantity};").read("A mug x MUG=2; Cup x CUP=1")
    [PackedItem(sku='MUG', quantity='2'), PackedItem(sku='CUP', quantity='1')]

    Raises:
        ValueError: If the pattern does not have `{sku}` once, and `{quantity}` at most once.
    """

    def __init__(self, pattern: str) -> None:
        literals, names = _PLACEHOLDER.split(pattern)[::2], _PLACEHOLDER.findall(pattern)
        if names.count("sku") != 1 or names.count("quantity") > 1:
            raise ValueError(PATTERN_DEMAND)
        *literals, self._separator = literals
        parts = zip(literals, names, strict=True)
        self._item = re.compile(
            "".join(re.escape(literal) + _PARTS[name] for literal, name in parts), re.DOTALL
        )
        self._demand = f"items like {pattern}"

    def read(self, text: str) -> list[PackedItem]:
        """Return the items of a cell.

        Raises:
            UnreadableError: If an item does not fit the pattern.
        """
        pieces = text.split(self._separator) if self._separator else [text]
        pieces[-1] = pieces[-1].rstrip().removesuffix(self._separator.rstrip())
        return [self._read_item(piece.strip()) for piece in pieces if piece.strip()]

    def _read_item(self, text: str) -> PackedItem:
        found = self._item.fullmatch(text) if len(text) <= _ITEM_CHARACTERS_MAX else None
        if found is None:
            raise UnreadableError(self._demand, "item_pattern")
        parts = found.groupdict()
        return PackedItem(parts["sku"].strip(), (parts.get("quantity") or "").strip())
