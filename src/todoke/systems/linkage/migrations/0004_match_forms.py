"""4情報の比較形. Persons who are there already get an empty row of no edition: the search asks for `forms` first."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

_EMPTY = """
INSERT INTO linkage_matchform (person_id, edition) SELECT integrated_number, '' FROM linkage_person
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("linkage", "0003_flow_guards")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="MatchForm",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        serialize=False,
                        to="linkage.person",
                    ),
                ),
                ("name", models.TextField(null=True)),
                ("sex", models.TextField(null=True)),
                ("birth_date", models.DateField(null=True)),
                ("address", models.TextField(null=True)),
                ("town", models.TextField(null=True)),
                ("edition", models.TextField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["name", "birth_date"], name="match_by_name_and_birth"),
                    models.Index(fields=["birth_date", "town"], name="match_by_birth_and_town"),
                    models.Index(fields=["edition"], name="match_by_edition"),
                ],
            },
        ),
        migrations.RunSQL(_EMPTY, migrations.RunSQL.noop),
    ]
