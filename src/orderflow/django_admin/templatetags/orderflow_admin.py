"""Tags for statuses, for what changes, and for links to orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.contrib.admin.utils import quote
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.html import format_html

from orderflow.django_admin.fields import SEPARATOR
from orderflow.django_admin.models import status_label

if TYPE_CHECKING:
    from orderflow.domain.model.order import Order

__all__ = ["change", "order_url", "status"]

register = template.Library()


@register.simple_tag
def status(value: str) -> str:
    """Show a status."""
    return format_html(
        '<span class="orderflow-status" data-status="{}">{}</span>', value, status_label(value)
    )


@register.simple_tag
def change(before: object, after: object) -> str:
    """Show a value before and after, or once if it stays. A missing one is a dash."""
    old, new = _shown(before), _shown(after)
    return old if before == after else format_html("{} → <strong>{}</strong>", old, new)


def _shown(value: object) -> str:
    if isinstance(value, int):
        return str(number_format(value))
    return str(value) if value not in {None, ""} else "-"


@register.simple_tag(takes_context=True)
def order_url(context: template.Context, order: Order) -> str:
    """Return the address of the page of an order."""
    key = quote(f"{order.seller_id}{SEPARATOR}{order.order_id}")
    current = context["request"].current_app
    return reverse("admin:orderflow_admin_order_change", args=(key,), current_app=current)
