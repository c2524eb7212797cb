"""Mails, handed in at a real SMTP server."""

from __future__ import annotations

import email
import re
import smtplib
import sys
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given

from orderflow import InvalidValueError, MissingExtraError
from orderflow.adapters.mail import MailChannel, MailServer, MailWriter, OrderLink, Security
from orderflow.ports import NoticeError
from tests.unit.adapters.servers import HOST, mail_server, only, server_tls, trusting
from tests.unit.notices.samples import HOSTILE, bulletin, digest, notices, texts
from tests.unit.shop import NOON

if TYPE_CHECKING:
    from pathlib import Path

    from orderflow.notices import Bulletin, Notice

JO = "jo@shop.example"
LINK = OrderLink("https://shop.example/{seller_id}/orders/{order_id}?from=mail")
WRITER = MailWriter("Orders <orders@shop.example>", link=LINK)


def channel(port: int, writer: MailWriter = WRITER, **server: object) -> MailChannel:
    settings = {"host": HOST, "port": port, "security": Security.NONE, **server}
    return MailChannel(MailServer(**settings), writer, now=lambda: NOON, tls=trusting())  # type: ignore[arg-type] # of whatever kind


def parsed(content: bytes) -> EmailMessage:
    message = email.message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    text: str = body.get_content()
    return text


class Page(HTMLParser):
    """Tells the elements, links and text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.links += [value or "" for name, value in attributes if name == "href"]

    def handle_data(self, data: str) -> None:
        self.text += data


def written(*told: Notice) -> EmailMessage:
    return parsed(WRITER.write(JO, bulletin(*told), NOON).as_bytes())


# What a mail looks like


def test_a_mail_says_it_as_text_and_as_html() -> None:
    with mail_server() as (box, port):
        channel(port).send(JO, bulletin(notices()[0]))
    (envelope,) = box.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == ("orders@shop.example", [JO])
    mail = parsed(box.content())
    assert mail["Subject"] == "Order A is on back order"
    assert mail["From"] == "Orders <orders@shop.example>"
    assert mail["To"] == JO
    assert mail["Auto-Submitted"] == "auto-generated"
    assert part(mail, "plain").strip().splitlines() == [
        "Order A is on back order",
        "  It has been on back order since 3 March 2025, 12:00 UTC.",
        "  Not in stock: 3 of A (line A). Expected on 7 March 2025, 12:00 UTC.",
        "  In stock instead of A: A (9 available).",
        "  What you can do:",
        "  Cancel the order.",
        "  Split the order, and let what is in stock leave now: 2 of A.",
        "  https://shop.example/acme/orders/A?from=mail",
    ]
    page = Page(part(mail, "html"))
    assert page.links == ["https://shop.example/acme/orders/A?from=mail"]
    assert "Not in stock: 3 of A" in page.text


def test_a_digest_says_for_how_long_it_speaks_and_what_is_left_out() -> None:
    told = attrs.evolve(digest(notices()[0]), left_out=7)
    mail = parsed(WRITER.write(JO, told, NOON).as_bytes())
    for kind in ("plain", "html"):
        assert "Between 2 March 2025, 12:00 UTC and 3 March 2025, 12:00 UTC:" in part(mail, kind)
        assert "leaves out: 7." in part(mail, kind)
    # smtplib would send it as ">From ".
    assert not part(mail, "plain").startswith("From ")


def test_without_a_pattern_there_are_no_links() -> None:
    mail = parsed(MailWriter("o@shop.example").write(JO, bulletin(), NOON).as_bytes())
    assert Page(part(mail, "html")).links == []
    assert "http" not in part(mail, "plain")


def test_a_mail_has_the_same_message_id_each_time_and_no_other_has_it() -> None:
    ids = [
        WRITER.write(address, attrs.evolve(bulletin(), bulletin_id=each), NOON)["Message-ID"]
        for address, each in [(JO, "1"), (JO, "1"), (JO, "2"), ("al@shop.example", "1")]
    ]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3
    assert re.fullmatch(r"<[0-9a-f]{40}@shop\.example>", ids[0])


def test_a_host_can_replace_a_template(tmp_path: Path) -> None:
    (tmp_path / "bulletin.html").write_text("<b>{{ paragraphs[0].heading }}</b>", encoding="utf-8")
    writer = MailWriter("o@shop.example", templates=tmp_path)
    mail = parsed(writer.write(JO, bulletin(*notices("<i>")), NOON).as_bytes())
    assert part(mail, "html").strip() == "<b>Order &lt;i&gt; is on back order</b>"
    assert "Order <i> is on back order" in part(mail, "plain")


def test_what_would_be_sent_can_be_looked_at() -> None:
    shown = channel(1).preview(JO, bulletin())
    assert shown.startswith("From: Orders <orders@shop.example>\nTo: jo@shop.example\n")
    assert "Subject: Order A is complete\n" in shown
    assert "Every line now has its stock" in shown


# Names that mean no good


def check(mail: EmailMessage, text: str) -> None:
    """Hold a mail to what must be so whatever stands in ids, names and notes."""
    expected = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"]
    assert [name for name in mail if name not in {"MIME-Version", "Content-Type"}] == expected
    assert mail["To"] == JO
    assert len(mail["Subject"]) <= 150
    page = Page(part(mail, "html"))
    assert set(page.elements) <= {
        *("html", "head", "meta", "title", "body", "h2", "bdi", "ul", "li", "p", "a"),
    }
    assert page.elements.count("a") == len(page.links)
    for link in page.links:
        assert link.startswith("https://shop.example/")
        assert link.count("/") == 5
        assert link.endswith("?from=mail")
        assert re.fullmatch(r"[\w.~%-]*", link.split("/")[3], re.ASCII)
    for kind in ("plain", "html"):
        assert not re.search("[\u202a-\u202e\u2066-\u2069\x00\x1b]", part(mail, kind))
    if "{" in text or "$" in text:  # templates took it for a text
        assert " ".join(text.split()) in page.text


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_names_that_mean_no_good_are_harmless_in_a_mail(text: str) -> None:
    for notice in notices(text):
        check(written(notice), text)
    check(written(*notices(text)), text)


@given(texts)
def test_whatever_a_name_holds_is_harmless_in_a_mail(text: str) -> None:
    check(written(*notices(text)), "")


def test_names_that_mean_no_good_arrive_as_they_were_written() -> None:
    with mail_server() as (box, port):
        for text in HOSTILE:
            channel(port).send(JO, bulletin(*notices(text)))
    assert [envelope.rcpt_tos for envelope in box.envelopes] == [[JO]] * len(HOSTILE)
    for envelope, text in zip(box.envelopes, HOSTILE, strict=True):
        check(parsed(envelope.content), text)


# Links


@given(texts, texts)
def test_a_link_stays_on_its_page_whatever_the_ids(seller_id: str, order_id: str) -> None:
    link = LINK.to(seller_id, order_id)
    if {seller_id, order_id} & {".", ".."}:
        assert link == ""
    else:
        assert re.fullmatch(r"https://shop\.example/[\w.~%-]*/orders/[\w.~%-]*\?from=mail", link)


def test_an_id_that_looks_like_a_name_of_the_pattern_is_an_id() -> None:
    assert LINK.to("{order_id}", "7").startswith("https://shop.example/%7Border_id%7D/orders/7")


@pytest.mark.parametrize(
    "pattern",
    [
        "shop.example/{order_id}",
        "javascript:alert({order_id})",
        "https://shop.example/",
        "https://{order_id}.shop.example/",
        "https:///{order_id}",
        "https://shop.example/\n{order_id}",
        "http://a b/{order_id}",
        "http://x.y\\@z/{order_id}",
        "https://shop.example\\{order_id}",
        "https://user@shop.example/{order_id}",
        "https://user:secret@shop.example/{order_id}",
        "https://shop.example:80@evil.example/{order_id}",
        "https://shop.example:x/{order_id}",
        "https://shop.example:123456/{order_id}",
        "https://[::1/{order_id}",
        "https://shop。example/{order_id}",
        "https://shop.example{order_id}",
        "https://shop.example/ü/{order_id}",
        "https://shop.example/{order_id} ",
        "https://shop.example/<{order_id}>",
        'https://shop.example/"{order_id}',
        "https://shop.example/{order_id}/{other}",
        "https://shop.example/{{order_id}}",
        "https://shop.example/%zz/{order_id}",
        "https://shop.example/../{order_id}",
        "https://shop.example/%2e%2E/{order_id}",
        "https://shop.example/./{order_id}",
        "https://shop.example/{order_id}/\u202e",
        "https://shop.example:0/{order_id}",
        "https://shop.example:65536/{order_id}",
        "https://shop..example/{order_id}",
        "https://-shop.example/{order_id}",
        "https://999.1.1.1/{order_id}",
        "https://[1:2]/{order_id}",
        f"https://{'a' * 64}/{{order_id}}",
        f"https://{'a.' * 127}a/{{order_id}}",
        "https:shop.example/{order_id}",
        "https:/shop.example/{order_id}",
        "",
    ],
)
def test_a_pattern_that_makes_no_links_is_refused(pattern: str) -> None:
    with pytest.raises(InvalidValueError, match="http or https URL"):
        OrderLink(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "https://shop.example/{order_id}",
        "HTTP://shop_1.example:8080/{seller_id}/orders/{order_id}.html?from=mail#top",
        "https://[2001:db8::1]:443/#/orders/{order_id}",
        "https://127.0.0.1:65535/{order_id}",
        "https://shop.example./{order_id}",
        "https://shop.example?order={order_id}&seller={seller_id}",
        "https://shop.example/%C3%BC/a..b/.../.well-known/{order_id}",
    ],
)
def test_a_pattern_that_makes_links_is_taken(pattern: str) -> None:
    link = OrderLink(pattern).to("acme", "1/2")
    assert link == pattern.replace("{seller_id}", "acme").replace("{order_id}", "1%2F2")


@pytest.mark.parametrize("dots", [".", ".."])
def test_an_id_of_dots_leads_to_no_other_page(dots: str) -> None:
    assert LINK.to("acme", dots) == ""
    assert LINK.to(dots, "7") == ""
    mail = parsed(WRITER.write(JO, bulletin(*notices(dots), seller_id=dots), NOON).as_bytes())
    assert Page(part(mail, "html")).links == []
    assert "http" not in part(mail, "plain")


@pytest.mark.parametrize(
    ("order_id", "link"),
    [
        ("...", "https://shop.example/acme/orders/...?from=mail"),
        ("../..", "https://shop.example/acme/orders/..%2F..?from=mail"),
        ("%2e%2e", "https://shop.example/acme/orders/%252e%252e?from=mail"),
        ("a\\..\\b", "https://shop.example/acme/orders/a%5C..%5Cb?from=mail"),
    ],
)
def test_other_ids_with_dots_stay_a_part_of_the_path(order_id: str, link: str) -> None:
    assert LINK.to("acme", order_id) == link


def test_dots_that_are_no_part_of_the_path_are_an_id() -> None:
    link = OrderLink("https://shop.example/no-{order_id}?seller={seller_id}/../x")
    assert link.to("..", ".") == "https://shop.example/no-.?seller=../../x"


# Addresses


@pytest.mark.parametrize(
    "address",
    ["jo", "jo@", "@shop.example", "a@b@c", "jo@shop.example,x@y", "", "jo@x\r\nBcc: x@y", "<a@b>"],
)
def test_what_is_no_mail_address_is_refused_for_good(address: str) -> None:
    with pytest.raises(NoticeError, match="not a mail address") as caught:
        WRITER.write(address, bulletin(), NOON)
    assert caught.value.is_final
    assert caught.value.way_out == "fix it in the preferences"


@pytest.mark.parametrize("sender", ["orders", "Orders <orders>", "a\r\nBcc: x@y <a@b>", ""])
def test_a_sender_without_an_address_is_refused(sender: str) -> None:
    with pytest.raises(InvalidValueError, match=r"MailWriter\.sender"):
        MailWriter(sender)


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(MissingExtraError, match=r"orderflow-backorder\[mail\]"):
        MailWriter("orders@shop.example")


# Servers


def failure(send: MailChannel, told: Bulletin | None = None) -> NoticeError:
    with pytest.raises(NoticeError) as caught:
        send.send(JO, told or bulletin())
    assert caught.value.recipient == f"mail:{JO}"
    return caught.value


@pytest.mark.parametrize(
    ("answer", "is_final"), [("550 no such mailbox", True), ("450 mailbox is busy", False)]
)
def test_a_recipient_that_is_refused_is_told_with_what_the_server_said(
    answer: str, *, is_final: bool
) -> None:
    with mail_server() as (box, port):
        box.answers[JO] = answer
        error = failure(channel(port))
    assert answer in error.cause
    assert error.is_final is is_final


@pytest.mark.parametrize(("answer", "is_final"), [("554 no spam", True), ("451 later", False)])
def test_a_mail_that_is_refused_is_told_with_what_the_server_said(
    answer: str, *, is_final: bool
) -> None:
    with mail_server() as (box, port):
        box.data_answer = answer
        error = failure(channel(port))
    assert answer in error.cause
    assert error.is_final is is_final


def test_a_server_that_does_not_run_may_run_later() -> None:
    with mail_server() as (_, port):
        pass
    error = failure(channel(port))
    assert not error.is_final
    assert f"{HOST}:{port}" in error.cause


def test_a_server_that_goes_on_after_it_has_taken_the_mail_has_taken_it() -> None:
    class Grumbling(smtplib.SMTP):
        def quit(self) -> tuple[int, bytes]:
            raise smtplib.SMTPServerDisconnected

    with mail_server() as (box, port), pytest.MonkeyPatch.context() as patch:
        patch.setattr(smtplib, "SMTP", Grumbling)
        channel(port).send(JO, bulletin())
    assert len(box.envelopes) == 1


def test_a_user_logs_in_over_an_encrypted_connection() -> None:
    tls = server_tls(HOST)
    login = {
        "authenticator": only("shop", "pass"),
        "auth_required": True,
        "auth_exclude_mechanism": ["LOGIN"],  # of which the server does not let go
    }
    with mail_server(tls_context=tls, require_starttls=True, **login) as (box, port):
        user: dict[str, Any] = {"security": Security.STARTTLS, "user": "shop"}
        channel(port, **user | {"password": "pass"}).send(JO, bulletin())
        error = failure(channel(port, **user | {"password": "wrong"}))
    assert len(box.envelopes) == 1
    assert not error.is_final
    assert "535" in error.cause
    assert "pass" not in str(error).replace("password", "")


def test_a_server_without_starttls_gets_no_mail_openly() -> None:
    with mail_server() as (box, port):
        error = failure(channel(port, security=Security.STARTTLS))
    assert box.envelopes == []
    assert "STARTTLS" in str(error)
    assert not error.is_final


def test_a_server_that_is_not_who_it_says_gets_no_mail() -> None:
    with mail_server(tls_context=server_tls("other.example")) as (box, port):
        error = failure(channel(port, security=Security.STARTTLS))
    assert box.envelopes == []
    assert "certificate" in error.cause


def test_a_connection_may_be_encrypted_from_the_beginning() -> None:
    with mail_server(ssl_context=server_tls(HOST)) as (box, port):
        channel(port, security=Security.TLS).send(JO, bulletin())
    assert len(box.envelopes) == 1


def test_an_address_beyond_ascii_arrives_where_the_server_takes_it() -> None:
    with mail_server() as (box, port):
        channel(port).send("jö@shop.example", bulletin())
    assert box.envelopes[0].rcpt_tos == ["jö@shop.example"]


@pytest.mark.parametrize(
    ("field", "settings"),
    [
        ("host", {"host": ""}),
        ("port", {"port": 0}),
        ("port", {"port": 65_536}),
        ("security", {"security": "TLS"}),
        ("security", {"security": Security.NONE, "user": "shop", "password": "pass"}),
        ("user", {"user": "shop"}),
        ("user", {"password": "pass"}),
        ("timeout_s", {"timeout_s": 0}),
    ],
)
def test_settings_of_a_server_that_make_no_sense_are_refused(
    field: str, settings: dict[str, object]
) -> None:
    with pytest.raises(InvalidValueError, match=rf"MailServer\.{field}"):
        MailServer(**{"host": HOST, **settings})  # type: ignore[arg-type] # of whatever kind


def test_a_password_is_not_shown() -> None:
    hidden = "hidden-from-all"
    assert hidden not in repr(MailServer(host=HOST, user="shop", password=hidden))


def test_the_date_is_the_present_moment() -> None:
    assert written()["Date"].datetime == datetime(2025, 3, 3, 12, tzinfo=UTC)


def test_nonsense_of_a_clock_is_refused_before_anything_is_sent() -> None:
    naive = datetime(2026, 3, 2)  # noqa: DTZ001 - that is what is wrong with it
    server = MailServer(host=HOST, port=9, security=Security.NONE)
    mails = MailChannel(server, WRITER, now=lambda: naive, tls=trusting())
    for ask in (mails.send, mails.preview):
        with pytest.raises(
            InvalidValueError, match=r"^MailChannel.now\(\) must be a datetime with"
        ):
            ask(JO, bulletin())


@pytest.mark.parametrize("timeout_s", [0, 86_401, 10**12, 1.5, True])
def test_the_longest_time_to_wait_for_a_server_is_a_day(timeout_s: Any) -> None:  # noqa: ANN401
    with pytest.raises(InvalidValueError, match=r"^MailServer.timeout_s must be a whole number fr"):
        MailServer(host=HOST, timeout_s=timeout_s)
