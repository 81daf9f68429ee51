"""The flow of a query, held by the database."""

from typing import ClassVar

from django.db import migrations

from todoke.workflow.guards import state_steps

_ENDS = ("answered", "no_record", "refused", "release_refused")
_STEPS = {
    "accepted": ("sent", "refused"),
    "sent": ("accepted", "asked", "held", *_ENDS),
    "asked": ("held", *_ENDS),
    "held": _ENDS,
}


class Migration(migrations.Migration):
    dependencies: ClassVar = [("linkage", "0001_initial")]
    operations: ClassVar = [state_steps("linkage_query", _STEPS)]
