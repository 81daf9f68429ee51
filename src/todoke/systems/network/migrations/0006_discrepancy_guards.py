from typing import ClassVar

from django.db import migrations

from todoke.workflow.guards import state_starts, state_steps


class Migration(migrations.Migration):
    dependencies: ClassVar = [("network", "0005_discrepancies")]
    operations: ClassVar = [
        state_steps("network_discrepancy", {"open": ("agreed", "settled")}, rows_stay=False),
        state_starts("network_discrepancy", ("open",)),
    ]
