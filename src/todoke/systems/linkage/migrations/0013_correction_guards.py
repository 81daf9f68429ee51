"""一人に一つ, held by the database: two persons behind every correction, and nothing moves between persons without one."""

from typing import ClassVar

from django.db import migrations

from todoke.oplog.append_only import append_only
from todoke.oplog.forward_only import forward_only
from todoke.workflow.guards import Act, distinct_persons, evidence, state_starts

_STEPS = {"requested": ("confirmed", "refused", "withdrawn")}
_CONFIRMED = Act(
    before="requested", after="confirmed", act="confirmed_by", unlike=("requested_by",), approvals=1
)

# A correction's persons are fixed when it is asked for; only a split names the new one when it is confirmed.
_FIXED = """
CREATE FUNCTION linkage_correction_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.other_id IS DISTINCT FROM OLD.other_id
        AND NOT (OLD.kind = 'split' AND OLD.other_id IS NULL AND NEW.state = 'confirmed') THEN
        RAISE EXCEPTION 'the persons of a correction are fixed' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER linkage_correction_fixed BEFORE UPDATE ON linkage_correction
    FOR EACH ROW EXECUTE FUNCTION linkage_correction_fixed();
"""
_FIXED_UNDO = """
DROP TRIGGER linkage_correction_fixed ON linkage_correction; DROP FUNCTION linkage_correction_fixed();
"""

# Who attaches a number to a person and who dissolves a person wait for each other (shared, exclusive): neither can miss
# what the other has not committed yet.
_LIVING = """
CREATE FUNCTION linkage_living_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('linkage:aliases', 0));
    IF EXISTS (SELECT FROM added a JOIN linkage_numberalias d ON d.former_id = a.person_id) THEN
        RAISE EXCEPTION 'table %: a dissolved number gets nothing any more', TG_TABLE_NAME
            USING ERRCODE = '23514', CONSTRAINT = 'linkage_living_only';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER linkage_localnumber_living AFTER INSERT ON linkage_localnumber
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION linkage_living_only();
CREATE TRIGGER linkage_individualnumber_living AFTER INSERT ON linkage_individualnumber
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION linkage_living_only();
CREATE TRIGGER linkage_matchform_living AFTER INSERT ON linkage_matchform
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION linkage_living_only();
"""
_LIVING_UNDO = """
DROP TRIGGER linkage_matchform_living ON linkage_matchform;
DROP TRIGGER linkage_individualnumber_living ON linkage_individualnumber;
DROP TRIGGER linkage_localnumber_living ON linkage_localnumber;
DROP FUNCTION linkage_living_only();
"""

_LOCAL = """
CREATE FUNCTION linkage_localnumber_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a local number is never forgotten' USING ERRCODE = '23514';
    END IF;
    IF (NEW.id, NEW.system, NEW.local_number) IS DISTINCT FROM (OLD.id, OLD.system, OLD.local_number) THEN
        RAISE EXCEPTION 'a local number does not change' USING ERRCODE = '23514';
    END IF;
    IF NEW.person_id <> OLD.person_id AND NOT EXISTS (
        SELECT FROM linkage_correction c WHERE c.state = 'confirmed' AND (
            c.kind = 'merge' AND c.other_id = OLD.person_id AND c.person_id = NEW.person_id
            OR c.kind = 'split' AND c.person_id = OLD.person_id AND c.other_id = NEW.person_id
               AND OLD.id = ANY(c.local_numbers))
    ) THEN
        RAISE EXCEPTION 'a local number moves by a confirmed correction only'
            USING ERRCODE = '23514', CONSTRAINT = 'local_number_moves_by_correction';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER linkage_localnumber_kept BEFORE UPDATE OR DELETE ON linkage_localnumber
    FOR EACH ROW EXECUTE FUNCTION linkage_localnumber_kept();
"""
_LOCAL_UNDO = """
DROP TRIGGER linkage_localnumber_kept ON linkage_localnumber; DROP FUNCTION linkage_localnumber_kept();
"""

_NUMBER = """
CREATE FUNCTION linkage_individualnumber_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.standing <> 'proposed' THEN
            RAISE EXCEPTION 'a number is never forgotten' USING ERRCODE = '23514';
        END IF;
        RETURN OLD;
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.standing = 'former' OR NEW.standing = 'proposed' AND NOT EXISTS (
            SELECT FROM linkage_correction c
            WHERE c.kind = 'number' AND c.state = 'requested' AND c.person_id = NEW.person_id
        ) THEN
            RAISE EXCEPTION 'a number begins live, or proposed by a request' USING ERRCODE = '23514';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.person_id <> OLD.person_id AND NOT EXISTS (
        SELECT FROM linkage_correction c WHERE c.state = 'confirmed' AND (
            c.kind = 'merge' AND c.other_id = OLD.person_id AND c.person_id = NEW.person_id
            OR c.kind = 'split' AND c.takes_number AND c.person_id = OLD.person_id AND c.other_id = NEW.person_id)
    ) THEN
        RAISE EXCEPTION 'a number moves by a confirmed correction only'
            USING ERRCODE = '23514', CONSTRAINT = 'number_moves_by_correction';
    END IF;
    IF NEW.standing <> OLD.standing AND (NEW.standing = 'proposed' OR NOT EXISTS (
        SELECT FROM linkage_correction c WHERE c.state = 'confirmed' AND (
            c.kind = 'number' AND c.person_id = NEW.person_id
            OR c.kind = 'merge' AND c.person_id = NEW.person_id AND NEW.standing = 'former'
               AND OLD.person_id IN (c.person_id, c.other_id))
    )) THEN
        RAISE EXCEPTION 'a number changes its standing by a confirmed correction only'
            USING ERRCODE = '23514', CONSTRAINT = 'number_changes_by_correction';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER linkage_individualnumber_kept BEFORE UPDATE OR DELETE ON linkage_individualnumber
    FOR EACH ROW EXECUTE FUNCTION linkage_individualnumber_kept();
CREATE TRIGGER linkage_individualnumber_begins BEFORE INSERT ON linkage_individualnumber
    FOR EACH ROW WHEN (NEW.standing <> 'live') EXECUTE FUNCTION linkage_individualnumber_kept();
"""
_NUMBER_UNDO = """
DROP TRIGGER linkage_individualnumber_begins ON linkage_individualnumber;
DROP TRIGGER linkage_individualnumber_kept ON linkage_individualnumber;
DROP FUNCTION linkage_individualnumber_kept();
"""

_ALIAS = """
CREATE FUNCTION linkage_numberalias_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'an alias stays' USING ERRCODE = '23514';
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('linkage:aliases', 0));
    IF EXISTS (SELECT FROM linkage_numberalias a WHERE a.former_id = NEW.person_id) THEN
        RAISE EXCEPTION 'an alias leads to a living number'
            USING ERRCODE = '23514', CONSTRAINT = 'alias_without_chain';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.former_id, NEW.correction_id) IS DISTINCT FROM (OLD.former_id, OLD.correction_id)
            OR NOT EXISTS (
                SELECT FROM linkage_correction c WHERE c.kind = 'merge' AND c.state = 'confirmed'
                    AND c.other_id = OLD.person_id AND c.person_id = NEW.person_id) THEN
            RAISE EXCEPTION 'an alias moves only with the number it leads to' USING ERRCODE = '23514';
        END IF;
        RETURN NEW;
    END IF;
    IF NOT EXISTS (
        SELECT FROM linkage_correction c WHERE c.id = NEW.correction_id AND c.kind = 'merge'
            AND c.state = 'confirmed' AND c.other_id = NEW.former_id AND c.person_id = NEW.person_id) THEN
        RAISE EXCEPTION 'an alias is made by a confirmed merge only'
            USING ERRCODE = '23514', CONSTRAINT = 'alias_by_correction';
    END IF;
    IF EXISTS (SELECT FROM linkage_numberalias a WHERE a.person_id = NEW.former_id)
        OR EXISTS (SELECT FROM linkage_localnumber l WHERE l.person_id = NEW.former_id)
        OR EXISTS (SELECT FROM linkage_individualnumber n WHERE n.person_id = NEW.former_id)
        OR EXISTS (SELECT FROM linkage_matchform f WHERE f.person_id = NEW.former_id) THEN
        RAISE EXCEPTION 'a number with something left cannot dissolve'
            USING ERRCODE = '23514', CONSTRAINT = 'alias_of_an_empty_number';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER linkage_numberalias_kept BEFORE INSERT OR UPDATE OR DELETE ON linkage_numberalias
    FOR EACH ROW EXECUTE FUNCTION linkage_numberalias_kept();
"""
_ALIAS_UNDO = """
DROP TRIGGER linkage_numberalias_kept ON linkage_numberalias; DROP FUNCTION linkage_numberalias_kept();
"""

_PERSON = """
CREATE FUNCTION linkage_person_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a person stays under the 統合番号 once given' USING ERRCODE = '23514';
END $$;
CREATE TRIGGER linkage_person_stays BEFORE DELETE ON linkage_person
    FOR EACH ROW EXECUTE FUNCTION linkage_person_kept();
CREATE TRIGGER linkage_person_number_fixed BEFORE UPDATE OF integrated_number ON linkage_person
    FOR EACH ROW WHEN (OLD.integrated_number <> NEW.integrated_number) EXECUTE FUNCTION linkage_person_kept();
"""
_PERSON_UNDO = """
DROP TRIGGER linkage_person_number_fixed ON linkage_person;
DROP TRIGGER linkage_person_stays ON linkage_person;
DROP FUNCTION linkage_person_kept();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("linkage", "0012_corrections"), ("oplog", "0001_initial")]
    operations: ClassVar = [
        forward_only(
            "linkage_correction",
            state="state",
            time="state_at",
            steps=_STEPS,
            also=(
                "state_by",
                "confirmed_by",
                "confirmed_at",
                "other_id",
                "name_kanji",
                "sex",
                "birth_date",
                "address",
            ),
        ),
        state_starts("linkage_correction", ("requested",)),
        distinct_persons("linkage_correction", [_CONFIRMED]),
        evidence(
            "linkage_correction",
            "confirmed",
            what="its event in the history",
            proof=(
                "SELECT FROM linkage_personevent e WHERE e.correction_id = n.id"
                " AND e.by = n.requested_by AND e.confirmed_by = n.confirmed_by"
            ),
        ),
        migrations.RunSQL(_FIXED, _FIXED_UNDO),
        append_only("linkage_personevent"),
        append_only("linkage_registerload"),
        migrations.RunSQL(_LIVING, _LIVING_UNDO),
        migrations.RunSQL(_LOCAL, _LOCAL_UNDO),
        migrations.RunSQL(_NUMBER, _NUMBER_UNDO),
        migrations.RunSQL(_ALIAS, _ALIAS_UNDO),
        migrations.RunSQL(_PERSON, _PERSON_UNDO),
    ]
