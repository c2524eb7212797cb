"""Real servers on this machine: one that takes mail, one that takes webhooks."""

from __future__ import annotations

import socket
import ssl
from contextlib import contextmanager, suppress
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.message import Message

HOST = "127.0.0.1"


@cache
def authority() -> trustme.CA:
    return trustme.CA()


def server_tls(*names: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority().issue_cert(*names).configure_cert(context)
    return context


def trusting() -> ssl.SSLContext:
    """Trust the servers here, and nobody else."""
    context = ssl.create_default_context()
    authority().configure_trust(context)
    return context


class MailBox:
    """What an SMTP server has taken, and what it refuses."""

    def __init__(self) -> None:
        self.envelopes: list[Any] = []
        self.answers: dict[str, str] = {}
        self.data_answer = "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self,
        _server: object,
        _session: object,
        envelope: Any,  # noqa: ANN401 - aiosmtpd's own
        address: str,
        _options: object,
    ) -> str:
        answer = self.answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: ANN401, N802 - as above
        if self.data_answer.startswith("250"):
            self.envelopes.append(envelope)
        return self.data_answer

    def content(self) -> bytes:
        ((envelope),) = self.envelopes
        content: bytes = envelope.content
        return content


class _Controller(Controller):
    """Takes any free port."""

    def factory(self) -> SMTP:
        return SMTP(self.handler, **self.SMTP_kwargs)

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr] # it runs
        super()._trigger_server()  # type: ignore[no-untyped-call] # aiosmtpd has no types


@contextmanager
def mail_server(**settings: Any) -> Iterator[tuple[MailBox, int]]:  # noqa: ANN401
    """Run an SMTP server; tell what it takes, and its port."""
    box = MailBox()
    controller = _Controller(box, hostname=HOST, port=0, enable_SMTPUTF8=True, **settings)
    controller.start()
    try:
        yield box, controller.port
    finally:
        controller.stop()


def only(user: str, password: str) -> Callable[..., AuthResult]:
    """Let one user in."""

    def check(
        _server: object,
        _session: object,
        _envelope: object,
        _how: object,
        given: Any,  # noqa: ANN401 - aiosmtpd's own
    ) -> AuthResult:
        right = (given.login, given.password) == (user.encode(), password.encode())
        return AuthResult(success=right, handled=False)  # the server answers

    return check


class Hook:
    """What an HTTP server was sent, and how it answers."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, Message, bytes]] = []
        self.status = 204
        self.headers: dict[str, str] = {}
        self.before: Callable[[Any], None] = lambda _: None


@contextmanager
def web_server(host: str = HOST, tls: ssl.SSLContext | None = None) -> Iterator[tuple[Hook, int]]:
    """Run an HTTP server; tell what it is sent, and its port."""
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            hook.requests.append((self.path, self.headers, body))
            hook.before(self)
            self.send_response(hook.status)
            for name, value in hook.headers.items():
                self.send_header(name, value)
            self.end_headers()

        do_GET = do_POST  # noqa: N815 - the base class calls it so

        def log_message(self, *_: object) -> None:
            pass

        def handle(self) -> None:
            with suppress(OSError, ValueError):  # the other side has gone
                super().handle()

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            pass  # a client that gives up is part of the tests

    server = Server((host, 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    thread = Thread(target=server.serve_forever, args=[0.02], daemon=True)
    thread.start()
    try:
        yield hook, server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def raw_server(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """Run a server that answers one connection so, until the client goes; tell its port."""

    def serve(listening: socket.socket) -> None:
        with suppress(OSError):
            connection, _ = listening.accept()
            with connection:
                answer(connection)

    with socket.create_server((HOST, 0)) as listening:
        thread = Thread(target=serve, args=[listening], daemon=True)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            thread.join()
