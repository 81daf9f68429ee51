from typing import ClassVar

from django.db import migrations

from todoke.workflow.guards import state_starts


class Migration(migrations.Migration):
    dependencies: ClassVar = [("inquiry", "0002_state_steps")]
    operations: ClassVar = [state_starts("inquiry_query", ("drafted",))]
