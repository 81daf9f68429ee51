"""A 符号 may be released, so that its person can have it under another 統合番号."""

from typing import ClassVar

from django.db import migrations

from todoke.workflow.guards import state_steps

_NOW = {
    "not_requested": ("requested",),
    "requested": ("acquired", "failed", "not_requested"),
    "failed": ("requested",),
    "acquired": ("not_requested",),
}
_UNDO = """
DROP TRIGGER intermediary_link_code_rows_stay ON intermediary_link_code;
DROP TRIGGER intermediary_link_code_state_step ON intermediary_link_code;
DROP FUNCTION intermediary_link_code_state_step();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("intermediary", "0004_code_standings")]
    operations: ClassVar = [
        migrations.RunSQL(_UNDO, migrations.RunSQL.noop),
        state_steps("intermediary_link_code", _NOW),
    ]
