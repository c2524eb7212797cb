"""HiGHS: a solver of linear and integer programs, for plans over the whole backlog.

It is in the extra `optimise`. The linear program finds the best prices of the products, and the
integer program proves the best choice of orders, or a bound of it.
"""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING, Any

from orderflow.errors import MissingExtraError

try:
    import highspy
    import numpy as np
except ImportError as error:
    raise MissingExtraError("highspy", "optimise") from error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderflow.domain.planning.packing import Packing

__all__ = ["Highs"]

_SLACK = 1e-6
"""How far HiGHS may be off a whole number, for each unit of the bound."""
_CHOSEN = 0.5


class Highs:
    """Finds prices and proofs with HiGHS: an `orderflow.planning.Optimiser`."""

    def __repr__(self) -> str:
        return "Highs()"

    def prices(self, packing: Packing, seconds: float) -> Sequence[float]:
        """Return the price of a unit of each product: the dual values of the linear relaxation."""
        solver = _solver(packing, seconds, whole=False)
        solver.run()
        return [max(0.0, -float(value)) for value in solver.getSolution().row_dual]

    def best(
        self,
        packing: Packing,
        known: Sequence[int],  # noqa: ARG002 - see below
        seconds: float,
    ) -> tuple[Sequence[int], int]:
        """Return the best choice of orders found, and a bound of the total weight of any choice."""
        # HiGHS could start from what is known, but 1.16 then returns that instead of what it found.
        solver = _solver(packing, seconds, whole=True)
        solver.run()
        bound = -float(solver.getInfo().mip_dual_bound)
        chosen = [
            order for order, value in enumerate(solver.getSolution().col_value) if value > _CHOSEN
        ]
        if bound >= sum(packing.weights):  # also if it is infinite
            return chosen, sum(packing.weights)
        return chosen, floor(bound + _SLACK * max(1.0, abs(bound)))


class _Quiet(highspy.Highs):
    """HiGHS without its banner, which it prints when the callbacks are enabled."""

    def enableCallbacks(self) -> None:  # noqa: N802 - the name that HiGHS calls
        """Be quiet from now on."""
        self.setOptionValue("output_flag", False)  # noqa: FBT003 - the interface of HiGHS
        super().enableCallbacks()  # type: ignore[no-untyped-call] # it has no types


def _solver(packing: Packing, seconds: float, *, whole: bool) -> Any:  # noqa: ANN401 - HiGHS has no types
    """Return HiGHS with a problem. It minimises, so the weights are below 0."""
    orders, products = len(packing.weights), len(packing.supply)
    lengths = [len(each) for each in packing.products]
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = orders, products
    model.col_cost_ = -np.array(packing.weights, dtype=np.float64)
    model.col_lower_, model.col_upper_ = np.zeros(orders), np.ones(orders)
    model.row_lower_ = np.full(products, -highspy.kHighsInf)
    model.row_upper_ = np.array(packing.supply, dtype=np.float64)
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = np.concatenate(([0], np.cumsum(lengths))).astype(np.int32)
    model.a_matrix_.index_ = np.array([p for each in packing.products for p in each], np.int32)
    model.a_matrix_.value_ = np.array([u for each in packing.units for u in each], np.float64)
    if whole:
        model.integrality_ = [highspy.HighsVarType.kInteger] * orders
    solver = _Quiet()  # type: ignore[no-untyped-call] # it has no types
    solver.setOptionValue("time_limit", float(seconds))
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.passModel(model)
    return solver
