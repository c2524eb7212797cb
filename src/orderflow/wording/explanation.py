"""Explanations as plain English sentences."""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import TYPE_CHECKING

from orderflow.domain.model.arguments import require_kind
from orderflow.domain.model.give_up import GiveUp
from orderflow.domain.model.lifecycle import Action, allowed_actions
from orderflow.domain.model.order import HoldReason
from orderflow.domain.model.policy import PartialAllocation, Rationing, is_urgent
from orderflow.domain.model.queue_position import is_served_first
from orderflow.domain.model.short_part import ShortPart
from orderflow.domain.model.status import Status
from orderflow.domain.queries.explanation import Explanation
from orderflow.errors.quoting import counted, listed
from orderflow.wording.moments import moment_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderflow.domain.allocation.expected_cover import ExpectedCover
    from orderflow.domain.model.order import Hold, Order
    from orderflow.domain.queries.explanation import EarlierDemand, Shortage

__all__ = ["in_words"]


def in_words(explanation: Explanation, *, time_zone: tzinfo = UTC) -> tuple[str, ...]:
    """Return an explanation as sentences: first the order's status, then each short line.

    Args:
        explanation: The explanation.
        time_zone: The time zone of the times in the sentences.

    >>> from datetime import UTC, datetime
    >>> from orderflow import Explanation, AllocationPolicy, Order, OrderLine
    >>> noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    >>> order = Order(order_id="A-1", seller_id="acme", warehouse_id="leeds",
    ...               lines=(OrderLine("1", "MUG", 5),), placed_at=noon)
    >>> in_words(Explanation(order=order, policy=AllocationPolicy(), at=noon))
    ("Order 'A-1' is new: it has not been allocated yet, and has no units.",)

    Raises:
        InvalidValueError: If it is not an explanation, or there is no such time zone.
    """
    require_kind("in_words.explanation", explanation, Explanation, demand="an Explanation")
    require_kind("in_words.time_zone", time_zone, tzinfo, demand="a time zone")
    sentences = [_where(explanation.order, time_zone), *_day(explanation, time_zone)]
    sentences += [*_reallocation(explanation, time_zone), *_repaid(explanation)]
    for shortage in explanation.shortages:
        sentences += [
            _lack(shortage),
            _queue(shortage, explanation),
            _stock(shortage, explanation.order.warehouse_id),
            _cover(shortage, explanation, time_zone),
        ]
    if not all(shortage.cover.is_there for shortage in explanation.shortages):
        sentences += _partial_allocation(explanation, time_zone)
        sentences += _minimum(explanation, time_zone)
    sentences += _sets(explanation.order)
    sentences += [*_preemption(explanation), *_limits(explanation), *_short_part(explanation)]
    return (*sentences, *_give_up(explanation, time_zone))


def _where(order: Order, zone: tzinfo) -> str:
    subject = f"Order {order.order_id!r}"
    if order.status is Status.ON_HOLD:
        reasons = ", ".join(_reason(hold, zone) for hold in order.holds)
        rest = "its queue position stays the same, but it gets no stock until it is released"
        return f"{subject} is on hold ({reasons}): {rest}."
    if order.status is Status.ON_BACK_ORDER:
        since = "is on back order"
        if order.wait is not None:
            since = f"has been on back order since {moment_text(order.wait.since, zone)}"
        return f"{subject} {since}: it is short of {_part(order.short, order.units)}."
    return f"{subject} {_WHERE[order.status]}."


def _day(explanation: Explanation, zone: tzinfo) -> Iterator[str]:
    """Yield a sentence if the order waits for its day, and is not at the warehouse."""
    order = explanation.order
    day = order.not_before
    is_here = Action.EDIT in allowed_actions(order.status)
    if day is not None and explanation.at < day and is_here:
        yield f"It cannot be sent to the warehouse before {moment_text(day, zone)}."
    if explanation.offered_from is not None:
        begins = moment_text(explanation.offered_from, zone)
        yield f"Because this is far ahead, it is offered no stock before {begins}."


def _reallocation(explanation: Explanation, zone: tzinfo) -> Iterator[str]:
    """Say who gave units of the order to others, or of others to the order, and why."""
    event = explanation.reallocation
    if event is None or explanation.order.status in _FINAL:
        return
    skus = {line.line_id: repr(line.sku) for line in explanation.order.lines}
    units = listed(
        [
            f"{counted(abs(change), 'unit')} of {skus.get(line_id, f'line {line_id!r}')}"
            for line_id, change in event.units
        ]
    )
    gives = event.units[0][1] < 0
    others = _listed([repr(each) for each in event.others]) or "the available units"
    way = f"went to {others}" if gives else f"came from {others}"
    plan = "" if event.plan_id is None else f" with plan {event.plan_id!r}"
    yield f"{units} {way} at {moment_text(event.at, zone)}, by {event.by}{plan}: {event.note}"


def _repaid(explanation: Explanation) -> Iterator[str]:
    """Say why the order comes before orders that should be before it."""
    if is_served_first(explanation.order):
        yield "It gave units to other orders, so it is served first until it is covered."


def _reason(hold: Hold, zone: tzinfo) -> str:
    reason = hold.reason.lower().replace("_", " ")
    return reason if hold.until is None else f"{reason} until {moment_text(hold.until, zone)}"


def _lack(shortage: Shortage) -> str:
    line = shortage.line
    has = f"has {line.allocated}" if line.allocated else "has none"
    short = _part(line.short, line.quantity)
    return f"Line {line.line_id!r} is short of {short} of {line.sku!r}, and {has}."


def _queue(shortage: Shortage, explanation: Explanation) -> str:
    sku, others = shortage.line.sku, _others(shortage)
    in_queue = explanation.order.status is Status.ON_BACK_ORDER
    in_queue = in_queue and explanation.blocked_on in (None, sku)
    if shortage.position is None:
        if not others:
            return f"No other order waits for {sku!r}."
        return f"Stock of {sku!r} is shared with {others}."
    is_in = "is" if in_queue else "would be"
    if not others:
        return f"It {is_in} at the head of the queue for {sku!r}."
    return f"It {is_in} number {shortage.position} in the queue for {sku!r}, behind {others}."


def _others(shortage: Shortage) -> str:
    named = [
        f"{each.order_id!r} ({counted(each.units, 'unit')}{_rank(each)})"
        for each in shortage.earlier
    ]
    if shortage.further_orders:
        number = shortage.further_orders
        orders = counted(number, "further order" if named else "order")
        named.append(f"{orders} ({counted(shortage.further_units, 'unit')})")
    return _listed(named)


def _rank(earlier: EarlierDemand) -> str:
    first = ", served first" if earlier.is_served_first else ""
    return f"{', urgent' if earlier.is_urgent else ''}{first}"


def _stock(shortage: Shortage, warehouse_id: str | None) -> str:
    available = counted(shortage.available, "unit") if shortage.available else "No unit"
    verb = _is(max(1, shortage.available))
    preemptible = (
        f", and it may preempt {counted(shortage.preemptible, 'unit')}"
        if shortage.preemptible
        else ""
    )
    where = f"in {warehouse_id!r} now"
    return f"{available} of {shortage.line.sku!r} {verb} available {where}{preemptible}."


def _cover(shortage: Shortage, explanation: Explanation, zone: tzinfo) -> str:
    cover = shortage.cover
    if cover.is_there:
        return "That is enough for this line."
    if cover.overdue_since is not None:
        return _overdue(cover, zone)
    if cover.expected_at is None:
        return "No announced receipt would cover this line, so its date is unknown."
    *before, last = cover.receipts
    after = f", after {len(before)} that {_is(len(before))} expected before it" if before else ""
    sure = ""
    if explanation.policy.rationing is Rationing.FAIR_SHARE:
        sure = " at the latest"
    elif not explanation.allows_partial:
        sure = " as far as is known"
    receipt = f"Receipt {last.receipt_id!r}, expected at {moment_text(last.expected_at, zone)},"
    return f"{receipt} would cover this line{sure}{after}."


def _overdue(cover: ExpectedCover, zone: tzinfo) -> str:
    late = next(each for each in cover.receipts if each.expected_at == cover.overdue_since)
    since = moment_text(late.expected_at, zone)
    return f"This line needs receipt {late.receipt_id!r}, overdue since {since}, so it has no date."


def _partial_allocation(explanation: Explanation, zone: tzinfo) -> Iterator[str]:
    partial_allocation = explanation.policy.partial_allocation
    if explanation.allows_partial:
        long = partial_allocation is PartialAllocation.AFTER_WAITING
        because = "It has waited long enough: it" if long else "It"
        yield f"{because} takes units while it waits for the rest."
    else:
        yield "It takes no units until all its short lines can be covered at once."
    if explanation.blocked_on is not None:
        yield f"It is blocked on {explanation.blocked_on!r}."
    ways = []
    if explanation.passes_left is not None:
        ways.append(_after_passes(explanation.passes_left))
    if explanation.partial_from is not None:
        ways.append(f"from {moment_text(explanation.partial_from, zone)} on")
    if ways:
        yield f"It begins to take units {' or '.join(ways)}."


def _minimum(explanation: Explanation, zone: tzinfo) -> Iterator[str]:
    """Say when the units that it has leave as a part, if they are too few yet."""
    if not explanation.waits_to_split:
        return
    policy, ways = explanation.policy, []
    if policy.split_units_min is not None:
        ways.append(f"there are {policy.split_units_min:,}")
    if policy.split_percent_min is not None:
        ways.append(f"they are {policy.split_percent_min} % of the order")
    if explanation.splits_from is not None:
        ways.append(f"it has waited until {moment_text(explanation.splits_from, zone)}")
    yield f"Its allocated units are too few to leave; they leave as soon as {' or '.join(ways)}."


def _sets(order: Order) -> Iterator[str]:
    """Name the lines that have to leave together, if one of them is short."""
    line_ids: dict[str, list[str]] = {}
    for line in order.lines:
        if line.set_id is not None:
            line_ids.setdefault(line.set_id, []).append(repr(line.line_id))
    for set_id in {line.set_id: None for line in order.short_lines}:
        if len(named := line_ids.get(set_id or "", [])) > 1:
            yield f"Lines {listed(named)} are a set, and leave together."


def _preemption(explanation: Explanation) -> Iterator[str]:
    order, policy = explanation.order, explanation.policy
    if explanation.shortages and is_urgent(order, policy):
        yield "It is urgent: it may preempt units of later orders."
    if order.pinned and explanation.order.status not in _FINAL:
        yield "It is pinned: no reallocation and no urgent order takes its units."
    if explanation.may_lose:
        yield (
            f"An order of priority {policy.urgent_from} or higher that comes before it "
            f"may preempt its units."
        )


def _limits(explanation: Explanation) -> Iterator[str]:
    for limit in explanation.back_order_limits:
        sku = limit.key.sku
        if limit.units_max == 0:
            yield f"No further order may wait for {sku!r}."
        else:
            most = counted(limit.units_max, "unit")
            yield f"All orders that wait for {sku!r} may be short of at most {most} together."


def _short_part(explanation: Explanation) -> Iterator[str]:
    status, short_part = explanation.order.status, explanation.short_part
    if status is Status.ON_HOLD and any(
        hold.reason is HoldReason.SHORT for hold in explanation.order.holds
    ):
        yield "If that hold is released, it waits on back order while it is short."
        return
    if short_part is ShortPart.WAIT or status in _FINAL:
        return
    again = " again" if status is Status.ON_BACK_ORDER else ""
    yield f"If it becomes short{again}, {_SHORT_PART[short_part]}."


def _give_up(explanation: Explanation, zone: tzinfo) -> Iterator[str]:
    moment, result = explanation.gives_up_at, _GIVE_UP[explanation.policy.give_up]
    wait = explanation.order.wait
    if wait is not None and wait.given_up:
        yield "It has waited for as long as it may and was given up, but what is left still waits."
    if moment is None:
        return
    if explanation.order.status is Status.ON_HOLD:
        held = "The time on hold counts: if it is on back order"
        yield f"{held} at {moment_text(moment, zone)} or later, {result} at the next RunDue."
    elif explanation.at < moment:
        yield f"If it is still on back order at {moment_text(moment, zone)}, {result}."
    else:
        waited = f"It has waited for as long as it may, since {moment_text(moment, zone)}"
        yield f"{waited}: at the next RunDue, {result}."


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


def _part(units: int, of: int) -> str:
    if units < of:
        return f"{units} of its {counted(of, 'unit')}"
    return f"{'all ' if of > 1 else ''}its {counted(of, 'unit')}"


def _after_passes(number: int) -> str:
    if number == 0:
        return "when it is next offered any"
    return f"when it is passed over {'once more' if number == 1 else f'{number} more times'}"


def _listed(parts: list[str]) -> str:
    if len(parts) > 1:
        return f"{', '.join(parts[:-1])} and {parts[-1]}"
    return "".join(parts)


_FINAL = (Status.DESPATCHED, Status.DELIVERED, Status.CANCELLED)

_SHORT_PART = {
    ShortPart.CANCEL_SHORT: "its short units are cancelled at once",
    ShortPart.CANCEL_ORDER: "it is cancelled at once",
    ShortPart.HOLD: "it is put on hold until the seller chooses",
}

_GIVE_UP = {
    GiveUp.CANCEL_ORDER: "it is cancelled",
    GiveUp.CANCEL_SHORT: "its short units are cancelled",
    GiveUp.SPLIT: "the units that it has are split off",
    GiveUp.NOTIFY: "its seller is told",
}

_WHERE = {
    Status.NEW: "is new: it has not been allocated yet, and has no units",
    Status.POSTPONED: "is postponed: its queue position stays the same, and it has no units",
    Status.ALLOCATED: (
        "is allocated: every line is covered, and it waits to be sent to the warehouse"
    ),
    Status.SENT_TO_WAREHOUSE: "is at the warehouse, which picks and packs it",
    Status.CANCELLATION_REQUESTED: (
        "is at the warehouse, which has not answered the cancellation request yet"
    ),
    Status.DESPATCHED: "has left the warehouse, and its stock with it",
    Status.DELIVERED: "was delivered",
    Status.CANCELLED: "was cancelled, and has no units",
}
