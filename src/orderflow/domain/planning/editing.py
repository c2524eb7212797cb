"""Editing a plan by hand: take units from one order, and give them to another."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model import validators
from orderflow.domain.model.arguments import (
    require_function,
    require_kind,
    require_policy,
    require_view,
    tuple_of,
)
from orderflow.domain.model.policy import AllocationPolicy
from orderflow.domain.planning.describing import describe
from orderflow.domain.planning.passing import passes_beyond_limit
from orderflow.domain.planning.plan import Plan, out_of_date, require_own_changes
from orderflow.domain.planning.pool import read_pool
from orderflow.domain.planning.weights import weight_function
from orderflow.errors import InvalidValueError, PlanRefusedError
from orderflow.errors.quoting import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from orderflow.domain.model.order import OrderLine
    from orderflow.domain.planning.dealing import Changes
    from orderflow.domain.planning.pool import Member, Pool
    from orderflow.domain.planning.weights import WeightOf
    from orderflow.domain.state.view import View

__all__ = ["PlanEdit", "edit_plan", "plan_edits_of"]

EDITS_MAX = 1_000
_CHARACTERS_MAX = 100_000
_DEFAULT = AllocationPolicy()
_NAME = r"""(?:"[^"]+"|'[^']+'|[^\s,;"']+)"""
_EDIT = re.compile(
    rf"take\s+(?P<units>[0-9]{{1,4000}})(?:\s+of)?(?:\s+(?P<sku>(?!from\s){_NAME}))?"
    rf"\s+from\s+(?P<giver>{_NAME})\s*,?\s*(?:and\s+)?give(?:\s+them)?\s+to\s+(?P<taker>{_NAME})",
    re.ASCII | re.IGNORECASE,
)
_SENTENCE = re.compile(r"""(?:"[^"]*"|'[^']*'|[^;\n"'])+""")


@attrs.frozen
class PlanEdit:
    """Units that one order gives to another in a plan.

    >>> str(PlanEdit(3, "A-1", "A-7"))
    'take 3 from A-1, give to A-7'

    Attributes:
        units: How many units.
        giver: The order that gives them.
        taker: The order that takes them.
        sku: Their product. It may be omitted if they can be of one product only.
    """

    units: int = attrs.field(validator=validators.units(1))
    giver: str = attrs.field(validator=validators.identifier)
    taker: str = attrs.field(validator=validators.identifier)
    sku: str | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.identifier)
    )

    @taker.validator
    def _check_taker(self, _attribute: object, value: object) -> None:
        validators.require(
            ok=value != self.giver,
            field="PlanEdit.taker",
            demand="another order than the giver",
            value=value,
        )

    def __str__(self) -> str:
        sku = "" if self.sku is None else f" {_written(self.sku)}"
        return f"take {self.units}{sku} from {_written(self.giver)}, give to {_written(self.taker)}"


def plan_edits_of(text: str) -> tuple[PlanEdit, ...]:
    """Read edits from a text, with a semicolon or a new line between two of them.

    >>> plan_edits_of("take 3 from A-1, give to A-7; take 1 MUG from A-2, give to A-7")[1]
    PlanEdit(units=1, giver='A-2', taker='A-7', sku='MUG')

    A name with spaces or commas needs quotation marks.

    Raises:
        InvalidValueError: If the text is none, or has no edit or more than 1,000.
    """
    demand = "edits such as 'take 3 from A-1, give to A-7'"
    ok = isinstance(text, str) and len(text) <= _CHARACTERS_MAX
    validators.require(ok=ok, field="edits", demand=demand, value=text)
    edits = []
    for sentence in _SENTENCE.findall(text):
        if not sentence.strip():
            continue
        match = _EDIT.fullmatch(sentence.strip())
        if match is None:
            raise InvalidValueError("edits", demand, sentence.strip())
        sku = match["sku"]
        edits.append(
            PlanEdit(
                int(match["units"]),
                _name(match["giver"]),
                _name(match["taker"]),
                None if sku is None else _name(sku),
            )
        )
    _require_few(edits)
    return tuple(edits)


def edit_plan(
    plan: Plan,
    view: View,
    edits: str | Iterable[PlanEdit],
    default_policy: AllocationPolicy = _DEFAULT,
    *,
    weight_of: WeightOf | None = None,
) -> Plan:
    """Return a plan with some edits, and with all of its figures computed again.

    What the plan protects stays protected. The bound does not change.

    Args:
        plan: The plan.
        view: The state of its seller. The orders of the plan must not have changed since.
        edits: What to change, as text or as objects, one after another.
        default_policy: The policy to use if the seller has none of its own.
        weight_of: The function of the weights, if the plan was made with one.

    Raises:
        PlanRefusedError: If an edit is not possible, the plan is out of date, or anything but this
            function has changed it.
        InvalidValueError: If an argument is not valid.
    """
    require_kind("edit_plan.plan", plan, Plan, demand="a Plan")
    require_view("edit_plan.view", view)
    require_policy("edit_plan.default_policy", default_policy)
    if weight_of is not None:
        require_function("edit_plan.weight_of", weight_of)
    parsed = plan_edits_of(edits) if isinstance(edits, str) else _all_of(edits)
    validators.require(
        ok=plan.seller_id == view.seller_id,
        field="edit_plan.plan",
        demand=f"a plan of {view.seller_id!r}, the seller of the view",
        value=plan.seller_id,
    )
    require_own_changes(plan)
    pool = _read_again(plan, view, view.policy or default_policy, weight_of)
    hand = _Hand(plan, pool)
    for edit in parsed:
        hand.make(edit)
    edited = describe(
        pool,
        hand.changes,
        [group.bound for group in plan.groups],
        weight=plan.weight,
        value_field=plan.value_field,
        omitted=plan.omitted,
        was_cut=plan.was_cut,
        took=plan.took,
        edits=(*plan.edits, *map(str, parsed)),
    )
    _require_protection(pool, hand.changes)
    return edited


def _read_again(
    plan: Plan, view: View, policy: AllocationPolicy, weight_of: WeightOf | None
) -> Pool:
    """Read the pool as the plan considered it."""
    weight = plan.weight or weight_of
    if weight is None:
        demand = "the function that the plan was made with"
        raise InvalidValueError("edit_plan.weight_of", demand, weight_of)
    return read_pool(
        view,
        plan.at,
        policy,
        rules=plan.rules,
        protection=plan.protection,
        weight_of=weight_function(weight, plan.value_field, plan.at),
        waiting_max=validators.UNITS_MAX,
    )


class _Hand:
    """Changes a plan by hand."""

    def __init__(self, plan: Plan, pool: Pool) -> None:
        self._pool = pool
        self._numbers = {each.order.order_id: at for at, each in enumerate(pool.members)}
        self.changes: Changes = {}
        for planned in plan.orders:
            at = self._number(planned.order_id)
            version = pool.members[at].version
            if version != planned.version:
                raise out_of_date(planned.order_id, planned.version, version)
            self.changes[at] = {line.line_id: line.change for line in planned.lines}

    def make(self, edit: PlanEdit) -> None:
        """Let units change hands."""
        giver, taker = self._number(edit.giver), self._number(edit.taker)
        sku = edit.sku or self._common_product(edit, giver, taker)
        warehouses = {self._pool.members[at].order.warehouse_id for at in (giver, taker)}
        if len(warehouses) > 1:
            raise PlanRefusedError(f"cannot {edit}: the two are sent from different warehouses")
        has, needs = self._has(giver).get(sku, 0), self._needs(taker).get(sku, 0)
        if edit.units > min(has, needs):
            raise PlanRefusedError(
                f"cannot {edit}: with the plan, {edit.giver} has {counted(has, 'unit')} of {sku}, "
                f"and {edit.taker} is short of {needs:,}"
            )
        left = edit.units
        for line in reversed(self._lines(giver, sku)):
            left -= self._change(giver, line, -min(left, self._units(giver, line)))
        left = edit.units
        for line in self._lines(taker, sku):
            left -= self._change(taker, line, min(left, line.quantity - self._units(taker, line)))

    def _number(self, order_id: str) -> int:
        number = self._numbers.get(order_id)
        if number is None:
            raise PlanRefusedError(
                "the plan does not consider this order: name one that is on back order",
                (order_id,),
            )
        return number

    def _common_product(self, edit: PlanEdit, giver: int, taker: int) -> str:
        needs = self._needs(taker)
        found = tuple(sku for sku in self._has(giver) if sku in needs)
        if len(found) == 1:
            return found[0]
        reason = "the product may be any of these" if found else "they have no product in common"
        raise PlanRefusedError(f"cannot {edit}: {reason}", found)

    def _has(self, at: int) -> dict[str, int]:
        """Return the units that an order has with the plan, by product."""
        found: dict[str, int] = {}
        for line in self._pool.members[at].order.lines:
            units = self._units(at, line)
            if units:
                found[line.sku] = found.get(line.sku, 0) + units
        return found

    def _needs(self, at: int) -> dict[str, int]:
        """Return the units that an order is short of with the plan, by product."""
        found: dict[str, int] = {}
        for line in self._pool.members[at].order.lines:
            units = line.quantity - self._units(at, line)
            if units:
                found[line.sku] = found.get(line.sku, 0) + units
        return found

    def _lines(self, at: int, sku: str) -> Sequence[OrderLine]:
        return self._pool.members[at].order.lines_of(sku)

    def _units(self, at: int, line: OrderLine) -> int:
        return line.allocated + self.changes.get(at, {}).get(line.line_id, 0)

    def _change(self, at: int, line: OrderLine, units: int) -> int:
        """Change the units of a line by the plan; return by how many."""
        changes = self.changes.setdefault(at, {})
        changes[line.line_id] = changes.get(line.line_id, 0) + units
        if not changes[line.line_id]:
            del changes[line.line_id]
        if not changes:
            del self.changes[at]
        return abs(units)


def _require_protection(pool: Pool, changes: Changes) -> None:
    """Refuse changes that take from a protected order, or give to one that may not gain."""
    for at, lines in changes.items():
        member = pool.members[at]
        reason = _broken_protection(pool, member, lines)
        if reason:
            raise PlanRefusedError(f"the plan may not do this: {reason}", (member.order.order_id,))
    often = tuple([pool.members[at].order.order_id for at in passes_beyond_limit(pool, changes)])
    if often:
        limit = pool.protection.passed_over_max or 0
        reason = f"these would be passed over by more than {limit:,} orders, or are urgent"
        raise PlanRefusedError(reason, often)
    incomplete = tuple(
        member.order.order_id
        for at, member in enumerate(pool.members)
        if member.must_be_full and not _is_covered(member, changes.get(at, {}))
    )
    if incomplete:
        raise PlanRefusedError("these must be full, and would not be", incomplete)


def _broken_protection(pool: Pool, member: Member, lines: dict[str, int]) -> str:
    """Say which protection of an order the changes of its lines break, if any."""
    losing = {line_id: change for line_id, change in lines.items() if change < 0}
    if losing and not member.loses:
        return "the order is protected and loses nothing"
    if len(losing) < len(lines):
        if not member.gains:
            return "the order may not gain units"
        if not member.may_have_part and not _is_covered(member, lines):
            return "the order may not be allocated a part, so it must be completed"
    for line in member.order.lines:
        is_divided = 0 < -losing.get(line.line_id, 0) < line.allocated
        if pool.protection.whole_lines and is_divided:
            return f"line {line.line_id!r} gives up all of its units or none"
        if pool.protection.sets and line.set_id is not None:
            same = [each for each in member.order.lines if each.set_id == line.set_id]
            if losing.keys() & {each.line_id for each in same} and (
                line.allocated + losing.get(line.line_id, 0)
            ):
                return f"the lines of set {line.set_id!r} give up all of their units or none"
    return ""


def _is_covered(member: Member, lines: dict[str, int]) -> bool:
    return all(line.short == lines.get(line.line_id, 0) for line in member.order.lines)


def _all_of(edits: Iterable[PlanEdit]) -> tuple[PlanEdit, ...]:
    found = tuple_of("edit_plan.edits", edits, PlanEdit)
    _require_few(found)
    return found


def _require_few(edits: Sequence[PlanEdit]) -> None:
    validators.require(
        ok=0 < len(edits) <= EDITS_MAX,
        field="edit_plan.edits",
        demand=f"1 to {EDITS_MAX:,} edits",
        value=len(edits),
    )


def _written(name: str) -> str:
    """Return a name as the text of an edit has it."""
    if re.fullmatch(_NAME, name) and name[0] not in "'\"" and name.lower() != "from":
        return name
    return f"'{name}'" if '"' in name else f'"{name}"'


def _name(text: str) -> str:
    return text[1:-1] if text[0] in "'\"" else text
