"""The tables of the first release."""

from typing import ClassVar

from django.db import migrations

from orderflow.adapters.sql.django.migrating import UpgradeTables


class Migration(migrations.Migration):
    """Creates the tables."""

    operations: ClassVar = [UpgradeTables("0001")]
