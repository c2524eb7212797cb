"""Filters: which orders a bulk action, a report or a plan is about."""

from orderflow.domain.model.order_filter import Condition, OrderFilter
from orderflow.domain.queries.filter_text import filter_of

__all__ = ["Condition", "OrderFilter", "filter_of"]
