"""Members of the staff, who look at orders of a small shop."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote as escape

from attrs import frozen
from django.contrib.admin.utils import quote
from django.contrib.auth.models import Permission, User
from django.test import Client

from orderflow import Address, Order, OrderLine, StockKey
from orderflow.django_admin.order_actions import ORDER_ACTIONS
from tests.django_admin.host import flow

ALL = ("view_order", "view_stock", "view_message", *(f"{e.name}_order" for e in ORDER_ACTIONS))
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ANN = Address("Ann Lovelace", "2 Mill Lane", "Leeds")


@frozen
class Staff:
    """A member of the staff, with a browser."""

    client: Client

    @classmethod
    def with_permissions(cls, *names: str, check_csrf: bool = False) -> Staff:
        """Sign in with some permissions. Default: all of them."""
        user = User.objects.create_user(f"user {User.objects.count()}", is_staff=True)
        given = Permission.objects.filter(
            content_type__app_label="orderflow_admin", codename__in=names or ALL
        )
        user.user_permissions.set(given)
        client = Client(enforce_csrf_checks=check_csrf)
        client.force_login(user)
        return cls(client)

    def show(self, query: str = "", of: str = "order") -> Any:  # noqa: ANN401 - with a context
        return self.client.get(f"/admin/orderflow_admin/{of}/?{query}")

    def listed(self, query: str = "") -> list[str]:
        """Return the ids of the orders that the list shows, in its order."""
        answer = self.show(query)
        assert answer.status_code == 200
        return [row.order_id for row in answer.context["cl"].result_list]

    def open(self, order_id: str, seller_id: str = "acme") -> Any:  # noqa: ANN401 - as above
        return self.client.get(address(order_id, "change", seller_id), follow=True)

    def send(self, order_id: str, action: str, **fields: object) -> Any:  # noqa: ANN401 - with a context
        return self.client.post(address(order_id, action), fields, follow=True)

    def preview(self, order_id: str, action: str, **fields: object) -> dict[str, Any]:
        """Preview an action, and return the fields that its confirmation sends."""
        answer = self.send(order_id, action, step="preview", **fields)
        shown = answer.context["confirmation"].initial
        return {**fields, **shown, "step": "confirm"}

    def do(self, order_id: str, action: str, **fields: object) -> list[str]:
        """Preview an action, confirm it, and return the messages."""
        confirmed = self.preview(order_id, action, **fields)
        return messages(self.send(order_id, action, **confirmed))


def address(order_id: str, page: str, seller_id: str = "acme") -> str:
    name = quote(f"{seller_id}\n{order_id}")
    return f"/admin/orderflow_admin/order/{escape(name)}/{page}/"


def messages(answer: Any) -> list[str]:  # noqa: ANN401 - with a context
    """Return each message with its level."""
    return [f"{each.level_tag}: {each.message}" for each in answer.context["messages"]]


def key(sku: str, seller_id: str = "acme") -> StockKey:
    return StockKey(seller_id, "leeds", sku)


def place(
    order_id: str, *lines: tuple[str, int], seller_id: str = "acme", at: datetime = NOON
) -> Order:
    """Place an order of some products."""
    order = order_of(order_id, *lines, seller_id=seller_id, at=at)
    placed = flow.seller(seller_id).place(order, at=at).order
    assert placed is not None
    return placed


def order_of(
    order_id: str, *lines: tuple[str, int], seller_id: str = "acme", at: datetime = NOON
) -> Order:
    """Return an order of some products that was placed at this time."""
    return Order(
        order_id=order_id,
        seller_id=seller_id,
        warehouse_id="leeds",
        lines=tuple(OrderLine(str(n), *line) for n, line in enumerate(lines, 1)),
        placed_at=at,
        ship_to=ANN,
    )


def shop() -> None:
    """Three mugs for two orders that want two mugs each: the second one waits for one of them."""
    acme = flow.seller("acme")
    acme.book_in(key("MUG"), 3, at=NOON)
    acme.book_in(key("CUP"), 5, at=NOON)
    place("A-1", ("MUG", 2))
    place("A-2", ("MUG", 2), ("CUP", 1))
    place("A-3", ("MUG", 1))


def superuser(name: str, password: str) -> User:
    """Make a user who may do everything that anybody may."""
    return User.objects.create_superuser(name, password=password)
