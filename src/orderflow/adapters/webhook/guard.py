"""Restricts webhooks to servers that the host allows, and keeps them out of its own network.

Sellers choose the URLs, but the requests come from inside the host's network. So each URL is
checked against a list of servers, and its name is resolved once. Every resulting address is
checked, and the connection goes to one of them, so a second lookup cannot lead elsewhere.
"""

from __future__ import annotations

import socket
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

import attrs

from orderflow.adapters.webhook.addresses import is_public
from orderflow.domain.model import validators
from orderflow.errors import InvalidValueError, NoticeError

__all__ = ["Guard", "Server"]

PORTS = {"http": 80, "https": 443}
URL_CHARACTERS_MAX = 2_000


class Server(NamedTuple):
    """The part of a URL before its path."""

    scheme: str
    host: str
    port: int


def _parts(url: str) -> SplitResult | None:
    # Reject characters that are invalid in a URL, since parsers disagree about them.
    if not url.isascii() or not url.isprintable() or len(url) > URL_CHARACTERS_MAX:
        return None
    if any(each in url for each in ' \\"<>{}|^`'):
        return None
    try:
        return urlsplit(url)
    except ValueError:
        return None


def _server(parts: SplitResult | None) -> Server | None:
    if parts is None or parts.scheme not in PORTS or not parts.hostname or "@" in parts.netloc:
        return None
    try:
        port = parts.port
    except ValueError:
        return None
    return Server(parts.scheme, parts.hostname, port if port is not None else PORTS[parts.scheme])


def _servers(allowed: tuple[str, ...]) -> tuple[Server, ...]:
    return tuple(map(_allowed_server, allowed))


def _allowed_server(text: str) -> Server:
    parts = _parts(text)
    server = _server(parts)
    if parts is None or server is None or parts.path.strip("/") or parts.query or parts.fragment:
        raise InvalidValueError(
            "Guard.allowed",
            "only scheme, host and port, such as 'https://hooks.shop.example'",
            text,
        )
    return server


@attrs.frozen(kw_only=True)
class Guard:
    """Checks which URLs a webhook may be sent to.

    Attributes:
        allowed: The allowed servers, each as scheme, host and port:
            ``https://hooks.shop.example:8443``.
        private: Whether a server may have a private address, such as one of this machine or of
            its network.
    """

    allowed: tuple[Server, ...] = attrs.field(converter=_servers)
    private: bool = attrs.field(default=False, validator=validators.one_of(bool))

    def check(self, url: str) -> tuple[Server, str]:
        """Return the server of a URL, and the path with the query.

        Raises:
            NoticeError: If the URL is not allowed. The error is final.
        """
        parts = _parts(url)
        server = _server(parts)
        if parts is None or server is None or parts.fragment:
            raise _refusal(url, "it is not a plain http or https URL", "fix it in the preferences")
        if server not in self.allowed:
            raise _refusal(
                url,
                f"{server.scheme}://{server.host}:{server.port} is not allowed",
                "add it to the list of allowed servers, or choose another URL",
            )
        return server, f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"

    def addresses(self, url: str, server: Server) -> list[str]:
        """Resolve a server, and return its addresses, all of which are safe to connect to.

        Raises:
            NoticeError: If it has no address now, or if an address is private. Only the latter
                error is final.
        """
        try:
            found = socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise NoticeError(
                f"webhook:{url}", f"{server.host} was not found: {error}", "check its DNS entry"
            ) from error
        addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
        hidden = [each for each in addresses if not is_public(each)]
        if hidden and not self.private:
            raise _refusal(
                url,
                f"{server.host} has the address {hidden[0]}, which is not public",
                "choose a public server, or allow private addresses",
            )
        return addresses


def _refusal(url: str, cause: str, way_out: str) -> NoticeError:
    return NoticeError(f"webhook:{url}", cause, way_out, is_final=True)
