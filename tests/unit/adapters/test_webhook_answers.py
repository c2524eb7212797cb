"""What counts as an answer to a webhook: a complete head, within a time and a size."""

from __future__ import annotations

import base64
import socket
import time
from itertools import repeat
from typing import TYPE_CHECKING, Any

import pytest

from orderflow.adapters.webhook import Guard, WebhookChannel
from orderflow.adapters.webhook.exchange import HEAD_BYTES_MAX
from orderflow.ports import NoticeError
from tests.unit.adapters.servers import HOST, raw_server, server_tls, trusting, web_server
from tests.unit.notices.samples import bulletin, notices
from tests.unit.shop import NOON

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from orderflow.notices import Bulletin

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
ANSWERED = b"HTTP/1.1 200 OK\r\n"


def send(
    port: int, *, scheme: str = "http", timeout_s: float = 30, told: Bulletin | None = None
) -> None:
    place = f"{scheme}://{HOST}:{port}"
    guard = Guard(allowed=(place,), private=True)
    channel = WebhookChannel(guard, [SECRET], now=lambda: NOON, timeout_s=timeout_s, tls=trusting())
    channel.send(f"{place}/", told if told is not None else bulletin())


def failure(port: int, **how: Any) -> str:  # noqa: ANN401 - as `send`
    with pytest.raises(NoticeError) as caught:
        send(port, **how)
    assert not caught.value.is_final
    return caught.value.cause


def answering(pieces: Iterable[bytes], pause_s: float = 0) -> Callable[[socket.socket], None]:
    """Read a request, and send these pieces until there are no more or the client has gone."""

    def answer(connection: socket.socket) -> None:
        request = b""
        while not request.rstrip().endswith(b"}"):
            request += connection.recv(65_536)
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(pause_s)

    return answer


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.0 299 \r\nx: y\r\n\r\n",
        b"HTTP/1.1 200\r\n\r\n",
        b"HTTP/1.1 202 OK\nx: y\n\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\na: b\r\n\r\nHTTP/1.1 204 -\r\n\r\n",
        ANSWERED + b"x: " + b"y" * (HEAD_BYTES_MAX - 50) + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 9999999\r\n\r\nhalf a bo",
    ],
    ids=lambda answer: ascii(answer[:40]),
)
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_a_complete_head_is_an_answer_however_it_arrives(answer: bytes, size: int) -> None:
    size = max(size, len(answer) // 200)
    pieces = [answer[at : at + size] for at in range(0, len(answer), size)]
    with raw_server(answering(pieces)) as port:
        send(port)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 2",
        b"HTTP/1.1 200",
        ANSWERED,
        ANSWERED + b"x: y",
        ANSWERED + b"x: y\r\n",
        ANSWERED + b"x: y\r\n\r",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n",
    ],
)
def test_a_head_that_breaks_off_is_no_answer(answer: bytes) -> None:
    with raw_server(answering([answer])) as port:
        assert "closed before the head of the answer was complete" in failure(port)


@pytest.mark.parametrize(
    "pieces",
    [
        [ANSWERED, *([b"x: y\r\n"] * 1_000)],
        [ANSWERED, b"x: ", *([b"y"] * 1_000)],
        [b"HTTP/1.1 100 Continue\r\n\r\n"] * 1_000,
        [b"HTTP/1.1 200 " + b"O" * 1_000] * 1_000,
    ],
    ids=["headers", "a header", "interim answers", "a reason"],
)
def test_a_head_that_never_ends_is_no_answer(pieces: list[bytes]) -> None:
    def endless() -> Iterable[bytes]:
        yield pieces[0]
        yield from repeat(b"".join(pieces[1:]))

    with raw_server(answering(endless())) as port:
        assert f"the head of the answer has more than {HEAD_BYTES_MAX:,} bytes" in failure(port)


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("first", [b"", ANSWERED, b"HTTP/1.1 100 Continue\r\n\r\n"])
def test_a_head_that_dribbles_is_no_answer(first: bytes, scheme: str) -> None:
    """Each byte comes soon after the one before it, but they never end."""

    def dribble(handler: Any) -> None:  # noqa: ANN401
        handler.wfile.write(first)
        while True:
            for byte in b"x: y\r\n":
                handler.wfile.write(bytes([byte]))
                handler.wfile.flush()
                time.sleep(0.02)

    with web_server(tls=server_tls(HOST) if scheme == "https" else None) as (hook, port):
        hook.before = dribble
        assert "timed out" in failure(port, scheme=scheme, timeout_s=0.4)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_server_that_answers_nothing_is_not_waited_for(scheme: str) -> None:
    def wait(connection: socket.socket) -> None:
        while connection.recv(65_536):
            pass

    with raw_server(wait) as port:
        assert "timed out" in failure(port, scheme=scheme, timeout_s=0.2)


def test_a_server_that_does_not_read_is_not_waited_for() -> None:
    def wait(connection: socket.socket) -> None:
        while True:
            time.sleep(0.02)
            connection.sendall(b"x")

    much = bulletin(*notices("x" * 900) * 900)
    with raw_server(wait) as port:
        assert "timed out" in failure(port, timeout_s=0.5, told=much)


def test_addresses_that_do_not_answer_share_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[float] = []

    def connect(_: object, timeout: float) -> socket.socket:
        tried.append(timeout)
        time.sleep(timeout)
        raise TimeoutError("timed out")

    monkeypatch.setattr(Guard, "addresses", lambda *_: [HOST] * 100)
    monkeypatch.setattr(socket, "create_connection", connect)
    assert "timed out" in failure(9, timeout_s=0.1)
    assert len(tried) == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"SMTP ready\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 20 OK\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/1.1 +20 OK\r\n\r\n",
        b"HTTP/1.1 600 OK\r\n\r\n",
        b" HTTP/1.1 200 OK\r\n\r\n",
        b"\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
        b"\x1b[31m\r\n\r\n",
    ],
)
def test_what_is_no_http_is_no_answer(answer: bytes) -> None:
    with raw_server(answering([answer])) as port:
        cause = failure(port)
    assert "this is not HTTP" in cause
    assert cause.isprintable()


def test_another_protocol_is_no_success() -> None:
    with raw_server(answering([b"HTTP/1.1 101 Switching Protocols\r\n\r\n"])) as port:
        assert "the server responded 101" in failure(port)
