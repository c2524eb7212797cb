"""Nothing that a seller or a file supplies adds a header to a mail, or a line to its body.

An encoded word of RFC 2047 is harmless where an id is checked, and becomes something else in a
header. So these tests read the bytes that a real server received.
"""

from __future__ import annotations

from email.errors import MessageError
from html import escape
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow import InvalidValueError
from orderflow.adapters.mail import MailChannel, MailServer, MailWriter, OrderLink, Security
from orderflow.notices import NOTICE_KINDS, kind_of
from orderflow.ports import NoticeError
from tests.unit.adapters.received import ENCODED_WORDS, FORGED, HEADERS, Received
from tests.unit.adapters.servers import HOST, mail_server
from tests.unit.notices.samples import HOSTILE, bulletin, notices
from tests.unit.shop import NOON

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from email.message import EmailMessage

    from orderflow.notices import Bulletin, Notice

JO = "jo@shop.example"
LINK = OrderLink("https://shop.example/{seller_id}/orders/{order_id}")
SENDER = "Café Orders <orders@shop.example>"
WRITER = MailWriter(SENDER, link=LINK)


class CarelessWriter(MailWriter):
    """Leaves the subject to the `email` package."""

    def write(self, address: str, bulletin: Bulletin, now: datetime) -> EmailMessage:
        mail = super().write(address, bulletin, now)
        mail.replace_header("Subject", str(mail["Subject"]))
        return mail


def sent(text: str, writer: MailWriter = WRITER) -> list[tuple[Notice, bytes]]:
    """Send a mail about each kind of notice, in which whatever may be a text is this one."""
    told = notices(text)
    with mail_server() as (box, port):
        server = MailServer(host=HOST, port=port, security=Security.NONE)
        channel = MailChannel(server, writer, now=lambda: NOON)
        for notice in told:
            channel.send(JO, bulletin(notice, seller_id=text, bulletin_id=text))
    return [
        (notice, envelope.content) for notice, envelope in zip(told, box.envelopes, strict=True)
    ]


def check(notice: Notice, content: bytes) -> None:
    """Hold a mail to its headers, and to a body that has every text as it was written."""
    heading = f"Order {notice.order_id} {NOTICE_KINDS[kind_of(notice)].title}"
    mail = Received(content)
    assert tuple(name for name, _ in mail.headers) == HEADERS
    assert mail["Subject"] == heading
    assert mail["From"] == SENDER
    assert mail["To"] == JO
    (_, plain), (_, page) = mail.parts
    assert [kind for kind, _ in mail.parts] == ["text/plain", "text/html"]
    first, *others = plain.strip().splitlines()
    assert first == heading
    assert all(line.startswith("  ") for line in others)
    link = LINK.to(notice.order_id, notice.order_id)
    assert others[-1].strip() == link
    assert f"<h2><bdi>{escape(heading)}</bdi></h2>".replace("&#x27;", "&#39;") in page
    assert page.count(escape(link)) == 1


def texts_in(value: object) -> Iterator[str]:
    """Yield every free text in a notice."""
    if type(value) is str:
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from texts_in(each)
    elif attrs.has(kind := type(value)):
        for field in attrs.fields(kind):
            yield from texts_in(getattr(value, field.name))


def test_the_samples_have_the_text_wherever_a_notice_has_one() -> None:
    for notice in notices(FORGED):
        found = list(texts_in(notice))
        assert len(found) >= 2
        assert {*found} == {FORGED}


@pytest.mark.parametrize("text", ENCODED_WORDS)
def test_an_encoded_word_in_any_field_arrives_as_it_was_written(text: str) -> None:
    for notice, content in sent(text):
        check(notice, content)


@pytest.mark.parametrize("text", ENCODED_WORDS)
def test_an_encoded_word_in_the_customer_s_reference_arrives_as_it_was_written(text: str) -> None:
    notice = attrs.evolve(notices("7")[2], customer_reference=text)
    mail = Received(WRITER.write(JO, bulletin(notice), NOON).as_bytes())
    assert tuple(name for name, _ in mail.headers) == HEADERS
    assert mail["Subject"] == f"Order 7 ({text}) is complete"


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_no_text_in_any_field_adds_a_header(text: str) -> None:
    for _, content in sent(text):
        assert tuple(name for name, _ in Received(content).headers) == HEADERS


@given(st.text("=?utf8-qb*_ \t\r\n;,:\N{LATIN SMALL LETTER E WITH ACUTE}0dA\u2028", max_size=80))
def test_whatever_an_id_holds_adds_no_header(text: str) -> None:
    mail = WRITER.write(JO, bulletin(*notices(text)[:1]), NOON)
    received = Received(mail.as_bytes())
    assert tuple(name for name, _ in received.headers) == HEADERS
    assert received["Subject"] == str(mail["Subject"])


def test_the_subject_of_several_notices_is_as_harmless() -> None:
    told = bulletin(*[notices(FORGED)[2]] * 3)
    mail = Received(WRITER.write(JO, told, NOON).as_bytes())
    assert tuple(name for name, _ in mail.headers) == HEADERS
    assert mail["Subject"] == f"Order {FORGED} is complete, and 2 more updates"


def test_these_checks_find_the_fault_where_it_is() -> None:
    """With some versions of Python it is another subject, with some a header and a body."""
    careless = CarelessWriter(SENDER, link=LINK)
    for notice, content in sent("A", careless):
        check(notice, content)
    with pytest.raises((AssertionError, MessageError)):
        check(*sent(FORGED, careless)[0])


# Addresses


@pytest.mark.parametrize(
    "word", [each for each in ENCODED_WORDS if "=?" in each and " " not in each]
)
def test_an_address_with_an_encoded_word_is_refused_for_good(word: str) -> None:
    for address in (f"{word}@shop.example", f"jo{word}@shop.example", f"jo@{word}.example"):
        with pytest.raises(NoticeError, match="not a mail address") as caught:
            WRITER.write(address, bulletin(), NOON)
        assert caught.value.is_final
        with pytest.raises(InvalidValueError, match=r"MailWriter\.sender"):
            MailWriter(f"Orders <{address}>")
    with pytest.raises(InvalidValueError, match=r"MailWriter\.sender"):
        MailWriter(f"{word} <orders@shop.example>")


@pytest.mark.parametrize(
    "address",
    [
        '"jo> NOTIFY=NEVER"@shop.example',
        '"a b"@shop.example',
        "jo(comment)@shop.example",
        "jo@[10.0.0.1]",
        "jo,al@shop.example",
        "jo@shop.example>",
        "a..b@shop.example",
    ],
)
def test_an_address_that_another_program_may_end_elsewhere_is_refused(address: str) -> None:
    with pytest.raises(NoticeError, match="not a mail address"):
        WRITER.write(address, bulletin(), NOON)


@pytest.mark.parametrize("name", ["Orders, Ltd", 'The "Shop"', "Café, (Leeds)", "注文" * 30])
def test_the_name_of_the_sender_arrives_as_it_was_written(name: str) -> None:
    content = MailWriter(f"{name} <orders@shop.example>").write(JO, bulletin(), NOON).as_bytes()
    sender: Any = Received(content)["From"]
    assert sender.replace("\\", "").replace('"', "") == (
        f"{name} <orders@shop.example>".replace('"', "")
    )


# What a server says


def test_the_answer_of_a_mail_server_is_one_bounded_line() -> None:
    with mail_server() as (box, port):
        box.data_answer = "554 no\x1b[2J" + "x" * 480 + "\N{RIGHT-TO-LEFT OVERRIDE}" + "y" * 100
        server = MailServer(host=HOST, port=port, security=Security.NONE)
        with pytest.raises(NoticeError) as caught:
            MailChannel(server, WRITER, now=lambda: NOON).send(JO, bulletin())
    assert str(caught.value).isprintable()
    assert r"554 no\x1b[2Jxxx" in caught.value.cause
    assert len(caught.value.cause) < 600
