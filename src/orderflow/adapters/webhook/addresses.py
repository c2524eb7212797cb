"""Which IP addresses are public: those that anybody can reach over the internet.

The sources are IANA's registries of special-purpose addresses, as of October 2025:
https://www.iana.org/assignments/iana-ipv4-special-registry and
https://www.iana.org/assignments/iana-ipv6-special-registry. They are written out here because
`ipaddress` knows a different state of them in each version of Python.

Many IPv6 addresses contain an IPv4 address, to which a gateway or a tunnel passes the traffic on.
Such an address is public only if the IPv4 address in it is. A network can also have a prefix of its
own for its gateway (RFC 6052), which cannot be seen in the address.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["is_public"]

# Anycast addresses of gateways (192.0.0.9, 192.88.99.0/24) lead to whatever is near: not public.
_SPECIAL_IPV4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private use
        "100.64.0.0/10",  # shared by the customers of a provider
        "127.0.0.0/8",  # this machine
        "169.254.0.0/16",  # this link; the metadata of cloud machines
        "172.16.0.0/12",  # private use
        "192.0.0.0/24",  # IETF protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays, deprecated
        "192.168.0.0/16",  # private use
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)

_GLOBAL_UNICAST = IPv6Network("2000::/3")  # IANA assigns public addresses from here alone

_SPECIAL_IPV6 = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # IETF protocol assignments
        "2001:db8::/32",  # documentation
        "3fff::/20",  # documentation
    )
)

_WITH_IPV4 = (
    # The block, the bits to the right of the IPv4 address, and the bits of it that are inverted.
    (IPv6Network("::/96"), 0, 0),  # compatible, deprecated (RFC 4291)
    (IPv6Network("::ffff:0:0/96"), 0, 0),  # mapped (RFC 4291)
    (IPv6Network("::ffff:0:0:0/96"), 0, 0),  # translated (RFC 2765)
    (IPv6Network("64:ff9b::/96"), 0, 0),  # NAT64 (RFC 6052)
    (IPv6Network("2002::/16"), 80, 0),  # 6to4 (RFC 3056)
    (IPv6Network("2001::/32"), 64, 0),  # the server of Teredo (RFC 4380)
    (IPv6Network("2001::/32"), 0, 0xFFFFFFFF),  # the client of Teredo
)

_ISATAP = 0x0000_5EFE  # RFC 5214, apart from the bits "universal" and "group"
_ISATAP_MASK = 0xFCFF_FFFF


def is_public(text: str) -> bool:
    """Whether anybody can reach an IP address. One with a scope, such as ``%eth0``, is not public.

    >>> is_public("93.184.216.34"), is_public("10.0.0.1"), is_public("::ffff:10.0.0.1")
    (True, False, False)

    Raises:
        ValueError: If it is not an IP address.
    """
    address = ip_address(text)
    if isinstance(address, IPv4Address):
        return not any(address in block for block in _SPECIAL_IPV4)
    if address.scope_id is not None:
        return False
    passes_on = any(address in block for block, _, _ in _WITH_IPV4)
    return (passes_on or _is_global(address)) and all(
        is_public(str(within)) for within in _ipv4_in(address)
    )


def _is_global(address: IPv6Address) -> bool:
    return address in _GLOBAL_UNICAST and not any(address in block for block in _SPECIAL_IPV6)


def _ipv4_in(address: IPv6Address) -> Iterator[IPv4Address]:
    """Yield every IPv4 address that this one contains."""
    number = int(address)
    for block, bits_right, inverted in _WITH_IPV4:
        if address in block:
            yield IPv4Address(number >> bits_right & 0xFFFFFFFF ^ inverted)
    if number >> 32 & _ISATAP_MASK == _ISATAP:
        yield IPv4Address(number & 0xFFFFFFFF)
