"""Reports what a command does, if OpenTelemetry was set up before it started.

`opentelemetry-instrument orderflow notify --follow` does so.
"""

from __future__ import annotations

import sys
from typing import Any, TypeVar, cast

__all__ = ["instrumented"]

T = TypeVar("T")


def instrumented(subject: T) -> T:
    """Return a flow, relay or sender that reports its work, if there is somewhere to report it."""
    api = sys.modules.get("opentelemetry.trace")
    if api is None or isinstance(api.get_tracer_provider(), api.ProxyTracerProvider):
        return subject
    from orderflow.telemetry import Telemetry  # noqa: PLC0415 - needs the extra `otel`

    return cast("T", Telemetry().instrument(cast("Any", subject)))
