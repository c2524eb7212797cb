"""Working days and cut-off times: when an order leaves, and until when it may be placed."""

from orderflow.domain.calendar.calendar import (
    WarehouseCalendar,
    Weekday,
    cut_off_on,
    is_working_day,
    local_day,
)
from orderflow.domain.calendar.cut_off import (
    CutOffRules,
    ExpectedDespatch,
    despatch_day,
    expected_despatch,
    leaves_today,
    next_cut_off,
    time_left,
    upload_by,
    upload_despatch_day,
)

__all__ = [
    "CutOffRules",
    "ExpectedDespatch",
    "WarehouseCalendar",
    "Weekday",
    "cut_off_on",
    "despatch_day",
    "expected_despatch",
    "is_working_day",
    "leaves_today",
    "local_day",
    "next_cut_off",
    "time_left",
    "upload_by",
    "upload_despatch_day",
]
