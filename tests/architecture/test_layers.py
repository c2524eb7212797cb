"""Each layer imports only what stands left of it.

    errors ◀ domain ◀ notices ◀ ports ◀ service, adapters
        ◀ replay, notifier ◀ laboratory, worker ◀ cli

Within the domain, each folder imports only what stands left of it:

    model ◀ state ◀ allocation ◀ decisions ◀ queries ◀ reports, planning
    model ◀ calendar ◀ queries

Beside the ports stand the codec, which knows the domain and the notices, and `importing` and
`frames`, which know the domain alone. `testing` may look at everything but the command line. The
package itself shows what the modules below it define, so that of these none may import from it.
"""

from __future__ import annotations

import pytest

from tests.architecture.source import Module, imports, modules

PACKAGE = "orderflow"

MAY_IMPORT = {
    "errors": set[str](),
    "domain": {"errors"},
    "notices": {"errors", "domain"},
    "wording": {"errors", "domain", "notices"},
    "invariants": {"errors", "domain"},
    "codec": {"errors", "domain", "notices"},
    "ports": {"errors", "domain", "notices"},
    "service": {"errors", "domain", "ports"},
    "adapters": {"errors", "domain", "notices", "wording", "invariants", "ports", "codec"},
}
MAY_IMPORT[PACKAGE] = set(MAY_IMPORT)
FACES = {
    "bulk",
    "calendar",
    "commands",
    "core",
    "edits",
    "events",
    "filters",
    "reports",
    "planning",
    "sourcing",
}
MAY_IMPORT |= {face: {"errors", "domain"} for face in FACES}
MAY_IMPORT["problems"] = {"errors"}
MAY_IMPORT["testing"] = {*MAY_IMPORT[PACKAGE], PACKAGE, *FACES}
MAY_IMPORT["importing"] = {"errors", "domain"}
MAY_IMPORT["frames"] = {"errors", "domain"}
MAY_IMPORT["replay"] = {*MAY_IMPORT[PACKAGE], "importing"} - {"codec", "notices"}
MAY_IMPORT["laboratory"] = {*MAY_IMPORT["replay"], "replay"}
MAY_IMPORT["notifier"] = MAY_IMPORT[PACKAGE]
MAY_IMPORT["schemas"] = {"errors", "domain", "notices", "codec", "adapters"}
MAY_IMPORT["worker"] = {*MAY_IMPORT[PACKAGE], "notifier"}
MAY_IMPORT["checking"] = MAY_IMPORT[PACKAGE]
MAY_IMPORT["cli"] = {
    "checking",
    *MAY_IMPORT["testing"],
    "telemetry",
    "testing",
    "importing",
    "frames",
    "replay",
    "laboratory",
    "notifier",
    "schemas",
    "worker",
}
MAY_IMPORT["__main__"] = {"cli"}
MAY_IMPORT["django_admin"] = MAY_IMPORT[PACKAGE]
MAY_IMPORT["telemetry"] = {*MAY_IMPORT[PACKAGE], "notifier"}


def layer(path: str) -> str:
    """Name the layer of a dotted path; what is no layer is a name shown by the package."""
    parts = path.split(".")
    if parts[0] != PACKAGE:
        return ""
    return parts[1] if len(parts) > 1 and parts[1] in MAY_IMPORT else PACKAGE


FOLDERS_OF_DOMAIN = {
    "model": set[str](),
    "state": {"model"},
    "allocation": {"model", "state"},
    "decisions": {"model", "state", "allocation"},
    "calendar": {"model"},
    "queries": {"model", "state", "allocation", "decisions", "calendar"},
    "reports": {"model", "state", "allocation", "decisions", "queries", "calendar"},
    "planning": {"model", "state", "allocation", "decisions", "queries"},
}


def folder_of_domain(path: str) -> str:
    parts = path.split(".")
    return parts[2] if layer(path) == "domain" and len(parts) > 2 else ""


def folder_faults(module: Module) -> list[str]:
    """Find imports between folders of the domain that go the wrong way."""
    own = folder_of_domain(module.name)
    if not own:
        return []
    if own not in FOLDERS_OF_DOMAIN:
        return [f"{module.name}: give its folder a place in the domain"]
    return [
        module.at(item, f"{own} imports {item.path}")
        for item in imports(module)
        if layer(item.path) == "domain"
        and folder_of_domain(item.path) not in {own, *FOLDERS_OF_DOMAIN[own]}
    ]


def adapter(path: str) -> str:
    parts = path.split(".")
    return parts[2] if layer(path) == "adapters" and len(parts) > 2 else ""


def layer_faults(module: Module) -> list[str]:
    own = layer(module.name)
    if own == PACKAGE and module.name != PACKAGE:
        return [f"{module.name}: give it a place among the layers"]
    faults = []
    for item in imports(module):
        target = layer(item.path)
        if item.module.startswith("."):
            faults.append(module.at(item, "relative import: write the layer out"))
        elif target not in {"", own} and target not in MAY_IMPORT[own]:
            faults.append(module.at(item, f"{own} imports {item.path}"))
        elif own == target == "adapters" and adapter(module.name) != adapter(item.path):
            faults.append(module.at(item, f"an adapter imports another one, {item.path}"))
    return faults


def test_each_layer_imports_only_what_stands_left_of_it() -> None:
    assert [fault for module in modules() for fault in layer_faults(module)] == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("orderflow.errors", "from orderflow.domain.model.order import Order"),
        ("orderflow.domain.model.order", "from orderflow import OrderFlow"),
        ("orderflow.domain.model.order", "from orderflow import ports"),
        ("orderflow.domain.model.order", "import orderflow.service"),
        ("orderflow.domain.model.order", "from . import stock"),
        (
            "orderflow.domain.model.order",
            "if TYPE_CHECKING:\n    from orderflow.ports import Clock",
        ),
        ("orderflow.codec", "from orderflow.ports import Repository"),
        ("orderflow.domain.model.order", "from orderflow.notices import Notice"),
        ("orderflow.notices.writing", "from orderflow.ports import Reading"),
        ("orderflow.adapters.mail", "from orderflow.notifier import Settings"),
        ("orderflow.service", "def run():\n    import orderflow.adapters.memory"),
        ("orderflow.adapters.sql", "from orderflow.service import OrderFlow"),
        ("orderflow.adapters.sql", "from orderflow.adapters import memory"),
        ("orderflow.adapters.sql.tables", "from orderflow.adapters.memory import Memory"),
        ("orderflow.importing.orders", "from orderflow.replay import HistoryReader"),
        ("orderflow.service", "from orderflow.importing import read_orders"),
        ("orderflow", "from orderflow.importing import read_orders"),
        ("orderflow.frames.allocation", "from orderflow.core import allocate"),
        ("orderflow.replay.engine", "from orderflow.cli import main"),
        ("orderflow.replay.engine", "from orderflow.laboratory import compare"),
        ("orderflow.testing.kits", "from orderflow.cli import main"),
        ("orderflow", "from orderflow.testing import strategies"),
        ("orderflow.tools", ""),
    ],
)
def test_an_import_from_the_right_is_a_fault(name: str, text: str) -> None:
    assert layer_faults(Module.parse(name, text)) != []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("orderflow.domain.model.order", "from orderflow.domain.model.stock import StockKey"),
        ("orderflow.adapters.sql.tables", "from orderflow.adapters.sql.rows import Row"),
        ("orderflow.testing.kits", "from orderflow import OrderFlow"),
        ("orderflow.cli", "import sys\nfrom orderflow.adapters.memory import Memory"),
    ],
)
def test_an_import_from_the_left_is_none(name: str, text: str) -> None:
    assert layer_faults(Module.parse(name, text)) == []


def test_each_folder_of_the_domain_imports_only_what_stands_left_of_it() -> None:
    assert [fault for module in modules() for fault in folder_faults(module)] == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("orderflow.domain.model.order", "from orderflow.domain.state.state import State"),
        ("orderflow.domain.state.draft", "from orderflow.domain.allocation import serving"),
        (
            "orderflow.domain.allocation.preemption",
            "if TYPE_CHECKING:\n    from orderflow.domain.decisions.decide import decide",
        ),
        ("orderflow.domain.decisions.decide", "import orderflow.domain.queries.actions"),
        ("orderflow.domain.calendar.cut_off", "from orderflow.domain.state.state import State"),
        ("orderflow.domain.state.draft", "from orderflow.domain.calendar import calendar"),
        ("orderflow.domain.state.draft", "from orderflow.domain import allocation"),
        ("orderflow.domain.state.draft", "import orderflow.domain"),
        ("orderflow.domain.guesses", ""),
    ],
)
def test_an_import_of_a_later_folder_is_a_fault(name: str, text: str) -> None:
    assert folder_faults(Module.parse(name, text)) != []
