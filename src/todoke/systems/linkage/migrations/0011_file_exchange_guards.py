"""The flows of queues and files, held by the database; a local number's new person is noted for its system."""

from typing import ClassVar

from django.db import migrations

from todoke.workflow.guards import state_starts, state_steps

_NOTE = """
CREATE FUNCTION linkage_note_numbers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO linkage_numbernotice (system_id, local_number, person_id, event, noted_at)
        SELECT a.system, a.local_number, a.person_id, 'linked', now()
        FROM added a JOIN linkage_filequeue q
            ON q.system_id = a.system AND q.direction = 'out' AND q.kind = 'number-notices'
        ORDER BY a.local_number;
    ELSE
        INSERT INTO linkage_numbernotice (system_id, local_number, person_id, event, noted_at)
        SELECT a.system, a.local_number, a.person_id, 'moved', now()
        FROM added a JOIN linkage_filequeue q
            ON q.system_id = a.system AND q.direction = 'out' AND q.kind = 'number-notices'
        WHERE NOT EXISTS (SELECT FROM removed r WHERE r.id = a.id AND r.person_id = a.person_id)
        ORDER BY a.local_number;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER linkage_localnumber_linked AFTER INSERT ON linkage_localnumber
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION linkage_note_numbers();
CREATE TRIGGER linkage_localnumber_moved AFTER UPDATE ON linkage_localnumber
    REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION linkage_note_numbers();
"""
_NOTE_UNDO = """
DROP TRIGGER linkage_localnumber_linked ON linkage_localnumber;
DROP TRIGGER linkage_localnumber_moved ON linkage_localnumber;
DROP FUNCTION linkage_note_numbers();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("linkage", "0010_file_exchange")]
    operations: ClassVar = [
        state_steps("linkage_filequeue", {"running": ("stopped",), "stopped": ("running",)}),
        state_starts("linkage_filequeue", ("running",)),
        state_steps(
            "linkage_exchangedfile",
            {
                "arrived": ("checked", "refused"),
                "checked": ("taking", "refused"),
                "taking": ("taken", "refused"),
                "made": ("sent",),
                "sent": ("acknowledged", "error"),
            },
        ),
        state_starts("linkage_exchangedfile", ("arrived", "refused", "made")),
        migrations.RunSQL(_NOTE, _NOTE_UNDO),
    ]
