"""`orderflow notify` and `orderflow digest`: mails and webhooks that arrive at real servers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from orderflow.adapters.webhook import from_envelope
from tests.cli.files import FileShop
from tests.cli.runner import flat
from tests.unit.adapters.received import FORGED, HEADERS, Received
from tests.unit.adapters.servers import HOST, MailBox, mail_server, web_server

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "whsec_" + "a2V5IGZvciB0ZXN0cywg" * 2
DAY = "2026-03-01T"


@pytest.fixture(name="shop")
def _shop(tmp_path: Path) -> FileShop:
    """Take an order in that goes on back order."""
    shop = FileShop(tmp_path)
    assert shop.run("place", "A", "MUG=2", "--at", f"{DAY}10:00").exit_code == 0
    return shop


def settings(shop: FileShop, mail_port: int, hook_port: int = 0, **default: object) -> Path:
    mail = {"host": HOST, "port": mail_port, "security": "NONE", "sender": "orders@shop.example"}
    data = {"mail": mail, "default": {"mail": ["jo@acme.example"], **default}}
    if hook_port:
        data["webhook"] = {"allowed": [f"http://{HOST}:{hook_port}"], "private": True}
    path = shop.folder / "notify.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def text_of(box: MailBox, number: int = -1) -> str:
    content: bytes = box.envelopes[number].content
    return content.decode()


def test_sellers_are_notified_once_by_mail_and_webhook(
    shop: FileShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORDERFLOW_WEBHOOK_SECRET", SECRET)
    with mail_server() as (box, mail_port), web_server() as (hook, hook_port):
        to_hook = [f"http://{HOST}:{hook_port}/orders"]
        path = settings(shop, mail_port, hook_port, webhooks=to_hook, logs=["desk"])
        first = shop.run("notify", "--settings", path)
        again = shop.run("notify", "--settings", path, "--json")
    assert (first.exit_code, first.stdout) == (0, "messages handled: 2\n")
    assert "desk: seller acme: Order A is on back order." in first.stderr
    assert json.loads(again.stdout) == {
        "sent": 0,
        "failed": 0,
        "dead": 0,
        "unreadable": [],
        "failures": [],
    }
    assert "Subject: Order A is on back order" in text_of(box)
    ((_, _, body),) = hook.requests
    assert from_envelope(body).notices[0].order_id == "A"


def test_a_notice_names_expected_dates_and_replacements(shop: FileShop) -> None:
    shop.run("announce", "R-1", "MUG", "5", "2026-03-09T08:00", "--at", f"{DAY}10:01")
    shop.run("book-in", "CUP", "4", "--at", f"{DAY}10:02")
    catalogue = shop.folder / "instead.csv"
    catalogue.write_text("sku,replaces\nCUP,MUG\n", encoding="utf-8")
    with mail_server() as (box, port):
        path = settings(shop, port)
        now = f"{DAY}10:03"
        shop.run("notify", "--settings", path, "--replacements", catalogue, "--at", now)
    text = text_of(box, 0)
    assert "Not in stock: 2 of MUG (line 1). Expected on 9 March 2026, 08:00 UTC." in text
    assert "In stock instead of MUG: CUP (4 available)." in text


def test_a_dry_run_shows_the_mails_and_sends_nothing(shop: FileShop) -> None:
    with mail_server() as (box, port):
        path = settings(shop, port)
        shown = shop.run("notify", "--settings", path, "--dry-run")
        assert "To: jo@acme.example" in shown.stdout
        assert "1 would be sent; nothing was sent." in shown.stderr
        (text,) = shop.ask("notify", "--settings", path, "--dry-run")["shown"]
        assert "Subject: Order A is on back order" in text
        assert box.envelopes == []
        assert shop.run("notify", "--settings", path).stdout == "messages handled: 2\n"


def test_a_failed_notice_is_reported_and_tried_again(shop: FileShop) -> None:
    with mail_server() as (box, port):
        path = settings(shop, port)
        box.answers["jo@acme.example"] = "451 not now"
        failed = shop.run("notify", "--settings", path, "--at", f"{DAY}11:00")
        assert (failed.exit_code, failed.stdout) == (1, "messages handled: 0\n")
        assert "not sent: A: NoticeError: 'mail:***@acme.example' was not notified" in failed.stderr
        assert "451 not now" in failed.stderr
        assert "the next attempt is due at 2026-03-01 11:00 UTC" in flat(failed.stderr)
        del box.answers["jo@acme.example"]
        again = shop.run("notify", "--settings", path, "--at", f"{DAY}11:01")
    assert (again.exit_code, again.stdout) == (0, "messages handled: 2\n")
    assert len(box.envelopes) == 1


def test_a_notice_that_is_refused_for_good_is_dead(shop: FileShop) -> None:
    with mail_server() as (box, port):
        box.answers["jo@acme.example"] = "550 nobody here"
        result = shop.run("notify", "--settings", settings(shop, port), "--json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert found["dead"] == 1
    assert found["failures"][0]["becomes"] == "it is a dead letter now: see orderflow dead-letters"
    (dead,) = shop.ask("dead-letters")["dead_letters"]
    assert "nobody here" in dead["error"]


def test_a_skipped_recipient_is_reported_although_others_were_notified(shop: FileShop) -> None:
    with mail_server() as (box, port):
        box.answers["gone@acme.example"] = "550 nobody here"
        mail = ["jo@acme.example", "gone@acme.example"]
        result = shop.run("notify", "--settings", settings(shop, port, mail=mail))
    assert (result.exit_code, result.stdout) == (1, "messages handled: 2\n")
    assert "mail:gone@acme.example is skipped" in flat(result.stderr)
    assert len(box.envelopes) == 1


def test_an_encoded_word_in_whatever_was_given_arrives_as_it_was_written(tmp_path: Path) -> None:
    shop = FileShop(tmp_path, seller=FORGED)
    shop.do("book-in", FORGED, 2, "--at", f"{DAY}09:00", "--warehouse", FORGED)
    address = f"{FORGED}|{FORGED}|{FORGED}|{FORGED[:20]}|GB"
    lines = (f"{FORGED}=1", "MUG=2", "--warehouse", FORGED)
    placed = (*lines, "--courier", FORGED, "--ship-to", address, "--at", f"{DAY}10:00")
    shop.do("place", FORGED, *placed)
    shop.do("hold", FORGED, "OTHER", "--note", FORGED, "--at", f"{DAY}10:01")
    shop.do("place", "B", f"{FORGED}=1", "--warehouse", FORGED, "--at", f"{DAY}10:02")
    shop.do("send", "B", "--at", f"{DAY}10:03")
    shop.do("request-cancellation", "B", "--reason", FORGED, "--at", f"{DAY}10:04")
    shop.do("reject-cancellation", "B", "--reason", FORGED, "--at", f"{DAY}10:05")
    with mail_server() as (box, port):
        result = shop.run("notify", "--settings", settings(shop, port))
    assert result.exit_code == 0, result.stderr
    mails = [Received(envelope.content) for envelope in box.envelopes]
    assert [mail["Subject"] for mail in mails] == [
        f"Order {FORGED} is on hold",
        "Order B will not be cancelled",
    ]
    for mail in mails:
        assert tuple(name for name, _ in mail.headers) == HEADERS
        (_, plain), _ = mail.parts
        assert FORGED in plain


@pytest.mark.parametrize("command", ["notify", "digest"])
def test_invalid_settings_are_named(shop: FileShop, command: str) -> None:
    result = shop.run(command, "--settings", shop.folder / "none.toml")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "none.toml: $: cannot be read" in flat(result.stderr)
    hooked = settings(shop, 9, 9, webhooks=[f"http://{HOST}:9/"])
    result = shop.run(command, "--settings", hooked)
    assert result.exit_code == 2
    assert "ORDERFLOW_WEBHOOK_SECRET: is not set" in flat(result.stderr)


def test_a_dry_run_does_not_follow(shop: FileShop) -> None:
    assert "'--follow'" in shop.run("notify", "--follow", "--dry-run").stderr


# Digests


def daily(shop: FileShop, port: int) -> Path:
    return settings(shop, port, kinds={"ON_BACK_ORDER": "DAILY"})


def test_a_digest_is_sent_once(shop: FileShop) -> None:
    at = ("--at", "2026-03-02T07:10")
    with mail_server() as (box, port):
        path = daily(shop, port)
        shown = shop.run("digest", "--settings", path, "--dry-run", *at)
        assert "Subject: 1 new order on back order until 2 March 2026, 07:00 UTC" in shown.stdout
        first = shop.run("digest", "--settings", path, *at)
        assert (first.exit_code, first.stdout) == (0, "digests sent: 1\n")
        assert shop.ask("digest", "--settings", path, *at) == {"sent": 0, "failures": []}
    assert len(box.envelopes) == 1


def test_a_digest_that_did_not_arrive_is_sent_by_the_next_run(shop: FileShop) -> None:
    at = ("--at", "2026-03-02T07:10")
    with mail_server() as (box, port):
        path = daily(shop, port)
        box.data_answer = "451 not now"
        failed = shop.run("digest", "--settings", path, *at)
        assert failed.exit_code == 1
        assert "not sent: mail:jo@acme.example: " in failed.stderr
        box.data_answer = "250 OK"
        assert shop.run("digest", "--settings", path, *at).stdout == "digests sent: 1\n"


# As a process


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C is a signal on POSIX")
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_it_notifies_until_it_is_stopped(shop: FileShop, end: signal.Signals) -> None:
    with mail_server() as (box, port):
        environment = {**os.environ, "ORDERFLOW_NOTIFY": str(settings(shop, port))}
        arguments = ("notify", "--follow", "--every", "0.1", "--json", "--db", str(shop.db))
        with subprocess.Popen(  # noqa: S603 - this package
            [sys.executable, "-m", "orderflow", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
        ) as process:
            assert process.stdout is not None
            first = json.loads(process.stdout.readline())
            shop.run("book-in", "MUG", "2")
            second = json.loads(process.stdout.readline())
            process.send_signal(end)
            output, messages = process.communicate(timeout=60)
    assert (process.returncode, output, messages) == (0, b"", b"")
    assert (first["sent"], second["sent"]) == (2, 2)
    assert "Subject: Order A is complete" in text_of(box)
