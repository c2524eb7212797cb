"""The Django app: its models get the tables of the host's flow."""

from __future__ import annotations

from django.apps import AppConfig

from orderflow.django_admin.host import tables

__all__ = ["OrderflowAdminConfig"]


class OrderflowAdminConfig(AppConfig):
    """Pages about orders, stock and messages. The app has no migrations."""

    name = "orderflow.django_admin"
    label = "orderflow_admin"
    verbose_name = "Orderflow"

    def ready(self) -> None:
        """Set the names of the tables, which only the host's flow knows.

        Raises:
            ImproperlyConfigured: If `ORDERFLOW_FLOW` names no flow on a connection of Django.
        """
        from orderflow.django_admin import models  # noqa: PLC0415 - Django loads them after apps

        own = tables()
        for model, table in (
            (models.Order, own.orders),
            (models.Line, own.lines),
            (models.Stock, own.stock),
            (models.Message, own.outbox),
            (models.Event, own.events),
        ):
            # Django puts a name between quotes: these end the schema, and begin the table.
            within = "" if table.schema is None else f'{table.schema}"."'
            model._meta.db_table = f"{within}{table.name}"  # noqa: SLF001 - Django's own name for it
