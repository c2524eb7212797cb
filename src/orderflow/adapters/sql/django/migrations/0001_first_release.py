"""The tables of the first release."""

from typing import ClassVar

from django.db import migrations

from orderflow.adapters.sql.django.migrating import UpgradeTables


class Migration(migrations.Migration):
    """Makes the tables; there are none yet."""

    operations: ClassVar = [UpgradeTables("0001")]
