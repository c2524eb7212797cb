"""The notices to sellers, made from the options of a command."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from orderflow.adapters.sql import SqlNoticeStore
from orderflow.cli.otel import instrumented
from orderflow.importing import read_replacements
from orderflow.notifier import SellerNotices

if TYPE_CHECKING:
    from datetime import timedelta

    from orderflow.cli.connection import Database
    from orderflow.cli.notice_failures import NoticeFailures
    from orderflow.notifier import NotifySettings
    from orderflow.ports import Clock

__all__ = ["NoticeFiles", "seller_notices"]


@attrs.frozen(kw_only=True)
class NoticeFiles:
    """The files that say how sellers are notified.

    Attributes:
        settings: Who is notified, of what, and how: a TOML file, or JSON if it ends in .json.
        replacements: Which products can replace which: a CSV file, or JSON if it ends in .json.
    """

    settings: Path = attrs.field(
        default=Path("notify.toml"), metadata={"envvar": "ORDERFLOW_NOTIFY", "metavar": "FILE"}
    )
    replacements: Path | None = attrs.field(
        default=None, metadata={"envvar": "ORDERFLOW_REPLACEMENTS", "metavar": "FILE"}
    )


def seller_notices(
    database: Database,
    settings: NotifySettings,
    replacements: Path | None,
    failures: NoticeFailures,
    *,
    clock: Clock | None = None,
    lease: timedelta | None = None,
) -> SellerNotices:
    """Return the notices of a database. They report what could not be sent to `failures`."""
    notices = SellerNotices(
        settings,
        database.repository,
        SqlNoticeStore(database.engine),
        environ=os.environ,
        default_policy=database.flow.default_policy,
        catalogue=read_replacements(replacements) if replacements is not None else None,
        clock=clock,
        on_refusal=failures.give_up,
        lease=lease,
    )
    return instrumented(notices)
