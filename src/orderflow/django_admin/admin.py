"""The lists that the admin shows. `OrderAdmin` has what one does with an order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils.html import format_html

from orderflow.django_admin.list_filters import SellerFilter, StockProductFilter
from orderflow.django_admin.models import Event, Message, Order, Stock
from orderflow.django_admin.order_admin import OrderAdmin
from orderflow.django_admin.read_only import ReadOnlyAdmin
from orderflow.domain.model.status import Status

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet
    from django.http import HttpRequest

__all__ = ["MessageAdmin", "StockAdmin"]


@admin.register(Stock)
class StockAdmin(ReadOnlyAdmin):
    """Stock, with the orders that wait for each product."""

    list_display = (
        "sku",
        "seller_id",
        "warehouse_id",
        "on_hand",
        "allocated",
        "available",
        "waiting",
    )
    list_display_links = None
    list_filter = (SellerFilter, StockProductFilter)
    ordering = ("seller_id", "warehouse_id", "sku")
    sortable_by = ("on_hand", "allocated")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the stock records. A row that is not known is only a lock."""
        return super().get_queryset(request).filter(is_known=True)

    def available(self, row: Stock) -> int:
        """Return the available units."""
        return row.on_hand - row.allocated

    @admin.display(description="")
    def waiting(self, row: Stock) -> str:
        """Return a link to the orders that wait for it."""
        address = reverse(
            "admin:orderflow_admin_order_changelist", current_app=self.admin_site.name
        )
        asked = {
            "status__exact": str(Status.ON_BACK_ORDER),
            "seller": row.seller_id,
            "product": row.sku,
        }
        return format_html('<a href="{}?{}">On back order</a>', address, urlencode(asked))


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    """Messages of the outbox: those to be sent, and those that are dead."""

    list_display = ("subject", "seller_id", "kind", "at", "is_dead", "attempts", "due")
    list_filter = ("is_dead", SellerFilter)
    ordering = ("seller_id", "number")
    sortable_by = ("attempts",)
    fields = ("seller_id", "subject", "kind", "at", "is_dead", "attempts", "due", "error")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the messages, each with the kind and the time of its event."""
        event = Event.objects.filter(seller_id=OuterRef("seller_id"), number=OuterRef("number"))
        return (
            super()
            .get_queryset(request)
            .annotate(kind=Subquery(event.values("kind")), at=Subquery(event.values("at")))
        )

    @admin.display(description="event")
    def kind(self, row: Message) -> str:
        """Return the kind of the event."""
        return row.kind

    @admin.display(description="happened at")
    def at(self, row: Message) -> datetime:
        """Return when it happened."""
        return row.at

    @admin.display(description="next attempt")
    def due(self, row: Message) -> datetime | None:
        """Return when it is sent next: at once if there is no time, and never if it is dead."""
        return None if row.is_dead else row.due_at


admin.site.register(Order, OrderAdmin)
