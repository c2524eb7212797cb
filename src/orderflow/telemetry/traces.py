"""Carries a trace from a command to what it causes later, in another process.

A unit of work stores the span of its command with each message of the outbox. The relay's notifier
then runs in that trace, so whatever it sends is a child of the command. There it also finds the
rule that says whether a failed attempt was the last one.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from opentelemetry import trace
from opentelemetry.context import attach, create_key, detach, get_current, get_value, set_value
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from opentelemetry.context import Context
    from opentelemetry.trace import Link, Span

    from orderflow.ports import OutboxMessage

__all__ = [
    "caused_by",
    "given_up_if",
    "in_command",
    "other_causes",
    "rule_to_give_up",
    "trace_to_store",
]

_COMMAND = create_key("orderflow.command")
_LINKS = create_key("orderflow.links")
_RULE = create_key("orderflow.gives_up")
_W3C = TraceContextTextMapPropagator()
_FIELD = "traceparent"


@contextmanager
def in_command(span: Span) -> Iterator[None]:
    """Run the block as a part of the command with this span: it causes the block's messages."""
    with _attached(set_value(_COMMAND, span)):
        yield


def trace_to_store() -> str | None:
    """Return the trace of the command that runs, or of the current span, if there is one."""
    command = get_value(_COMMAND)
    context = trace.set_span_in_context(command) if isinstance(command, trace.Span) else None
    carrier = dict[str, str]()
    _W3C.inject(carrier, context)
    return carrier.get(_FIELD)


@contextmanager
def caused_by(messages: Iterable[OutboxMessage]) -> Iterator[None]:
    """Run the block in the trace of the command that caused the first of these messages.

    The spans of the block link to the others, and to the span around the block.
    """
    traces = dict.fromkeys(each.trace for each in messages if each.trace is not None)
    causes = [_context_of(each) for each in traces]
    if not causes:
        yield
        return
    around = trace.get_current_span().get_span_context()
    others = [trace.get_current_span(each).get_span_context() for each in causes[1:]]
    links = tuple(trace.Link(each) for each in (*others, around) if each.is_valid)
    with _attached(set_value(_LINKS, links, causes[0])):
        yield


def other_causes() -> tuple[Link, ...]:
    """Return the links of a span in the block of `caused_by`."""
    links = get_value(_LINKS)
    return links if isinstance(links, tuple) else ()


@contextmanager
def given_up_if(rule: Callable[[Exception], bool]) -> Iterator[None]:
    """Run the block as an attempt to send. The rule says after which errors it is the last one."""
    with _attached(set_value(_RULE, rule)):
        yield


def rule_to_give_up() -> Callable[[Exception], bool] | None:
    """Return the rule of `given_up_if` around, or `None` if every error is followed by a retry."""
    return cast("Callable[[Exception], bool] | None", get_value(_RULE))


def _context_of(traceparent: str) -> Context:
    return _W3C.extract({_FIELD: traceparent}, get_current())


@contextmanager
def _attached(context: Context) -> Iterator[None]:
    token = attach(context)
    try:
        yield
    finally:
        detach(token)
