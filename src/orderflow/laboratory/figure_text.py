"""The values of measures as texts for people."""

from __future__ import annotations

from orderflow.laboratory.measures import Unit
from orderflow.laboratory.noise import Finding

__all__ = ["FINDING_WORDS", "change_text", "figure_text"]

FINDING_WORDS = {
    Finding.SAME: "= same",
    Finding.NOISE: "≈ noise",
    Finding.BETTER: "▲ better",
    Finding.WORSE: "▼ worse",
    Finding.UNKNOWN: "? too few seeds",
}
"""What a finding is called, with a sign that needs no colour."""

_HOUR, _DAY = 3_600, 86_400
_EXACT_MAX = 10  # numbers below this show two decimals


def figure_text(value: float | None, unit: Unit) -> str:
    """Return a value as a text.

    >>> [figure_text(0.876, Unit.SHARE), figure_text(1_234.5, Unit.NUMBER)]
    ['87.6 %', '1,234']
    >>> [figure_text(seconds, Unit.SECONDS) for seconds in (None, 90, 5_400, 676_800)]
    ['-', '2 min', '1.5 h', '7.8 d']
    """
    if value is None:
        return "-"
    if unit is Unit.SHARE:
        return f"{round(100 * value, 1) + 0.0:.1f} %"  # -0.0 becomes 0.0
    if unit is Unit.NUMBER:
        is_exact = value == int(value) or abs(value) >= _EXACT_MAX
        return f"{value:,.0f}" if is_exact else f"{value:.2f}"
    if abs(value) < _HOUR:
        return f"{value / 60:.0f} min"
    return f"{value / _HOUR:.1f} h" if abs(value) < 2 * _DAY else f"{value / _DAY:,.1f} d"


def change_text(value: float | None, unit: Unit) -> str:
    """Return a difference as a text, with its sign; that of shares in percentage points.

    >>> [change_text(0.0123, Unit.SHARE), change_text(-3, Unit.NUMBER), change_text(0, Unit.NUMBER)]
    ['+1.2 points', '-3', '0']
    """
    if value is None:
        return "-"
    text = figure_text(value, unit).replace(" %", " points")
    return f"+{text}" if value > 0 else text
