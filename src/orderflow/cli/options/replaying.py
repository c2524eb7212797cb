"""The options of commands that replay a history, beside those of an import."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import attrs
import typer

from orderflow.cli.options.import_file import ColumnNames, HistoryForm
from orderflow.cli.options.working_hours import ReplayHours
from orderflow.cli.page_file import PageFile
from orderflow.domain.calendar.calendar import WarehouseCalendar
from orderflow.errors import InvalidValueError
from orderflow.errors.quoting import quoted
from orderflow.replay import HistoryRules, ReplenishmentRule, SellerBehaviour, Settings
from orderflow.replay.rebalances import rebalance_days_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderflow.domain.model.policy import AllocationPolicy

__all__ = ["HistoryPaths", "PageOptions", "RebalanceOption", "RejectedRows", "ReplayOptions"]

HistoryPaths = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE", help="Any files of orders, and folders of them; - for standard input."
    ),
]


def _rebalance_days(text: str) -> int:
    try:
        return rebalance_days_of(text)
    except InvalidValueError as error:
        raise typer.BadParameter(f"{quoted(text)} is not {error.demand}") from error


@attrs.frozen(kw_only=True)
class RejectedRows:
    """What is done about rejected rows.

    Attributes:
        all_or_nothing: Replay nothing if a row is rejected.
        rejects: Write rejected rows to this file, to correct them: the first 100,000. Of several
            files, a folder, in which each has a file of its name.
        lines: Only import takes it: a history has the lines in the same file.
    """

    all_or_nothing: bool = attrs.field(default=False, metadata={"names": ("--all-or-nothing",)})
    rejects: Path | None = attrs.field(default=None, metadata={"metavar": "FILE"})
    lines: Path | None = attrs.field(default=None, metadata={"metavar": "FILE"})

    def __attrs_post_init__(self) -> None:
        if self.lines is not None:
            raise typer.BadParameter(
                "is only for import; join the two files into one with a row for each line",
                param_hint="'--lines'",
            )


@attrs.frozen(kw_only=True)
class PageOptions:
    """Where to write a report as a page.

    Attributes:
        report: Write a page with tables and plots to this file, which needs nothing else.
        overwrite: Replace the file of --report if it exists.
    """

    report: Path | None = attrs.field(default=None, metadata={"metavar": "FILE.html"})
    overwrite: bool = attrs.field(default=False, metadata={"names": ("--overwrite",)})

    def page(self, inputs: Sequence[str]) -> PageFile | None:
        """Return the file of the page, if one is to be written.

        Raises:
            FileError: If it cannot be written, or would destroy a file.
            MissingExtraError: If the packages that draw it are not installed.
        """
        if self.report is None:
            return None
        return PageFile(self.report, inputs, overwrite=self.overwrite)


@attrs.frozen(kw_only=True)
class RebalanceOption:
    """When the backlog is rebalanced.

    Attributes:
        rebalance: Plan the backlog anew at the cut-off of every day, week or number of days, and
            apply the plan. Default: never.
    """

    rebalance: int | None = attrs.field(
        default=None, metadata={"metavar": "daily | weekly | DAYS", "parser": _rebalance_days}
    )


@attrs.frozen(kw_only=True)
class ReplayOptions:
    """All options of a command that replays a history, but those of its policy.

    Attributes:
        form: How the file is written.
        meaning: What its rows mean.
        columns: Which columns it has.
        rule: The stock that is added.
        hours: The warehouse that is added.
        behaviour: What the seller does.
        backlog: When the backlog is rebalanced.
        rejected: What is done about rejected rows.
        page: Where to write a report as a page.
    """

    form: HistoryForm = attrs.field(factory=HistoryForm, metadata={"panel": "The file"})
    meaning: HistoryRules = attrs.field(factory=HistoryRules, metadata={"panel": "What rows mean"})
    columns: ColumnNames = attrs.field(
        factory=ColumnNames, metadata={"panel": "Columns, where they differ from the preset"}
    )
    rule: ReplenishmentRule = attrs.field(
        factory=ReplenishmentRule, metadata={"panel": "The stock added"}
    )
    hours: ReplayHours = attrs.field(factory=ReplayHours, metadata={"panel": "The warehouse added"})
    behaviour: SellerBehaviour = attrs.field(
        factory=SellerBehaviour, metadata={"panel": "What the seller does"}
    )
    backlog: RebalanceOption = attrs.field(
        factory=RebalanceOption, metadata={"panel": "What the seller does"}
    )
    rejected: RejectedRows = attrs.field(factory=RejectedRows, metadata={"panel": ""})
    page: PageOptions = attrs.field(factory=PageOptions, metadata={"panel": ""})

    def settings(self, policy: AllocationPolicy) -> Settings:
        """Return the settings of a replay. The warehouse is in the time zone of the file."""
        return Settings(
            policy=policy,
            rule=self.rule,
            calendar=WarehouseCalendar(
                time_zone=self.form.time_zone,
                cut_off=self.hours.cut_off,
                working_days=self.hours.working_days,
            ),
            books_in=self.hours.books_in,
            behaviour=self.behaviour,
            rebalance_days=self.backlog.rebalance,
        )
