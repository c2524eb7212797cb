"""What a command leaves to its next page: see `Outcome.next_page`."""

from __future__ import annotations

import attrs

from orderflow.domain.model import validators
from orderflow.domain.model.terms import Term

__all__ = ["NextPage", "PageStep", "Passing"]


class PageStep(Term):
    """The step of a command that its next page continues.

    A command that allocates stock serves the queues. Then it counts who was passed over. A change
    of policy reviews all orders on back order, offers them stock, and splits them.
    """

    SERVE = "SERVE"
    PASS_OVER = "PASS_OVER"  # noqa: S105 - it is no password
    REVIEW = "REVIEW"
    OFFER = "OFFER"
    SPLIT = "SPLIT"


_OF_A_CHANGE = (PageStep.REVIEW, PageStep.OFFER, PageStep.SPLIT)


@attrs.frozen
class Passing:
    """A queue in which orders are passed over.

    Attributes:
        warehouse_id: The warehouse of the product.
        sku: The product.
        until: The id of the last order in the queue that took units.
        after: The id of the order up to which the passes are counted, if any are.
    """

    warehouse_id: str = attrs.field(validator=validators.identifier)
    sku: str = attrs.field(validator=validators.identifier)
    until: str = attrs.field(validator=validators.identifier)
    after: str | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.identifier)
    )


@attrs.frozen
class NextPage:
    """What the next page of a seller's command does.

    Attributes:
        step: The step to continue.
        after: The id of the last order on back order that `REVIEW` or `SPLIT` has handled, if any.
        passing: The queues in which orders are passed over, for `SERVE` and `PASS_OVER`.
        became_short: The ids of orders whose short part is still to be handled.
        runs_due: Whether orders that waited for as long as they may are still to be given up.
    """

    step: PageStep = attrs.field(validator=validators.one_of(PageStep))
    after: str | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.identifier)
    )
    passing: tuple[Passing, ...] = attrs.field(default=(), validator=validators.tuple_of(Passing))
    became_short: tuple[str, ...] = attrs.field(default=(), validator=validators.tuple_of(str))
    runs_due: bool = attrs.field(default=False, validator=validators.one_of(bool))

    @property
    def changes_policy(self) -> bool:
        """Whether this is a page of a change of policy."""
        return self.step in _OF_A_CHANGE
