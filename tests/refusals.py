"""In every test, each error of the library names what it is about.

A test that only looks at the kind of an error would not see that it names no order, or a field that
does not exist.
"""

from __future__ import annotations

import inspect
import re
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orderflow import errors, service
from orderflow.errors import InvalidValueError, OrderFlowError

if TYPE_CHECKING:
    from collections.abc import Callable

_LISTED = Path(__file__).parent / "architecture" / "public_names.txt"
_NAMES = {*re.findall(r"\w+", _LISTED.read_text("utf-8")), *service.__all__}
_FIELD = re.compile(r"(\w+)(?:\(\))?[.\[](\w+)")


def check_refusals() -> None:
    """Check what each error of the library is given, from now on."""
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, OrderFlowError) and "__init__" in vars(kind):
            setattr(kind, "__init__", _checked(vars(kind)["__init__"]))  # noqa: B010 - for mypy
    init = InvalidValueError.__init__

    @wraps(init)
    def named(self: InvalidValueError, field: str, demand: str, value: object) -> None:
        found = _FIELD.match(field)
        assert found is None or {*found.groups()} <= _NAMES, f"{field} is no public field"
        assert "of None" not in demand
        init(self, field, demand, value)

    setattr(InvalidValueError, "__init__", named)  # noqa: B010 - for mypy


def _checked(init: Callable[..., None]) -> Callable[..., None]:
    parameters = inspect.signature(init).parameters.values()
    texts = [(at, each.name) for at, each in enumerate(parameters) if each.annotation == "str"]

    @wraps(init)
    def checked(*args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - of any error
        for at, name in texts:
            given = args[at] if at < len(args) else kwargs.get(name, "")
            assert isinstance(given, str), f"{name} is no text"
        init(*args, **kwargs)

    return checked
