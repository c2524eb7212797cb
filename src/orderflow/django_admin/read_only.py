"""What all lists of the admin share: they read, and nothing is added, changed or deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.contrib.admin import ShowFacets

from orderflow.django_admin.fields import KeyField
from orderflow.django_admin.host import database

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet
    from django.http import HttpRequest

    Admin = admin.ModelAdmin[Model]
else:
    Admin = admin.ModelAdmin

__all__ = ["ReadOnlyAdmin"]


class ReadOnlyAdmin(Admin):
    """A list of rows that nobody may change."""

    actions = None
    show_facets = ShowFacets.NEVER  # each facet is a count
    show_full_result_count = False  # a second count

    class Media:  # noqa: D106 - Django's options
        css: ClassVar = {"all": ["orderflow_admin/orders.css"]}

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401, ARG002 - as Django calls it
        """Return that nobody may."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401, ARG002 - as above
        """Return that nobody may."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ANN401, ARG002 - as above
        """Return that nobody may."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows, from the database of the flow."""
        return super().get_queryset(request).using(database())

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:  # noqa: ANN401, ARG002 - as Django calls it
        """Return one row. An index of the columns finds it, and none of the key."""
        parts = self.parts(object_id)
        if parts is None:
            return None
        try:
            return self.get_queryset(request).filter(**parts).first()
        except ValueError:  # a number that is none
            return None

    def parts(self, object_id: str) -> dict[str, str] | None:
        """Return the columns of a key, or `None` if it is no key."""
        key = self.opts.pk
        return key.parts(object_id) if isinstance(key, KeyField) else None
