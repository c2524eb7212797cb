"""A host with the admin: its flow, which works on the default database, and its addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.urls import path

from orderflow import OrderFlow
from orderflow.adapters.sql import SqlRepository
from orderflow.adapters.sql.django import DjangoTransactions

if TYPE_CHECKING:
    from django.urls import URLPattern, URLResolver

flow = OrderFlow(SqlRepository(DjangoTransactions()))
urlpatterns: list[URLPattern | URLResolver] = [path("admin/", admin.site.urls)]
