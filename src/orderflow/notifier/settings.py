"""The settings for notices, from a TOML or JSON file.

An error lists every fault with its path. Secrets come from environment variables, which the file
names.
"""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from datetime import UTC, time
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import attrs

from orderflow.adapters.mail import MailServer, OrderLink, Security
from orderflow.adapters.mail.message import sender_of
from orderflow.adapters.webhook import Guard
from orderflow.codec.faults import Faults, below, refusal, step_to
from orderflow.codec.scalars import read_text
from orderflow.codec.structure import CONVERTER, Field, read_fields, read_object
from orderflow.domain.model import validators
from orderflow.domain.model.arguments import require_kind
from orderflow.errors import CodecError, InvalidValueError, SettingsError
from orderflow.errors.quoting import quoted
from orderflow.notices import NoticeKind, NoticeTiming, Preference, Preferences, Recipient

if TYPE_CHECKING:
    from datetime import tzinfo

__all__ = ["MailSettings", "NotifySettings", "WebhookSettings", "load_settings", "read_settings"]


def _is_sender(instance: object, attribute: attrs.Attribute[str], value: str) -> None:
    sender_of(value, f"{type(instance).__name__}.{attribute.name}")


@attrs.frozen(kw_only=True)
class MailSettings:
    """The mail server and the sender of mails.

    Attributes:
        host: The mail server.
        sender: The address that mails come from, with or without a display name.
        port: The port of the server.
        security: `STARTTLS`, `TLS`, or `NONE` for a server on this machine.
        user: The user to log in as. If omitted, mails are sent without a login.
        password_env: The environment variable with the user's password.
        timeout_s: The seconds to wait for a response.
        templates: A folder with templates that replace the built-in ones.
    """

    host: str = attrs.field(validator=validators.identifier)
    sender: str = attrs.field(validator=[validators.identifier, _is_sender])
    port: int = 587
    security: Security = Security.STARTTLS
    user: str | None = None
    password_env: str = attrs.field(
        default="ORDERFLOW_SMTP_PASSWORD", validator=validators.identifier
    )
    timeout_s: int = attrs.field(default=30, validator=validators.whole(1, validators.SECONDS_MAX))
    templates: str | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.one_of(str))
    )

    def __attrs_post_init__(self) -> None:
        self.server("")

    def server(self, password: str) -> MailServer:
        """Return the server, with this password for the user."""
        require_kind("server.password", password, str, demand="a text")
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
    """Where webhooks may go, and how they are signed.

    Attributes:
        allowed: The servers that webhooks may go to, each as scheme, host and port.
        private: Whether webhooks may go to private addresses.
        secret_env: The environment variable with the signing secret. It may contain two secrets,
            separated by a space, while one is being replaced.
        source: The `source` of the CloudEvents.
        timeout_s: The longest time for a request, in seconds.
    """

    allowed: tuple[str, ...] = attrs.field(validator=validators.tuple_of(str))
    private: bool = False
    secret_env: str = attrs.field(
        default="ORDERFLOW_WEBHOOK_SECRET", validator=validators.identifier
    )
    source: str = attrs.field(default="/orderflow", validator=validators.identifier)
    timeout_s: int = attrs.field(default=10, validator=validators.whole(1, validators.SECONDS_MAX))

    def __attrs_post_init__(self) -> None:
        self.guard()

    def guard(self) -> Guard:
        """Return the guard that checks URLs."""
        return Guard(allowed=self.allowed, private=self.private)


@attrs.frozen(kw_only=True)
class NotifySettings:
    """The settings for notices.

    Attributes:
        preferences: The preferences of sellers.
        mail: The mail settings. If omitted, no mails are sent.
        webhook: The webhook settings. If omitted, no webhooks are sent.
        link: The URL of an order's page, with ``{order_id}`` in it.
    """

    preferences: Preferences = attrs.field(
        factory=Preferences, validator=validators.one_of(Preferences)
    )
    mail: MailSettings | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.one_of(MailSettings))
    )
    webhook: WebhookSettings | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.one_of(WebhookSettings))
    )
    link: OrderLink | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.one_of(OrderLink))
    )


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Make an object of JSON. A key that appears twice would hide a value."""
    keys = Counter(key for key, _ in pairs)
    if len(keys) < len(pairs):
        key, _ = keys.most_common(1)[0]
        raise ValueError(f"the key {quoted(key)} appears more than once in an object")
    return dict(pairs)


_JSON = json.JSONDecoder(object_pairs_hook=_object)


def load_settings(path: str | PathLike[str]) -> NotifySettings:
    """Read settings from a file: JSON if its name ends in ``.json``, otherwise TOML.

    Raises:
        InvalidValueError: If this is not the path of a file.
        SettingsError: If the file cannot be read, or contains faults.
    """
    require_kind("load_settings.path", path, (str, PathLike), demand="the path of a file")
    try:
        text = Path(path).read_text(encoding="utf-8")
        data = _JSON.decode(text) if str(path).endswith(".json") else tomllib.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise SettingsError(str(path), (f"$: cannot be read: {reason}",)) from error
    return read_settings(data, str(path))


def read_settings(data: object, source: str = "settings") -> NotifySettings:
    """Read settings from dictionaries and lists.

    >>> settings = read_settings({"default": {"mail": ["jo@shop.example"]}})
    >>> settings.preferences.of("acme").recipients
    (Recipient(channel='mail', address='jo@shop.example'),)

    Raises:
        SettingsError: If there are faults. The error lists all of them.
    """
    require_kind("read_settings.source", source, str, demand="a text that names the settings")
    fields = {
        "link": Field(_read_link, OrderLink, required=False),
        "mail": Field(_reader(MailSettings), MailSettings, required=False),
        "webhook": Field(_reader(WebhookSettings), WebhookSettings, required=False),
        "default": Field(_read_preference, Preference, required=False),
        "sellers": Field(_read_sellers, dict, required=False),
    }
    try:
        values, faults = read_fields(data, fields, "the settings file")
    except CodecError as error:
        raise _settings_error(source, error) from error
    if faults:
        raise _settings_error(source, faults.error())
    preferences = Preferences(
        default=values.pop("default", Preference()), sellers=values.pop("sellers", {})
    )
    return NotifySettings(preferences=preferences, **values)


def _settings_error(source: str, error: CodecError) -> SettingsError:
    found = below("$", error)
    return SettingsError(source, found.faults, found.further)


def _reader(kind: type) -> Any:  # noqa: ANN401 - the hook's type depends on `kind`
    return CONVERTER.get_structure_hook(kind)


def _read_link(value: object, _: object) -> OrderLink:
    try:
        return OrderLink(read_text(value))
    except InvalidValueError as error:
        raise refusal(error.demand, value) from error


def _read_sellers(value: object, _: object) -> dict[str, Preference]:
    sellers: dict[str, Preference] = {}
    faults = Faults()
    for seller_id, each in read_object(value).items():
        try:
            sellers[seller_id] = _read_preference(each, Preference)
        except CodecError as error:
            faults.add_below(step_to(seller_id), error)
    if faults:
        raise faults.error()
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
                faults.add_below(f".{name}[{index}]", refusal(error.demand, address))
    if faults:
        raise faults.error()
    return Preference(recipients=tuple(recipients), timings=values.pop("kinds", ()), **values)


def _read_kinds(value: object, _: object) -> tuple[tuple[NoticeKind, NoticeTiming], ...]:
    read = CONVERTER.get_structure_hook(NoticeTiming)
    timings: list[tuple[NoticeKind, NoticeTiming]] = []
    faults = Faults()
    for name, each in read_object(value).items():
        if name not in NoticeKind.__members__:
            faults.add(f"{step_to(name)}: is unknown; known kinds: {', '.join(NoticeKind)}")
            continue
        try:
            timing = read(each, NoticeTiming)
            Preference(timings=((NoticeKind(name), timing),))
            timings.append((NoticeKind(name), timing))
        except InvalidValueError as error:
            faults.add_below(f".{name}", refusal(error.demand, each))
        except CodecError as error:
            faults.add_below(f".{name}", error)
    if faults:
        raise faults.error()
    return tuple(timings)


def _read_time(value: object, _: object) -> time:
    if isinstance(value, time):  # TOML has a type for it
        return value
    try:
        found = time.fromisoformat(read_text(value))
    except ValueError as error:
        raise refusal("a time of day such as 07:00", value) from error
    if found.tzinfo is not None:
        raise refusal("a time of day without a time zone; set `zone` for that", value)
    return found


def _read_zone(value: object, _: object) -> tzinfo:
    name = read_text(value)
    try:
        return UTC if name == "UTC" else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise refusal("a time zone such as Europe/London", value) from error
