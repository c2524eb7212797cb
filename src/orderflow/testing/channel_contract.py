"""The contract of channels, as tests to inherit.

For example::

    from orderflow.testing.channel_contract import ChannelContract

    class TestMyChannel(ChannelContract):
        def make_channel(self):
            return MyChannel(...)

        def addresses(self):
            return "jo@shop.example", "al@shop.example"

        def received(self):
            return [(mail.recipient, mail.text) for mail in my_server.mails]

The channel sends to a receiver of yours, such as a mail server on the same machine. Needs pytest,
from the extra `testing`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, get_args

import pytest

from orderflow.domain.model.lifecycle import Action
from orderflow.domain.model.status import Status
from orderflow.errors import NoticeError
from orderflow.notices.notice import Bulletin, Notice, WayOut
from orderflow.testing.filled import MOMENT, filled, names_of_fields

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from orderflow.ports import Channel

__all__ = ["ChannelContract"]

_KINDS: tuple[type[Notice], ...] = get_args(Notice)
_NAMES = (
    "=?utf-8?q?A=0d=0aBcc:_x=40evil.example?=",
    "A\r\nBcc: x@evil.example\r\n\r\nB",
    "</p><script>alert(1)</script>",
    "{{7*7}} {order_id} %s $x",
    "\u202egnp.exe \u2066\x1b[31m\x00",
    "' OR 1=1 -- \\",
    "Größe 日本 😀",
    "x" * 1_000,
)
"""Texts that somebody may put into an id or a note to cause harm."""


def _bulletin(bulletin_id: str, *notices: Notice, **fields: object) -> Bulletin:
    given = {"since": None, "until": None, "left_out": 0, **fields}
    return filled(Bulletin, bulletin_id=bulletin_id, seller_id="acme", notices=notices, **given)


def _notice(kind: type[Notice], order_id: str, seller_id: str = "acme") -> Notice:
    """Return a notice of a kind, with every field filled."""
    ways = WayOut(Action.SPLIT, (Status.ALLOCATED,), ((order_id, 2),))  # other actions are none
    given = {"ways_out": (ways,)} if "ways_out" in names_of_fields(kind) else {}
    return filled(kind, seller_id=seller_id, order_id=order_id, **given)


def _notices() -> tuple[Notice, ...]:
    """Return a notice of each kind, each about an order of its own."""
    return tuple(_notice(kind, f"A-{number}") for number, kind in enumerate(_KINDS, 10))


class ChannelContract(ABC):
    """Tests of a channel. Inherit them and implement the abstract methods.

    If the receiver can fail, implement `unreachable` and `refused_address` too.
    """

    @abstractmethod
    def make_channel(self) -> Channel:
        """Make a channel."""

    @abstractmethod
    def addresses(self) -> tuple[str, str]:
        """Return two addresses that take bulletins."""

    @abstractmethod
    def received(self) -> Sequence[tuple[str, str]]:
        """Return the address and the text of each message that has arrived anywhere, in order.

        The text must be as its reader sees it, with encodings such as Base64 undone.
        """

    def unreachable(self) -> AbstractContextManager[object]:
        """Return a context in which the receiver cannot be reached."""
        pytest.skip("the receiver can always be reached")

    def refused_address(self) -> str:
        """Return an address that the receiver refuses for good."""
        pytest.skip("the receiver refuses no address")

    def test_a_bulletin_arrives_once_at_its_address(self) -> None:
        """Nobody else receives it, and the texts tell which order it is about."""
        channel, (first, second) = self.make_channel(), self.addresses()
        for bulletin_id, address in (("1", first), ("2", second), ("3", first)):
            channel.send(address, _bulletin(bulletin_id, _notice(_KINDS[0], f"A-{bulletin_id}")))
        assert [address for address, _ in self.received()] == [first, second, first]
        for bulletin_id, (_, text) in zip("123", self.received(), strict=True):
            assert f"A-{bulletin_id}" in text

    @pytest.mark.parametrize("kind", _KINDS, ids=lambda kind: kind.__name__)
    def test_every_kind_of_notice_arrives(self, kind: type[Notice]) -> None:
        """A notice arrives with every field filled."""
        address, _ = self.addresses()
        self.make_channel().send(address, _bulletin("1", _notice(kind, "A-17")))
        ((arrived_at, text),) = self.received()
        assert arrived_at == address
        assert "A-17" in text

    def test_all_notices_of_a_bulletin_arrive(self) -> None:
        """A bulletin, or a digest that leaves some out, is sent with all its notices."""
        channel, (address, _) = self.make_channel(), self.addresses()
        notices = _notices()
        channel.send(address, _bulletin("1", *notices))
        day = {"since": MOMENT - timedelta(days=1), "until": MOMENT, "left_out": 7}
        channel.send(address, _bulletin("2", *notices, **day))
        arrived = "".join(text for _, text in self.received())
        assert [each.order_id for each in notices if arrived.count(each.order_id) < 2] == []  # noqa: PLR2004 - in both

    @pytest.mark.parametrize("name", _NAMES, ids=ascii)
    def test_a_name_that_means_harm_adds_no_message(self, name: str) -> None:
        """Whatever an id or a note contains, one message arrives at one address."""
        notices = [_notice(kind, name, name) for kind in _KINDS]
        address, _ = self.addresses()
        self.make_channel().send(address, _bulletin("1", *notices))
        assert [address for address, _ in self.received()] == [address]

    def test_a_preview_sends_nothing(self) -> None:
        """It returns a text with what would be sent, even if the receiver cannot be reached."""
        address, _ = self.addresses()
        notices = _notices()
        text = self.make_channel().preview(address, _bulletin("1", *notices))
        assert [each.order_id for each in notices if each.order_id not in text] == []
        assert list(self.received()) == []

    def test_several_threads_send_at_the_same_time(self) -> None:
        """Each bulletin arrives once, at its own address."""
        channel, addresses = self.make_channel(), self.addresses()

        def send(number: int) -> None:
            bulletin = _bulletin(f"{number}", _notice(_KINDS[0], f"A-{number}"))
            channel.send(addresses[number % 2], bulletin)

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(send, range(10, 30)))
        arrived = Counter(
            (address, number)
            for address, text in self.received()
            for number in range(10, 30)
            if f"A-{number}" in text
        )
        assert arrived == Counter((addresses[number % 2], number) for number in range(10, 30))

    def test_a_bulletin_is_sent_again_if_the_receiver_was_not_reached(self) -> None:
        """The failure raises an error, which is not final."""
        channel, (address, _) = self.make_channel(), self.addresses()
        bulletin = _bulletin("1", *_notices())
        with self.unreachable(), pytest.raises(Exception) as caught:  # noqa: PT011 - any error
            channel.send(address, bulletin)
        assert not (isinstance(caught.value, NoticeError) and caught.value.is_final)
        assert list(self.received()) == []
        channel.send(address, bulletin)
        assert [address for address, _ in self.received()] == [address]

    def test_an_address_that_is_refused_for_good_is_final(self) -> None:
        """The error is final, and other addresses are not affected."""
        channel, (address, _) = self.make_channel(), self.addresses()
        with pytest.raises(NoticeError) as caught:
            channel.send(self.refused_address(), _bulletin("1", *_notices()))
        assert caught.value.is_final
        channel.send(address, _bulletin("2", *_notices()))
        assert [address for address, _ in self.received()] == [address]
