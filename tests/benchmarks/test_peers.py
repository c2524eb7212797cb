"""Other packages are measured beside orderflow; without them, it is said what is missing."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import pytest

from benchmarks.__main__ import main
from benchmarks.baseline import Baseline
from benchmarks.case import ORDERFLOW, Case
from benchmarks.peers.peer import PEERS, Peer, require_durability
from benchmarks.peers.placing import OrderflowShop, cases, sides
from benchmarks.peers.report import beside_peers
from benchmarks.runs import all_cases

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.peers.peer import Shop, Storage
    from benchmarks.workloads import Backlog

WAYS = ("full", "relaxed", "short", "memory")


@attrs.frozen(kw_only=True)
class Itself(Peer):
    """A peer that is orderflow, and says of one unit more than there is that it is reserved."""

    one_more: bool = False

    def open_shop(self, backlog: Backlog, storage: Storage, folder: Path) -> Shop:
        return (OneMore if self.one_more else OrderflowShop)(backlog, storage, folder)


class OneMore(OrderflowShop):
    def reserved(self) -> Mapping[str, int]:
        return {sku: units + 1 for sku, units in super().reserved().items()}


def itself(*, one_more: bool = False) -> Itself:
    return Itself(package="attrs", module="", ways=WAYS, unlike="is no peer", one_more=one_more)


@pytest.mark.parametrize("way", WAYS)
def test_both_sides_place_the_same_orders(way: str) -> None:
    placed = sides(itself(), way, 4)
    assert list(placed) == [ORDERFLOW, f"attrs {version('attrs')}"]
    assert all(side() > 0 for side in placed.values())


def test_a_package_that_reserved_other_units_is_not_measured() -> None:
    side = sides(itself(one_more=True), "memory", 4)[f"attrs {version('attrs')}"]
    with pytest.raises(ValueError, match="reserved"):
        side()


@pytest.mark.parametrize(("journal_mode", "synchronous"), [("delete", 2), ("wal", 1)])
def test_a_file_of_another_durability_is_not_measured(journal_mode: str, synchronous: int) -> None:
    require_durability("full", "wal", 2)
    require_durability("relaxed", "wal", 1)
    with pytest.raises(ValueError, match="synchronous"):
        require_durability("full", journal_mode, synchronous)


def names(peers: Sequence[Peer]) -> list[str]:
    return [case.name for case in cases(quick=True, peers=peers)]


def test_each_package_has_its_cases_beside_those_of_all_runs() -> None:
    assert len(set(names(PEERS))) == sum(len(peer.ways) for peer in PEERS)
    assert not set(names(PEERS)) & {case.name for case in all_cases(quick=True)}


def test_each_package_has_a_module_and_a_line_in_its_group() -> None:
    root = Path(__file__).parents[2]
    group = (root / "pyproject.toml").read_text(encoding="utf-8")
    for peer in PEERS:
        assert (root / f"benchmarks/peers/{peer.module}.py").exists()
        assert f'"{peer.package}>=' in group


def test_the_table_says_once_what_is_unfair() -> None:
    baseline = Baseline()
    for way, seconds in (("full", 2e-3), ("memory", 1e-3)):
        case = Case(name=f"peers/attrs/{way}", per="line", prepare=dict, rounds=1)
        baseline.add(Baseline.of(case, {ORDERFLOW: [seconds], "attrs 1.0": [1e-3]}))
    _, _, full, memory = beside_peers(baseline, [itself()]).splitlines()
    assert "attrs 1.0" in full
    assert "500 lines/s" in full
    assert "2.0 x" in full
    assert "is no peer" in full
    assert "1.00 x" in memory
    assert "as above" in memory


def test_a_package_that_is_not_installed_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    peer = attrs.evolve(PEERS[0], package="no-such-package-here")
    monkeypatch.setattr("benchmarks.__main__.PEERS", (peer,))
    assert main(["peers", "--quick"]) == 1
    printed = capsys.readouterr()
    assert "no-such-package-here not installed; use `make peers`" in printed.err
    assert printed.out == ""


def test_a_name_that_no_peer_has_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["peers", "--only", "nothing like it"]) == 1
    assert "nothing like it" in capsys.readouterr().err
