"""The pages from which a host starts, and what is tried at their ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs

__all__ = ["PAGES", "Page"]

BUY_WITHOUT_BROKER = r"""python manage.py shell -c '
from django.test import Client
good = {"number": "901", "sku": "MUG", "quantity": 1, "pence": 900}
def buy(**more):
    shop = Client(headers={"host": "localhost"})
    return shop.post("/buy/", {**good, **more}, content_type="application/json").status_code
found = [buy(), buy(), buy(number="902", quantity=0)]
assert found == [200, 422, 422], found
'"""
"""No broker runs. An order is answered anyway; a repeated number and quantity 0 are faults
of the request."""

CROSS_SITE = r"""python manage.py shell -c '
from django.test import Client
shop = Client(headers={"host": "localhost"}, enforce_csrf_checks=True)
status = shop.post("/buy/", {}, content_type="application/json").status_code
assert status == 403, status
'"""

LOOK_AT_ORDERS = r"""python manage.py shell -c '
from django.contrib.auth.models import User
from django.test import Client
shop = Client(headers={"host": "localhost"})
shop.force_login(User.objects.create_superuser("jo"))
for name in ("order", "stock", "message"):
    status = shop.get(f"/admin/orderflow_admin/{name}/").status_code
    assert status == 200, (name, status)
'"""

DJANGO_ALTERNATIVES = {
    "shop/settings.py, for PostgreSQL": "the folder is on SQLite",
    "checkout/migrations/0002_orderflow.py": "the app of orderflow makes the tables",
}

BASKET = r"""set -e
say() { curl --silent --show-error --output answer.json --write-out '%{http_code}' "$@"; }
json='Content-Type: application/json'
one='{"sku": "MUG", "quantity": 1}'
base=localhost:8000/sellers/acme
test "$(say $base/baskets/901 -H "$json" -d "$one")" = 200
test "$(say $base/baskets/901 -H "$json" -d "$one")" = 200
test "$(say -X POST $base/baskets/901/order -H 'Idempotency-Key: order 901')" = 200
test "$(say $base/baskets/902 -H "$json" -d '{"sku": "MUG", "quantity": 0}')" = 422
"""
"""A product twice in a basket is no error of the service."""

SIGN_IN = (
    "curl --fail --silent --show-error --retry 20 --retry-connrefused localhost:8000/sign-in"
    " | grep password"
)


@attrs.frozen
class Page:
    """A page, and how it is followed.

    Attributes:
        name: Its path in `docs`, without the suffix.
        after: The page that is followed before it, as it says.
        in_checkout: Whether it is followed in a checkout, not beside one.
        installs: Whether it begins by installing orderflow itself.
        leave_out: Files and commands that the page offers instead of others, with the reason.
        environment: What the page expects of the machine.
        then: Commands at its end, which try what the page promises.
    """

    name: str
    after: str = ""
    in_checkout: bool = False
    installs: bool = False
    leave_out: Mapping[str, str] = attrs.field(factory=dict)
    environment: Mapping[str, str] = attrs.field(factory=dict)
    then: tuple[str, ...] = ()


PAGES: Final = (
    Page("how-to/install", installs=True),
    Page("tutorial", in_checkout=True, installs=True),
    Page(
        "how-to/use-it-with-django",
        leave_out=DJANGO_ALTERNATIVES,
        then=(BUY_WITHOUT_BROKER, CROSS_SITE),
    ),
    Page(
        "how-to/look-at-orders-in-the-django-admin",
        after="how-to/use-it-with-django",
        leave_out={**DJANGO_ALTERNATIVES, "checkout/admin.py": "for a site of your own"},
        then=(LOOK_AT_ORDERS,),
    ),
    Page("how-to/use-it-with-fastapi", then=(BASKET,)),
    Page("how-to/keep-it-in-a-database"),
    Page("how-to/tell-the-sellers"),
    Page(
        "how-to/run-the-worker",
        leave_out={
            "orderflow-worker.service": "needs systemd",
            "checkout/tasks.py": "belongs into a project of Django 6",
            "work.enqueue()": "belongs into a project of Django 6",
        },
        environment={"CELERY_BROKER_URL": "memory://"},
    ),
    Page("how-to/telemetry"),
    Page("how-to/import-orders"),
    Page("how-to/look-at-the-portal", in_checkout=True, installs=True, then=(SIGN_IN,)),
    Page("how-to/allocate-tables"),
    Page("how-to/your-own-tables"),
)
