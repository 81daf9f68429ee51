"""Counts of cases walk an index alone only while its pages are known to be visible: vacuum after 2 % changed, not 20 %."""

from typing import ClassVar

from django.db import migrations

_SCALES = ("autovacuum_vacuum_scale_factor", "autovacuum_vacuum_insert_scale_factor")


class Migration(migrations.Migration):
    dependencies: ClassVar = [("benefits", "0012_programme_editions")]
    operations: ClassVar = [
        migrations.RunSQL(
            f"ALTER TABLE benefits_case SET ({', '.join(f'{scale} = 0.02' for scale in _SCALES)})",
            f"ALTER TABLE benefits_case RESET ({', '.join(_SCALES)})",
        )
    ]
