"""既存業務システム. 住民記録, whose local numbers are the 住基個人コード, is there from the beginning."""

from typing import ClassVar

import django.contrib.postgres.fields
from django.db import migrations, models
from django.db.models import F, Q

_RESIDENTS = """
INSERT INTO linkage_existingsystem (code, title, duties, valid_from, registered_at, registered_by)
VALUES ('residents', '住民記録システム', '{JM01000000121000}', '2021-12-20', now(), 'founder')
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("linkage", "0006_everybody_wanted")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="ExistingSystem",
            fields=[
                ("code", models.TextField(primary_key=True, serialize=False)),
                ("title", models.TextField()),
                (
                    "duties",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None),
                ),
                ("valid_from", models.DateField()),
                ("valid_until", models.DateField(null=True)),
                ("registered_at", models.DateTimeField()),
                ("registered_by", models.TextField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(code__regex="^[a-z][a-z0-9-]{1,19}$"),
                        name="existing_system_code_is_a_word",
                    ),
                    models.CheckConstraint(
                        condition=~Q(title="") & Q(duties__len__gt=0), name="existing_system_described"
                    ),
                    models.CheckConstraint(
                        condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
                        name="existing_system_dates_in_order",
                    ),
                ],
            },
        ),
        migrations.RunSQL(_RESIDENTS, migrations.RunSQL.noop),
    ]
