"""The Django app, with the migrations and the checks for `manage.py check`."""

from django.apps import AppConfig
from django.core import checks

from orderflow.adapters.sql.django.checking import check_databases

__all__ = ["OrderflowConfig"]


class OrderflowConfig(AppConfig):
    """orderflow as a Django app. Migrations create its tables; it has no models."""

    name = "orderflow.adapters.sql.django"
    label = "orderflow"
    verbose_name = "orderflow"

    def ready(self) -> None:
        """Register the checks for `manage.py check`."""
        checks.register(check_databases)
