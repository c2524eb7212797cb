r"""Whatever a text from outside contains, it forges no line and moves no cursor.

`FORGED` is what an attacker wants to see on a line of its own. Notes may have line ends and
characters that change the text direction; ids are printable, but can be as long as a line.
"""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from orderflow.adapters.sql import SqlOutbox, open_database
from orderflow.cli.app import app
from orderflow.service import Relay
from tests.cli.files import FileShop
from tests.cli.runner import get_command

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from typer.testing import Result

    from orderflow.ports import OutboxMessage

FORGED = "no harm done"
CODES = "\x1b[31m\x1b]0;x\x07\b\x7f\x9b2J\x85"
TURNED = "\N{RIGHT-TO-LEFT OVERRIDE}\N{RIGHT-TO-LEFT ISOLATE}\N{RIGHT-TO-LEFT MARK}"
LINES = f"\n{FORGED}\r{FORGED}\N{LINE SEPARATOR}{FORGED}\N{PARAGRAPH SEPARATOR}{FORGED}"
NOTE = f"[red]:smile: a{LINES}{TURNED}\t" + "b" * 70 + f" {FORGED}"
ERROR = f"a{LINES}{CODES}{TURNED}"
ANYTHING = f"{ERROR}\udcff"


def long_id(name: str) -> str:
    """Return an id that fills the first line of a table or a text, and has more for the second."""
    return f"{name}[red]" + "-" * 84 + f" {FORGED}"


ORDER, SKU, SELLER, LEEDS, RECEIPT = map(long_id, ("order", "sku", "seller", "leeds", "receipt"))


def check(text: str) -> None:
    """Check that everything is printable, and that no text begins a line."""
    assert all(each.isprintable() or each == "\n" for each in text), ascii(text)
    assert not [line for line in text.split("\n") if line.startswith(FORGED)], text


def check_result(result: Result) -> None:
    assert isinstance(result.exception, SystemExit | None), repr(result.exception)
    check(result.stdout)
    check(result.stderr)


class ForeignShop(FileShop):
    """A shop in which everything that can be a text from outside is one."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, seller=SELLER)
        self._warehouse = LEEDS
        address = f"{NOTE}|{NOTE}|{NOTE}|{NOTE}|GB"
        self.do("announce", RECEIPT, SKU, 9, "2026-04-01")
        self.do("book-in", SKU, 5)
        self.do("book-in", "MUG", 5)
        self.do("adjust", SKU, "DAMAGE", "--by", -1, "--note", NOTE)
        placed = ("--courier", long_id("courier"), "--ship-to", address, "--command-id", ORDER)
        self.do("place", ORDER, f"{SKU}=6", *placed)
        self.do("place", "B", f"{SKU}=1", f"{long_id('cup')}=1")
        self.do("hold", ORDER, "OTHER", "--note", NOTE)
        self.do("place", "C", f"{SKU}=1")
        self.do("cancel", "C", "--reason", NOTE)
        self.do("place", "D", "MUG=1")
        self.do("send", "D")
        self.do("request-cancellation", "D", "--reason", NOTE)
        self.do("reject-cancellation", "D", "--reason", NOTE)

    def fail_messages(self) -> None:
        """Make every message a dead letter, with a text from outside for the reason."""
        engine = open_database(self.db)
        relay = Relay(SqlOutbox(engine), _Failing(), attempts_max=1, lease=timedelta(minutes=1))
        relay.run()
        engine.dispose()

    def settings(self, **preference: Any) -> Path:  # noqa: ANN401 - as the file has it
        preference = {"mail": ["jo@shop.example"], "webhooks": ["https://h.example/"], **preference}
        data = {
            "mail": {"host": "127.0.0.1", "port": 1, "sender": "o@shop.example"},
            "webhook": {"allowed": ["https://h.example"]},
            "default": preference,
        }
        path = self.folder / "notify.json"
        path.write_text(json.dumps(data), encoding="utf-8")
        return path


class _Failing:
    def notify(self, message: OutboxMessage) -> None:
        raise RuntimeError(f"{message.subject}: {ERROR}")


@pytest.fixture(scope="module", name="shop")
def _shop(tmp_path_factory: pytest.TempPathFactory) -> ForeignShop:
    shop = ForeignShop(tmp_path_factory.mktemp("shop"))
    shop.fail_messages()
    return shop


READS = [
    *(["orders"], ["stock"], ["receipts"], ["backorders"], ["backorders", SKU], ["policies"]),
    *(["show", ORDER], ["events"], ["events", ORDER], ["actions", ORDER], ["actions", "B"]),
    *(["explain", ORDER], ["explain", "B"], ["check"], ["recover"], ["dead-letters"]),
    *(["init"], ["run-due"]),
]
WRITES = [
    ["place", long_id("new"), f"{long_id('tea')}=1", f"{SKU}=1"],
    ["allocate", "B"],
    ["edit", "B", "--add", f"{SKU}=1", "--courier", long_id("dhl")],
    ["hold", "B", "OTHER", "--note", NOTE],
    ["release-hold", ORDER],
    ["cancel", ORDER, "--reason", NOTE],
    ["remove", "B"],
    ["replace", "B", "1", long_id("cup")],
    ["split", "B", long_id("part")],
    ["send", ORDER],
    ["send", "--all"],
    ["despatch", "D"],
    ["deliver", ORDER],
    ["short-pick", "D", "1=1"],
    ["book-in", SKU, "4", "--receipt", RECEIPT],
    ["book-in", long_id("tea"), "4"],
    ["count", SKU, "0"],
    ["adjust", SKU, "FOUND", "--by", "1", "--note", NOTE],
    ["announce", long_id("r2"), SKU, "4", "2026-05-01"],
    ["withdraw", RECEIPT],
    ["change-policy", SELLER, "--queue", "priority"],
    ["change-policy", long_id("nobody"), "--queue", "priority"],
    ["show", long_id("nothing")],
]
NO_LISTING = {"show", "actions", "explain", "check", "recover", "init", "run-due"}


@pytest.mark.parametrize("command", READS, ids=lambda command: " ".join(command)[:20])
def test_no_read_prints_a_forged_line(shop: ForeignShop, command: list[str]) -> None:
    result = shop.run(*command)
    assert result.exit_code == 0, result.output
    check_result(result)
    as_json = shop.run(*command, "--json")
    check_result(as_json)
    json.loads(as_json.stdout)
    if command[0] not in NO_LISTING:
        assert shop.run(*command, "--csv").exit_code == 0


@pytest.mark.parametrize("command", WRITES, ids=lambda command: " ".join(command)[:20])
def test_no_write_prints_a_forged_line(shop: ForeignShop, command: list[str]) -> None:
    how = [] if command[0] == "show" else ["--dry-run"]
    if command[0] in {"send", "despatch", "deliver"}:
        how = []
    for form in ([], ["--json"]):
        result = shop.run(*command, *how, *form)
        assert result.exit_code in {0, 1}, result.output
        assert result.output
        check_result(result)


@pytest.mark.parametrize("command", ["notify", "digest"])
def test_no_notice_prints_a_forged_line(tmp_path: Path, command: str) -> None:
    shop = ForeignShop(tmp_path)
    path = shop.settings(kinds={"ON_BACK_ORDER": "BOTH"}, logs=[f"log[red]{'x' * 80}"])
    at = [] if command == "notify" else ["--at", "2100-01-01"]
    for how in (["--dry-run"], ["--dry-run", "--json"], [], ["--json"]):
        result = shop.run(command, "--settings", path, *how, *at)
        assert result.output
        check_result(result)


def test_json_and_csv_have_the_data_as_they_are(shop: ForeignShop) -> None:
    shown = shop.ask("show", ORDER)
    assert (shown["order_id"], shown["holds"][0]["note"]) == (ORDER, NOTE)
    assert shown["ship_to"]["street"] == NOTE
    rows = list(csv.reader(io.StringIO(shop.run("events", "--csv").stdout)))
    assert [row[1] for row in rows if row[2] == "OrderHeld"] == [ORDER]
    assert [row[3] for row in rows if row[2] == "OrderCancelled"] == [NOTE]


# Arguments


def calls(name: str) -> Iterator[list[str]]:
    """Yield a call for each argument and option of a command, in which it is a foreign text."""
    command: Any = get_command(app).commands[name]  # type: ignore[attr-defined] # a group
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    for place, _ in enumerate(arguments):
        yield [ANYTHING if place == number else "1=1" for number in range(len(arguments))]
    given = ["1=1"] * sum(each.required for each in arguments)
    for each in command.params:
        if each.param_type_name == "option" and not each.is_flag:
            yield [*given, each.opts[0], ANYTHING]
    yield [*given, f"--{ANYTHING}"]
    yield [*given, *[ANYTHING] * 9]


NAMES = sorted(get_command(app).commands)  # type: ignore[attr-defined] # a group


@pytest.mark.parametrize("name", [each for each in NAMES if each not in {"demo", "notify"}])
def test_no_error_about_an_argument_prints_a_forged_line(
    shop: ForeignShop, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # some of these name a file
    for call in calls(name):
        check_result(shop.run(name, *call))


def test_an_unknown_command_is_harmless(shop: ForeignShop) -> None:
    for call in ([ANYTHING], [f"--{ANYTHING}"], ["orders", ANYTHING]):
        result = shop.run(*call)
        assert result.exit_code == 2
        assert r"\x1b[31m" in result.stderr
        check_result(result)


# Files


@pytest.mark.parametrize("kind", ["orders", "stock", "receipts"])
def test_no_file_prints_a_forged_line(tmp_path: Path, kind: str) -> None:
    shop = FileShop(tmp_path)
    cell = f'"{ERROR}"'
    header = "order_id,receipt_id,sku,quantity,on_hand,expected_at,note," + cell
    rows = [",".join([cell] * 8), f"{cell},{cell},A,1,1,2026-03-02,{cell},b", "1,1,,x,x,x,,"]
    name = "a[red]" + CODES.replace("\x07", "") + f"{'-' * 70} {FORGED}.csv"
    file = shop.write(*rows, header=header, name=name)
    for options in ([], ["--dry-run"], ["--sku-column", ANYTHING], ["--json"], ["--encoding", "x"]):
        result = shop.take_in(file, "--kind", kind, *options)
        assert result.exit_code in {1, 2}, result.output
        check_result(result)
    for options in ([], ["--strict"], ["--quantity-column", ANYTHING], ["--json"]):
        result = shop.run("replay", file, *options)
        assert result.exit_code in {1, 2}, result.output
        check_result(result)


def test_no_settings_and_no_catalogue_print_a_forged_line(tmp_path: Path) -> None:
    shop = FileShop(tmp_path)
    path = tmp_path / "a.json"
    for data in (
        {ANYTHING: 1},
        {"sellers": {ANYTHING: {"mail": [ANYTHING]}}},
        {"default": {"kinds": {ANYTHING: "DAILY"}, "zone": ANYTHING, "webhooks": [ANYTHING]}},
        {"link": ANYTHING, "mail": {"host": ANYTHING, "sender": ANYTHING}},
        {"webhook": {"allowed": [ANYTHING], "source": ANYTHING}},
    ):
        path.write_text(json.dumps(data), encoding="utf-8")
        result = shop.run("notify", "--settings", path)
        assert result.exit_code == 2
        check_result(result)
        check_result(shop.run("replacements", "A", "--replacements", path))


# A real terminal


def on_terminal(*command: object, **environment: str) -> str:
    """Run a command on a terminal of its own, and return what reaches it."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    with subprocess.Popen(  # noqa: S603 - this package
        [sys.executable, "-m", "orderflow", *map(str, command)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "COLUMNS": "80", **environment},
    ) as process:
        os.close(theirs)
        output = b""
        try:
            while part := os.read(ours, 65_536):
                output += part
        except OSError:  # Linux says so when the other side has closed it
            pass
        process.wait(60)
    os.close(ours)
    return output.decode()


def test_csv_on_a_terminal_is_made_harmless(shop: ForeignShop) -> None:
    shown = on_terminal("events", "--csv", "--seller", SELLER, ORDERFLOW_DB=str(shop.db))
    check(shown.replace("\r\r\n", "\n").replace("\r\n", "\n"))
    assert FORGED in shown


def test_a_progress_bar_shows_names_as_text(tmp_path: Path) -> None:
    shop = FileShop(tmp_path)
    name = "a[red]\x1b]0;evil\x1b[2J.csv"
    file = shop.write(*[f"{each},A,1,2026-03-02T09:00Z" for each in range(400)], name=name)
    options = ("--db", shop.db, "--seller", "a", "--warehouse", "b")
    shown = on_terminal("import", file, *options, TERM="xterm", COLUMNS="300")
    assert r"a[red]\x1b]0;evil\x1b[2J.csv" in shown
    assert "Reading" in shown
    assert "\x1b]0;evil" not in shown
