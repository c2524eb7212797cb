"""No module imports itself by way of others. What is imported for the type checker counts."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

import pytest

from tests.architecture.source import Module, imports, modules


def imported(found: list[Module]) -> dict[str, set[str]]:
    """Return the modules that each module imports, by name."""
    names = {module.name for module in found}
    return {
        module.name: {
            target
            for item in imports(module)
            for target in (item.path if item.path in names else item.module,)
            if target in names and target != module.name
        }
        for module in found
    }


def circle(found: list[Module]) -> list[str]:
    """Return the modules of one circle, if there is any."""
    try:
        TopologicalSorter(imported(found)).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_module_imports_itself_by_way_of_others() -> None:
    assert circle(modules()) == []


@pytest.mark.parametrize(
    "back",
    [
        "from a.x import X",
        "import a.x",
        "from a import x",
        "if TYPE_CHECKING:\n    from a.x import X",
        "def f():\n    from a.x import X",
    ],
)
def test_a_way_back_makes_a_circle(back: str) -> None:
    there = Module.parse("a.x", "from a.y import Y")
    assert circle([there, Module.parse("a.y", back)]) != []
    assert circle([there, Module.parse("a.y", "from a.z import X")]) == []
