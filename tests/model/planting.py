"""How faults are put into the core: by replacing something in its modules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orderflow import Fulfilment, PartialAllocation, Preemption, Queue, Rationing

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from tests.model.policies import Settings

    PutIn = Callable[[pytest.MonkeyPatch], None]
    Faults = dict[str, tuple[Settings, PutIn]]
    # By what is wrong: the settings under which it is looked for, and how it is put in.

_NAMES: dict[type, str] = {
    Queue: "queue",
    Rationing: "rationing",
    PartialAllocation: "partial_allocation",
    Fulfilment: "fulfilment",
    Preemption: "preemption",
}


def noting(faults: Faults) -> Callable[..., Callable[[PutIn], PutIn]]:
    """Return a decorator that notes a fault, with the settings under which it is looked for."""

    def fault(*settings: object) -> Callable[[PutIn], PutIn]:
        def note(put_in: PutIn) -> PutIn:
            faults[put_in.__name__] = ({_NAMES[type(each)]: each for each in settings}, put_in)
            return put_in

        return note

    return fault


def wrap(patch: pytest.MonkeyPatch, owner: object, name: str, wrapper: Callable[..., Any]) -> None:
    """Replace a function by another one that is given the original and the arguments."""
    original = getattr(owner, name)
    patch.setattr(owner, name, lambda *args, **named: wrapper(original, *args, **named))
