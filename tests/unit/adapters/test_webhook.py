"""Webhooks, posted to a real HTTP server: signed, and only where they may go."""

from __future__ import annotations

import base64
import json
import re
import socket
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow import InvalidValueError
from orderflow.adapters.webhook import (
    Guard,
    WebhookChannel,
    WebhookSignatureError,
    from_envelope,
    sign,
    to_envelope,
    verify,
)
from orderflow.codec import CodecError
from orderflow.ports import NoticeError
from tests.unit.adapters.received import ENCODED_WORDS
from tests.unit.adapters.servers import HOST, server_tls, trusting, web_server
from tests.unit.notices.samples import HOSTILE, bulletin, digest, notices, texts
from tests.unit.shop import NOON

HEADERS = [
    *("accept-encoding", "content-length", "host", "content-type", "user-agent"),
    *("webhook-id", "webhook-timestamp", "webhook-signature"),
]
SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
OTHER = "whsec_" + base64.b64encode(b"o" * 32).decode()


def channel(
    *allowed: str,
    private: bool = True,
    now: datetime = NOON,
    **settings: Any,  # noqa: ANN401
) -> WebhookChannel:
    guard = Guard(allowed=allowed, private=private)
    settings = {"secrets": [SECRET], "tls": trusting(), **settings}
    return WebhookChannel(guard, now=lambda: now, **settings)


def failure(hooks: WebhookChannel, url: str) -> NoticeError:
    with pytest.raises(NoticeError) as caught:
        hooks.send(url, bulletin())
    assert caught.value.recipient == f"webhook:{url}"
    return caught.value


# What is sent


def test_a_webhook_is_an_event_with_the_bulletin_signed() -> None:
    told = bulletin(*notices())
    with web_server() as (hook, port):
        place = f"http://{HOST}:{port}"
        channel(place, source="/shops/leeds").send(f"{place}/hook?of=acme", told)
    ((path, headers, body),) = hook.requests
    assert path == "/hook?of=acme"
    assert headers["host"] == f"{HOST}:{port}"
    assert headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    verify(dict(headers.items()), body, [SECRET], now=NOON)
    event = json.loads(body)
    assert event == {
        "specversion": "1.0",
        "id": headers["webhook-id"],
        "source": "/shops/leeds",
        "type": "orderflow.bulletin.v1",
        "subject": "acme",
        "time": "2025-03-03T12:00:00+00:00",
        "datacontenttype": "application/json",
        "data": event["data"],
    }
    assert event["data"]["notices"][2] == {
        "type": "CompletedNotice",
        "seller_id": "A",
        "order_id": "A",
        "at": "2025-03-03T12:00:00+00:00",
        "customer_reference": None,
        "since": "2025-03-03T12:00:00+00:00",
    }
    assert from_envelope(body) == told


def test_the_same_bulletin_has_the_same_id_each_time_and_no_other_has_it() -> None:
    ids = [
        json.loads(to_envelope(url, attrs.evolve(bulletin(), bulletin_id=each), at, "/"))["id"]
        for url, each, at in [
            ("https://a/", "1", NOON),
            ("https://a/", "1", NOON + timedelta(days=1)),
            ("https://a/", "2", NOON),
            ("https://b/", "1", NOON),
        ]
    ]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3


def test_a_digest_is_an_event_of_its_own_type() -> None:
    body = to_envelope("https://a/", digest(), NOON, "/")
    assert json.loads(body)["type"] == "orderflow.digest.v1"
    assert from_envelope(body) == digest()


@pytest.mark.parametrize("text", [*HOSTILE, *ENCODED_WORDS], ids=ascii)
def test_names_that_mean_no_good_arrive_as_they_are(text: str) -> None:
    told = bulletin(*notices(text), seller_id=text, bulletin_id=text)
    with web_server() as (hook, port):
        place = f"http://{HOST}:{port}"
        channel(place).send(f"{place}/", told)
    ((_, headers, body),) = hook.requests
    assert [name.lower() for name in headers] == HEADERS
    assert all(re.fullmatch(r"[\w ./,:;=+-]+", value, re.ASCII) for value in headers.values())
    assert headers["content-length"] == str(len(body))
    verify(dict(headers.items()), body, [SECRET], now=NOON)
    assert len(from_envelope(body).notices) == len(told.notices)


@given(texts)
def test_whatever_a_name_holds_is_read_back(text: str) -> None:
    body = to_envelope("https://a/", bulletin(*notices(text)), NOON, "/")
    whole = text.encode(errors="replace").decode()  # half a character is none
    assert from_envelope(body) == bulletin(*notices(whole))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b'{"type": 7, "data": {}}',
        b'{"type": "orderflow.order.v1", "data": {}}',
        b'{"type": "orderflow.bulletin.v9", "data": {}}',
        b'{"type": "orderflow.bulletin.vx", "data": {}}',
        b'{"type": "orderflow.bulletin.v1", "data": {"notices": []}}',
        b"[" * 100_000,
    ],
)
def test_a_body_without_a_bulletin_is_refused(body: bytes) -> None:
    with pytest.raises(CodecError):
        from_envelope(body)


def test_what_would_be_sent_can_be_looked_at() -> None:
    shown = channel("https://a").preview("https://a/x", bulletin())
    assert shown.startswith("POST https://a/x\ncontent-type: application/cloudevents+json")
    assert '"order_id":"A"' in shown


# What is answered


@pytest.mark.parametrize(
    ("status", "is_final"),
    [
        *((status, True) for status in (301, 302, 307, 308, 304)),
        *((status, True) for status in (400, 401, 403, 404, 405, 410, 413, 422)),
        *((status, False) for status in (408, 409, 425, 429, 500, 502, 503, 504)),
    ],
)
def test_an_answer_that_says_no_is_told_apart_from_one_that_says_not_now(
    status: int, *, is_final: bool
) -> None:
    with web_server() as (hook, port):
        hook.status = status
        hook.headers = {"location": f"http://{HOST}:{port}/elsewhere"}
        place = f"http://{HOST}:{port}"
        error = failure(channel(place), f"{place}/")
    assert error.is_final is is_final
    assert f"the server responded {status}" in error.cause
    assert len(hook.requests) == 1  # no redirection was followed


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_an_answer_that_says_yes_is_enough(status: int) -> None:
    with web_server() as (hook, port):
        hook.status = status
        channel(f"http://{HOST}:{port}").send(f"http://{HOST}:{port}/", bulletin())
    assert len(hook.requests) == 1


def test_a_server_that_does_not_run_may_run_later() -> None:
    with web_server() as (_, port):
        pass
    place = f"http://{HOST}:{port}"
    assert not failure(channel(place), f"{place}/").is_final


# TLS


def test_https_is_spoken_with_whom_the_url_names() -> None:
    with web_server(tls=server_tls("localhost")) as (hook, port):
        place = f"https://localhost:{port}"
        channel(place).send(f"{place}/", bulletin())
    ((_, headers, _),) = hook.requests
    assert headers["host"] == f"localhost:{port}"


def test_a_server_that_is_not_who_it_says_gets_nothing() -> None:
    with web_server(tls=server_tls("other.example")) as (hook, port):
        place = f"https://localhost:{port}"
        error = failure(channel(place), f"{place}/")
    assert hook.requests == []
    assert "certificate" in error.cause


# Where it may go

ALLOWED = "https://hooks.shop.example"


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.shop.example/a?b=c",
        "https://hooks.shop.example:443/",
        "https://HOOKS.shop.example",
        "https://hooks.shop.example?x",
    ],
)
def test_a_url_at_an_allowed_place_may_be_used(url: str) -> None:
    place, path = Guard(allowed=(ALLOWED,)).check(url)
    assert place == ("https", "hooks.shop.example", 443)
    assert path[0] == "/"


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.shop.example/",
        "https://hooks.shop.example:8443/",
        "https://hooks.shop.example.evil.example/",
        "https://hooks.shop.example@evil.example/",
        "https://evil.example/https://hooks.shop.example/",
        "https://evil.example#@hooks.shop.example/",
        "https://hooks.shop.example:443@evil.example/",
        "https://user:pass@hooks.shop.example/",
        "https://hooks.shop.example/#part",
        "https://hooks.shop.example\\@evil.example/",
        "https://evil.example\\.hooks.shop.example/",
        "https://hooks.shop.example\r\nx: y/",
        "https://hooks.shop.example/a b",
        "https://hooks。shop.example/",
        "https://hooks.shop.example:99999/",
        "https://hooks.shop.example:x/",
        "https://[::1/",
        "https:///hooks.shop.example/",
        "//hooks.shop.example/",
        "file:///etc/passwd",
        "ftp://hooks.shop.example/",
        "gopher://hooks.shop.example/",
        "",
        "https://hooks.shop.example/" + "a" * 2_000,
        "https://@hooks.shop.example/",
        "https://:@hooks.shop.example/",
        "https://hooks.shop.example:443:443/",
        "https://hooks.shop.example:-443/",
        "https://hooks.shop.example.:443/",
        "https://hooks.shop.example%00.evil.example/",
        "https://hooks.shop.example%2eevil.example/",
        "https://hooks.shop.example;.evil.example/",
        "https://[hooks.shop.example]/",
        "https:hooks.shop.example/",
        "https:/hooks.shop.example/",
        " https://hooks.shop.example/",
        "https://hooks.shop.example/\x00",
        "https://hooks.shop.example/\u2028",
    ],
)
def test_a_url_anywhere_else_is_refused_for_good(url: str) -> None:
    error = failure(channel(ALLOWED, private=False), url)
    assert error.is_final
    assert error.way_out


@pytest.mark.parametrize("place", ["hooks.shop.example", "https://a/b", "https://u@a", "ftp://a"])
def test_what_is_no_place_cannot_be_allowed(place: str) -> None:
    with pytest.raises(InvalidValueError, match=r"Guard\.allowed"):
        Guard(allowed=(place,))


@pytest.mark.parametrize(
    "place", ["https://:pass@a", "https://@a", "https://a\\b", "https://a b", "https://[::1"]
)
def test_what_parsers_read_differently_cannot_be_allowed(place: str) -> None:
    with pytest.raises(InvalidValueError, match=r"Guard\.allowed"):
        Guard(allowed=(place,))


def test_a_name_that_is_not_found_may_be_found_later() -> None:
    error = failure(channel("https://no-such-host.invalid"), "https://no-such-host.invalid/")
    assert not error.is_final
    assert "was not found" in error.cause


def test_a_name_is_looked_up_once_and_the_checked_address_is_used() -> None:
    """A name server that answers something else the second time leads nowhere else."""
    looked_up: list[str] = []
    real = socket.getaddrinfo

    def rebinding(host: Any, *rest: Any, **more: Any) -> Any:  # noqa: ANN401
        if host == "hooks.shop.example":
            looked_up.append(host)
            return real(HOST if len(looked_up) == 1 else "127.0.0.2", *rest, **more)
        return real(host, *rest, **more)

    with web_server() as (hook, port), pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", rebinding)
        place = f"http://hooks.shop.example:{port}"
        channel(place).send(f"{place}/", bulletin())
    assert looked_up == ["hooks.shop.example"]
    assert hook.requests[0][1]["host"] == f"hooks.shop.example:{port}"


def test_one_address_among_several_that_is_not_public_is_enough_to_refuse() -> None:
    def both(*_: object, **__: object) -> list[Any]:
        return [(0, 0, 0, "", ("93.184.216.34", 443)), (0, 0, 0, "", ("10.0.0.1", 443))]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", both)
        error = failure(channel(ALLOWED, private=False), f"{ALLOWED}/")
    assert "10.0.0.1" in error.cause


def test_the_next_address_is_tried_if_one_does_not_answer() -> None:
    with web_server() as (hook, port), pytest.MonkeyPatch.context() as patch:
        guard = Guard(allowed=(f"http://{HOST}:{port}",), private=True)
        patch.setattr(Guard, "addresses", lambda *_: ["127.0.0.9", HOST])
        hooks = WebhookChannel(guard, [SECRET], now=lambda: NOON)
        hooks.send(f"http://{HOST}:{port}/", bulletin())
    assert len(hook.requests) == 1


# Signatures


def signed(secret: str = SECRET, body: bytes = b"{}", at: datetime = NOON) -> dict[str, str]:
    return sign("msg_1", at, body, [secret])


def test_a_signature_is_as_the_published_example_has_it() -> None:
    """The example of the Standard Webhooks specification."""
    published = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    at = datetime.fromtimestamp(1_614_265_330, UTC)
    headers = sign("msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}', [published])
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_any_of_several_secrets_may_have_signed() -> None:
    both = sign("msg_1", NOON, b"{}", [OTHER, SECRET])
    for secrets in ([SECRET], [OTHER], [OTHER, SECRET]):
        verify(both, b"{}", secrets, now=NOON)
    verify(signed(), b"{}", [OTHER, SECRET], now=NOON)


@pytest.mark.parametrize(
    ("headers", "body", "reason"),
    [
        (signed(), b"{ }", "no signature matches"),
        (signed(OTHER), b"{}", "no signature matches"),
        (signed() | {"webhook-id": "msg_2"}, b"{}", "no signature matches"),
        (signed() | {"webhook-timestamp": str(int(NOON.timestamp()) + 1)}, b"{}", "no signature"),
        (signed() | {"webhook-signature": "v1,"}, b"{}", "no signature matches"),
        (signed() | {"webhook-signature": "v2," + "ä"}, b"{}", "no signature matches"),
        (signed() | {"webhook-timestamp": "soon"}, b"{}", "not a number of seconds"),
        (signed() | {"webhook-timestamp": "9" * 400}, b"{}", "not a number of seconds"),
        (signed() | {"webhook-timestamp": "²"}, b"{}", "not a number of seconds"),
        (signed(at=NOON - timedelta(minutes=6)), b"{}", "360 seconds away from now"),
        (signed(at=NOON + timedelta(minutes=6)), b"{}", "360 seconds away from now"),
        ({}, b"{}", "no header webhook-id and no header webhook-timestamp"),
    ],
)
def test_what_is_not_genuine_is_refused(headers: dict[str, str], body: bytes, reason: str) -> None:
    with pytest.raises(WebhookSignatureError, match=reason):
        verify(headers, body, [SECRET], now=NOON)


@given(st.binary(max_size=100), st.text(max_size=20))
def test_what_was_signed_is_genuine_and_nothing_else(body: bytes, webhook_id: str) -> None:
    headers = sign(f"m{webhook_id}", NOON, body, [SECRET])
    verify({name.title(): value for name, value in headers.items()}, body, [SECRET], now=NOON)
    with pytest.raises(WebhookSignatureError):
        verify(headers, body + b"x", [SECRET], now=NOON)


def test_the_present_moment_is_that_of_this_machine_unless_told() -> None:
    verify(signed(at=datetime.now(UTC)), b"{}", [SECRET])


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_c2hvcnQ=", "k" * 44, "whsec_" + "!" * 44])
def test_what_is_no_secret_is_refused_and_not_shown(secret: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        channel(ALLOWED, secrets=[secret])
    assert not secret.removeprefix("whsec_") or secret not in str(caught.value)


def test_nothing_is_sent_unsigned() -> None:
    with pytest.raises(InvalidValueError, match="at least one secret"):
        channel(ALLOWED, secrets=[])


# Limits of moments and lengths of time


@pytest.mark.parametrize("now", [datetime(2026, 3, 2), None, datetime.max.replace(tzinfo=UTC)])  # noqa: DTZ001 - refused
def test_nonsense_of_a_clock_is_refused_before_anything_is_sent(now: Any) -> None:  # noqa: ANN401
    with web_server() as (hook, port):
        place = f"http://{HOST}:{port}"
        hooks = channel(place, now=now)
        for ask in (hooks.send, hooks.preview):
            with pytest.raises(InvalidValueError, match=r"^WebhookChannel.now\(\) must be a datet"):
                ask(place, bulletin())
    assert hook.requests == []
    with pytest.raises(InvalidValueError, match=r"^sign.at must be a datetime with a time zone"):
        sign("msg_1", now, b"{}", [SECRET])


@pytest.mark.parametrize("timeout_s", [0, -1, 86_401, float("nan"), float("inf"), True, "5", None])
def test_the_longest_time_for_a_request_is_a_day(timeout_s: object) -> None:
    with pytest.raises(InvalidValueError, match=r"^WebhookChannel.timeout_s must be a number of s"):
        channel("https://shop.example", timeout_s=timeout_s)
    channel("https://shop.example", timeout_s=86_400)


def test_what_a_receiver_compares_with_is_a_moment_and_a_length_of_time() -> None:
    naive = datetime(2026, 3, 2)  # noqa: DTZ001 - that is what is wrong with it
    with pytest.raises(InvalidValueError, match=r"^verify.now must be a datetime with a time zone"):
        verify(signed(), b"{}", [SECRET], now=naive)
    for tolerance in (timedelta.max, timedelta(0), 5):
        with pytest.raises(InvalidValueError, match=r"^verify.tolerance must be a timedelta above"):
            verify(signed(), b"{}", [SECRET], now=NOON, tolerance=tolerance)  # type: ignore[arg-type]
