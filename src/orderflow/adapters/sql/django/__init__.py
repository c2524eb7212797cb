"""orderflow inside a Django service: on Django's own connections, in Django's own transactions.

Needs Django 5.2 or later, which comes with the extra `django`. The package is an app: name it in
`INSTALLED_APPS`, and `migrate` makes the tables and brings them forward.
"""

from orderflow.adapters.sql.django.executor import DjangoExecutor
from orderflow.adapters.sql.django.migrating import UpgradeTables
from orderflow.adapters.sql.django.transactions import DjangoTransactions

__all__ = ["DjangoExecutor", "DjangoTransactions", "UpgradeTables"]
