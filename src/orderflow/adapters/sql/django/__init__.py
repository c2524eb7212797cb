"""Runs orderflow on Django's connections, in Django's transactions.

Needs Django 5.2 or later, which the extra `django` installs. The package is a Django app: add it
to `INSTALLED_APPS`, and `migrate` creates and upgrades the tables.
"""

from orderflow.adapters.sql.django.executor import DjangoExecutor
from orderflow.adapters.sql.django.migrating import UpgradeTables
from orderflow.adapters.sql.django.transactions import DjangoTransactions

__all__ = ["DjangoExecutor", "DjangoTransactions", "UpgradeTables"]
