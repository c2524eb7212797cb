"""The calendar of a warehouse: working days, cut-off times, and when an order leaves."""

from orderflow.domain.calendar.calendar import WarehouseCalendar, Weekday
from orderflow.domain.calendar.cut_off import CutOffRules, ExpectedDespatch

__all__ = ["CutOffRules", "ExpectedDespatch", "WarehouseCalendar", "Weekday"]
