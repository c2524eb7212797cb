"""The locks that a unit of work needs: `orderflow.adapters.sql.work` has the theory."""

from __future__ import annotations

import attrs

from orderflow.domain.model.stock import ProductKey

__all__ = ["LocksMissingError", "Needed"]


@attrs.frozen
class Needed:
    """The locks that a unit of work needs.

    Attributes:
        products: All products.
        absent: The products among them that have no row yet.
        policy: Whether the lock on the policy must be exclusive.
        has_policy_row: Whether the policy has a row, as far as is known.
    """

    products: frozenset[ProductKey] = frozenset()
    absent: frozenset[ProductKey] = frozenset()
    policy: bool = False
    has_policy_row: bool = True


class LocksMissingError(Exception):
    """A unit of work needs locks that it could not take in order."""

    def __init__(self, needed: Needed) -> None:
        self.needed = needed
        super().__init__(needed)
