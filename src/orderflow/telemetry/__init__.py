"""Traces, metrics and logs by OpenTelemetry, without personal data.

`Telemetry.instrument` returns a flow, a relay or a sender of notices that reports what it does.
`Telemetry.observe` adds gauges of the backlog and the outbox.

Needs the extra `otel`. That is the API of OpenTelemetry alone: without its SDK, which a host
configures, nothing is reported.
"""

from orderflow.errors import MissingExtraError

try:
    from orderflow.telemetry.telemetry import Telemetry
except ModuleNotFoundError as error:
    if str(error.name).partition(".")[0] != "opentelemetry":
        raise
    raise MissingExtraError("opentelemetry", "otel") from error

__all__ = ["Telemetry"]
