"""The flow of a question, held by the database."""

from typing import ClassVar

from django.db import migrations

from todoke.workflow.guards import state_steps

_ENDS = ("answered", "no_record", "refused", "release_refused")
_STEPS = {"drafted": ("asked", "refused"), "asked": ("held", *_ENDS), "held": _ENDS}


class Migration(migrations.Migration):
    dependencies: ClassVar = [("inquiry", "0001_initial")]
    operations: ClassVar = [state_steps("inquiry_query", _STEPS)]
