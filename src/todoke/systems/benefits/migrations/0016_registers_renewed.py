"""The registers' tables can be made anew as a whole, and lose five indexes that nobody walked (two sides; LIKE on a code)."""

from typing import Any, ClassVar

import django.db.models.deletion
from django.db import migrations, models

from todoke.engine.renewal import renewable


def _side(column: str) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        db_column=column,
        db_index=False,
        on_delete=django.db.models.deletion.PROTECT,
        to="benefits.register",
    )


class Migration(migrations.Migration):
    dependencies: ClassVar = [("benefits", "0015_edition_work")]
    operations: ClassVar = [
        *(
            migrations.AddField("register", name, models.BigIntegerField(db_default=0))
            for name in ("added", "changed", "gone")
        ),
        migrations.AlterField("registerentry", "side", _side("side")),
        migrations.AlterField("resident", "register", _side("register")),
        migrations.AlterField("resident", "resident_code", models.TextField()),
        migrations.AddConstraint(
            "resident", models.UniqueConstraint(fields=["resident_code"], name="resident_once")
        ),
        renewable("benefits_registerentry", "benefits_resident"),
    ]
