"""Rules about which rows of a file are no orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from orderflow.importing.values.quantities import is_below_zero
from orderflow.importing.values.times import is_none

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["SkipRule"]


def _fold_case(values: Iterable[str]) -> frozenset[str]:
    return frozenset(value.casefold() for value in values)


@attrs.frozen(kw_only=True)
class SkipRule:
    """Skip rows by the value of one column.

    If a file lacks the column, the rule skips nothing. Texts are compared regardless of case.

    Attributes:
        reason: Why the rows are skipped.
        column: The column name in the file.
        is_one_of: Skip rows with one of these texts.
        is_none_of: Skip rows with any other text than these; an empty cell is one.
        begins_with: Skip rows whose text begins with one of these.
        is_filled: Skip rows with any text. A date of zeros does not count.
        is_blank: Skip rows without a text.
        is_below_zero: Skip rows with a negative number.
        whole_order: Whether the whole order of such a row is skipped.
    """

    reason: str
    column: str
    is_one_of: frozenset[str] = attrs.field(default=frozenset(), converter=_fold_case)
    is_none_of: frozenset[str] = attrs.field(default=frozenset(), converter=_fold_case)
    begins_with: tuple[str, ...] = ()
    is_filled: bool = False
    is_blank: bool = False
    is_below_zero: bool = False
    whole_order: bool = False

    def fits(self, text: str) -> bool:
        """Whether a row with this text in the column is skipped."""
        text = text.strip().casefold()
        return (
            text in self.is_one_of
            or (bool(self.is_none_of) and text not in self.is_none_of)
            or text.startswith(tuple(each.casefold() for each in self.begins_with))
            or (self.is_filled and not is_none(text))
            or (self.is_blank and not text)
            or (self.is_below_zero and is_below_zero(text))
        )
