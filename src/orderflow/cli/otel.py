"""Reports what a command does, if OpenTelemetry was set up before it started.

`opentelemetry-instrument orderflow work` does so.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from orderflow.ports import Outbox, Repository

__all__ = ["instrumented", "observe"]

T = TypeVar("T")


def instrumented(subject: T) -> T:
    """Return a flow, relay or sender that reports its work, if there is somewhere to report it."""
    if not _is_set_up():
        return subject
    from orderflow.telemetry import Telemetry  # noqa: PLC0415 - needs the extra `otel`

    return cast("T", Telemetry().instrument(cast("Any", subject)))


def observe(repository: Repository, outbox: Outbox) -> None:
    """Add gauges of the backlog and the outbox, if there is somewhere to report them."""
    if _is_set_up():
        from orderflow.telemetry import Telemetry  # noqa: PLC0415 - as above

        Telemetry().observe(repository, outbox)


def _is_set_up() -> bool:
    api = sys.modules.get("opentelemetry.trace")
    return api is not None and not isinstance(api.get_tracer_provider(), api.ProxyTracerProvider)
