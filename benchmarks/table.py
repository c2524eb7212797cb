"""The figures as tables in Markdown: what was measured, what it is held against, what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.limits import verdicts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from benchmarks.baseline import Baseline

__all__ = ["changes", "figure", "figures", "held_against_limits", "side_by_side", "table"]

_TEN_THOUSAND = 10_000
SAME_WITHIN = 0.05
"""A change of the ratio to a yardstick below this is not worth a word: machines are noisy."""


def figures(baseline: Baseline) -> str:
    """Return a row for each case, with the library's figures and the ratios to its yardsticks."""
    rows = []
    for case in baseline.cases():
        own, *yardsticks = baseline.sides(case)
        ratios = [
            f"{times(own.ratio_to(each))} {each.side} ({pace(each.median, each.unit, each.per)})"
            for each in yardsticks
        ]
        paces = (pace(value, own.unit, own.per) for value in (own.median, own.least))
        rows.append((f"`{case}`", *paces, ", ".join(ratios)))
    return table(("benchmark", "median", "best", "beside its yardsticks"), rows)


def held_against_limits(baseline: Baseline) -> str:
    """Return a row for each limit of each case; nothing, if none of them has one."""
    rows = [
        (
            f"`{verdict.case}`",
            verdict.limit.says,
            pace(verdict.measured, verdict.unit, verdict.per),
            "met" if verdict.met else "**missed**",
        )
        for verdict in verdicts(baseline)
    ]
    return table(("benchmark", "limit", "measured", ""), rows) if rows else ""


def changes(before: Baseline, after: Baseline) -> str:
    """Return a row for each case that both hold, with what has changed.

    The last column goes by the ratio to the first yardstick: the load of the machine falls on both
    sides of it.
    """
    rows = []
    for case in after.cases():
        if case not in before.cases():
            continue
        old, *old_yardsticks = before.sides(case)
        new, *new_yardsticks = after.sides(case)
        old_ratio = old.ratio_to(old_yardsticks[0])
        new_ratio = new.ratio_to(new_yardsticks[0])
        rows.append(
            (
                f"`{case}`",
                pace(old.median, old.unit, old.per),
                pace(new.median, new.unit, new.per),
                f"{times(old_ratio)} → {times(new_ratio)} {new_yardsticks[0].side}",
                _said(new_ratio / old_ratio),
            )
        )
    return table(("benchmark", "before", "after", "beside its yardstick", ""), rows)


def side_by_side(baselines: Mapping[str, Baseline]) -> str:
    """Return a row for each case, with the library's median in each of several runs.

    In brackets: the ratio to the first yardstick of the same run.
    """
    rows = []
    for case in next(iter(baselines.values())).cases():
        cells = []
        for baseline in baselines.values():
            own, *yardsticks = baseline.sides(case)
            ratio = f" ({times(own.ratio_to(yardsticks[0]))})" if yardsticks else ""
            cells.append(f"{pace(own.median, own.unit, own.per)}{ratio}")
        rows.append((f"`{case}`", *cells))
    return table(("benchmark", *baselines), rows)


def figure(value: float, unit: str) -> str:
    """Write a figure with its unit.

    >>> figure(8.5e-6, "second"), figure(0.0713, "second"), figure(2279.6, "byte")
    ('8.5 µs', '71 ms', '2,280 bytes')
    """
    if unit == "byte":
        return f"{value:,.0f} bytes"
    if unit == "times":
        return times(value)
    for size, name in ((1, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")):
        if value >= size:
            return f"{_digits(value / size)} {name}"
    return f"{value} s"


def pace(value: float, unit: str, per: str) -> str:
    """Write how long one takes; of lines, how many there are in a second.

    >>> pace(8.5e-6, "second", "command"), pace(2.8e-6, "second", "line")
    ('8.5 µs', '357,000 lines/s')
    >>> pace(0.00043, "second", "line")
    '2,330 lines/s'
    """
    if per != "line" or unit != "second":
        return figure(value, unit)
    rate = 1 / value
    return f"{round(rate, -3 if rate >= _TEN_THOUSAND else -1):,.0f} lines/s"


def times(ratio: float) -> str:
    """Write a ratio.

    >>> times(3.04), times(0.51), times(118.2)
    ('3.0 x', '0.51 x', '118 x')
    """
    return f"{ratio:.2f} x" if ratio < 2 else f"{_digits(ratio)} x"  # noqa: PLR2004 - of two digits


def _digits(value: float) -> str:
    return f"{value:.1f}" if value < 10 else f"{value:,.0f}"  # noqa: PLR2004 - two digits


def _said(change: float) -> str:
    if abs(change - 1) <= SAME_WITHIN:
        return "the same"
    return f"{abs(change - 1):.0%} {'more' if change > 1 else 'less'}"


def table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return a table in Markdown."""
    return "\n".join(_lines([heads, *rows]))


def _lines(rows: list[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for number, row in enumerate(rows):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f"| {' | '.join(cells)} |"
        if number == 0:
            yield f"| {' | '.join('-' * width for width in widths)} |"
