"""The flow of the host, with its tables and its connection."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NoReturn

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from orderflow.adapters.sql.django import DjangoTransactions
from orderflow.service import OrderFlow

if TYPE_CHECKING:
    from orderflow.adapters.sql import Tables

__all__ = ["SETTING", "database", "flow", "tables"]

SETTING = "ORDERFLOW_FLOW"


@cache
def flow() -> OrderFlow:
    """Return the flow that the setting names.

    Raises:
        ImproperlyConfigured: If it names no flow on a connection of Django.
    """
    path = getattr(settings, SETTING, None)
    if not isinstance(path, str):
        _refuse(path, "the path of your OrderFlow")
    try:
        found = import_string(path)
    except ImportError as error:
        raise ImproperlyConfigured(f"{SETTING} = {path!r} cannot be imported: {error}") from error
    if not isinstance(found, OrderFlow):
        _refuse(path, f"the path of an OrderFlow, not of {type(found).__name__}")
    if not isinstance(getattr(found.repository, "transactions", None), DjangoTransactions):
        _refuse(path, "a flow on SqlRepository(DjangoTransactions())")
    return found


def tables() -> Tables:
    """Return the tables that the flow works on."""
    found: Tables = getattr(flow().repository, "tables")  # noqa: B009 - `flow` has checked it
    return found


def database() -> str:
    """Return the alias of the database that the flow works on."""
    transactions: DjangoTransactions = getattr(flow().repository, "transactions")  # noqa: B009 - as above
    return transactions.using


def _refuse(path: object, demand: str) -> NoReturn:
    raise ImproperlyConfigured(
        f"{SETTING} must be {demand}, such as 'checkout.stock.flow'; it is {path!r}"
    )
