"""The addresses that a webhook may go to: only those that anybody can reach."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from orderflow.adapters.webhook import Guard
from orderflow.adapters.webhook.addresses import is_public
from orderflow.ports import NoticeError

PUBLIC_IPV4 = ["93.184.216.34", "1.1.1.1", "11.0.0.1", "172.32.0.1", "192.1.0.0", "223.255.255.255"]
OTHER_IPV4 = [
    *("0.0.0.1", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1"),
    *("127.255.255.255", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.9"),
    *("192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.19.255.255"),
    *("198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1"),
    "255.255.255.255",
]
IPV4 = [*((each, True) for each in PUBLIC_IPV4), *((each, False) for each in OTHER_IPV4)]


@pytest.mark.parametrize(("address", "public"), IPV4)
def test_an_ipv4_address_is_public_if_no_registry_has_it_as_special(
    address: str, *, public: bool
) -> None:
    assert is_public(address) is public


def forms(inside: int) -> list[str]:
    """Write an IPv4 address in each form of IPv6 that leads to it."""
    high, low = inside >> 16, inside & 0xFFFF
    client, public = inside ^ 0xFFFFFFFF, "5db8:d822"
    return [
        f"::{high:x}:{low:x}",
        f"::ffff:{high:x}:{low:x}",
        f"::ffff:0:{high:x}:{low:x}",
        f"64:ff9b::{high:x}:{low:x}",
        f"2002:{high:x}:{low:x}::1",
        f"2001:0:{high:x}:{low:x}::a247:27dd",  # a client with the same public address, inverted
        f"2001:0:{public}:0:0:{client >> 16:x}:{client & 0xFFFF:x}",
        f"2a00::5efe:{high:x}:{low:x}",
        f"2a00::200:5efe:{high:x}:{low:x}",
        f"2a00::300:5efe:{high:x}:{low:x}",
        f"2002:{public}::5efe:{high:x}:{low:x}",
    ]


@pytest.mark.parametrize(("address", "public"), IPV4)
def test_an_ipv6_address_is_no_more_public_than_the_ipv4_address_in_it(
    address: str, *, public: bool
) -> None:
    for form in forms(int(IPv4Address(address))):
        assert is_public(form) is public, form


@given(st.integers(0, 2**32 - 1))
@example(0)
@example(2**32 - 1)
def test_so_is_any_ipv4_address_in_an_ipv6_address(inside: int) -> None:
    public = is_public(str(IPv4Address(inside)))
    assert {is_public(form) for form in forms(inside)} == {public}


@pytest.mark.parametrize(
    ("address", "public"),
    [
        *((each, True) for each in ("2606:2800:220:1::1", "2a00:1450:4009::1", "2620:4f:8000::1")),
        *((each, False) for each in ("::", "::1", "::10.0.0.1", "::127.0.0.1", "::2", "1::1")),
        *((each, False) for each in ("::ffff:0:127.0.0.1", "0:0:0:1::10.0.0.1")),
        *((each, False) for each in ("64:ff9b:1::10.0.0.1", "64:ff9b:1::93.184.216.34")),
        *((each, False) for each in ("100::1", "100:0:0:1::1", "200::1", "400::1")),
        *((each, False) for each in ("2001:1::1", "2001:2::1", "2001:3::1", "2001:10::1")),
        *((each, False) for each in ("2001:20::1", "2001:30::1", "2001:db8::1", "3fff::1")),
        *((each, False) for each in ("3fff:fff::1", "4000::1", "5f00::1", "8000::1", "e000::1")),
        *((each, False) for each in ("fc00::1", "fd00::1", "fe80::1", "febf::1", "fec0::1")),
        *((each, False) for each in ("ff02::1", "ff0e::1", "2a00::5efe:7f00:1")),
        *((each, False) for each in ("fe80::1%eth0", "2606:2800:220:1::1%lo", "::1%1")),
        *((each, False) for each in ("fe80::5efe:93.184.216.34", "3fff::5efe:93.184.216.34")),
    ],
)
def test_a_public_ipv6_address_is_a_global_one_without_a_special_purpose(
    address: str, *, public: bool
) -> None:
    assert is_public(address) is public


@given(st.integers(0, 2**128 - 1))
def test_no_ipv6_address_outside_global_unicast_is_public_unless_it_passes_traffic_on(
    number: int,
) -> None:
    address = IPv6Address(number)
    passes_on = any(
        address in ip_network(block)
        for block in ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96")
    )
    if address not in ip_network("2000::/3") and not passes_on:
        assert not is_public(str(address))


def refused(host: str, port: int = 80) -> NoticeError:
    place = f"http://{host}" if port == 80 else f"http://{host}:{port}"
    guard = Guard(allowed=(place,))
    server, _ = guard.check(f"{place}/")
    with pytest.raises(NoticeError) as caught:
        guard.addresses(f"{place}/", server)
    return caught.value


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "10.0.0.7", "169.254.169.254", "0.0.0.1", "0"),
        *("2130706433", "0x7f000001", "0177.1", "0177.0.0.1", "127.1", "0x7f.1", "127.0.1"),
        *("[::1]", "[::10.0.0.1]", "[::127.0.0.1]", "[::ffff:0:127.0.0.1]", "[::ffff:127.0.0.1]"),
        *("[5f00::1]", "[3fff::1]", "[2a00::5efe:7f00:1]", "[64:ff9b::7f00:1]"),
    ],
)
def test_a_host_that_is_not_public_is_refused_in_whatever_notation(host: str) -> None:
    error = refused(host)
    assert error.is_final
    assert "not public" in error.cause
    assert "not public" in refused(host, 8080).cause


def test_a_scope_does_not_make_an_address_public() -> None:
    name = socket.if_indextoname(1)
    refused(f"[fe80::1%{name}]")
    refused(f"[2606:2800:220:1::1%{name}]")
