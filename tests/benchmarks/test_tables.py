"""The tables show what was measured, and say what is met and what is missed."""

from __future__ import annotations

import doctest
from typing import TYPE_CHECKING

import pytest

from benchmarks import case as case_module
from benchmarks import table as table_module
from benchmarks.__main__ import main
from benchmarks.baseline import Baseline
from benchmarks.case import Case
from benchmarks.limits import LIMITS, verdicts
from benchmarks.runs import all_cases
from benchmarks.table import changes, figures, held_against_limits

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType


def measured(name: str, **sides: list[float]) -> Baseline:
    case = Case(name=name, per="line", prepare=dict, rounds=1)
    return Baseline.of(case, {"orderflow": sides.pop("orderflow"), **sides})


def together(*baselines: Baseline) -> Baseline:
    all_of_them = Baseline()
    for baseline in baselines:
        all_of_them.add(baseline)
    return all_of_them


@pytest.mark.parametrize("module", [case_module, table_module])
def test_the_examples_in_docstrings_are_right(module: ModuleType) -> None:
    assert doctest.testmod(module).failed == 0
    assert doctest.testmod(module).attempted > 0


def test_rounds_of_one_case_are_compared_pair_by_pair() -> None:
    baseline = together(
        measured("a", orderflow=[2.0, 40.0], by_hand=[1.0, 10.0]),
        measured("a", orderflow=[30.0, 6.0], by_hand=[10.0, 2.0]),
    )
    own, other = baseline.sides("a")
    assert own.runs == ((2.0, 40.0), (30.0, 6.0))
    assert (own.median, own.least) == (18.0, 2.0)
    assert own.ratio_to(other) == 3.0


def test_a_baseline_is_read_as_it_was_written() -> None:
    baseline = measured("a/b", orderflow=[1.0, 2.0], by_hand=[3.0, 4.0])
    assert list(Baseline.loads(baseline.dumps())) == list(baseline)


def test_a_baseline_names_no_host_and_no_path() -> None:
    text = measured("a", orderflow=[1.0]).dumps()
    assert "hostname" not in text
    assert "executable" not in text


@pytest.mark.parametrize(
    ("name", "sides", "met"),
    [
        ("command/place", {"orderflow": [9.9e-6]}, [True]),
        ("command/place", {"orderflow": [10.1e-6]}, [False]),
        ("backlog/ALWAYS/plain/10k", {"orderflow": [0.9e-6], "by_hand": [0.5e-6]}, [True, True]),
        ("backlog/ALWAYS/plain/10k", {"orderflow": [1.1e-6], "by_hand": [0.5e-6]}, [False, False]),
        ("backlog/ALWAYS/market/10k", {"orderflow": [3e-6], "by_hand": [2e-6]}, [True]),
        ("booking-in/elsewhere/ALWAYS/1M", {"orderflow": [1.3], "with_few": [1.0]}, [False]),
        ("booking-in/here/ALWAYS/100k", {"orderflow": [1.4], "with_few": [1.0]}, [True]),
        ("import", {"orderflow": [0.09]}, [True]),
    ],
)
def test_figures_are_held_against_limits(
    name: str, sides: dict[str, list[float]], met: list[bool]
) -> None:
    assert [verdict.met for verdict in verdicts(measured(name, **sides))] == met


def test_without_limits_there_is_no_table_of_them() -> None:
    assert held_against_limits(Baseline()) == ""


@pytest.mark.parametrize(("seconds", "met"), [(1.2e-7, True), (1.4e-7, False)])
def test_a_large_case_is_held_against_the_small_one_beside_it(seconds: float, met: bool) -> None:  # noqa: FBT001 - a parameter
    baseline = together(
        measured("backlog/ALWAYS/plain/10k", orderflow=[1e-7, 1e-7]),
        measured("backlog/ALWAYS/plain/1M", orderflow=[seconds]),
    )
    grown = [each.met for each in verdicts(baseline) if each.limit.against == "../10k"]
    assert grown == [met]


def test_every_limit_is_about_something_that_is_measured() -> None:
    names = [case.name for case in all_cases(quick=False)]
    baseline = together(
        *(
            measured(
                name,
                orderflow=[1.0],
                by_hand=[1.0],
                with_few=[1.0],
                raw=[1.0],
                input=[1.0],
                batches=[1.0],
            )
            for name in names
        )
    )
    assert {verdict.limit for verdict in verdicts(baseline)} == set(LIMITS)


def test_the_tables_show_figures_ratios_and_verdicts() -> None:
    baseline = measured("backlog/ALWAYS/plain/10k", orderflow=[4e-6], by_hand=[2e-6])
    assert "250,000 lines/s" in figures(baseline)
    assert "2.0 x by_hand (500,000 lines/s)" in figures(baseline)
    assert "**missed**" in held_against_limits(baseline)


def test_changes_go_by_the_ratio_to_the_yardstick() -> None:
    before = measured("a", orderflow=[2.0], by_hand=[1.0])
    slower_machine = measured("a", orderflow=[4.0], by_hand=[2.0])
    slower_library = measured("a", orderflow=[3.0], by_hand=[1.0])
    assert "the same" in changes(before, slower_machine)
    assert "50% more" in changes(before, slower_library)
    assert "33% less" in changes(slower_library, before)


def test_the_command_line_compares_two_baselines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, seconds in (("old", 2.0), ("new", 1.0)):
        text = measured("a", orderflow=[seconds], by_hand=[1.0]).dumps()
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert main(["compare", str(tmp_path / "old"), str(tmp_path / "new")]) == 0
    assert "50% less" in capsys.readouterr().out


def test_the_command_line_runs_a_case_in_a_process_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "baseline.json"
    assert main(["--quick", "--only", "memory/AFTER", "--json", str(path)]) == 0
    printed = capsys.readouterr()
    assert "memory/AFTER_WAITING" in printed.out
    assert "[1/1] memory/AFTER_WAITING" in printed.err
    assert Baseline.load(path).cases() == ["memory/AFTER_WAITING"]
    assert main(["table", str(path)]) == 0
    assert capsys.readouterr().out == printed.out


def test_a_name_that_nothing_has_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "nothing like it"]) == 1
    assert "nothing like it" in capsys.readouterr().err


def test_a_profile_names_what_takes_the_time(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["profile", "booking-in/here/ALWAYS/5k", "--quick"]) == 0
    assert "Ordered by: internal time" in capsys.readouterr().out
