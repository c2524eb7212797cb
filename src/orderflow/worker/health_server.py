"""Answers a supervisor over HTTP: `/healthz` whether to restart, `/readyz` whether all is well."""

from __future__ import annotations

import json
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import BoundedSemaphore, Thread
from typing import TYPE_CHECKING, Any

from orderflow.domain.model.arguments import require_kind
from orderflow.worker.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["serve_health"]

_REQUEST_SECONDS_MAX = 5
_REQUESTS_MAX = 8
_ALIVE, _READY = "/healthz", "/readyz"
_METHODS = "GET, HEAD"


@contextmanager
def serve_health(worker: Worker, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[int]:
    """Serve the health of a worker over HTTP during the block.

    `/healthz` answers 200 while the worker makes progress, and 503 if not: restart it. It does
    not ask the database. `/readyz` answers 200 if the worker is ready, and 503 if not, with the
    reasons. Both answer GET and HEAD, in JSON; to other methods, the answer is 405.

    Args:
        worker: The worker.
        host: The address to listen on. The default is reachable from this machine alone. The
            answers name no seller, order or address.
        port: The port. 0 takes any free one.

    Yields:
        The port.

    Raises:
        OSError: If the port cannot be used.
    """
    require_kind("serve_health.worker", worker, Worker, demand="a Worker")
    with _Server((host, port), worker) as server:
        thread = Thread(target=server.serve_forever, name="orderflow-health", daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    """Answers a few requests at a time, and drops the others."""

    daemon_threads = True
    block_on_close = False  # a slow client must not delay the end

    def __init__(self, address: tuple[str, int], worker: Worker) -> None:
        super().__init__(address, _Handler)
        self.worker = worker
        self._free = BoundedSemaphore(_REQUESTS_MAX)

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as in the base class
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as above
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, *_: object) -> None:
        """Ignore a client that has gone."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = _REQUEST_SECONDS_MAX

    def do_GET(self) -> None:
        """Answer a probe."""
        if self.path == _ALIVE:
            health = self.server.worker.liveness()
            data = health.to_data()  # nothing else was looked at
            known = {name: data[name] for name in ("alive", "at", "jobs")}
            self._answer(200 if health.is_alive else 503, known)
        elif self.path == _READY:
            health = self.server.worker.health()
            self._answer(200 if health.is_ready else 503, health.to_data())
        else:
            self._answer(404, {"problems": [f"ask for {_ALIVE} or {_READY}"]})

    do_HEAD = do_GET  # noqa: N815 - the base class calls it so

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer what the base class would answer in HTML."""
        if code == HTTPStatus.NOT_IMPLEMENTED:  # that is what it says to any other method
            self._answer(405, {"problems": [f"use {_METHODS}"]}, allow=_METHODS)
        else:
            self._answer(code, {"problems": [message or explain or HTTPStatus(code).phrase]})

    def _answer(self, status: int, data: dict[str, Any], **headers: str) -> None:
        body = f"{json.dumps(data, indent=2)}\n".encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.send_header("cache-control", "no-store")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log no request: probes are frequent."""
