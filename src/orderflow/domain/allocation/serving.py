"""Serving the queues: the only code that decides who gets the stock.

Theory
======

*Who is visited.* A command changes some orders and makes more of some products available. Two
kinds of orders can gain: the orders that the command itself left waiting, and the orders in the
queue of a product of which more is available now. No others can: of any other product, either
none is available or no order can use it. With preemption, the units of an order that the command
changed count as available for urgent orders. So do those that an order takes which is served first:
once all are visited, urgent orders have another turn.

*In what order.* In the order of the queue that the policy names, which is total. The queues of
several products are merged as they are read.

*What each order may take.* In its turn, an order takes units of each product that it is short of.

- If it **allows partial** allocation, it takes whatever is available.
- If it does not, it takes all that it is short of, or nothing.
- Under a **fair share**, it takes its share, which is computed first for all orders that wait.
- If it is **urgent**, it also preempts units of later orders.

An edit or a loss can leave an order short that may not be allocated a part. It gives back its
units, and the queues of these products are merged in from their heads. Such an order is passed
over when a later one takes some of the product that it is blocked on. Once it was passed over
often enough, or has waited long enough, it may be allocated a part.

*Why it ends.* Taking units makes fewer available, so it starts nothing new. An order gives back
its units at most once in a command, because it has none afterwards. It changes to allow a part at
most once. A preempted unit moves towards the head of the queue.

*What it costs.* The queue of a product is read from its head, and only while some of the product
is available. If orders allow a part, each visited order takes at least one unit. So booking in n
units visits at most n orders, however long the queue is. Otherwise an order waits only in the
queue of the product that it is blocked on, like the watched literals of a SAT solver.
`Outcome.queue_index` names that product. The queues of other products do not have the order. A
view may also omit orders that need more of the product than is available. A fair share has to
visit all orders that wait for the product.

*How much at once.* A limit on the orders that a command changes divides a long queue into pages.
An order whose turn comes after the limit is deferred, and the products that it is short of are
unserved. `ServeWaiting` then serves all of them, from the heads of their queues. No other command
may change these products before that, or it would be served before its turn. What else a page
leaves to the next one is in `Outcome.next_page`.
"""

from __future__ import annotations

from collections import defaultdict
from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING

from orderflow.domain.allocation.blocked_on import blocking_skus
from orderflow.domain.allocation.deallocation import deallocate_incomplete
from orderflow.domain.allocation.fair_share import fair_shares
from orderflow.domain.allocation.passed_over import pass_over
from orderflow.domain.allocation.preemption import (
    preempt_for,
    preemptible_products,
    within_reach,
)
from orderflow.domain.model.events import (
    LineUnits,
    OrderAllocated,
    OrderPartlyAllocated,
    OrderPutOnBackOrder,
    OrderWaitedEnough,
)
from orderflow.domain.model.order import with_units
from orderflow.domain.model.policy import (
    Preemption,
    QueuePosition,
    Rationing,
    allows_partial,
    has_waited_enough,
    is_urgent,
    queue_position,
)
from orderflow.domain.model.status import Status
from orderflow.domain.state.fold import allocate_lines

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from orderflow.domain.allocation.serving_state import ServingState
    from orderflow.domain.model.order import Order, OrderLine
    from orderflow.domain.model.stock import ProductKey
    from orderflow.domain.state.draft import Draft
    from orderflow.domain.state.view import View

    _Taken = tuple[LineUnits, tuple[OrderLine, ...], bool]

__all__ = ["defer", "serve", "take"]

_NEW, _WAITING = Status.NEW, Status.ON_BACK_ORDER
_FAIR_SHARE, _NEVER = Rationing.FAIR_SHARE, Preemption.NEVER


def serve(
    serving: ServingState, backlog: Iterable[Order] = (), *, is_same_page: bool = False
) -> None:
    """Offer the available stock to every order that can gain from the changes.

    Afterwards, no waiting order could use idle stock, unless a later page serves the rest.

    Args:
        serving: What this serving remembers; it and its draft are changed.
        backlog: Waiting orders that are also offered stock, as if they had changed.
        is_same_page: Whether this page has served queues before.
    """
    if not is_same_page:
        serving.begin_page()
    waiting = [*backlog, *serving.take_touched()]
    if not (waiting or serving.is_replenished or preemptible_products(serving) or serving.passing):
        return
    if serving.draft.policy.rationing is _FAIR_SHARE:
        _serve_shares(serving, waiting)
        return
    for order in _in_order_of_queue(serving, waiting):
        _offer(serving, order)
    while serving.take_repaid() or pass_over(serving):
        for order in _in_order_of_queue(serving, serving.take_touched()):
            _offer(serving, order)


def defer(serving: ServingState) -> None:
    """Defer the waiting orders that changed to a later page."""
    for order in serving.take_touched():
        _defer(serving, _after_wait(serving.draft, order))
    serving.defer_replenished()


def take_available(order: Order, shelf: dict[str, int]) -> _Taken:
    """Take from the shelf the available units of what the order is short of.

    Returns:
        The units taken, the lines with them, and whether the order is covered.
    """
    units = []
    lines = []
    covered = True
    for line in order.lines:
        allocated = line.allocated
        wanted = line.quantity - allocated
        if wanted:
            sku = line.sku
            available = shelf[sku]
            if available < wanted:
                covered = False
                wanted = available
            if wanted:
                shelf[sku] = available - wanted
                units.append((line.line_id, wanted))
                line = with_units(line, line.quantity, allocated + wanted)  # noqa: PLW2901 - now
        lines.append(line)
    return tuple(units), tuple(lines), covered


def take_all_or_nothing(order: Order, shelf: dict[str, int]) -> _Taken:
    """Take from the shelf all that the order is short of, or nothing.

    Returns:
        The units taken, the lines with them, and whether the order is covered.
    """
    for line in order.lines:
        if line.quantity - line.allocated > shelf[line.sku]:
            return (), order.lines, False
    units, lines, covered = take_available(order, shelf)
    if covered:
        return units, lines, True
    skus = {line.line_id: line.sku for line in order.lines}
    for line_id, taken in units:  # two lines of one product, enough for each but not for both
        shelf[skus[line_id]] += taken
    return (), order.lines, False


def _offer(serving: ServingState, order: Order) -> None:
    """Offer stock to an order in its turn; deallocate a part that it may not have."""
    draft = serving.draft
    policy = draft.policy
    order = _after_wait(draft, order)
    takes_part = allows_partial(order, policy)
    if serving.is_full and _can_gain(serving, order, takes_part=takes_part):
        _defer(serving, order)
        return
    if policy.urgent_from is not None and is_urgent(order, policy):
        preempt_for(serving, order, completely=not takes_part)
    take = take_available if takes_part else take_all_or_nothing
    shelf = draft.shelves[order.warehouse_id]
    taken = take(order, shelf)
    if _take(draft, order, taken):
        serving.record_taker(order, taken[0])
        return
    serving.visit_in_vain(order, takes_part=takes_part)
    if not takes_part and order.allocated:
        deallocate_incomplete(draft, [order])


def _after_wait(draft: Draft, order: Order) -> Order:
    """Note that an order has waited enough, if it has; return the order as it is then."""
    if has_waited_enough(order, draft.policy, draft.at):
        return draft.emit_for(order, OrderWaitedEnough(*draft.name(order)))
    return order


def _can_gain(serving: ServingState, order: Order, *, takes_part: bool) -> bool:
    """Whether the order can take units now, or would move to the queue of another product."""
    if takes_part:
        return any(within_reach(serving, order, line.sku) > 0 for line in order.short_lines)
    return serving.moves(order) or not blocking_skus(serving, order)


def _defer(serving: ServingState, order: Order) -> None:
    """Defer an order to a later page; a new order goes on back order."""
    draft = serving.draft
    deallocate_incomplete(draft, [order])
    serving.defer(draft.order(order.order_id))
    if order.status is _NEW:
        _take(draft, order, ((), order.lines, False))


def take(draft: Draft, order: Order) -> Order:
    """Allocate the available units to an order, whatever the policy; return the new order."""
    _take(draft, order, take_available(order, draft.shelves[order.warehouse_id]))
    return draft.orders.get(order.order_id, order)


def _take(draft: Draft, order: Order, taken: _Taken) -> bool:
    """Record what an order took; return whether the order changed."""
    units, lines, covered = taken
    event: OrderAllocated | OrderPutOnBackOrder | OrderPartlyAllocated
    if covered:
        event = OrderAllocated(order.seller_id, order.order_id, draft.at, units)
    elif order.status is _NEW:
        event = OrderPutOnBackOrder(order.seller_id, order.order_id, draft.at, units)
    elif units:
        event = OrderPartlyAllocated(order.seller_id, order.order_id, draft.at, units)
    else:
        return False
    draft.record(allocate_lines(order, lines, draft.at, covered=covered), event)
    return True


def _in_order_of_queue(serving: ServingState, waiting: list[Order]) -> Iterator[Order]:
    """Yield the orders that can gain, each in its current state."""
    draft = serving.draft
    heads: list[tuple[QueuePosition, int, Order, Iterator[Order]]] = []
    preemptible = preemptible_products(serving)
    sources = [_in_queue_order(draft, [*waiting, *_known_orders(serving, preemptible)])]
    sources += [_urgent_in_queue_of(serving, product) for product in preemptible]
    numbers = count()
    while True:
        if serving.is_replenished:
            touched = serving.take_touched()
            replenished = serving.take_replenished()
            sources += [_queue_of(serving, product) for product in replenished]
            sources.append(_in_queue_order(draft, [*touched, *_known_orders(serving, replenished)]))
        if len(sources) == 1 and not heads:
            yield from _from_one_source(serving, sources[0])
            if not serving.is_replenished:
                return
            continue
        for source in sources:
            for order in source:
                position = queue_position(order, draft.policy.queue)
                heappush(heads, (position, next(numbers), order, source))
                break
        if not heads:
            return
        position, _, order, source = heappop(heads)
        sources = [source]
        while heads and heads[0][0] == position:  # the same order, in the queue of another product
            sources.append(heappop(heads)[-1])
        now = draft.orders.get(order.order_id)
        if now is None:
            yield order
        elif serving.is_waiting(now):
            yield now


def _from_one_source(serving: ServingState, source: Iterator[Order]) -> Iterator[Order]:
    """Yield the orders of a single source, until others have to be merged in."""
    changed, increased = serving.draft.orders, serving.draft.increased
    increases = len(increased)
    for order in source:
        now = changed.get(order.order_id)
        if now is None:
            yield order
        elif serving.is_waiting(now):
            yield now
        if len(increased) > increases:
            return


def _in_queue_order(draft: Draft, orders: Collection[Order]) -> Iterator[Order]:
    """Yield the orders in the order of the queue."""
    if len(orders) > 1:
        queue = draft.policy.queue
        orders = sorted(orders, key=lambda order: queue_position(order, queue))
    return iter(orders)


def _queue_of(serving: ServingState, product: ProductKey) -> Iterator[Order]:
    """Yield the unvisited orders that wait for a product, while some of it is available.

    Orders that a view may omit are skipped, so that the outcome is the same for every view. The
    limit only falls while the queue is read. If more becomes available, it is read anew.
    """
    draft = serving.draft
    view, policy = draft.view, draft.policy
    omits = policy.restricts_partial and policy.preemption is _NEVER
    available = draft.available(product)

    def at_most() -> int:
        return available

    for order in view.waiting(*product, policy, at_most if omits else None):
        if order.order_id in draft.orders or order.order_id in serving.visited:
            continue
        if omits and _may_be_omitted(view, order, product, available):
            continue
        yield order
        if product in serving.deferred or draft.available(product) <= 0:
            return
        available = min(available, draft.available(product))


def _may_be_omitted(view: View, order: Order, product: ProductKey, available: int) -> bool:
    """Whether the order is blocked on the product and needs more of it than is available."""
    _, sku = product
    return order.short_of(sku) > available and view.blocked_on(order.order_id) == sku


def _urgent_in_queue_of(serving: ServingState, product: ProductKey) -> Iterator[Order]:
    """Yield the urgent orders that wait for a product, whether or not some is available."""
    draft = serving.draft
    draft.available(product)  # a view with locks locks the product before it reads its queue
    for order in draft.view.waiting(*product, draft.policy):
        if order.order_id not in draft.orders and is_urgent(order, draft.policy):
            yield order


def _known_orders(serving: ServingState, products: list[ProductKey]) -> list[Order]:
    """Return the waiting orders that were changed or visited and need one of the products.

    They may now wait for other products than in the queues of the view.
    """
    if not products:
        return []
    draft, of_products = serving.draft, set(products)
    return [
        order
        for order in {**serving.visited, **draft.orders}.values()
        if serving.is_waiting(order)
        and any((order.warehouse_id, line.sku) in of_products for line in order.short_lines)
    ]


def _serve_shares(serving: ServingState, waiting: list[Order]) -> None:
    """Offer each order its fair share; under this policy, all orders allow a part."""
    draft = serving.draft
    replenished = serving.take_replenished()
    scarce = set(replenished)
    scarce |= {(order.warehouse_id, line.sku) for order in waiting for line in order.short_lines}
    visited = {order.order_id: order for order in [*waiting, *_known_orders(serving, replenished)]}
    for product in sorted(scarce):
        if draft.available(product) > 0:
            visited.update((order.order_id, order) for order in _queue_of(serving, product))
    orders = [_after_wait(draft, order) for order in _in_queue_order(draft, visited.values())]
    offers = _offers(draft, orders, scarce)
    for order in orders:
        offer = offers[order.order_id]
        shelf = draft.shelves[order.warehouse_id]
        for sku, share in offer.items():
            shelf[sku] -= share
        _take(draft, order, take_available(order, offer))


def _offers(
    draft: Draft, orders: list[Order], scarce: set[ProductKey]
) -> defaultdict[str, defaultdict[str, int]]:
    """Divide the available units of each product among the orders, by order id and SKU."""
    wanted: defaultdict[ProductKey, defaultdict[str, int]] = defaultdict(_nothing)
    for order in orders:
        for line in order.short_lines:
            product = (order.warehouse_id, line.sku)
            if product in scarce:
                wanted[product][order.order_id] += line.short
    offers: defaultdict[str, defaultdict[str, int]] = defaultdict(_nothing)
    for (warehouse_id, sku), wants in wanted.items():
        available = draft.shelves[warehouse_id][sku]
        parts = fair_shares(list(wants.values()), available, draft.policy.share_max)
        for order_id, part in zip(wants, parts, strict=True):
            offers[order_id][sku] += part
    return offers


def _nothing() -> defaultdict[str, int]:
    return defaultdict(int)
