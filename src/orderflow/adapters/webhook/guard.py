"""Where webhooks may go: only to places that the host names, and not into its own network.

Sellers choose the URLs, and the request is made from inside. So a URL is held to a list of
places; the name in it is looked up once; every address that it has is checked; and the connection
is made to one of these very addresses, so that a second look-up cannot lead elsewhere.
"""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

import attrs

from orderflow.domain.model import validators
from orderflow.errors import NoticeError

__all__ = ["Guard", "Place"]

PORTS = {"http": 80, "https": 443}
URL_CHARACTERS_MAX = 2_000
_TRANSLATED = IPv6Network("64:ff9b::/96")  # an IPv4 address is in its last 32 bits (RFC 6052)
_LOCALLY_TRANSLATED = IPv6Network("64:ff9b:1::/48")  # the same within a network (RFC 8215)


class Place(NamedTuple):
    """A server: what a URL says in front of its path."""

    scheme: str
    host: str
    port: int


def _place(parts: SplitResult) -> Place | None:
    try:
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in PORTS or not parts.hostname:
        return None
    return Place(parts.scheme, parts.hostname, port if port is not None else PORTS[parts.scheme])


def _places(allowed: tuple[str, ...]) -> tuple[Place, ...]:
    places = []
    for text in allowed:
        parts = urlsplit(text)
        place = _place(parts)
        bare = not (parts.username or parts.query or parts.fragment or parts.path.strip("/"))
        validators.require(
            ok=place is not None and bare,
            field="Guard.allowed",
            demand="scheme, host and port only, such as 'https://hooks.shop.example'",
            value=text,
        )
        if place is not None:
            places.append(place)
    return tuple(places)


@attrs.frozen(kw_only=True)
class Guard:
    """What a webhook may be sent to.

    Attributes:
        allowed: The places, each as scheme, host and port: ``https://hooks.shop.example:8443``.
        private: Whether a place may have an address that is not public: of this machine, of the
            network around it, and the like.
    """

    allowed: tuple[Place, ...] = attrs.field(converter=_places)
    private: bool = attrs.field(default=False, validator=validators.one_of(bool))

    def check(self, url: str) -> tuple[Place, str]:
        """Return where a URL leads, and the path and query there.

        Raises:
            NoticeError: If it is not allowed, which is final.
        """
        parts = self._parts(url)
        place = _place(parts) if parts is not None else None
        if parts is None or place is None or parts.username is not None or parts.fragment:
            raise _refusal(url, "it is no plain http or https URL", "mend it in the preferences")
        if place not in self.allowed:
            raise _refusal(
                url,
                f"{place.scheme}://{place.host}:{place.port} is not allowed",
                "have it put on the list of allowed places, or take another URL",
            )
        return place, f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"

    def addresses(self, url: str, place: Place) -> list[str]:
        """Look a place up, and return its addresses, all of which may be connected to.

        Raises:
            NoticeError: If it has none now, or one that is not public, which is final.
        """
        try:
            found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise NoticeError(
                f"webhook:{url}", f"{place.host} was not found: {error}", "see that it has a name"
            ) from error
        addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
        hidden = [each for each in addresses if not _is_public(each)]
        if hidden and not self.private:
            raise _refusal(
                url,
                f"{place.host} has the address {hidden[0]}, which is not public",
                "take a public server, or allow private addresses",
            )
        return addresses

    def _parts(self, url: str) -> SplitResult | None:
        # What has no place in a URL is refused, for readers of URLs do not agree on it.
        if not url.isascii() or not url.isprintable() or len(url) > URL_CHARACTERS_MAX:
            return None
        if any(each in url for each in ' \\"<>{}|^`'):
            return None
        try:
            return urlsplit(url)
        except ValueError:
            return None


def _is_public(text: str) -> bool:
    address: IPv4Address | IPv6Address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address):
        within = address.ipv4_mapped or address.sixtofour
        if within is None and address in _TRANSLATED:
            within = IPv4Address(int(address) & 0xFFFFFFFF)
        if within is not None:
            return _is_public(str(within))
        if address.teredo is not None or address.is_site_local or address in _LOCALLY_TRANSLATED:
            return False
    return address.is_global and not address.is_multicast


def _refusal(url: str, cause: str, way_out: str) -> NoticeError:
    return NoticeError(f"webhook:{url}", cause, way_out, is_final=True)
