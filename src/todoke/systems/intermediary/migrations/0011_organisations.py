from typing import Any, ClassVar

import django.contrib.postgres.fields
from django.db import migrations, models

from todoke.identifiers import municipality

# what was there before belongs to the municipality's main organisation
COLUMNS = {
    "intermediary_link_code": "organisation",
    "intermediary_inquiry": "organisation",
    "intermediary_provision_case": "provider",
}
PERSONS = """
INSERT INTO intermediary_person (integrated_number)
SELECT integrated_number FROM intermediary_link_code ORDER BY integrated_number
"""
KEYS = """
ALTER TABLE intermediary_link_code DROP CONSTRAINT intermediary_link_code_pkey;
ALTER TABLE intermediary_link_code ADD PRIMARY KEY (organisation, integrated_number);
"""
KEYS_UNDO = """
ALTER TABLE intermediary_link_code DROP CONSTRAINT intermediary_link_code_pkey;
ALTER TABLE intermediary_link_code ADD PRIMARY KEY (integrated_number);
"""
FORWARD_IN_TIME = """
CREATE FUNCTION intermediary_revocation_copy_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.issued_at < OLD.issued_at THEN
        RAISE EXCEPTION 'an older list of revocations is not taken again' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER intermediary_revocation_copy_grows BEFORE UPDATE OR DELETE ON intermediary_revocation_copy
    FOR EACH ROW EXECUTE FUNCTION intermediary_revocation_copy_grows();
"""
FORWARD_IN_TIME_UNDO = """
DROP TRIGGER intermediary_revocation_copy_grows ON intermediary_revocation_copy;
DROP FUNCTION intermediary_revocation_copy_grows();
"""


def add(apps: Any, schema_editor: Any) -> None:  # noqa: ANN401 - Django passes them untyped
    """The columns, with the main organisation in every row that is there; no row is rewritten (a constant default)."""
    code = schema_editor.connection.alias.removeprefix("intermediary_")
    main = municipality.organisation_code(code) if code.isdigit() and len(code) == 5 else ""
    for table, column in COLUMNS.items():
        schema_editor.execute(f"ALTER TABLE {table} ADD COLUMN {column} text NOT NULL DEFAULT '{main}'")
        schema_editor.execute(f"ALTER TABLE {table} ALTER COLUMN {column} DROP DEFAULT")


def drop(apps: Any, schema_editor: Any) -> None:  # noqa: ANN401 - Django passes them untyped
    for table, column in COLUMNS.items():
        schema_editor.execute(f"ALTER TABLE {table} DROP COLUMN {column}")


class Migration(migrations.Migration):
    dependencies: ClassVar = [("intermediary", "0010_nondisclosure")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="Person",
            fields=[("integrated_number", models.TextField(primary_key=True, serialize=False))],
            options={"db_table": "intermediary_person"},
        ),
        migrations.RunSQL(PERSONS, migrations.RunSQL.noop),
        migrations.AlterField(
            "replica",
            "person",
            models.ForeignKey(
                db_column="integrated_number",
                db_index=False,
                on_delete=models.deletion.PROTECT,
                related_name="replicas",
                to="intermediary.person",
            ),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(add, drop), migrations.RunSQL(KEYS, KEYS_UNDO)],
            state_operations=[
                migrations.AddField("inquiry", "organisation", models.TextField(default=""), preserve_default=False),
                migrations.AddField("provisioncase", "provider", models.TextField(default=""), preserve_default=False),
                migrations.AddField("linkcode", "organisation", models.TextField(default=""), preserve_default=False),
                migrations.AlterField("linkcode", "integrated_number", models.TextField()),
                migrations.AddField(
                    "linkcode",
                    "pk",
                    models.CompositePrimaryKey(
                        "organisation",
                        "integrated_number",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RevocationCopy",
            fields=[
                ("id", models.IntegerField(primary_key=True, serialize=False)),
                ("issued_at", models.DateTimeField()),
                ("valid_until", models.DateTimeField()),
                ("entries", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ("organisations", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ("body", models.BinaryField()),
                ("signature", models.BinaryField()),
            ],
            options={
                "db_table": "intermediary_revocation_copy",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="one_revocation_copy")
                ],
            },
        ),
        migrations.RunSQL(FORWARD_IN_TIME, FORWARD_IN_TIME_UNDO),
    ]  # fmt: skip
