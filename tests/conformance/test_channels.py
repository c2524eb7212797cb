"""Our channels keep the contract of channels, on real servers."""

from __future__ import annotations

import email
import logging
from contextlib import contextmanager
from email.policy import default
from itertools import groupby
from typing import TYPE_CHECKING

import pytest

from orderflow.adapters.function import FunctionChannel
from orderflow.adapters.log import LogChannel
from orderflow.adapters.mail import MailChannel, MailServer, MailWriter, Security
from orderflow.adapters.webhook import Guard, WebhookChannel
from orderflow.ports import NoticeError
from orderflow.testing.channel_contract import ChannelContract
from tests.unit.adapters.servers import HOST, mail_server, web_server
from tests.unit.adapters.test_webhook import SECRET
from tests.unit.shop import NOON

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage

    from orderflow.notices import Bulletin
    from orderflow.ports import Channel


class TestMailChannel(ChannelContract):
    @pytest.fixture(autouse=True)
    def server(self) -> Iterator[None]:
        with mail_server() as (self.box, port):
            self.box.answers["gone@shop.example"] = "550 no such mailbox"
            self.settings = MailServer(host=HOST, port=port, security=Security.NONE)
            yield

    def make_channel(self) -> Channel:
        writer = MailWriter("Orders <orders@shop.example>")
        return MailChannel(self.settings, writer, now=lambda: NOON)

    def addresses(self) -> tuple[str, str]:
        return "jo@shop.example", "al@shop.example"

    def received(self) -> list[tuple[str, str]]:
        return [
            (address, _text(email.message_from_bytes(envelope.content, policy=default)))
            for envelope in self.box.envelopes
            for address in envelope.rcpt_tos
        ]

    @contextmanager
    def unreachable(self) -> Iterator[None]:
        self.box.answers |= dict.fromkeys(self.addresses(), "451 try again later")
        yield
        for address in self.addresses():
            del self.box.answers[address]

    def refused_address(self) -> str:
        return "gone@shop.example"


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return f"{mail['Subject']}\n{body.get_content()}"


class TestWebhookChannel(ChannelContract):
    @pytest.fixture(autouse=True)
    def server(self) -> Iterator[None]:
        with web_server() as (self.hook, port):
            self.place = f"http://{HOST}:{port}"
            yield

    def make_channel(self) -> Channel:
        guard = Guard(allowed=(self.place,), private=True)
        return WebhookChannel(guard, [SECRET], now=lambda: NOON)

    def addresses(self) -> tuple[str, str]:
        return f"{self.place}/jo", f"{self.place}/al?x=1"

    def received(self) -> list[tuple[str, str]]:
        return [
            (f"{self.place}{path}", body.decode())
            for path, _, body in self.hook.requests
            if self.hook.status == 204
        ]

    @contextmanager
    def unreachable(self) -> Iterator[None]:
        self.hook.status = 503
        yield
        self.hook.status = 204
        self.hook.requests.clear()

    def refused_address(self) -> str:
        return "http://elsewhere.example/"


class TestLogChannel(ChannelContract):
    @pytest.fixture(autouse=True)
    def log(self, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
        self.caplog = caplog
        with caplog.at_level(logging.INFO):
            yield

    def make_channel(self) -> Channel:
        return LogChannel()

    def addresses(self) -> tuple[str, str]:
        return "shop.orders", "shop.returns"

    def received(self) -> list[tuple[str, str]]:
        """Join the lines of one bulletin, which follow each other."""
        lines = groupby(self.caplog.records, key=lambda record: record.name)
        return [(name, "\n".join(each.getMessage() for each in some)) for name, some in lines]


class TestFunctionChannel(ChannelContract):
    @pytest.fixture(autouse=True)
    def screen(self) -> None:
        self.shown: list[tuple[str, Bulletin]] = []
        self.is_down = False

    def make_channel(self) -> Channel:
        return FunctionChannel(self._show)

    def _show(self, address: str, bulletin: Bulletin) -> None:
        if self.is_down:
            raise ConnectionError
        if address == "none":
            raise NoticeError(address, "no such line", "choose another one", is_final=True)
        self.shown.append((address, bulletin))

    def addresses(self) -> tuple[str, str]:
        return "line-3", "line-4"

    def received(self) -> list[tuple[str, str]]:
        return [(address, str(bulletin)) for address, bulletin in self.shown]

    @contextmanager
    def unreachable(self) -> Iterator[None]:
        self.is_down = True
        yield
        self.is_down = False

    def refused_address(self) -> str:
        return "none"
