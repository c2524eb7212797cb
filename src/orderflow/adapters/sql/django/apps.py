"""The app of Django: it brings the migrations, and what `manage.py check` looks at."""

from django.apps import AppConfig
from django.core import checks

from orderflow.adapters.sql.django.checking import check_databases

__all__ = ["OrderflowConfig"]


class OrderflowConfig(AppConfig):
    """orderflow as an app of Django. Its tables are made by its migrations; it has no models."""

    name = "orderflow.adapters.sql.django"
    label = "orderflow"
    verbose_name = "orderflow"

    def ready(self) -> None:
        """Have the settings looked at by `manage.py check`."""
        checks.register(check_databases)
