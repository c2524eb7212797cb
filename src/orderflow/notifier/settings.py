"""The settings of telling the sellers, from a file of TOML or JSON.

Everything that is wrong is named at once, with its path. Secrets stand in environment variables;
the file says in which.
"""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import attrs

from orderflow.adapters.mail import MailServer, OrderLink, Security
from orderflow.adapters.webhook import Guard
from orderflow.codec.faults import below, refusal
from orderflow.codec.scalars import read_text
from orderflow.codec.structure import CONVERTER, Field, read_fields, read_object
from orderflow.domain.model import validators
from orderflow.errors import CodecError, InvalidValueError, SettingsError
from orderflow.notices import Kind, NoticeTiming, Preference, Preferences, Recipient

if TYPE_CHECKING:
    from datetime import tzinfo
    from os import PathLike

__all__ = ["MailSettings", "NotifySettings", "WebhookSettings", "load_settings", "read_settings"]


@attrs.frozen(kw_only=True)
class MailSettings:
    """How mails are sent.

    Attributes:
        host: The mail server.
        sender: The address that mails come from, with or without a name in front.
        port: The port of the server.
        security: `STARTTLS`, `TLS`, or `NONE` for a server on this machine.
        user: Whom to log in as; nobody, if left out.
        password_env: The environment variable that holds the password of that user.
        timeout_s: How many seconds to wait for an answer.
        templates: A folder with templates in place of our own.
    """

    host: str = attrs.field(validator=validators.identifier)
    sender: str = attrs.field(validator=validators.identifier)
    port: int = 587
    security: Security = Security.STARTTLS
    user: str | None = None
    password_env: str = attrs.field(
        default="ORDERFLOW_SMTP_PASSWORD", validator=validators.identifier
    )
    timeout_s: int = attrs.field(default=30, validator=validators.units(1))
    templates: str | None = None

    def __attrs_post_init__(self) -> None:
        self.server("")

    def server(self, password: str) -> MailServer:
        """Return the server, for a user of this password."""
        return MailServer(
            host=self.host,
            port=self.port,
            security=self.security,
            user=self.user,
            password=password if self.user is not None else None,
            timeout_s=self.timeout_s,
        )


@attrs.frozen(kw_only=True)
class WebhookSettings:
    """How webhooks are sent.

    Attributes:
        allowed: Where they may go, each as scheme, host and port.
        private: Whether they may go to addresses that are not public.
        secret_env: The environment variable that holds the secret to sign with; two of them,
            with a space between, while one is being replaced.
        source: Names the sender in the events.
        timeout_s: How many seconds a request may take.
    """

    allowed: tuple[str, ...]
    private: bool = False
    secret_env: str = attrs.field(
        default="ORDERFLOW_WEBHOOK_SECRET", validator=validators.identifier
    )
    source: str = attrs.field(default="/orderflow", validator=validators.identifier)
    timeout_s: int = attrs.field(default=10, validator=validators.units(1))

    def __attrs_post_init__(self) -> None:
        self.guard()

    def guard(self) -> Guard:
        """Return what the URLs are held to."""
        return Guard(allowed=self.allowed, private=self.private)


@attrs.frozen(kw_only=True)
class NotifySettings:
    """How the sellers are told.

    Attributes:
        preferences: Who is told, of what, and when.
        mail: How mails are sent; without it there are none.
        webhook: How webhooks are sent; without it there are none.
        link: Where the page of an order is, with ``{order_id}`` in it.
    """

    preferences: Preferences = attrs.field(factory=Preferences)
    mail: MailSettings | None = None
    webhook: WebhookSettings | None = None
    link: OrderLink | None = None


def load_settings(path: str | PathLike[str]) -> NotifySettings:
    """Read settings from a file: JSON if its name ends in ``.json``, TOML otherwise.

    Raises:
        SettingsError: If it cannot be read, or something is wrong in it.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
        data = json.loads(text) if str(path).endswith(".json") else tomllib.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        raise SettingsError(str(path), (f"$: cannot be read: {error}",)) from error
    return read_settings(data, str(path))


def read_settings(data: object, source: str = "settings") -> NotifySettings:
    """Read settings from dictionaries and lists.

    >>> settings = read_settings({"default": {"mail": ["jo@shop.example"]}})
    >>> settings.preferences.of("acme").recipients
    (Recipient(channel='mail', address='jo@shop.example'),)

    Raises:
        SettingsError: If something is wrong in them; it names all of it.
    """
    fields = {
        "link": Field(_read_link, OrderLink, required=False),
        "mail": Field(_reader(MailSettings), MailSettings, required=False),
        "webhook": Field(_reader(WebhookSettings), WebhookSettings, required=False),
        "default": Field(_read_preference, Preference, required=False),
        "sellers": Field(_read_sellers, dict, required=False),
    }
    try:
        values, faults = read_fields(data, fields, "the file of settings")
    except CodecError as error:
        raise SettingsError(source, below("$", error)) from error
    if faults:
        raise SettingsError(source, tuple(f"${fault}" for fault in faults))
    preferences = Preferences(
        default=values.pop("default", Preference()), sellers=values.pop("sellers", {})
    )
    return NotifySettings(preferences=preferences, **values)


def _reader(kind: type) -> Any:  # noqa: ANN401 - whatever the codec makes
    return CONVERTER.get_structure_hook(kind)


def _read_link(value: object, _: object) -> OrderLink:
    try:
        return OrderLink(read_text(value))
    except InvalidValueError as error:
        raise refusal(error.demand, value) from error


def _read_sellers(value: object, _: object) -> dict[str, Preference]:
    sellers: dict[str, Preference] = {}
    faults: list[str] = []
    for seller_id, each in read_object(value).items():
        try:
            sellers[seller_id] = _read_preference(each, Preference)
        except CodecError as error:
            faults += below(f".{seller_id}", error)
    if faults:
        raise CodecError(tuple(faults))
    return sellers


_CHANNELS = {"mail": "mail", "webhooks": "webhook", "logs": "log"}


def _read_preference(value: object, _: object) -> Preference:
    texts = CONVERTER.get_structure_hook(tuple[str, ...])
    fields = {
        **{name: Field(texts, tuple[str, ...], required=False) for name in _CHANNELS},
        "kinds": Field(_read_kinds, dict, required=False),
        "opted_out": Field(CONVERTER.get_structure_hook(bool), bool, required=False),
        "digest_at": Field(_read_time, time, required=False),
        "zone": Field(_read_zone, ZoneInfo, required=False),
    }
    values, faults = read_fields(value, fields, "a preference")
    recipients = []
    for name, channel in _CHANNELS.items():
        for index, address in enumerate(values.pop(name, ())):
            try:
                recipients.append(Recipient(channel, address))
            except InvalidValueError as error:
                faults += below(f".{name}[{index}]", refusal(error.demand, address))
    if faults:
        raise CodecError(tuple(faults))
    return Preference(recipients=tuple(recipients), deliveries=values.pop("kinds", ()), **values)


def _read_kinds(value: object, _: object) -> tuple[tuple[Kind, NoticeTiming], ...]:
    read = CONVERTER.get_structure_hook(NoticeTiming)
    deliveries: list[tuple[Kind, NoticeTiming]] = []
    faults: list[str] = []
    for name, each in read_object(value).items():
        if name not in Kind.__members__:
            faults.append(f".{name}: is unknown; there are {', '.join(Kind)}")
            continue
        try:
            delivery = read(each, NoticeTiming)
            Preference(deliveries=((Kind(name), delivery),))
            deliveries.append((Kind(name), delivery))
        except InvalidValueError as error:
            faults += below(f".{name}", refusal(error.demand, each))
        except CodecError as error:
            faults += below(f".{name}", error)
    if faults:
        raise CodecError(tuple(faults))
    return tuple(deliveries)


def _read_time(value: object, _: object) -> time:
    if isinstance(value, time):  # TOML has such values
        return value
    try:
        found = time.fromisoformat(read_text(value))
    except ValueError as error:
        raise refusal("a time of day such as 07:00", value) from error
    if found.tzinfo is not None:
        raise refusal("a time of day without a zone, which `zone` names", value)
    return found


def _read_zone(value: object, _: object) -> tzinfo:
    name = read_text(value)
    try:
        return UTC if name == "UTC" else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise refusal("a time zone such as Europe/London", value) from error
