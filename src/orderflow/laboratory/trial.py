"""One run of a comparison: a history under one policy, with one seed."""

from __future__ import annotations

from array import array
from time import perf_counter
from typing import TYPE_CHECKING, Self

import attrs

from orderflow.domain.model import validators
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.domain.model.policy_text import policy_of, policy_text, settings_in
from orderflow.laboratory.service_record import Day, ServiceRecord
from orderflow.replay.engine import Replay
from orderflow.replay.entries import EntryKind
from orderflow.replay.rebalances import rebalance_days_of
from orderflow.replay.replenishment import DAYS_MAX
from orderflow.replay.summary import Summary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from orderflow.replay.engine import Settings
    from orderflow.replay.entries import Entry

__all__ = ["NAME_CHARACTERS_MAX", "NamedPolicy", "Trial", "run_trial"]

NAME_CHARACTERS_MAX = 40
"""The name of a policy is at most this long."""


@attrs.frozen
class NamedPolicy:
    """A policy under a name.

    Attributes:
        name: The name, a short printable text.
        policy: Who gets the stock.
        rebalance_days: Days from one rebalance of the backlog to the next. Default: as the settings
            of the comparison say.
    """

    name: str = attrs.field()
    policy: AllocationPolicy = attrs.field(
        factory=AllocationPolicy, validator=validators.one_of(AllocationPolicy)
    )

    rebalance_days: int | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.whole(1, DAYS_MAX))
    )

    @name.validator
    def _check_name(self, _attribute: object, value: object) -> None:
        validators.require(
            ok=validators.is_identifier(value) and len(str(value)) <= NAME_CHARACTERS_MAX,
            field="NamedPolicy.name",
            demand=f"a printable text of 1 to {NAME_CHARACTERS_MAX} characters",
            value=value,
        )

    @classmethod
    def of(cls, name: str, settings: str | Mapping[str, str | int]) -> Self:
        """Return a policy whose settings are given as a text, or as texts and numbers.

        Besides the settings of a policy, `rebalance` may be given: daily, weekly, or days.

        >>> NamedPolicy.of("dealt anew", "fulfilment=SPLIT, rebalance=weekly").rebalance_days
        7

        Raises:
            InvalidValueError: If a setting is unknown or not valid, or two contradict each other.
        """
        given = dict(settings_in(settings) if isinstance(settings, str) else settings)
        days = given.pop("rebalance", None)
        rebalance = None if days is None else rebalance_days_of(str(days))
        return cls(name, policy_of(given), rebalance)

    @property
    def settings(self) -> str:
        """The text of the settings that differ from their defaults."""
        days = self.rebalance_days
        rebalance = "" if days is None else f"rebalance={days}"
        return ", ".join(filter(None, (policy_text(self.policy), rebalance)))


@attrs.frozen(kw_only=True)
class Trial:
    """The result of a run.

    Attributes:
        summary: What a replay reports.
        waited: How long each order waited, in seconds, in the order of the history.
        lost: The units of orders that the policy or the seller's patience cancelled, by the place
            of the order in the history.
        days: The end of each day.
        products: The units of each product that were ordered, and served at first attempt.
        passed_over: The number of orders that were passed over.
        parcels: The orders and parts that were despatched.
        despatched: The orders of which at least a part was despatched.
        still_waiting: The orders that wait at the end.
        seconds: How long the run took.
    """

    summary: Summary
    waited: array[float]
    lost: dict[int, int]
    days: tuple[Day, ...]
    products: dict[str, tuple[int, int]]
    passed_over: int
    parcels: int
    despatched: int
    still_waiting: int
    seconds: float


def run_trial(
    settings: Settings,
    entries: Iterable[Entry],
    progress: Callable[[Entry, int], None] | None = None,
) -> Trial:
    """Replay a history, and record how it served each order.

    Args:
        settings: The settings of the replay.
        entries: The history.
        progress: Called now and then with the next entry and the number of rows before it.
    """
    begin = perf_counter()
    record = ServiceRecord(settings.calendar)
    replay = Replay(settings, observers=[record])
    summary = replay.run(_numbered(entries, record), progress)
    if replay.now is not None:
        record.finish(replay.now)
    products = replay.figures.products.items()
    return Trial(
        summary=summary,
        waited=record.waited,
        lost=dict(record.lost),
        days=tuple(record.days),
        products={sku: (units.total, units.served) for sku, units in products},
        passed_over=record.passed_over,
        parcels=record.parcels,
        despatched=record.despatched,
        still_waiting=record.still_waiting,
        seconds=perf_counter() - begin,
    )


def _numbered(entries: Iterable[Entry], record: ServiceRecord) -> Iterator[Entry]:
    for entry in entries:
        if entry.kind is EntryKind.SALE:
            record.begin_order()
        yield entry
