"""Models of orderflow's tables, for the lists of the admin.

They only read. No column with the personal data of customers is among them: only the page of an
order shows it, and reads it through the flow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Case, When
from django.db.models.functions import Coalesce, Greatest, Least

from orderflow.django_admin.fields import KeyField, MomentField
from orderflow.domain.model.status import Status

if TYPE_CHECKING:
    from datetime import datetime

    Text = models.CharField[str, str]
    Number = models.BigIntegerField[int, int]
    LongText = models.TextField[str, str]
    Flag = models.BooleanField[bool, bool]

__all__ = ["CUSTOMER_WAITS_SINCE", "Event", "Line", "Message", "Order", "Stock", "status_label"]


CUSTOMER_WAITS_SINCE = Case(
    When(
        waits_since__isnull=False,
        then=Least("waits_since", Greatest("placed_at", Coalesce("not_before", "placed_at"))),
    )
)
"""What `orderflow.reports.customer_waits_since` returns, as an expression on orders."""


def status_label(status: str) -> str:
    """Write a status for people, such as "On back order"."""
    return status.replace("_", " ").capitalize()


class Order(models.Model):
    """An order, without what is personal."""

    key = KeyField("seller_id", "order_id")
    order_id: Text = models.CharField("order", max_length=128)
    seller_id: Text = models.CharField("seller", max_length=128)
    warehouse_id: Text = models.CharField("warehouse", max_length=128)
    status: Text = models.CharField(
        max_length=32, choices=[(str(each), status_label(each)) for each in Status]
    )
    placed_at = MomentField()
    not_before = MomentField(null=True)
    waits_since = MomentField(null=True)

    class Meta:
        managed = False
        db_table = "orderflow_orders"
        default_permissions = ("view",)
        permissions = (
            ("split_order", "Can split orders"),
            ("cancel_order", "Can cancel orders"),
            ("hold_order", "Can put orders on hold"),
            ("release_order", "Can release holds of orders"),
            ("replace_order", "Can replace products of orders"),
        )
        constraints = (
            models.UniqueConstraint(fields=("seller_id", "order_id"), name="orderflow_orders_pk"),
        )

    def __str__(self) -> str:
        return f"{self.order_id} of {self.seller_id}"


class Line(models.Model):
    """A line of an order."""

    key = KeyField("seller_id", "order_id", "line_id")
    seller_id: Text = models.CharField(max_length=128)
    order_id: Text = models.CharField(max_length=128)
    line_id: Text = models.CharField(max_length=128)
    sku: Text = models.CharField(max_length=128)
    quantity: Number = models.BigIntegerField()
    allocated: Number = models.BigIntegerField()

    class Meta:
        managed = False
        db_table = "orderflow_order_lines"
        default_permissions = ()

    def __str__(self) -> str:
        return f"line {self.line_id} of {self.order_id}"


class Stock(models.Model):
    """The stock of a product in a warehouse."""

    key = KeyField("seller_id", "warehouse_id", "sku")
    sku: Text = models.CharField("product", max_length=128)
    seller_id: Text = models.CharField("seller", max_length=128)
    warehouse_id: Text = models.CharField("warehouse", max_length=128)
    on_hand: Number = models.BigIntegerField()
    allocated: Number = models.BigIntegerField()
    is_known: Flag = models.BooleanField()

    class Meta:
        managed = False
        db_table = "orderflow_stock"
        default_permissions = ("view",)
        verbose_name = verbose_name_plural = "stock"

    def __str__(self) -> str:
        return f"{self.sku} of {self.seller_id} in {self.warehouse_id}"


class Event(models.Model):
    """The kind and the time of an event, without what it says."""

    key = KeyField("seller_id", "number")
    seller_id: Text = models.CharField(max_length=128)
    number: Number = models.BigIntegerField()
    kind: Text = models.CharField(max_length=128)
    at = MomentField()

    class Meta:
        managed = False
        db_table = "orderflow_events"
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"


class Message(models.Model):
    """A message in the outbox that is still to be sent, or is dead."""

    key = KeyField("seller_id", "number")
    seller_id: Text = models.CharField("seller", max_length=128)
    number: Number = models.BigIntegerField()
    subject: Text = models.CharField(max_length=272)
    due_at = MomentField(null=True)
    attempts: Number = models.BigIntegerField()
    error: LongText = models.TextField()
    is_dead: Flag = models.BooleanField("dead")

    kind: str
    at: datetime

    class Meta:
        managed = False
        db_table = "orderflow_outbox"
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"message {self.number} of {self.seller_id}"
