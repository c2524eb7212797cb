"""The orders in the admin: their list, the page of one, and the actions on it.

An action has three steps: its details, a preview of what it would change, and a confirmation. The
flow runs it with the version of the order that the preview has shown.
"""

from __future__ import annotations

from functools import partial
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, OuterRef, Subquery, Sum
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from orderflow.django_admin.fields import SEPARATOR
from orderflow.django_admin.host import database, flow
from orderflow.django_admin.list_filters import AgeFilter, OrderProductFilter, SellerFilter
from orderflow.django_admin.models import CUSTOMER_WAITS_SINCE, Line
from orderflow.django_admin.models import Order as Row
from orderflow.django_admin.order_actions import ORDER_ACTIONS
from orderflow.django_admin.order_changes import changes_of
from orderflow.django_admin.order_page import buttons, page_of
from orderflow.django_admin.read_only import ReadOnlyAdmin
from orderflow.domain.model.validators import is_identifier
from orderflow.errors import (
    InvalidValueError,
    OrderFlowError,
    OrderNotFoundError,
    RefusedError,
    StaleVersionError,
)
from orderflow.service.clock import read_clock
from orderflow.wording.moments import duration, moment_text

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from orderflow.django_admin.order_actions import ActionForm, OrderAction
    from orderflow.domain.model.commands import OrderCommand
    from orderflow.domain.model.order import Order
    from orderflow.service import Seller

__all__ = ["OrderAdmin"]

ID_CHARACTERS_MAX = 64
NUMBER_CHARACTERS_MAX = 12
LAST_CHARACTER = chr(0x10FFFF)


class Confirmation(forms.Form):
    """What the preview has shown, so that exactly this is confirmed, and only once."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    command_id = forms.CharField(max_length=ID_CHARACTERS_MAX, widget=forms.HiddenInput)


class OrderAdmin(ReadOnlyAdmin):
    """Orders: their list, the page of each one, and actions."""

    list_display = (
        *("order_id", "seller_id", "warehouse_id", "status", "units", "short"),
        *("placed", "waits"),
    )
    list_filter = ("status", AgeFilter, SellerFilter, OrderProductFilter)
    search_fields = ("order_id",)
    search_help_text = "The first characters of an order id"
    # As the index of the table is sorted, from its end: nothing else is as fast.
    ordering = ("-seller_id", "-placed_at", "-order_id")
    sortable_by = ("placed", "waits")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the orders, each with its units."""
        lines = Line.objects.filter(seller_id=OuterRef("seller_id"), order_id=OuterRef("order_id"))
        grouped = lines.order_by().values("order_id")
        ordered = grouped.annotate(total=Sum("quantity")).values("total")
        short = grouped.annotate(total=Sum(F("quantity") - F("allocated"))).values("total")
        return (
            super()
            .get_queryset(request)
            .annotate(
                units=Subquery(ordered),
                short_units=Subquery(short),
                customer_waits_since=CUSTOMER_WAITS_SINCE,
            )
        )

    def get_search_results(
        self, _request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Return the orders whose id begins with a text, which may have spaces."""
        if not search_term:
            return queryset, False
        if not is_identifier(search_term):
            return queryset.none(), False
        # Not `startswith`, which no index helps, and which ignores case on SQLite alone.
        end = search_term + LAST_CHARACTER
        return queryset.filter(order_id__gte=search_term, order_id__lt=end), False

    @admin.display(description="units")
    def units(self, row: Any) -> int:  # noqa: ANN401 - a row with an annotation
        """Return the units ordered."""
        return int(row.units)

    @admin.display(description="short")
    def short(self, row: Any) -> int | None:  # noqa: ANN401 - as above
        """Return the units that an order on back order is short of."""
        return int(row.short_units) if row.waits_since is not None else None

    @admin.display(description="placed", ordering="placed_at")
    def placed(self, row: Row) -> str:
        """Return when it was placed."""
        return moment_text(row.placed_at, timezone.get_current_timezone(), with_zone=False)

    @admin.display(description="waits for", ordering="customer_waits_since")
    def waits(self, row: Any) -> str | None:  # noqa: ANN401 - a time that may be missing
        """Return for how long its customer has waited."""
        if row.customer_waits_since is None:
            return None
        return duration((read_clock(flow().clock) - row.customer_waits_since).total_seconds())

    def get_urls(self) -> list[Any]:
        """Return the addresses of the actions, and Django's own."""
        # An action has transactions of its own, so none is made for the whole request.
        free = transaction.non_atomic_requests(using=database())
        actions = [
            path(
                f"<str:object_id>/{each.name}/",
                self.admin_site.admin_view(free(partial(self.action_view, action=each))),
                name=self._address(each),
            )
            for each in ORDER_ACTIONS
        ]
        return [*actions, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",  # noqa: ARG002 - as Django calls it
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show an order."""
        seller, order = self._find(request, object_id)
        if order is None or seller is None:
            return self._missing(request, object_id)
        after = request.GET.get("after", "")[:NUMBER_CHARACTERS_MAX]
        context = {
            **self._context(request, order),
            **page_of(seller, order, after=int(after) if after.isdecimal() else 0),
            "buttons": [
                (each, self._url(order, self._address(each.action)))
                for each in buttons(seller, order)
                if _may(request, each.action)
            ],
            "history_url": self._url(order, "history"),
            **(extra_context or {}),
        }
        return self._answer(request, "order", context)

    def action_view(
        self, request: HttpRequest, object_id: str, *, action: OrderAction
    ) -> HttpResponse:
        """Ask for the details of an action, show what it would change, or do it."""
        if not _may(request, action):
            raise PermissionDenied
        seller, order = self._find(request, object_id)
        if order is None or seller is None:
            return self._missing(request, object_id)
        data = request.POST if request.method == "POST" else None
        form = action.form(data, order=order, seller=seller)
        step = "" if data is None else data.get("step", "")
        if step == "confirm":
            return self._confirm(request, action, seller, order, form)
        if step == "preview" and form.is_valid():
            try:
                return self._preview(request, action, seller, order, form)
            except OrderFlowError as error:
                form.add_error(None, str(error))
        elif data is None:
            reason = next(each.reason for each in buttons(seller, order) if each.action == action)
            if reason:
                messages.error(request, reason)
                return HttpResponseRedirect(self._url(order, "change"))
        return self._details(request, action, order, form)

    def _details(
        self, request: HttpRequest, action: OrderAction, order: Order, form: ActionForm
    ) -> HttpResponse:
        context = {**self._context(request, order), "action": action, "form": form}
        return self._answer(request, "details", context)

    def _preview(
        self,
        request: HttpRequest,
        action: OrderAction,
        seller: Seller,
        order: Order,
        form: ActionForm,
    ) -> HttpResponse:
        confirmation = {"version": order.version, "command_id": f"admin {token_hex(12)}"}
        command = form.command(_fields(seller, order, order.version))
        context = {
            **self._context(request, order),
            "action": action,
            "form": form,
            "confirmation": Confirmation(initial=confirmation),
            "changes": changes_of(seller.preview(command), order),
            "unknown": seller.unknown_products(command),
        }
        return self._answer(request, "preview", context)

    def _confirm(
        self,
        request: HttpRequest,
        action: OrderAction,
        seller: Seller,
        order: Order,
        form: ActionForm,
    ) -> HttpResponse:
        shown = Confirmation(request.POST)
        if not shown.is_valid():
            form.add_error(None, "The preview is incomplete. Nothing was done: preview it again.")
            return self._details(request, action, order, form)
        version, command_id = shown.cleaned_data["version"], shown.cleaned_data["command_id"]
        try:
            earlier = _earlier_command(form, order, version, command_id)
            if earlier is None and not form.is_valid():
                _require_version(order, version)
                return self._details(request, action, order, form)
            fields = {**_fields(seller, order, version), "command_id": command_id}
            outcome = seller.handle(earlier or form.command(fields))
        except StaleVersionError:
            text = f"Order {order.order_id} has changed since the preview. Nothing was done."
            messages.error(request, text)
        except RefusedError as error:
            messages.error(request, f"Nothing was done: {error}")
        except OrderFlowError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, changes_of(outcome, order).summary())
            if earlier is None:
                self.log_change(request, self._row(order), action.title)
        return HttpResponseRedirect(self._url(order, "change"))

    def _find(self, request: HttpRequest, object_id: str) -> tuple[Seller | None, Order | None]:
        """Return an order and its seller, if there is such an order."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        parts = self.parts(unquote(object_id))
        if parts is None:
            return None, None
        try:
            seller = flow().seller(parts["seller_id"])
            return seller, seller.order(parts["order_id"])
        except (InvalidValueError, OrderNotFoundError):
            return None, None

    def _missing(self, request: HttpRequest, object_id: str) -> HttpResponse:
        name = unquote(object_id).partition(SEPARATOR)[2] or object_id
        messages.error(request, f"There is no order {name!r}.")
        return HttpResponseRedirect(self._list_url())

    def _context(self, request: HttpRequest, order: Order) -> dict[str, Any]:
        return {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "order": order,
            "order_url": self._url(order, "change"),
            "list_url": self._list_url(),
        }

    def _answer(self, request: HttpRequest, page: str, context: dict[str, Any]) -> HttpResponse:
        request.current_app = self.admin_site.name
        return TemplateResponse(request, f"orderflow_admin/{page}.html", context)

    def _row(self, order: Order) -> Row:
        key = f"{order.seller_id}{SEPARATOR}{order.order_id}"
        return Row(key=key, seller_id=order.seller_id, order_id=order.order_id)

    def _address(self, action: OrderAction) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{action.name}"

    def _url(self, order: Order, page: str) -> str:
        prefix = f"{self.opts.app_label}_{self.opts.model_name}_"
        name = page if page.startswith(prefix) else prefix + page
        key = quote(f"{order.seller_id}{SEPARATOR}{order.order_id}")
        return reverse(f"admin:{name}", args=(key,), current_app=self.admin_site.name)

    def _list_url(self) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"
        return reverse(name, current_app=self.admin_site.name)


def _fields(seller: Seller, order: Order, version: int) -> dict[str, Any]:
    return {
        "seller_id": seller.seller_id,
        "order_id": order.order_id,
        "at": read_clock(flow().clock),
        "expected_version": version,
    }


def _earlier_command(
    form: ActionForm, order: Order, version: int, command_id: str
) -> OrderCommand | None:
    """Return the command of the first click. The form of the order as it is now may make another.

    It returns none of another order, action or preview: the flow then refuses the id.
    """
    repository = flow().repository
    answered = repository.read(order.seller_id, lambda reading: reading.answered(command_id))
    if answered is None or not isinstance(answered[0], form.commands):
        return None
    command = answered[0]
    shown = (command.order_id, command.expected_version)
    return command if shown == (order.order_id, version) else None


def _require_version(order: Order, version: int) -> None:
    if order.version != version:
        raise StaleVersionError(order.order_id, version, order.version)


def _may(request: HttpRequest, action: OrderAction) -> bool:
    user: Any = request.user
    return bool(user.has_perm(action.permission))
