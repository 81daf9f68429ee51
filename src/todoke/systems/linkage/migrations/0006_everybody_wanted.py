"""符号管理: every person has a standing from the moment of registration, whoever registers them; 再取得."""

from typing import ClassVar

from django.db import migrations
from django.db.migrations import RunSQL

from todoke.workflow.guards import state_steps

_TABLE = "linkage_coderequest"
_OLD = state_steps(
    _TABLE,
    {"wanted": ("requested", "present", "refused"), "refused": ("wanted",)},
    rows_stay=False,
)
_NEW = state_steps(
    _TABLE,
    {
        "wanted": ("requested", "present", "refused"),
        "again": ("requested", "present", "refused"),
        "requested": ("present", "refused", "again"),
        "refused": ("again",),
    },
    rows_stay=False,  # a row goes with its person
)
# a statement of 3.8 million persons fires once: set-based, like the statement itself
_WANTED = """
CREATE FUNCTION linkage_person_wants_code() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO linkage_coderequest (person_id, state, message_key, changed_at)
    SELECT integrated_number, 'wanted', '', now() FROM added;
    RETURN NULL;
END $$;
CREATE TRIGGER linkage_person_wants_code AFTER INSERT ON linkage_person
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION linkage_person_wants_code();
"""
_WANTED_UNDO = """
DROP TRIGGER linkage_person_wants_code ON linkage_person;
DROP FUNCTION linkage_person_wants_code();
"""
_EVERYBODY = """
INSERT INTO linkage_coderequest (person_id, state, message_key, changed_at)
SELECT integrated_number, 'wanted', '', now() FROM linkage_person p
WHERE NOT EXISTS (SELECT FROM linkage_coderequest c WHERE c.person_id = p.integrated_number)
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("linkage", "0005_code_standings")]
    operations: ClassVar = [
        RunSQL(_OLD.reverse_sql or RunSQL.noop, _OLD.sql),
        _NEW,
        RunSQL(_WANTED, _WANTED_UNDO),
        RunSQL(_EVERYBODY, RunSQL.noop),
    ]
