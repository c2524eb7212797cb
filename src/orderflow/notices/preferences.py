"""Who is told, of what, and when: the preferences of each seller."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta, tzinfo
from types import MappingProxyType

import attrs

from orderflow.domain.model import validators
from orderflow.notices.kinds import KINDS, Kind, NoticeTiming

__all__ = ["Preference", "Preferences", "Recipient"]

ADDRESS_CHARACTERS_MAX = 2_000


def _is_address(value: object) -> bool:
    return (
        isinstance(value, str)
        and 0 < len(value) <= ADDRESS_CHARACTERS_MAX
        and value.isprintable()
        and " " not in value
    )


@attrs.frozen(order=True)
class Recipient:
    """Where notices go: the name of a channel, and an address that the channel understands.

    >>> Recipient("mail", "jo@example.com")
    Recipient(channel='mail', address='jo@example.com')
    """

    channel: str = attrs.field(validator=validators.identifier)
    address: str = attrs.field()

    @address.validator
    def _check_address(self, _attribute: object, value: object) -> None:
        validators.require(
            ok=_is_address(value),
            field="Recipient.address",
            demand=f"1 to {ADDRESS_CHARACTERS_MAX} printable characters without spaces",
            value=value,
        )

    def __str__(self) -> str:
        return f"{self.channel}:{self.address}"


@attrs.frozen(kw_only=True)
class Preference:
    """What one seller wants to be told.

    Attributes:
        recipients: Where notices of this seller go; the same one twice is one.
        deliveries: By kind, what is to be delivered otherwise than `KINDS` says.
        opted_out: Whether the seller wants none of it, whatever else stands here.
        digest_at: The time of day that a digest begins and ends at.
        zone: The time zone of that.
    """

    recipients: tuple[Recipient, ...] = attrs.field(
        default=(), validator=validators.tuple_of(Recipient)
    )
    deliveries: tuple[tuple[Kind, NoticeTiming], ...] = attrs.field(default=())
    opted_out: bool = attrs.field(default=False, validator=validators.one_of(bool))
    digest_at: time = attrs.field(default=time(7), validator=validators.one_of(time))
    zone: tzinfo = attrs.field(
        default=UTC, converter=validators.one_utc, validator=validators.one_of(tzinfo)
    )

    @deliveries.validator
    def _check_deliveries(self, _attribute: object, value: object) -> None:
        for kind, delivery in self.deliveries:
            validators.require(
                ok=KINDS[kind].may_be_daily or not delivery.is_daily,
                field="Preference.deliveries",
                demand=f"AT_ONCE or NONE for {kind}, which is old news in a digest",
                value=delivery.value,
            )
        kinds = [kind for kind, _ in self.deliveries]
        validators.require(
            ok=len(set(kinds)) == len(kinds),
            field="Preference.deliveries",
            demand="pairs whose kinds differ",
            value=value,
        )

    def delivery(self, kind: Kind) -> NoticeTiming:
        """Return when the seller is told of this kind.

        >>> Preference(deliveries=((Kind.HELD, NoticeTiming.NONE),)).delivery(Kind.HELD).value
        'NONE'
        """
        if self.opted_out:
            return NoticeTiming.NONE
        return dict(self.deliveries).get(kind, KINDS[kind].delivery)

    def told_to(self) -> tuple[Recipient, ...]:
        """Return the recipients, each once."""
        return () if self.opted_out else tuple(dict.fromkeys(self.recipients))

    def digest_end(self, now: datetime) -> datetime:
        """Return the last moment before `now` or at it that a digest ends at, in UTC."""
        today = now.astimezone(self.zone).date()
        days = (today, today - timedelta(days=1), today - timedelta(days=2))
        ends = [datetime.combine(day, self.digest_at, self.zone).astimezone(UTC) for day in days]
        return max(end for end in ends if end <= now)


def _read_only(sellers: Mapping[str, Preference]) -> Mapping[str, Preference]:
    return MappingProxyType(dict(sellers))


@attrs.frozen(kw_only=True)
class Preferences:
    """The preferences of all sellers, as plain data.

    Attributes:
        default: Those of every seller that has none of its own.
        sellers: Those of single sellers, by their ids.
    """

    default: Preference = attrs.field(factory=Preference)
    sellers: Mapping[str, Preference] = attrs.field(factory=dict, converter=_read_only)

    def of(self, seller_id: str) -> Preference:
        """Return what a seller wants to be told."""
        return self.sellers.get(seller_id, self.default)
