"""Runs the kernel: as plain Python on lists, or compiled by numba on arrays.

Both run the source of `orderflow.frames.kernel`. To compile is worth its time only for a large
table, and needs the package numba.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import FunctionType
from typing import TYPE_CHECKING, Any

from orderflow.frames import kernel

if TYPE_CHECKING:
    from collections.abc import Callable

    import narwhals.stable.v2 as nw

    Function = Callable[..., Any]

__all__ = ["COMPILED_FROM", "Compiled", "Plain", "runner"]

COMPILED_FROM = 100_000
"""Tables of this many lines are allocated by compiled code, if numba is installed."""


class Plain:
    """Runs the kernel as it is, on lists."""

    def numbers(self, series: nw.Series[Any]) -> Any:  # noqa: ANN401 - a list; see Compiled
        """Return the numbers of a column."""
        return series.to_list()

    def units(self, series: nw.Series[Any], extra: int = 0) -> Any:  # noqa: ANN401 - as above
        """Return the numbers of a column to be changed, and some extra zeros."""
        return series.to_list() + [0] * extra

    def zeros(self, count: int) -> Any:  # noqa: ANN401 - as above
        """Return this many zeros, for units."""
        return [0] * count

    def flags(self, count: int) -> Any:  # noqa: ANN401 - as above
        """Return this many zeros, each to become 1 at most."""
        return [0] * count

    def function(self, name: str) -> Function:
        """Return a function of the kernel."""
        function: Function = getattr(kernel, name)
        return function


class Compiled:
    """Runs the kernel as machine code, on arrays of numpy, which numba needs."""

    def __init__(self) -> None:
        self._numpy = import_module("numpy")

    def numbers(self, series: nw.Series[Any]) -> Any:  # noqa: ANN401 - numpy may be missing
        """Return the numbers of a column, which cannot be changed.

        For numba, an array that can be changed has another type. A function is compiled only once
        if its arguments always have the same types.
        """
        array = self._numpy.ascontiguousarray(series.to_numpy()).view()
        array.flags.writeable = False
        return array

    def units(self, series: nw.Series[Any], extra: int = 0) -> Any:  # noqa: ANN401 - as above
        """Return the numbers of a column to be changed, and some extra zeros."""
        return self._numpy.append(series.to_numpy().astype("int64"), self.zeros(extra))

    def zeros(self, count: int) -> Any:  # noqa: ANN401 - as above
        """Return this many zeros, for units."""
        return self._numpy.zeros(count, dtype="int64")

    def flags(self, count: int) -> Any:  # noqa: ANN401 - as above
        """Return this many zeros, each to become 1 at most."""
        return self._numpy.zeros(count, dtype="int8")

    def function(self, name: str) -> Function:
        """Return a compiled function of the kernel."""
        return _compiled_kernel()[name]


def runner(lines: int) -> Plain | Compiled:
    """Return what runs the kernel for a table of this many lines."""
    if lines >= COMPILED_FROM and find_spec("numba") is not None:
        return Compiled()
    return Plain()


@cache
def _compiled_kernel() -> dict[str, Function]:
    """Compile the kernel: its functions, which then call each other's compiled form."""
    numba = import_module("numba")
    functions: dict[str, Any] = dict(vars(kernel))
    for name, function in vars(kernel).items():
        if isinstance(function, FunctionType):
            compiled = FunctionType(function.__code__, functions, name)
            compiled.__module__ = kernel.__name__
            functions[name] = _compile(numba, compiled)
    return functions


def _compile(numba: Any, function: FunctionType) -> Any:  # noqa: ANN401 - numba has no types
    try:
        return numba.njit(function, cache=True, nogil=True)
    except RuntimeError:  # no folder for the cache can be written to
        return numba.njit(function, nogil=True)
