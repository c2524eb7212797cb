"""Rules about which rows of a file are no orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model import validators
from orderflow.domain.model.terms import Term
from orderflow.importing.values.quantities import is_below_zero
from orderflow.importing.values.times import is_none

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

__all__ = ["SkipKind", "SkipRule", "without"]


class SkipKind(Term):
    """What a rule says about the rows that it skips."""

    CANCELLED = "CANCELLED"
    """Cancelled, refunded or voided by the shop."""
    PARTLY_REFUNDED = "PARTLY_REFUNDED"
    """Refunded in part, and the file does not say which lines."""
    DESPATCHED = "DESPATCHED"
    """Already despatched."""
    UNPAID = "UNPAID"
    """Not paid yet."""
    ON_HOLD = "ON_HOLD"
    """Kept back by the shop."""
    NOT_GOODS = "NOT_GOODS"
    """Postage, fees, discounts, gift cards, services."""
    SENT_BY_OTHERS = "SENT_BY_OTHERS"
    """Despatched by the marketplace from its own warehouse."""
    RETURNED = "RETURNED"
    """Units that came back, or were written off."""
    NO_ORDER = "NO_ORDER"
    """No order at all: a description of the columns, a sum, a draft."""
    UNKNOWN = "UNKNOWN"
    """A text that the preset does not know. Its orders are rejected, not skipped."""
    OTHER = "OTHER"
    """Anything else."""


_REASONS = {
    SkipKind.CANCELLED: "cancelled or refunded",
    SkipKind.PARTLY_REFUNDED: "refunded in part; the file does not say which lines",
    SkipKind.DESPATCHED: "already despatched",
    SkipKind.UNPAID: "not paid yet",
    SkipKind.ON_HOLD: "kept back by the shop",
    SkipKind.NOT_GOODS: "not goods (postage, fees, discounts)",
    SkipKind.SENT_BY_OTHERS: "despatched by the marketplace",
    SkipKind.RETURNED: "returned",
    SkipKind.NO_ORDER: "no order",
    SkipKind.UNKNOWN: "must be a text that the preset knows; include it, or drop its orders",
    SkipKind.OTHER: "skipped by a rule",
}


def _texts(values: str | Iterable[str]) -> tuple[str, ...]:
    return (values,) if isinstance(values, str) else tuple(values)


def _fold_case(values: str | Iterable[str]) -> frozenset[str]:
    return frozenset(value.strip().casefold() for value in _texts(values))


def _kind(value: str) -> SkipKind:
    demand = f"one of {', '.join(SkipKind)}"
    validators.require(
        ok=value in list(SkipKind), field="SkipRule.kind", demand=demand, value=value
    )
    return SkipKind(value)


def _usual_reason(rule: SkipRule) -> str:
    return _REASONS[rule.kind]


@attrs.frozen(kw_only=True)
class SkipRule:
    """Skip rows by the value of one column.

    If a file lacks the column, the rule skips nothing. Texts are compared regardless of case and of
    spaces around them. A rule without a condition that some text fits is refused.

    Attributes:
        column: The column name in the file.
        kind: What the rule says about the rows.
        reason: Why the rows are skipped, for people. Default: the usual words for the kind.
        is_one_of: Skip rows with one of these texts.
        is_none_of: Skip rows with any other text than these; an empty cell is one.
        begins_with: Skip rows whose text begins with one of these.
        is_filled: Skip rows with any text. A date of zeros, `NULL`, `-` or `no` does not count.
        is_blank: Skip rows without a text.
        is_below_zero: Skip rows with a negative number.
        spares: Texts that are not skipped, although the rule fits.
        spares_begins_with: Do not skip rows whose text begins with one of these.
        whole_order: Whether the whole order of such a row is skipped.
        must_fit: Whether a reader of the file notes it if the rule skips no row.
        guessed: The texts in `is_none_of` that were included without being known. If no row has
            one, a reader of the file notes it.
    """

    column: str
    kind: SkipKind = attrs.field(default=SkipKind.OTHER, converter=_kind)
    reason: str = attrs.field(default=attrs.Factory(_usual_reason, takes_self=True))
    is_one_of: frozenset[str] = attrs.field(default=frozenset(), converter=_fold_case)
    is_none_of: frozenset[str] = attrs.field(default=frozenset(), converter=_fold_case)
    begins_with: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    is_filled: bool = False
    is_blank: bool = False
    is_below_zero: bool = False
    spares: frozenset[str] = attrs.field(default=frozenset(), converter=_fold_case)
    spares_begins_with: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    whole_order: bool = False
    must_fit: bool = False
    guessed: frozenset[str] = attrs.field(default=frozenset(), converter=_fold_case)

    def __attrs_post_init__(self) -> None:
        starts = (each for each in self.begins_with if each and each == each.lstrip())
        can_fit = (
            any(map(self.fits, self.is_one_of))
            or any(not _begins_with(each.casefold(), self.spares_begins_with) for each in starts)
            or (self.is_blank and self.fits(""))
            or (self.is_none_of or self.is_filled or self.is_below_zero)
        )
        validators.require(
            ok=bool(can_fit),
            field="SkipRule",
            demand="a rule with a condition that some text fits, such as is_one_of",
            value=self.column,
        )

    def fits(self, text: str) -> bool:
        """Whether a row with this text in the column is skipped."""
        text = text.strip().casefold()
        if text in self.spares or _begins_with(text, self.spares_begins_with):
            return False
        return (
            text in self.is_one_of
            or (bool(self.is_none_of) and text not in self.is_none_of)
            or _begins_with(text, self.begins_with)
            or (self.is_filled and not (is_none(text) or text in _NOTHING))
            or (self.is_blank and not text)
            or (self.is_below_zero and is_below_zero(text))
        )

    @property
    def texts(self) -> frozenset[str]:
        """The texts that it skips, in lower case."""
        return self.is_one_of | _fold_case(self.begins_with)

    @property
    def takes_any_status(self) -> bool:
        """Whether it rejects the orders of every status that it does not know."""
        return self.kind is SkipKind.UNKNOWN and bool(self.is_none_of)

    def without(self, text: str) -> SkipRule | None:
        """Return the rule for all texts but this; None if it has no other condition."""
        text = text.strip().casefold()
        added = {text} - self.is_none_of if self.takes_any_status else frozenset()
        starts = tuple(each for each in self.begins_with if each.casefold() != text)
        one_of, none_of = self.is_one_of - {text}, self.is_none_of | added
        others = (self.is_filled, self.is_blank, self.is_below_zero)
        if not any((one_of, none_of, starts, *others)):
            return None
        return attrs.evolve(
            self,
            is_one_of=one_of,
            is_none_of=none_of,
            guessed=self.guessed | added,
            begins_with=starts,
            spares=self.spares | ({text} if _begins_with(text, starts) else set()),
        )


_NOTHING = frozenset({"null", "none", "nan", "nil", "n/a", "-", "0", "no", "false"})
"""What programs write into a cell that is empty."""


def _begins_with(text: str, starts: Iterable[str]) -> bool:
    return text.startswith(tuple(each.casefold() for each in starts))


def without(
    rules: Iterable[SkipRule], *, statuses: Iterable[str] = (), kinds: Collection[SkipKind] = ()
) -> tuple[SkipRule, ...]:
    """Return rules that no longer skip some statuses or kinds.

    Raises:
        InvalidValueError: If no rule skips such a status or kind. Where all unknown texts are
            rejected, any text is a status: a reader of the file notes one that no row has.
    """
    left = tuple(rules)
    for kind in kinds:
        known = dict.fromkeys(rule.kind for rule in left)
        _require_known("kind", known, kind)
        left = tuple(rule for rule in left if rule.kind is not kind)
    for status in statuses:
        folded = status.strip().casefold()
        texts = sorted(frozenset().union(*(rule.texts for rule in left)))
        if not any(rule.takes_any_status for rule in left):
            _require_known("status", texts, folded)
        left = tuple(rest for rule in left if (rest := rule.without(folded)) is not None)
    return left


def _require_known(field: str, known: Collection[str], value: str) -> None:
    names = ", ".join(f"'{each}'" for each in known)
    validators.require(
        ok=value in known,
        field=f"including.{field}",
        demand=f"one of {names}" if names else "left out: there is no such rule",
        value=value,
    )
