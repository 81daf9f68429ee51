"""A resident's row gets all columns of the register, and names its snapshot without being bound to it.

Rows of before have empty new columns until the next register comes in.
"""

from django.db import migrations, models

_UNBIND = """
DO $$ DECLARE name text; BEGIN
    SELECT conname INTO STRICT name FROM pg_constraint WHERE conrelid = 'residents_resident'::regclass AND contype = 'f';
    EXECUTE format('ALTER TABLE residents_resident DROP CONSTRAINT %I', name);
    FOR name IN SELECT indexname FROM pg_indexes WHERE tablename = 'residents_resident' AND indexdef LIKE '%(snapshot_id%'
    LOOP EXECUTE format('DROP INDEX %I', name); END LOOP;
END $$;
"""
_BIND = """
ALTER TABLE residents_resident ADD CONSTRAINT resident_snapshot FOREIGN KEY (snapshot_id)
    REFERENCES residents_snapshot (snapshot_id);
"""


def _added(name: str, field: models.TextField | models.BooleanField) -> migrations.AddField:  # type: ignore[type-arg]
    return migrations.AddField(model_name="resident", name=name, field=field, preserve_default=False)


class Migration(migrations.Migration):
    dependencies = [("residents", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(_UNBIND, _BIND)],
            state_operations=[
                migrations.RemoveField("resident", "snapshot"),
                migrations.AddField("resident", "snapshot_id", models.TextField()),
            ],
        ),
        _added("is_head", models.BooleanField(default=False)),
        _added("relationship", models.TextField(default="")),
        _added("name_kana", models.TextField(null=True)),
        _added("postal_code", models.TextField(default="")),
        _added("nationality", models.TextField(default="")),
    ]
