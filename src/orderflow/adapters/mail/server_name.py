"""Which hosts and ports a URL can have."""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address

__all__ = ["is_server"]

PORT_MAX = 65_535
NAME_CHARACTERS_MAX = 253
"""The longest name of a host, with the dots (RFC 1035)."""

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.IGNORECASE | re.ASCII)


def is_server(host: str, port: int | None) -> bool:
    """Whether a server can have this host, without the brackets of an address, and this port.

    >>> is_server("shop.example", 443), is_server("::1", None), is_server("127.0.0.1", 80)
    (True, True, True)
    >>> is_server("shop..example", None), is_server("999.1.1.1", None), is_server("a", 0)
    (False, False, False)
    """
    return (port is None or 1 <= port <= PORT_MAX) and _is_host(host)


def _is_host(host: str) -> bool:
    labels = host.removesuffix(".").split(".")
    try:
        if ":" in host:
            return IPv6Address(host) is not None
        if labels[-1].isdecimal():  # no name ends in a number, so it is an address
            return IPv4Address(host) is not None
    except AddressValueError:
        return False
    return len(host) <= NAME_CHARACTERS_MAX and all(map(_LABEL.fullmatch, labels))
