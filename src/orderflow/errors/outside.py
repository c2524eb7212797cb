"""Errors about what surrounds the state: packages, notices, webhooks and settings."""

from __future__ import annotations

from orderflow.errors.base import OrderFlowError
from orderflow.errors.quoting import ITEMS_MAX, listed, quoted, shortened
from orderflow.errors.secrets import without_secrets

__all__ = [
    "ComparisonError",
    "InputError",
    "MissingExtraError",
    "NoticeError",
    "SettingsError",
    "WebhookSignatureError",
]


class MissingExtraError(OrderFlowError, ImportError):
    """A package of an extra of orderflow that is not installed.

    Attributes:
        package: The package.
        extra: The extra.
    """

    def __init__(self, package: str, extra: str) -> None:
        self.package = package
        self.extra = extra
        super().__init__(
            f"{package} is not installed; "
            f"install it with: pip install 'orderflow-backorder[{extra}]'"
        )


class InputError(OrderFlowError):
    """Input that cannot be read, such as a file of another kind; nothing has changed."""


class ComparisonError(OrderFlowError):
    """A run of a comparison that did not finish.

    Attributes:
        policy: The name of its policy.
        seed: Its seed.
        cause: What went wrong.
    """

    def __init__(self, policy: str, seed: int, cause: str) -> None:
        self.policy = policy
        self.seed = seed
        self.cause = cause
        super().__init__(
            f"the run of policy {quoted(policy)} with seed {seed} failed: {cause}; "
            "fewer processes need less memory"
        )


class NoticeError(OrderFlowError):
    """A notice could not be sent.

    Attributes:
        recipient: The recipient.
        cause: What went wrong.
        way_out: What to do about it.
        is_final: Whether another attempt is useless until then.
    """

    def __init__(self, recipient: str, cause: str, way_out: str, *, is_final: bool = False) -> None:
        self.recipient = recipient
        self.cause = cause
        self.way_out = way_out
        self.is_final = is_final
        super().__init__(f"{without_secrets(recipient)!r} was not notified: {cause}; {way_out}")


class WebhookSignatureError(OrderFlowError):
    """A webhook that was not signed by its sender, or is too old."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the webhook is not genuine: {reason}; answer 401 and do nothing else")


class SettingsError(OrderFlowError, ValueError):
    """A settings file with faults.

    Attributes:
        source: The file.
        faults: One text for each of the first faults, each with its path, such as
            ``$.mail.port: …``.
        further: The number of further faults.
    """

    def __init__(self, source: str, faults: tuple[str, ...], further: int = 0) -> None:
        self.source = source
        self.faults = tuple(map(shortened, faults[:ITEMS_MAX]))
        self.further = further + len(faults) - len(self.faults)
        super().__init__(f"{source}: {listed(self.faults, '; ', further=self.further)}")
