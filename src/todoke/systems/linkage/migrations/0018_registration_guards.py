"""What the database holds of registrations and differences: steps, two people, four equal attributes, nothing rewritten."""

from typing import ClassVar

from django.db import migrations

from todoke.workflow.guards import Act, distinct_persons, evidence, state_starts, state_steps

_TABLE, _DIFFERENCE = "linkage_registration", "linkage_difference"
_OPEN = ("requested", "searched", "chosen")
_STEPS = {
    "requested": ("searched", "withdrawn", "rejected"),
    "searched": ("chosen", "withdrawn", "rejected"),
    "chosen": ("searched", "registered", "withdrawn", "rejected"),
}
# whoever is chosen stands among the candidates that the search noted, with all four attributes equal
_EQUAL = """
SELECT WHERE n.choice = 'new' OR EXISTS (
    SELECT FROM linkage_registrationcandidate c
    WHERE c.request_id = n.request_id AND c.person_id = n.chosen_person_id
      AND (c.name_level, c.sex_level, c.birth_date_level, c.address_level) = ('equal', 'equal', 'equal', 'equal')
)
"""
# what a request says is written once; what was typed may only be dropped; the chooser changes only with the choice
_KEPT = """
CREATE FUNCTION linkage_registration_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.request_id, NEW.system, NEW.duty, NEW.purpose, NEW.requested_by, NEW.requested_at,
        NEW.file_sha256, NEW.file_row)
       IS DISTINCT FROM (OLD.request_id, OLD.system, OLD.duty, OLD.purpose, OLD.requested_by, OLD.requested_at,
        OLD.file_sha256, OLD.file_row)
       OR (NEW.local_number IS DISTINCT FROM OLD.local_number AND NEW.local_number IS NOT NULL)
       OR (NEW.name_kanji IS DISTINCT FROM OLD.name_kanji AND NEW.name_kanji IS NOT NULL)
       OR (NEW.sex IS DISTINCT FROM OLD.sex AND NEW.sex IS NOT NULL)
       OR (NEW.birth_date IS DISTINCT FROM OLD.birth_date AND NEW.birth_date IS NOT NULL)
       OR (NEW.address IS DISTINCT FROM OLD.address AND NEW.address IS NOT NULL)
       OR (NEW.state = OLD.state AND (NEW.choice, NEW.chosen_person_id, NEW.chosen_by)
           IS DISTINCT FROM (OLD.choice, OLD.chosen_person_id, OLD.chosen_by))
       OR (NEW.state = 'registered' AND (NEW.choice, NEW.chosen_person_id, NEW.chosen_by)
           IS DISTINCT FROM (OLD.choice, OLD.chosen_person_id, OLD.chosen_by))
    THEN
        RAISE EXCEPTION 'table linkage_registration: a request is not rewritten' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER linkage_registration_kept BEFORE UPDATE ON linkage_registration
    FOR EACH ROW EXECUTE FUNCTION linkage_registration_kept();
"""
_KEPT_UNDO = """
DROP TRIGGER linkage_registration_kept ON linkage_registration;
DROP FUNCTION linkage_registration_kept();
"""
_CONFIRM = Act(
    before="chosen", after="registered", act="confirmed_by", unlike=("requested_by", "chosen_by"), approvals=2
)
_CONFIRM_DIFFERENCE = Act(
    before="proposed", after="confirmed", act="confirmed_by", unlike=("proposed_by",), approvals=1
)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("linkage", "0017_consistency")]
    operations: ClassVar = [
        state_steps(_TABLE, _STEPS),
        state_starts(_TABLE, ("requested",)),
        distinct_persons(_TABLE, [_CONFIRM]),
        evidence(_TABLE, "chosen", what="a candidate equal in all four", proof=_EQUAL, key="request_id"),
        evidence(_TABLE, "registered", what="a candidate equal in all four", proof=_EQUAL, key="request_id"),
        migrations.RunSQL(_KEPT, _KEPT_UNDO),
        state_steps(_DIFFERENCE, {"open": ("proposed", "settled"), "proposed": ("confirmed", "open")}),
        state_starts(_DIFFERENCE, ("open",)),
        distinct_persons(_DIFFERENCE, [_CONFIRM_DIFFERENCE]),
    ]
