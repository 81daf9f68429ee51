from typing import ClassVar

from django.db import migrations

from todoke.workflow.guards import state_starts


class Migration(migrations.Migration):
    dependencies: ClassVar = [("network", "0002_guards")]
    operations: ClassVar = [state_starts("network_exchange_record", ("asked",), state="outcome")]
