"""`orderflow compare`, and the pages that it and `orderflow replay` write."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from orderflow.laboratory import workers
from orderflow.replay.generator import Shop
from tests.cli.runner import flat, run, run_json
from tests.laboratory.tables import PageReader, differences
from tests.replay.histories import row, write, write_shop

TWO = ("--policy", "always=", "--policy", "never=partial_allocation=NEVER")
LONG = ("--processes", "2", "--seeds", "100")
QUICK = ("--seeds", 1, "--processes", 1)


@pytest.fixture(name="history", scope="module")
def _history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_shop(
        tmp_path_factory.mktemp("shop") / "shop.csv.gz",
        Shop(orders=40, orders_a_day=4, lines_median=6, lines_p95=25),
    )


def test_the_result_is_for_people(history: Path) -> None:
    result = run("compare", history, *TWO, "--seeds", 3, "--processes", 1, "--opening-units", 10)
    assert result.exit_code == 0, result.stderr
    printed = flat(result.stdout)
    for text in (
        f"Comparison on {history}",
        "Mean of the seeds always never",
        "order fill rate",
        "Difference never",
        "▲ better, ▼ worse",
        "orders that wait less",
        "40 orders, seeds 1 to 3: 6 replays",
    ):
        assert text in printed


def test_many_policies_fit_into_a_narrow_terminal(history: Path) -> None:
    names = [f"a policy with number {number}" for number in range(6)]
    policies = [text for name in names for text in ("--policy", f"{name}=")]
    result = run("compare", history, *policies, *QUICK)
    assert result.exit_code == 0
    assert all(len(line) <= 100 for line in result.stdout.splitlines())
    assert all(result.stdout.count(name) == 3 for name in names[1:])


def test_json_and_csv_have_the_figures(history: Path) -> None:
    options = (*TWO, *QUICK, "--opening-units", 10)
    data = run_json("compare", history, *options)
    assert [each["name"] for each in data["policies"]] == ["always", "never"]
    assert data["settings"]["rule"]["seed"] == 1
    assert "policy" not in data["settings"]
    assert data["rows"]["rejected"] == 0
    result = run("compare", history, *options, "--csv")
    rows = list(csv.DictReader(result.stdout.splitlines()))
    assert len(rows) == 2 * len(data["measures"])
    fill = data["measures"][0]["policies"][1]
    assert rows[1]["policy"] == "never"
    assert (float(rows[1]["mean"]), rows[1]["finding"]) == (fill["mean"], "UNKNOWN")
    assert run("compare", history, *TWO, "--csv", "--json").exit_code == 2


def test_a_run_is_a_replay_with_the_same_options(history: Path) -> None:
    options = ("--opening-units", 9, "--cut-off", "11:00", "--patience", 3, "--split")
    data = run_json("compare", history, *TWO, *QUICK, *options, "--seed", 5)
    alone = run_json("replay", history, *options, "--seed", 5, "--partial-allocation", "NEVER")
    figures = {each["key"]: each["policies"][1]["mean"] for each in data["measures"]}
    assert figures["unit_fill_rate"] == alone["first_attempt"]["unit_fill_rate"]
    assert figures["waiting_p95"] == alone["waiting_seconds"]["p95"]


def test_the_backlog_can_be_rebalanced(history: Path) -> None:
    options = ("--opening-units", 10)
    weekly = run_json("replay", history, *options, "--rebalance", "weekly")
    assert weekly["settings"]["rebalance_days"] == 7
    assert weekly["account"]["difference"] == 0
    printed = flat(run("replay", history, *options, "--rebalance", 7).stdout)
    assert f"rebalances every 7 days: {weekly['added']['rebalances']} plan" in printed
    data = run_json(
        *("compare", history, *options, *QUICK, "--rebalance", "daily"),
        *("--policy", "daily=", "--policy", "weekly=rebalance=weekly"),
    )
    (found,) = (each for each in data["measures"] if each["key"] == "completed_by_rebalance")
    assert found["policies"][1]["mean"] == weekly["back_orders"]["completed_by_rebalance"]
    result = run("replay", history, "--rebalance", "never")
    assert result.exit_code == 2
    assert "'never' is not daily, weekly, or a whole number of days" in flat(result.stderr)


def test_policies_can_be_in_a_file(history: Path, tmp_path: Path) -> None:
    file = tmp_path / "policies.toml"
    file.write_text(
        '[policies."first come"]\n[policies.parcels]\nfulfilment = "PARCELS"\nparcels_max = 3\n',
        encoding="utf-8",
    )
    data = run_json("compare", history, "--policies", file, "--policy", "last=", *QUICK)
    assert [(each["name"], each["settings"]) for each in data["policies"]] == [
        ("first come", ""),
        ("parcels", "fulfilment=PARCELS, parcels_max=3"),
        ("last", ""),
    ]


def test_a_missing_file_of_policies_is_named(history: Path, tmp_path: Path) -> None:
    result = run("compare", history, "--policies", tmp_path / "none.toml")
    assert result.exit_code == 2
    assert "none.toml: No such file or directory" in flat(result.stderr)
    assert "Errno" not in result.stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("policies = 3", "must be a table [policies.NAME]"),
        ("[policies.a]\nqueue = [1]", "policy 'a': must be a table"),
        ("[policies.a]\nqueu = 'PRIORITY'", "policy 'a': policy must be made of its settings"),
        ("[policies.a]\nparcels_max = 3", "policy 'a': AllocationPolicy.parcels_max must be given"),
        ("[policies.a", "is not TOML"),
        ("[other]", "must be a table [policies.NAME]"),
        ("# " + "x" * 1_000_000, "is longer than 1,000,000 bytes"),
    ],
)
def test_a_fault_in_the_file_is_named(
    history: Path, tmp_path: Path, text: str, message: str
) -> None:
    file = tmp_path / "policies.toml"
    file.write_text(text, encoding="utf-8")
    result = run("compare", history, *TWO, "--policies", file)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in flat(result.stderr)
    assert str(file) in flat(result.stderr).replace(" ", "")


@pytest.mark.parametrize(
    ("policies", "message"),
    [
        ((), "give at least two policies"),
        (("a=",), "give at least two policies"),
        (("a=", "a=queue=PRIORITY"), "two policies have the name 'a'"),
        (("a=", "b"), "'b' must be a name, = and settings"),
        (("a=", "b=queu=PRIORITY"), "policy 'b': policy must be made of its settings"),
        (("a=", "b=passes_max=3"), "policy 'b': AllocationPolicy.partial_allocation must be"),
        (("a=", "=queue=PRIORITY"), "NamedPolicy.name must be a printable text"),
        (tuple(f"{n}=" for n in range(13)), "1 to 12 policies"),
    ],
)
def test_a_fault_in_a_policy_is_named(
    history: Path, policies: tuple[str, ...], message: str
) -> None:
    options = [text for each in policies for text in ("--policy", each)]
    result = run("compare", history, *options, *QUICK)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in flat(result.stderr)


def test_rejected_rows_end_with_their_exit_code(tmp_path: Path) -> None:
    good = [row(str(number)) for number in range(1, 5)]
    path = write(tmp_path / "orders.csv", *good, row("9", quantity="many"))
    result = run("compare", path, *TWO, *QUICK, "--rejects", tmp_path / "rejects.csv")
    assert result.exit_code == 1
    assert "'many'" in result.stderr
    assert "many" in (tmp_path / "rejects.csv").read_text(encoding="utf-8")
    result = run("compare", path, *TWO, *QUICK, "--all-or-nothing")
    assert result.exit_code == 1
    assert "Nothing was replayed" in result.stdout
    data = json.loads(run("compare", path, *TWO, *QUICK, "--all-or-nothing", "--json").stdout)
    assert data["replayed"] is False


def test_refused_orders_are_named_once(tmp_path: Path) -> None:
    one, other = tmp_path / "one.csv", tmp_path / "other.csv"
    for path in (one, other):
        write(path, row("1001"), row("1002"))
    result = run("compare", one, other, *TWO, *QUICK)
    assert result.exit_code == 1
    assert "refused: 1001: order '1001' has already been placed" in flat(result.stderr)


# The page


def test_the_page_equals_the_json(history: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    data = run_json("compare", history, *TWO, "--seeds", 3, "--report", page)
    tables = PageReader(page.read_text(encoding="utf-8")).tables
    assert differences(tables, data) == []
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_a_replay_has_a_page_too(history: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    data = run_json("replay", history, "--report", page, "--partial-allocation", "NEVER")
    tables = dict(PageReader(page.read_text(encoding="utf-8")).tables["measures"])
    first = data["first_attempt"]
    assert tables["Order fill rate"] == [first["order_fill_rate"]]
    assert tables["Unit fill rate"] == [first["unit_fill_rate"]]
    assert tables["Median wait"] == [data["waiting_seconds"]["median"]]
    assert data == run_json("replay", history, "--partial-allocation", "NEVER") | {
        key: data[key] for key in ("wall_seconds", "lines_per_second")
    }


def test_a_page_is_not_overwritten_unless_asked(history: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    page.write_text("mine", encoding="utf-8")
    for command in (("compare", history, *TWO, *QUICK), ("replay", history)):
        result = run(*command, "--report", page)
        assert result.exit_code == 2
        assert "exists; --overwrite replaces it" in flat(result.stderr)
        assert page.read_text(encoding="utf-8") == "mine"
        assert run(*command, "--report", page, "--overwrite").exit_code == 0
        assert page.read_text(encoding="utf-8") != "mine"
        page.write_text("mine", encoding="utf-8")


def test_a_page_never_replaces_the_history(history: Path) -> None:
    result = run("replay", history, "--report", history, "--overwrite")
    assert result.exit_code == 2
    assert "is an input file" in flat(result.stderr)


@pytest.mark.parametrize(("name", "message"), [("no/report.html", "no folder"), ("", "a folder")])
def test_a_page_needs_a_place(history: Path, tmp_path: Path, name: str, message: str) -> None:
    result = run("replay", history, "--report", tmp_path / name)
    assert result.exit_code == 2
    assert message in flat(result.stderr)


def test_without_the_extra_nothing_is_replayed(
    history: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    result = run("compare", history, *TWO, "--report", tmp_path / "report.html")
    assert result.exit_code == 2
    assert "pip install 'orderflow-backorder[report]'" in flat(result.stderr)
    assert list(tmp_path.iterdir()) == []


# Processes


def children(process: int) -> list[int]:
    """Return the processes that a process has started, and those that have not ended yet."""
    found = subprocess.run(  # noqa: S603 - a program of the system
        ["/bin/ps", "-o", "pid=,stat=", "--ppid", str(process)],
        check=False,
        capture_output=True,
        text=True,
    ).stdout.split("\n")
    return [int(line.split()[0]) for line in found if line and "Z" not in line.split()[1]]


def started(path: Path) -> subprocess.Popen[str]:
    """Start a long comparison, and wait for its workers."""
    command = [sys.executable, "-m", "orderflow", "compare", str(path), *TWO, *LONG]
    program = subprocess.Popen(  # noqa: S603 - this package
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    until = time.monotonic() + 60
    while len(children(program.pid)) < 3 and time.monotonic() < until:  # two, and a tracker
        time.sleep(0.05)
    return program


def gone(processes: list[int]) -> bool:
    """Wait until processes have ended."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if not any(Path(f"/proc/{each}").exists() for each in processes):
            return True
        time.sleep(0.05)
    return False


@pytest.fixture(name="long_history", scope="module")
def _long_history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_shop(tmp_path_factory.mktemp("long") / "shop.csv", Shop(orders=200))


needs_proc = pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc")


@needs_proc
def test_ctrl_c_ends_the_workers(long_history: Path) -> None:
    program = started(long_history)
    workers_of = children(program.pid)
    os.killpg(program.pid, signal.SIGINT)  # as a terminal does: all of them get it
    out, errors = program.communicate(timeout=30)
    assert (program.returncode, out) == (130, "")
    assert "stopped by Ctrl-C; nothing was saved" in errors
    assert "Traceback" not in errors
    assert gone(workers_of)


@needs_proc
def test_no_worker_outlives_a_command_that_is_killed(long_history: Path) -> None:
    program = started(long_history)
    workers_of = children(program.pid)
    program.kill()
    program.communicate(timeout=30)
    assert len(workers_of) >= 2
    assert gone(workers_of)


@needs_proc
def test_a_worker_that_is_killed_is_reported(long_history: Path) -> None:
    program = started(long_history)
    for each in children(program.pid):
        if b"spawn_main" in Path(f"/proc/{each}/cmdline").read_bytes():
            os.kill(each, signal.SIGKILL)
            break
    out, errors = program.communicate(timeout=60)
    assert (program.returncode, out) == (2, "")
    assert "SIGKILL" in flat(errors)
    assert "with seed 1 failed" in flat(errors)


def test_memory_that_runs_out_is_reported(history: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run_out(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(workers, "run_trial", run_out)
    result = run("compare", history, *TWO, *QUICK)
    assert result.exit_code == 2
    assert "ran out of memory" in flat(result.stderr)
