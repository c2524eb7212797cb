"""The reports over all orders of a seller: what the methods of `Seller` return, and their terms."""

from orderflow.domain.model.customer_wait import customer_waits_since
from orderflow.domain.reports.backlog_report import AGE_BANDS, AgeBand, Backlog, BacklogGroup
from orderflow.domain.reports.delays import Delay, LateReceipt
from orderflow.domain.reports.low_stock import LowStock, low_stock
from orderflow.domain.reports.order_value import order_value
from orderflow.domain.reports.service_levels import (
    Miss,
    Period,
    ServiceLevel,
    ServiceLevels,
    ServiceMoment,
    ServiceTarget,
)
from orderflow.domain.reports.worklist import ExceptionKind, WorklistItem

__all__ = [
    "AGE_BANDS",
    "AgeBand",
    "Backlog",
    "BacklogGroup",
    "Delay",
    "ExceptionKind",
    "LateReceipt",
    "LowStock",
    "Miss",
    "Period",
    "ServiceLevel",
    "ServiceLevels",
    "ServiceMoment",
    "ServiceTarget",
    "WorklistItem",
    "customer_waits_since",
    "low_stock",
    "order_value",
]
