"""The kernel: who gets the stock, as loops over arrays of whole numbers.

Theory
======

A queue has three arrays, with an entry for each line: `product`, `wanted` and `begins`. The lines
come in the order of the queue. The lines of an order follow one another, in line order, and
`begins` is true at the first of them. What is known of an order is at its first line. `product`
is the index of the line's product in `available`. The last entry of `available` is for products
without a stock record, and stays 0. `wanted` are the units that a line is short of, and 0 if its
order does not wait. Each function adds what it allocates to `taken`, and removes it from
`available`.

Units of one product never depend on another product, unless an order takes all or nothing. So
`take_parts` visits lines, and `take_in_turn` visits orders.

The functions use whole numbers, loops and lists, and nothing else. Plain Python runs them on
lists. `orderflow.frames.compiled` makes machine code of the same source. Numbers there have 64
bits: no table has more than 2^61 units in all, so that no sum
leaves them.

The rules are those of `docs/explanation/who-gets-the-stock.md`, and the tests compare every policy
with `orderflow.core.allocate`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import MutableSequence, Sequence

    Units = MutableSequence[int]
    Queue = tuple[Sequence[int], Sequence[int], Sequence[int]]

__all__ = [
    "count_passes",
    "mark_short",
    "put_back",
    "return_units",
    "serve_passed_over",
    "share",
    "take_in_turn",
    "take_parts",
]


def return_units(product: Sequence[int], returned: Sequence[int], available: Units) -> None:
    """Make units available that orders give back before the stock is offered."""
    for i in range(len(product)):
        available[product[i]] += returned[i]


def take_parts(queue: Queue, available: Units, taken: Units) -> None:
    """Give each line what is available, in the order of the queue."""
    product, wanted, _ = queue
    for i in range(len(product)):
        want = wanted[i]
        if want > 0:
            of_product = available[product[i]]
            if of_product > 0:
                part = min(want, of_product)
                available[product[i]] = of_product - part
                taken[i] = part


def take_in_turn(queue: Queue, takes_part: Sequence[int], available: Units, taken: Units) -> None:
    """Give each order all that it wants, or nothing; those that take a part, what is available."""
    product, wanted, begins = queue
    first, lines = 0, len(product)
    while first < lines:
        i = first
        while i < lines and (i == first or not begins[i]):
            part = min(wanted[i], available[product[i]])
            if part < wanted[i] and not takes_part[first]:
                break
            available[product[i]] -= part
            taken[i] = part
            i += 1
        is_complete = i == lines or (i > first and begins[i])
        if not is_complete:
            for k in range(first, i):
                available[product[k]] += taken[k]
                taken[k] = 0
            i += 1
            while i < lines and not begins[i]:
                i += 1
        first = i


def count_passes(
    queue: Queue,
    counts: Units,
    passes: Units,
    after: Sequence[int],
    until: Sequence[int],
    passes_max: int,
    taken: Sequence[int],
) -> None:
    """Count the orders that are passed over, each at most once.

    An order is passed over if it was not changed, and a later order took units of a product that
    it is short of. `after` and `until` limit the orders of each product that are counted now.
    `counts` is 1 while an order can still be passed over, and 2 once it may take a part.
    """
    product, wanted, begins = queue
    first = 0
    for i in range(len(product)):
        if begins[i]:
            first = i
        is_between = after[product[i]] < first < until[product[i]]
        if counts[first] == 1 and is_between and wanted[i] > taken[i]:
            passes[first] += 1
            counts[first] = 2 if passes[first] >= passes_max else 0


def serve_passed_over(
    queue: Queue,
    returned: Sequence[int],
    counts: Units,
    passes: Units,
    passes_max: int,
    available: Units,
    taken: Units,
) -> None:
    """Let orders take a part once later ones took units of their products often enough."""
    product, wanted, begins = queue
    until = [-1] * len(available)
    after = [-1] * len(available)
    first = 0
    for i in range(len(product)):
        if begins[i]:
            first = i
        if taken[i] > 0:
            until[product[i]] = first
        if returned[i] > 0:  # the order was changed
            counts[first] = 0
    serves = True
    while serves:
        count_passes(queue, counts, passes, after, until, passes_max, taken)
        after[:] = until[:]
        serves = False
        for i in range(len(product)):
            if begins[i]:
                first = i
            part = min(wanted[i], available[product[i]])
            if counts[first] == 2 and part > 0:  # noqa: PLR2004 - see count_passes
                available[product[i]] -= part
                taken[i] = part
                until[product[i]] = max(until[product[i]], first)
                serves = True
        for i in range(len(product)):
            if counts[i] == 2:  # noqa: PLR2004 - as above
                counts[i] = 0


def share(queue: Queue, share_max: int, available: Units, taken: Units) -> None:
    """Divide each product among the orders that want it, in proportion; 0 is no `share_max`."""
    product, wanted, begins = queue
    ends = [0] * (len(available) + 1)
    for i in range(len(product)):
        if wanted[i] > 0:
            ends[product[i] + 1] += 1
    for p in range(len(available)):
        ends[p + 1] += ends[p]
    lines_of = [0] * ends[len(available)]
    order_of = [0] * ends[len(available)]
    filled = ends[:]
    first = 0
    for i in range(len(product)):
        if begins[i]:
            first = i
        if wanted[i] > 0:
            lines_of[filled[product[i]]] = i
            order_of[filled[product[i]]] = first
            filled[product[i]] += 1
    for p in range(len(available)):
        begin, end = ends[p], ends[p + 1]
        if available[p] > 0 and end > begin:
            lines, firsts = lines_of[begin:end], order_of[begin:end]
            share_product(lines, firsts, wanted, available[p], share_max, taken)


def share_product(
    lines: list[int],
    firsts: list[int],
    wanted: Sequence[int],
    available: int,
    share_max: int,
    taken: Units,
) -> None:
    """Divide a product among its lines; those of an order receive its share in line order.

    `firsts` has the first line of the order of each line.
    """
    wants = [0] * 0
    for k in range(len(lines)):
        if k > 0 and firsts[k] == firsts[k - 1]:
            wants[-1] += wanted[lines[k]]
        else:
            wants.append(wanted[lines[k]])
    given = shares(wants, available, share_max)
    order, rest = -1, 0
    for k in range(len(lines)):
        if k == 0 or firsts[k] != firsts[k - 1]:
            order += 1
            rest = given[order]
        part = min(rest, wanted[lines[k]])
        rest -= part
        taken[lines[k]] = part


def shares(wants: list[int], available: int, share_max: int) -> list[int]:
    """Return what each order gets: rounds of at most `share_max`, the last one in proportion."""
    total = 0
    for want in wants:
        total += want
    if total <= available:
        return wants
    given = [0] * len(wants)
    limits = wants[:]
    while share_max > 0 and available > 0:
        total, rounds = 0, available
        for k in range(len(wants)):
            rest = wants[k] - given[k]
            limits[k] = min(rest, share_max)
            total += limits[k]
            if rest > 0:
                rounds = min(rounds, rest // limits[k])
        if total > available:
            break
        rounds = min(rounds, available // total)
        for k in range(len(wants)):
            given[k] += rounds * limits[k]
        available -= rounds * total
    add_in_proportion(limits, total, available, given)
    return given


def add_in_proportion(limits: list[int], total: int, available: int, given: list[int]) -> None:
    """Give out fewer units than the limits add up to, by largest remainder."""
    remainders = limits[:]
    left, is_small = available, total < 2**31
    for k in range(len(limits)):
        if is_small:
            product = limits[k] * available
            quotient = product // total
            remainders[k] = product - quotient * total
        else:
            quotient, remainders[k] = multiply_and_divide(limits[k], available, total)
        given[k] += quotient
        left -= quotient
    # Find the smallest remainder that still gets a unit: at most `left` are above it.
    least, most = 0, total
    while least < most:
        middle = (least + most) // 2
        above = 0
        for remainder in remainders:
            above += remainder > middle
        if above <= left:
            most = middle
        else:
            least = middle + 1
    for k in range(len(limits)):
        if remainders[k] > least:
            given[k] += 1
            left -= 1
    for k in range(len(limits)):
        if remainders[k] == least and left > 0:
            given[k] += 1
            left -= 1


def multiply_and_divide(a: int, b: int, divisor: int) -> tuple[int, int]:
    """Return quotient and remainder of a x b and a divisor; a and b are at most the divisor.

    The product may have more than 64 bits. So b is read bit by bit, the highest first. The divisor
    is at most 2^61, and no number here is more than three times as large.
    """
    quotient, remainder, bit = 0, 0, 1
    while bit <= b // 2:
        bit *= 2
    while bit > 0:
        quotient, remainder = 2 * quotient, 2 * remainder
        if b // bit % 2 == 1:
            remainder += a
        quotient, remainder = quotient + remainder // divisor, remainder % divisor
        bit //= 2
    return quotient, remainder


def mark_short(queue: Queue, taken: Sequence[int], short: Units) -> None:
    """Mark every line of an order that still has a short line."""
    _, wanted, begins = queue
    first, is_short = 0, False
    for i in range(len(begins) + 1):
        if i == len(begins) or begins[i]:
            if is_short:
                for k in range(first, i):
                    short[k] = 1
            first, is_short = i, False
        if i < len(begins) and taken[i] < wanted[i]:
            is_short = True


def put_back(
    rows: Sequence[int],
    taken: Sequence[int],
    short: Sequence[int],
    taken_in_rows: Units,
    short_in_rows: Units,
) -> None:
    """Put the result, which is in the order of the queue, into the order of the rows."""
    for i in range(len(rows)):
        taken_in_rows[rows[i]] = taken[i]
        short_in_rows[rows[i]] = short[i]
