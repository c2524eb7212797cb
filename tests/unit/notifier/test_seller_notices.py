"""`SellerNotices`: from a file of settings to real servers."""

from __future__ import annotations

import base64
from datetime import timedelta
from email import message_from_bytes, policy
from html import unescape
from threading import Event
from typing import Any

import pytest

from orderflow import ExpectedReceipt, MemoryRepository, OrderFlow, Replacement, ReplacementList
from orderflow.adapters.memory import MemoryNoticeStore, MemoryOutbox
from orderflow.adapters.webhook import from_envelope, verify
from orderflow.notices import Preference, Preferences, Recipient
from orderflow.notifier import DigestResult, SellerNotices, SettingsError, read_settings
from orderflow.service import RelayResult
from tests.unit.adapters.servers import HOST, mail_server, web_server
from tests.unit.shop import ACME, NOON, Clock, key, order

SECRETS = {"ORDERFLOW_WEBHOOK_SECRET": "whsec_" + base64.b64encode(b"k" * 32).decode()}


def settings(mail_port: int = 25, hook_port: int = 80) -> dict[str, Any]:
    place = f"http://{HOST}:{hook_port}"
    return {
        "link": "https://shop.example/orders/{order_id}",
        "mail": {
            "host": HOST,
            "port": mail_port,
            "security": "NONE",
            "sender": "orders@shop.example",
        },
        "webhook": {"allowed": [place], "private": True},
        "default": {"mail": ["jo@shop.example"], "webhooks": [f"{place}/"], "logs": ["orders"]},
    }


class Shop:
    def __init__(self, data: dict[str, Any], environ: dict[str, str] | None = None) -> None:
        self.clock = Clock()
        self.outbox = MemoryOutbox()
        self.repository = MemoryRepository(self.outbox)
        self.flow = OrderFlow(self.repository, clock=self.clock)
        self.desk = SellerNotices(
            read_settings(data),
            self.repository,
            MemoryNoticeStore(),
            environ=SECRETS if environ is None else environ,
            clock=self.clock,
        )
        self.flow.seller(ACME).place(order("A"))


def test_sellers_are_told_as_the_settings_say(caplog: pytest.LogCaptureFixture) -> None:
    with mail_server() as (box, mail_port), web_server() as (hook, hook_port):
        shop = Shop(settings(mail_port, hook_port))
        with caplog.at_level("INFO", "orders"):
            assert shop.desk.notify(shop.outbox) == RelayResult(sent=2)
    assert b"https://shop.example/orders/A" in box.content()
    ((_, headers, body),) = hook.requests
    verify(dict(headers.items()), body, list(SECRETS.values()), now=NOON)
    assert from_envelope(body).notices[0].order_id == "A"
    assert "Order A is on back order" in caplog.text


def test_who_is_told_may_be_said_elsewhere_than_in_the_settings() -> None:
    shop = Shop(settings())
    chosen = Preferences(default=Preference(recipients=(Recipient("log", "elsewhere"),)))
    desk = SellerNotices(
        read_settings(settings()),
        shop.repository,
        MemoryNoticeStore(),
        environ={},
        preferences=chosen,
    )
    (shown,) = desk.preview(shop.outbox)
    assert shown.startswith("elsewhere: seller acme: Order A is on back order.")


def test_a_mail_tells_what_is_in_stock_instead_what_is_expected_and_the_ways_out() -> None:
    cups = ReplacementList([Replacement("CUP", "MUG"), Replacement("GLASS", "MUG")])
    with mail_server() as (box, port):
        outbox, clock = MemoryOutbox(), Clock()
        repository = MemoryRepository(outbox)
        flow = OrderFlow(repository, clock=clock, catalogue=cups)
        acme = flow.seller(ACME)
        data = settings(port) | {"default": {"mail": ["jo@shop.example"], "zone": "Asia/Tokyo"}}
        desk = SellerNotices(
            read_settings(data),
            repository,
            MemoryNoticeStore(),
            environ=SECRETS,
            default_policy=flow.default_policy,
            catalogue=flow.catalogue,
            clock=clock,
        )
        acme.book_in(key("MUG"), 2)
        acme.book_in(key("CUP"), 4)
        acme.book_in(key("GLASS"), 2)
        friday = NOON + timedelta(days=4)
        acme.announce(ExpectedReceipt("R1", key("MUG"), 9, friday))
        acme.place(order("A", ("MUG", 3)))
        assert desk.notify(outbox).failed == 0
    mail = message_from_bytes(box.content(), policy=policy.default)
    for part in mail.iter_parts():
        text = " ".join(unescape(part.get_content()).split())
        assert "Not in stock: 1 of MUG (line 1). Expected on 7 March 2025, 21:00 JST." in text
        assert "In stock instead of MUG: CUP (4 available)." in text  # two glasses are not enough
        assert "Cancel the order." in text
        assert "Send stock to the warehouse: 1 of MUG." in text
        assert "Split the order, and let what is in stock leave now: 2 of MUG." in text


def test_what_comes_later_is_told_as_well_until_it_is_told_to_stop() -> None:
    with mail_server() as (box, mail_port), web_server() as (_, hook_port):
        shop, stop = Shop(settings(mail_port, hook_port)), Event()
        rounds = []
        for relayed in shop.desk.follow(shop.outbox, every_s=0.001, stop=stop):
            rounds.append(relayed)
            if len(rounds) == 1:
                shop.clock.wait()
                shop.flow.seller(ACME).book_in(key(), 1)
            if len(rounds) == 3:
                stop.set()
    assert rounds == [RelayResult(sent=2), RelayResult(sent=2), RelayResult()]
    assert len(box.envelopes) == 2


def test_a_look_tells_nothing_and_takes_nothing() -> None:
    shop = Shop(settings(), environ={})
    texts = list(shop.desk.preview(shop.outbox))
    assert len(texts) == 3
    assert "Subject: Order A is on back order\n" in texts[0]
    assert texts[1].startswith("POST http://127.0.0.1:80/\n")
    assert texts[2].startswith("orders: seller acme: Order A is on back order.")
    assert list(shop.desk.preview(shop.outbox)) == texts


def test_a_look_that_is_broken_off_gives_everything_back() -> None:
    shop = Shop(settings())
    shop.flow.seller(ACME).place(order("B"))
    look = shop.desk.preview(shop.outbox)
    next(look)
    assert list(shop.desk.preview(shop.outbox)) == []
    look.close()
    assert len(list(shop.desk.preview(shop.outbox))) == 6


def test_a_channel_that_is_not_set_up_is_named_in_a_look() -> None:
    data = settings()
    del data["mail"]
    shop = Shop(data)
    assert "there is no channel 'mail'" in next(iter(shop.desk.preview(shop.outbox)))


def test_digests_are_sent_once() -> None:
    with mail_server() as (box, mail_port), web_server() as (hook, hook_port):
        shop = Shop(settings(mail_port, hook_port))
        assert shop.desk.digest() == DigestResult()
        shop.clock.wait(24 * 60)
        assert len(list(shop.desk.preview_digest())) == 3
        assert shop.desk.digest() == DigestResult(sent=3)
        assert shop.desk.digest() == DigestResult()
        assert list(shop.desk.preview_digest()) == []
    assert (len(box.envelopes), len(hook.requests)) == (1, 1)


def test_an_empty_digest_is_not_shown() -> None:
    shop = Shop(settings())
    shop.flow.seller(ACME).cancel("A")
    shop.clock.wait(24 * 60)
    assert list(shop.desk.preview_digest()) == []


@pytest.mark.parametrize("environ", [{}, {"ORDERFLOW_WEBHOOK_SECRET": " "}])
def test_a_secret_that_is_missing_is_named(environ: dict[str, str]) -> None:
    shop = Shop(settings(), environ)
    for run in (lambda: shop.desk.notify(shop.outbox), shop.desk.digest):
        with pytest.raises(SettingsError, match="environment: ORDERFLOW_WEBHOOK_SECRET: is not"):
            run()


def test_a_password_is_asked_for_where_a_user_logs_in() -> None:
    data = settings()
    data["mail"] |= {"user": "shop", "security": "STARTTLS", "password_env": "SHOP_PASSWORD"}
    shop = Shop(data)
    with pytest.raises(SettingsError, match="environment: SHOP_PASSWORD: is not set"):
        shop.desk.notify(shop.outbox)
