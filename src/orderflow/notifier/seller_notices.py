"""`SellerNotices`: sends notices and digests, as the settings say."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from itertools import groupby
from threading import Event
from typing import TYPE_CHECKING, Any

from orderflow.adapters.log import LogChannel
from orderflow.adapters.mail import MailChannel, MailWriter
from orderflow.adapters.webhook import WebhookChannel
from orderflow.domain.model.arguments import require_kind, require_number
from orderflow.domain.model.validators import SECONDS_DEMAND, is_seconds, require
from orderflow.errors import NoticeError, SettingsError
from orderflow.notifier.digest_sender import DigestSender
from orderflow.notifier.notice_sender import NoticeSender
from orderflow.notifier.sender_arguments import check_sender
from orderflow.notifier.sending import channel_of, log_refusal
from orderflow.notifier.settings import NotifySettings
from orderflow.ports import Outbox
from orderflow.ports.implementations import require_port
from orderflow.service import Relay, RelayResult
from orderflow.service.clock import SystemClock, read_clock
from orderflow.wording.notices import NoticeWording

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping
    from datetime import datetime

    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.notices import Bulletin, OutlookSource, Recipient
    from orderflow.notifier.digest_sender import DigestResult
    from orderflow.notifier.sending import OnRefusal
    from orderflow.notifier.settings import MailSettings, WebhookSettings
    from orderflow.ports import (
        Channel,
        Clock,
        NoticeStore,
        OutboxMessage,
        PreferenceSource,
        ReplacementCatalogue,
        Repository,
    )

__all__ = ["SellerNotices"]

PREVIEW_LEASE = timedelta(minutes=1)
_SETTINGS_DEMAND = "a NotifySettings, such as load_settings('notify.toml')"
NOT_SIGNED = "whsec_" + "bm90IHNpZ25lZCwgbm90" * 2


class SellerNotices:
    """Sends sellers notices and digests about their orders, as the settings say.

    Args:
        settings: The channels, and the preferences unless `preferences` is given.
        repository: Where the state is stored.
        notice_store: Stores what was sent last.
        environ: The environment variables with the secrets: `os.environ`.
        preferences: The preferences of sellers. Default: those in the settings.
        default_policy: The policy of sellers without one of their own:
            `OrderFlow.default_policy`.
        catalogue: Which products may replace which: `OrderFlow.catalogue`.
        outlook: Returns the outlook of short lines. Default:
            `orderflow.notices.outlook_source`, with the policy and the catalogue above.
        clock: The clock. Default: the system's.
        on_refusal: Called with a recipient that was skipped, as for `NoticeSender`.
        lease: How long messages and digests are left to whoever claimed them. Set it longer than
            sending takes. Default: those of `Relay` and `DigestSender`.
    """

    def __init__(
        self,
        settings: NotifySettings,
        repository: Repository,
        notice_store: NoticeStore,
        *,
        environ: Mapping[str, str],
        preferences: PreferenceSource | None = None,
        default_policy: AllocationPolicy | None = None,
        catalogue: ReplacementCatalogue | None = None,
        outlook: OutlookSource | None = None,
        clock: Clock | None = None,
        on_refusal: OnRefusal = log_refusal,
        lease: timedelta | None = None,
    ) -> None:
        require_kind("SellerNotices.settings", settings, NotifySettings, demand=_SETTINGS_DEMAND)
        check_sender(
            self,
            repository=repository,
            notice_store=notice_store,
            environ=environ,
            preferences=preferences if preferences is not None else settings.preferences,
            default_policy=default_policy,
            catalogue=catalogue,
            outlook=outlook,
            clock=clock,
            on_refusal=on_refusal,
            lease=lease,
        )
        self._lease: dict[str, Any] = {"lease": lease} if lease is not None else {}
        self._settings = settings
        self._environ = environ
        self._clock = clock
        chosen = preferences if preferences is not None else settings.preferences
        self._preferences = chosen
        shared: dict[str, Any] = {
            "preferences": chosen,
            "notice_store": notice_store,
            "default_policy": default_policy,
            "catalogue": catalogue,
            "outlook": outlook,
            "clock": clock,
        }
        self._make_notice_sender: Callable[[Mapping[str, Channel]], NoticeSender] = partial(
            NoticeSender, repository, on_refusal=on_refusal, **shared
        )
        self._make_digest_sender: Callable[[Mapping[str, Channel]], DigestSender] = partial(
            DigestSender, repository, **shared, **self._lease
        )

    def notify(self, outbox: Outbox) -> RelayResult:
        """Send every notice that is due.

        Raises:
            SettingsError: If a secret is missing.
        """
        return self.relay(outbox).run()

    def follow(self, outbox: Outbox, *, every_s: float = 5.0, stop: Event) -> Iterator[RelayResult]:
        """Send notices as they fall due, until `stop` is set; yield the result of each round.

        Args:
            outbox: The outbox.
            every_s: The pause between two rounds, in seconds: at most a day.
            stop: Ends the last round.

        Raises:
            InvalidValueError: If the pause is not above 0, or is longer than a day.
            SettingsError: If a secret is missing.
        """
        require(
            ok=is_seconds(every_s),
            field="follow.every_s",
            demand=SECONDS_DEMAND,
            value=every_s,
        )
        require_kind("follow.stop", stop, Event, demand="a threading.Event")
        relay = self.relay(outbox)
        while not stop.is_set():
            yield relay.run()
            stop.wait(every_s)

    def relay(self, outbox: Outbox) -> Relay:
        """Return the relay that sends the notices.

        Raises:
            SettingsError: If a secret is missing.
        """
        notices = self._make_notice_sender(self._channels())
        return Relay(outbox, notices, clock=self._clock, **self._lease)

    def digest_sender(self) -> DigestSender:
        """Return the sender of the digests.

        Raises:
            SettingsError: If a secret is missing.
        """
        return self._make_digest_sender(self._channels())

    def preview(self, outbox: Outbox, *, limit: int = 100) -> Generator[str, None, None]:
        """Yield the next bulletins as text, without sending them.

        Relays cannot claim these messages meanwhile, and the messages stay in the outbox.

        Raises:
            UnreadableError: If this release cannot read some messages, after the others were shown,
                or cannot read what a notice needs.
        """
        require_port("preview.outbox", outbox, Outbox)
        require_number("preview.limit", limit, 1, of="messages")
        channels = self._channels(unsigned=True)
        notices = self._make_notice_sender(channels)
        claimed: list[list[OutboxMessage]] = []
        try:
            while sum(map(len, claimed)) < limit:
                messages = outbox.claim(self._now(), PREVIEW_LEASE, limit)
                subjects = groupby(messages, key=lambda each: (each.seller_id, each.subject))
                found = [list(of_subject) for _, of_subject in subjects]
                claimed += found
                for of_subject in found:
                    for recipient, bulletin in notices.bulletins(of_subject):
                        yield _preview(channels, recipient, bulletin)
                if not found:
                    break
        finally:
            for of_subject in claimed:
                outbox.give_back(of_subject)

    def digest(self) -> DigestResult:
        """Send the digests that are due.

        Raises:
            SettingsError: If a secret is missing.
        """
        return self.digest_sender().run_once()

    def preview_digest(self) -> Iterator[str]:
        """Yield the digests that are due as text, without sending them."""
        channels = self._channels(unsigned=True)
        for recipient, bulletin in self._make_digest_sender(channels).due():
            if bulletin.notices:
                yield _preview(channels, recipient, bulletin)

    def _channels(self, *, unsigned: bool = False) -> dict[str, Channel]:
        channels: dict[str, Channel] = {"log": LogChannel()}
        if self._settings.mail is not None:
            channels["mail"] = self._mail(self._settings.mail, unsigned=unsigned)
        if self._settings.webhook is not None:
            channels["webhook"] = self._webhook(self._settings.webhook, unsigned=unsigned)
        return channels

    def _mail(self, mail: MailSettings, *, unsigned: bool) -> MailChannel:
        needed = mail.user is not None and not unsigned
        server = mail.server(self._secret(mail.password_env) if needed else "")
        writer = MailWriter(
            mail.sender,
            link=self._settings.link,
            templates=mail.templates,
            wording=lambda seller_id: NoticeWording(zone=self._preferences.of(seller_id).zone),
        )
        return MailChannel(server, writer, now=self._now)

    def _webhook(self, webhook: WebhookSettings, *, unsigned: bool) -> WebhookChannel:
        secrets = NOT_SIGNED if unsigned else self._secret(webhook.secret_env)
        return WebhookChannel(
            webhook.guard(),
            secrets.split(),
            now=self._now,
            source=webhook.source,
            timeout_s=webhook.timeout_s,
        )

    def _secret(self, name: str) -> str:
        secret = self._environ.get(name, "")
        if not secret.strip():
            raise SettingsError("environment", (f"{name}: is not set; set it to the secret",))
        return secret

    def _now(self) -> datetime:
        return read_clock(self._clock if self._clock is not None else SystemClock())


def _preview(channels: Mapping[str, Channel], recipient: Recipient, bulletin: Bulletin) -> str:
    try:
        return channel_of(channels, recipient).preview(recipient.address, bulletin)
    except NoticeError as error:
        return f"{error}\n"
