"""One step of the demo: what happened, and when."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import attrs

from orderflow.domain.model.order import Order
from orderflow.domain.queries.actions import ActionAnswer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from orderflow.domain.model.order import OrderLine

__all__ = ["Step", "short_units"]


@attrs.frozen
class Step:
    """One thing that happened to the order.

    Attributes:
        at: When.
        title: What happened, in a few words.
        text: The same in one or two sentences.
        order: The order at that moment, if the step shows it.
        answers: The actions that the seller was offered.
    """

    at: datetime
    title: str
    text: str
    order: Order | None = None
    answers: tuple[ActionAnswer, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the step as plain values."""
        step: dict[str, Any] = {
            "at": self.at.isoformat(),
            "title": self.title,
            "text": self.text,
        }
        if self.order is not None:
            step["status"] = self.order.status
            step["lines"] = [attrs.asdict(line) for line in self.order.lines]
        if self.answers:
            step["actions"] = [
                {
                    "action": answer.action,
                    "allowed": answer.allowed,
                    "leads_to": list(answer.leads_to),
                    "reason": answer.reason,
                }
                for answer in self.answers
            ]
        return step


def short_units(lines: Iterable[OrderLine]) -> str:
    """Name the short units of lines."""
    return " and ".join(f"{line.short} {line.sku}" for line in lines)
