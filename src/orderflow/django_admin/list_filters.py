"""The filters beside the lists."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet

from orderflow.django_admin.host import flow
from orderflow.django_admin.models import Line
from orderflow.domain.model.validators import is_identifier
from orderflow.service.clock import read_clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.contrib.admin.views.main import ChangeList
    from django.http import HttpRequest

    Rows = QuerySet[Any]

__all__ = ["AgeFilter", "OrderProductFilter", "SellerFilter", "StockProductFilter"]

DAYS = (0, 1, 3, 7, 28)
"""Where the bands of ages begin, in days."""


class TextFilter(admin.SimpleListFilter):
    """A filter by an id that the user types, since there may be too many to list."""

    template = "orderflow_admin/text_filter.html"

    def lookups(self, _request: HttpRequest, _model_admin: object) -> list[tuple[str, str]]:
        """Return nothing: the ids are not listed."""
        return []

    def has_output(self) -> bool:
        """Return whether there is anything to show."""
        return True

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """Yield what the form needs: the id, the other filters, and a link without this one."""
        yield {
            "value": self.value() or "",
            "others": [
                (name, value)
                for name, values in changelist.filter_params.items()
                if name != self.parameter_name
                for value in values
            ],
            "without": changelist.get_query_string(remove=[self.parameter_name or ""]),
        }

    def queryset(self, _request: HttpRequest, queryset: Rows) -> Rows:
        """Return the rows with the id."""
        value = self.value()
        if not value:
            return queryset
        return self.matching(queryset, value) if is_identifier(value) else queryset.none()

    def matching(self, queryset: Rows, value: str) -> Rows:
        """Return the rows with an id that is one."""
        raise NotImplementedError  # each filter says how; Django makes none of this class


class SellerFilter(TextFilter):
    """The rows of one seller."""

    title = parameter_name = "seller"

    def matching(self, queryset: Rows, value: str) -> Rows:
        """Return the rows with the id."""
        return queryset.filter(seller_id=value)


class StockProductFilter(TextFilter):
    """The stock of one product."""

    title = parameter_name = "product"

    def matching(self, queryset: Rows, value: str) -> Rows:
        """Return the rows with the id."""
        return queryset.filter(sku=value)


class OrderProductFilter(TextFilter):
    """The orders with a line of one product."""

    title = parameter_name = "product"

    def matching(self, queryset: Rows, value: str) -> Rows:
        """Return the rows with the id."""
        of_order = {"seller_id": OuterRef("seller_id"), "order_id": OuterRef("order_id")}
        return queryset.filter(Exists(Line.objects.filter(sku=value, **of_order)))


class AgeFilter(admin.SimpleListFilter):
    """The orders whose customers have waited for this number of days."""

    title = "age"
    parameter_name = "age"

    def lookups(self, _request: HttpRequest, _model_admin: object) -> list[tuple[str, str]]:
        """Return the bands."""
        return [
            ("0", "waits less than 1 day"),
            *((str(first), f"waits {first} to {end} days") for first, end in pairwise(DAYS[1:])),
            (str(DAYS[-1]), f"waits {DAYS[-1]} days or more"),
        ]

    def queryset(self, _request: HttpRequest, queryset: Rows) -> Rows:
        """Return the orders of the band."""
        value = self.value()
        if value is None:
            return queryset
        if value not in map(str, DAYS):
            return queryset.none()
        now, place = read_clock(flow().clock), DAYS.index(int(value))
        # Not `gt`: a band begins with its first microsecond.
        if place:
            queryset = queryset.filter(customer_waits_since__lte=now - timedelta(days=DAYS[place]))
        else:
            queryset = queryset.filter(customer_waits_since__isnull=False)
        if place + 1 < len(DAYS):
            queryset = queryset.filter(
                customer_waits_since__gt=now - timedelta(days=DAYS[place + 1])
            )
        return queryset
