"""Where queries begin, and the flow of requests for a 符号."""

from typing import ClassVar

from django.db import migrations

from todoke.workflow.guards import state_starts, state_steps


class Migration(migrations.Migration):
    dependencies: ClassVar = [("linkage", "0002_state_steps")]
    operations: ClassVar = [
        state_starts("linkage_query", ("accepted",)),
        # a request is given up together with the queries that waited for it: rows go
        state_steps(
            "linkage_coderequest",
            {"wanted": ("requested", "present", "refused"), "refused": ("wanted",)},
            rows_stay=False,
        ),
        state_starts("linkage_coderequest", ("wanted",)),
    ]
