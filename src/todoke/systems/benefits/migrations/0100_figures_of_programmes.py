"""Figures that people declare belong to one programme. Until now one released programme read each list: it is theirs."""

from typing import ClassVar

from django.db import migrations, models

_OF_PROGRAMME = ["hardship_figures", "shortfall_figures", "forms", "service_applications"]
# what was taken or found before stays as it is: only whose it is is now written down
_WHOSE = """
ALTER TABLE {table} DISABLE TRIGGER USER;
UPDATE {table} SET programme = CASE kind WHEN 'hardship_figures' THEN 'r3-hardship' ELSE 'r6-shortfall' END
WHERE kind IN ('hardship_figures', 'shortfall_figures') AND programme = '';
ALTER TABLE {table} ENABLE TRIGGER USER;
"""


def _fits(name: str) -> models.CheckConstraint:
    condition = models.Q(kind__in=_OF_PROGRAMME) ^ models.Q(programme="")
    return models.CheckConstraint(condition=condition, name=name)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("benefits", "0095_refund_guards")]
    operations: ClassVar = [
        migrations.AddField("source", "programme", models.TextField(db_default="")),
        migrations.RunSQL(_WHOSE.format(table="benefits_source"), migrations.RunSQL.noop),
        migrations.RunSQL(_WHOSE.format(table="benefits_file_import"), migrations.RunSQL.noop),
        migrations.RemoveConstraint("source", "source_once"),
        migrations.RemoveConstraint("source", "source_one_line"),
        migrations.AddConstraint(
            "source",
            models.UniqueConstraint(fields=["kind", "programme", "source_sha256"], name="source_once"),
        ),
        migrations.AddConstraint(
            "source",
            models.UniqueConstraint(fields=["kind", "programme", "edition"], name="source_one_line"),
        ),
        migrations.AddConstraint("source", _fits("source_of_its_programme")),
        migrations.AddConstraint("fileimport", _fits("import_of_its_programme")),
    ]
