"""Traces, metrics and logs by OpenTelemetry, without personal data.

`Telemetry.instrument` returns a flow, a relay or a sender of notices that reports what it does.
`Telemetry.observe` adds gauges of the backlog and the outbox.

Needs the extra `otel`. That is the API of OpenTelemetry alone: without its SDK, which a host
configures, nothing is reported.
"""

from importlib.util import find_spec

from orderflow.errors import MissingExtraError

if find_spec("opentelemetry") is None:
    raise MissingExtraError("opentelemetry", "otel")

from orderflow.telemetry.telemetry import Telemetry

__all__ = ["Telemetry"]
