"""The names of all spans, metrics, attributes and loggers. Later releases keep them.

None of them has personal data: ids and the names of types, but no text that people wrote, and no
message of an error, which may quote one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from opentelemetry.metrics import Counter, Histogram, Meter

COMMAND = "orderflow.command"
RESULT = "orderflow.result"
ERROR = "error.type"
SELLER = "orderflow.seller_id"
ORDER = "orderflow.order_id"
EVENTS = "orderflow.events"
OPERATION = "orderflow.operation"
ATTEMPTS = "orderflow.attempts"
SENT_MESSAGES = "orderflow.messages.sent"
FAILED_MESSAGES = "orderflow.messages.failed"
DEAD_MESSAGES = "orderflow.messages.dead"
MESSAGE = "orderflow.message_id"
CHANNEL = "orderflow.channel"
NOTICE = "orderflow.notice"
NOTICES = "orderflow.notices"

ATTRIBUTES = {
    COMMAND: "The type of the command, such as `PlaceOrder`.",
    RESULT: "How it ended: `done`, `repeated` (an earlier command had the same id), `refused`, "
    "`failed`, or `undone` (a preview). A message or a notice is `sent`, `failed` or, if it is not "
    "tried again, `dead`.",
    ERROR: "The type of the error, if there was one, such as `ActionRefusedError`.",
    SELLER: "The seller.",
    ORDER: "The order that the command names.",
    EVENTS: "The number of events that the command caused.",
    OPERATION: "`read`, `write`, or `together` for a transaction of several units of work.",
    ATTEMPTS: "How often it ran, because concurrent transactions won or more locks were needed.",
    SENT_MESSAGES: "The number of messages that the notifier accepted in the round.",
    FAILED_MESSAGES: "The number of those that failed and will be tried again.",
    DEAD_MESSAGES: "The number of those that failed for good.",
    MESSAGE: "The id of the message.",
    CHANNEL: "The name of the channel, such as `mail`.",
    NOTICE: "The kind of the notice, such as `ON_BACK_ORDER`.",
    NOTICES: "The number of notices in the bulletin.",
}


@attrs.frozen
class Span:
    """A kind of span."""

    name: str
    description: str
    attributes: tuple[str, ...]


COMMAND_SPAN = Span(
    "orderflow.command {command}",
    "A command, with all its transactions.",
    (COMMAND, SELLER, ORDER, RESULT, EVENTS, ERROR),
)
UNIT_OF_WORK_SPAN = Span(
    "orderflow.unit_of_work",
    "A task of the repository, with its retries.",
    (OPERATION, SELLER, RESULT, ATTEMPTS, ERROR),
)
RELAY_SPAN = Span(
    "orderflow.relay",
    "A round of the relay: one claim, and what became of it.",
    (RESULT, SENT_MESSAGES, FAILED_MESSAGES, DEAD_MESSAGES, ERROR),
)
NOTICE_SPAN = Span(
    "orderflow.notice",
    "A mail, a webhook or whatever else a channel sends. A child of the command that caused it.",
    (CHANNEL, SELLER, NOTICES, RESULT, ERROR),
)
MESSAGE_SPAN = Span(
    "orderflow.message",
    "A message that a notifier of yours handles. A child of the command that caused it.",
    (MESSAGE, SELLER, RESULT, ERROR),
)
SPANS = (COMMAND_SPAN, UNIT_OF_WORK_SPAN, RELAY_SPAN, NOTICE_SPAN, MESSAGE_SPAN)

_SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
"""The buckets of durations. Those of the SDK are for milliseconds."""


@attrs.frozen
class Metric:
    """A metric."""

    name: str
    instrument: str
    unit: str
    description: str
    attributes: tuple[str, ...] = ()

    def counter(self, meter: Meter) -> Counter:
        """Return the counter."""
        return meter.create_counter(self.name, self.unit, self.description)

    def histogram(self, meter: Meter) -> Histogram:
        """Return the histogram of a duration."""
        return meter.create_histogram(
            self.name, self.unit, self.description, explicit_bucket_boundaries_advisory=_SECONDS
        )


COMMANDS = Metric(
    "orderflow.commands", "counter", "{command}", "Commands that ended.", (COMMAND, RESULT)
)
REFUSALS = Metric(
    "orderflow.refusals", "counter", "{refusal}", "Refused commands, by kind.", (COMMAND, ERROR)
)
RETRIES = Metric(
    "orderflow.retries",
    "counter",
    "{retry}",
    "How often a unit of work ran again.",
    (OPERATION,),
)
MESSAGES = Metric(
    "orderflow.relay.messages", "counter", "{message}", "Messages that were tried.", (RESULT,)
)
NOTICES_SENT = Metric(
    "orderflow.notices",
    "counter",
    "{notice}",
    "Notices to recipients that were tried.",
    (NOTICE, CHANNEL, RESULT),
)
COMMAND_DURATION = Metric(
    "orderflow.command.duration",
    "histogram",
    "s",
    "How long a command took.",
    (COMMAND, RESULT),
)
UNIT_OF_WORK_DURATION = Metric(
    "orderflow.unit_of_work.duration",
    "histogram",
    "s",
    "How long a unit of work took, with its retries and commit.",
    (OPERATION, RESULT),
)
RELAY_DURATION = Metric(
    "orderflow.relay.duration", "histogram", "s", "How long a round of the relay took.", (RESULT,)
)
NOTICE_DURATION = Metric(
    "orderflow.notice.duration",
    "histogram",
    "s",
    "How long it took to send to one recipient.",
    (CHANNEL, RESULT),
)
UNITS_SHORT = Metric(
    "orderflow.backlog.short", "gauge", "{unit}", "The units that orders on back order lack."
)
OLDEST_WAIT = Metric(
    "orderflow.backlog.oldest_wait",
    "gauge",
    "s",
    "The longest wait of a customer whose order is on back order, since it was placed.",
)
OUTBOX_LAG = Metric(
    "orderflow.outbox.lag",
    "gauge",
    "s",
    "The age of the oldest message that is still to be sent. Dead ones don't count.",
)
OUTBOX_DEAD = Metric("orderflow.outbox.dead", "gauge", "{message}", "The dead messages.")
METRICS = (
    COMMANDS,
    REFUSALS,
    RETRIES,
    MESSAGES,
    NOTICES_SENT,
    COMMAND_DURATION,
    UNIT_OF_WORK_DURATION,
    RELAY_DURATION,
    NOTICE_DURATION,
    UNITS_SHORT,
    OLDEST_WAIT,
    OUTBOX_LAG,
    OUTBOX_DEAD,
)


@attrs.frozen
class Logger:
    """A logger, and the attributes of its records."""

    name: str
    description: str
    attributes: tuple[str, ...]


COMMAND_LOG = Logger(
    "orderflow.commands",
    "A command that was done (DEBUG), refused (INFO) or failed (ERROR).",
    (COMMAND, SELLER, ORDER, RESULT, ERROR),
)
RELAY_LOG = Logger(
    "orderflow.relay",
    "A message that failed and is tried again or cannot be read (WARNING), or is dead (ERROR).",
    (MESSAGE, SELLER, RESULT, ERROR),
)
NOTICE_LOG = Logger(
    "orderflow.notices",
    "A bulletin that was sent (DEBUG) or was not (WARNING).",
    (CHANNEL, SELLER, NOTICES, RESULT, ERROR),
)
LOGGERS = (COMMAND_LOG, RELAY_LOG, NOTICE_LOG)
