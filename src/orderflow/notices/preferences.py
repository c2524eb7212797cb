"""The preferences of sellers: which notices they get, where, and when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta, tzinfo
from types import MappingProxyType

import attrs

from orderflow.domain.model import validators
from orderflow.notices.kinds import NOTICE_KINDS, NoticeKind, NoticeTiming

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
    """Where notices go: the name of a channel, and an address on that channel.

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
    """The preference of one seller.

    Attributes:
        recipients: Where the seller's notices go. Duplicates are ignored.
        timings: The kinds of notices with another timing than `NOTICE_KINDS` gives them.
        opted_out: Whether the seller wants no notices at all. This overrides the rest.
        digest_at: The time of day at which a digest starts and ends.
        zone: The time zone of `digest_at`, and of the moments in the seller's mails.
    """

    recipients: tuple[Recipient, ...] = attrs.field(
        default=(), validator=validators.tuple_of(Recipient)
    )
    timings: tuple[tuple[NoticeKind, NoticeTiming], ...] = attrs.field(default=())
    opted_out: bool = attrs.field(default=False, validator=validators.one_of(bool))
    digest_at: time = attrs.field(default=time(7), validator=validators.one_of(time))
    zone: tzinfo = attrs.field(
        default=UTC, converter=validators.one_utc, validator=validators.one_of(tzinfo)
    )

    @timings.validator
    def _check_timings(self, _attribute: object, value: object) -> None:
        for kind, timing in self.timings:
            info = NOTICE_KINDS[kind]
            validators.require(
                ok=info.may_be_daily or not timing.is_daily,
                field="Preference.timings",
                demand=f"AT_ONCE or NONE for {kind}, which would be out of date in a digest",
                value=timing.value,
            )
            validators.require(
                ok=info.may_be_at_once or not timing.is_at_once,
                field="Preference.timings",
                demand=f"DAILY or NONE for {kind}, which only the digest finds",
                value=timing.value,
            )
        kinds = [kind for kind, _ in self.timings]
        validators.require(
            ok=len(set(kinds)) == len(kinds),
            field="Preference.timings",
            demand="at most one timing for each kind",
            value=value,
        )

    def timing(self, kind: NoticeKind) -> NoticeTiming:
        """Return when the seller is sent notices of this kind.

        >>> preference = Preference(timings=((NoticeKind.HELD, NoticeTiming.NONE),))
        >>> preference.timing(NoticeKind.HELD).value
        'NONE'
        """
        if self.opted_out:
            return NoticeTiming.NONE
        return dict(self.timings).get(kind, NOTICE_KINDS[kind].timing)

    def active_recipients(self) -> tuple[Recipient, ...]:
        """Return the recipients without duplicates; none if the seller has opted out."""
        return () if self.opted_out else tuple(dict.fromkeys(self.recipients))

    def digest_end(self, now: datetime) -> datetime:
        """Return the latest end of a digest that is not after `now`, in UTC."""
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
        default: The preference of every seller who has none of their own.
        sellers: The preferences of single sellers, by seller id.
    """

    default: Preference = attrs.field(factory=Preference)
    sellers: Mapping[str, Preference] = attrs.field(factory=dict, converter=_read_only)

    def of(self, seller_id: str) -> Preference:
        """Return the preference of a seller."""
        return self.sellers.get(seller_id, self.default)
