"""`Desk`: tells the sellers, as the settings say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

from orderflow.adapters.log import LogChannel
from orderflow.adapters.mail import MailChannel, MailWriter
from orderflow.adapters.webhook import WebhookChannel
from orderflow.errors import NoticeError, SettingsError
from orderflow.notifier.digests import Digests
from orderflow.notifier.notices import Notices
from orderflow.notifier.sending import channel_of, log_refusal
from orderflow.service import Relay, Relayed

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping
    from threading import Event

    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.notices import Bulletin, Prospects, Recipient
    from orderflow.notifier.digests import Digested
    from orderflow.notifier.sending import Refused
    from orderflow.notifier.settings import MailSettings, NotifySettings, WebhookSettings
    from orderflow.ports import (
        Channel,
        Clock,
        NoticeStore,
        Outbox,
        PreferenceSource,
        ReplacementCatalogue,
        Repository,
    )

__all__ = ["Desk"]

LOOK = timedelta(minutes=1)
NOT_SIGNED = "whsec_" + "bm90IHNpZ25lZCwgbm90" * 2


class Desk:
    """Tells the sellers what becomes of their orders, as the settings say.

    Args:
        settings: How.
        repository: Where the state is kept.
        notebook: What was told last.
        environ: Where secrets are: `os.environ`.
        preferences: Who is told, of what, and when, in place of what the settings say.
        default_policy: Who gets the stock of sellers without a policy of their own:
            `OrderFlow.default_policy`.
        catalogue: Which products may stand in for which: `OrderFlow.catalogue`.
        prospects: Looks up what may come of short lines, in place of `orderflow.notices.looked_up`.
        clock: What time it is.
        refused: Is told of a recipient that is passed over, as with `Notices`.
    """

    def __init__(
        self,
        settings: NotifySettings,
        repository: Repository,
        notebook: NoticeStore,
        *,
        environ: Mapping[str, str],
        preferences: PreferenceSource | None = None,
        default_policy: AllocationPolicy | None = None,
        catalogue: ReplacementCatalogue | None = None,
        prospects: Prospects | None = None,
        clock: Clock | None = None,
        refused: Refused = log_refusal,
    ) -> None:
        self._settings = settings
        self._environ = environ
        self._clock = clock
        chosen = preferences if preferences is not None else settings.preferences
        self._make_notices = partial(
            Notices,
            repository,
            preferences=chosen,
            notebook=notebook,
            default_policy=default_policy,
            catalogue=catalogue,
            prospects=prospects,
            clock=clock,
            refused=refused,
        )
        self._make_digests = partial(
            Digests,
            repository,
            preferences=chosen,
            notebook=notebook,
            default_policy=default_policy,
            catalogue=catalogue,
            prospects=prospects,
            clock=clock,
        )

    def notify(self, outbox: Outbox) -> Relayed:
        """Tell all that is due, once.

        Raises:
            SettingsError: If a secret is missing.
        """
        return self._relay(outbox).run()

    def follow(self, outbox: Outbox, *, every_s: float = 5.0, stop: Event) -> Iterator[Relayed]:
        """Tell what is due, again and again until told to stop; yield what came of each round.

        Raises:
            SettingsError: If a secret is missing.
        """
        relay = self._relay(outbox)
        while not stop.is_set():
            yield relay.run()
            stop.wait(every_s)

    def preview(self, outbox: Outbox, *, limit: int = 100) -> Generator[str, None, None]:
        """Yield what would be told of the next messages, and to whom, and tell nothing.

        The messages are kept from relays for that time, and stay in the outbox.
        """
        channels = self._channels(unsigned=True)
        notices = self._make_notices(channels)
        messages = outbox.claim(self._now(), LOOK, limit)
        subjects = groupby(messages, key=lambda each: (each.seller_id, each.subject))
        claimed = [list(of_subject) for _, of_subject in subjects]
        try:
            for of_subject in claimed:
                for recipient, bulletin in notices.bulletins(of_subject):
                    yield _shown(channels, recipient, bulletin)
        finally:
            for of_subject in claimed:
                outbox.give_back(of_subject)

    def digest(self) -> Digested:
        """Send the digests that are due.

        Raises:
            SettingsError: If a secret is missing.
        """
        return self._make_digests(self._channels()).run_once()

    def preview_digest(self) -> Iterator[str]:
        """Yield the digests that are due, and to whom, and send nothing."""
        channels = self._channels(unsigned=True)
        for recipient, bulletin in self._make_digests(channels).due():
            if bulletin.notices:
                yield _shown(channels, recipient, bulletin)

    def _relay(self, outbox: Outbox) -> Relay:
        return Relay(outbox, self._make_notices(self._channels()), clock=self._clock)

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
        writer = MailWriter(mail.sender, link=self._settings.link, templates=mail.templates)
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
            raise SettingsError("environment", (f"{name}: is not set; put the secret there",))
        return secret

    def _now(self) -> datetime:
        return self._clock.now() if self._clock is not None else datetime.now(UTC)


def _shown(channels: Mapping[str, Channel], recipient: Recipient, bulletin: Bulletin) -> str:
    try:
        return channel_of(channels, recipient).shown(recipient.address, bulletin)
    except NoticeError as error:
        return f"{error}\n"
