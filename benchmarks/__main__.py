"""The command line: `python -m benchmarks`, with `--help` for what it takes."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.baseline import Baseline
from benchmarks.flames import draw_flames
from benchmarks.peers.peer import PEERS
from benchmarks.peers.placing import cases as peer_cases
from benchmarks.peers.report import beside_peers
from benchmarks.pythons import measure_on
from benchmarks.runs import PROCESSES, all_cases, profile, run, run_here
from benchmarks.table import changes, figures, held_against_limits, side_by_side

if TYPE_CHECKING:
    from benchmarks.case import Case

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says; return 1 where there is nothing to do."""
    options = _parser().parse_args(arguments)
    match options.command:
        case "compare":
            print(changes(Baseline.load(options.before), Baseline.load(options.after)))
        case "table":
            _print_tables(Baseline.load(options.file))
        case "here":
            print(run_here(options.name, quick=options.quick).dumps())
        case "profile":
            print(profile(options.name, quick=options.quick))
        case "flames":
            draw_flames(options.folder, quick=options.quick)
        case "pythons":
            found = measure_on(options.interpreters, only=options.only, quick=options.quick)
            print(side_by_side(found))
        case "peers":
            return _run_peers(options)
        case _:
            return _run(options)
    return 0


def _run(options: argparse.Namespace) -> int:
    cases = all_cases(quick=options.quick, only=options.only)
    if not cases:
        return _say_nothing_has(options.only)
    _print_tables(_measure(cases, options))
    return 0


def _run_peers(options: argparse.Namespace) -> int:
    """Measure beside the packages that are installed; return 1 if one is not."""
    peers = [each for each in PEERS if any(options.only in name for name in each.case_names())]
    if not peers:
        return _say_nothing_has(options.only)
    missing = [each.package for each in peers if each.version() is None]
    there = [each for each in peers if each.package not in missing]
    cases = [
        each for each in peer_cases(quick=options.quick, peers=there) if options.only in each.name
    ]
    if cases:
        baseline = _measure(cases, options)
        print(f"Measured with {baseline.machine()}.", end="\n\n")
        print(beside_peers(baseline))
    if missing:
        names = ", ".join(missing)
        print(f"not measured: {names} not installed; use `make peers`", file=sys.stderr)
    return int(bool(missing))


def _say_nothing_has(name: str) -> int:
    print(f"no benchmark has {name!r} in its name", file=sys.stderr)
    return 1


def _measure(cases: list[Case], options: argparse.Namespace) -> Baseline:
    """Measure cases, and keep the figures if that is wanted."""
    processes = options.processes or (1 if options.quick else PROCESSES)
    baseline = run(cases, quick=options.quick, processes=processes)
    if options.json is not None:
        options.json.write_text(baseline.dumps(), encoding="utf-8")
    return baseline


def _print_tables(baseline: Baseline) -> None:
    print(f"Measured with {baseline.machine()}.", end="\n\n")
    print(figures(baseline), end="\n\n")
    print(held_against_limits(baseline))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure orderflow beside its yardsticks."
    )
    _add_run_options(parser)
    commands = parser.add_subparsers(dest="command", metavar="")
    compare = commands.add_parser("compare", help="compare two baselines")
    compare.add_argument("before", type=Path)
    compare.add_argument("after", type=Path)
    table = commands.add_parser("table", help="print the tables of a baseline")
    table.add_argument("file", type=Path)
    for name, does in (
        ("profile", "show where the time goes in one benchmark, by cProfile"),
        ("here", "measure one benchmark in this process, and print pyperf's JSON"),
    ):
        one = commands.add_parser(name, help=does)
        one.add_argument("name")
        one.add_argument("--quick", action="store_true")
    flames = commands.add_parser("flames", help="draw flame graphs of the hottest paths")
    flames.add_argument("folder", type=Path)
    flames.add_argument("--quick", action="store_true")
    pythons = commands.add_parser("pythons", help="measure on several Pythons, in turn")
    pythons.add_argument("interpreters", nargs="+", metavar="PYTHON", help="such as python3.13")
    pythons.add_argument("--only", default="command", metavar="NAME")
    pythons.add_argument("--quick", action="store_true")
    _add_run_options(
        commands.add_parser("peers", help="measure beside other packages that place orders")
    )
    return parser


def _add_run_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--only", default="", metavar="NAME", help="benchmarks with this in the name"
    )
    parser.add_argument("--quick", action="store_true", help="small sizes, one process: a look")
    parser.add_argument(
        "--processes", type=int, help=f"for each benchmark; {PROCESSES} if left out"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the figures as a baseline")


if __name__ == "__main__":
    sys.exit(main())
