from django.db import migrations

from todoke.contracts.exchange_records import FORWARD
from todoke.oplog.append_only import append_only
from todoke.oplog.forward_only import forward_only

RESULT_SEQUENCE = "CREATE SEQUENCE intermediary_result_sequence OWNED BY intermediary_inquiry.sequence"

EDITIONS_GROW = """
CREATE FUNCTION intermediary_list_copy_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.edition <= (SELECT max(edition) FROM intermediary_list_copy) THEN
        RAISE EXCEPTION 'a copy is never replaced by an older edition' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER intermediary_list_copy_grows BEFORE INSERT ON intermediary_list_copy
    FOR EACH ROW EXECUTE FUNCTION intermediary_list_copy_grows();
"""
EDITIONS_UNDO = """
DROP TRIGGER intermediary_list_copy_grows ON intermediary_list_copy;
DROP FUNCTION intermediary_list_copy_grows();
"""

# a held request moves on only after a second officer confirmed, whoever writes the row and by whatever way
HELD_NEEDS_TWO = """
CREATE FUNCTION intermediary_held_needs_two() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.outcome = 'held' AND NEW.outcome <> 'held' AND NOT EXISTS (
        SELECT FROM intermediary_held_decision d
        WHERE d.permit_id = OLD.permit_id AND d.confirmed_by IS NOT NULL
          AND (d.decision = 'refuse') = (NEW.outcome = 'release_refused')
    ) THEN
        RAISE EXCEPTION 'a held request needs a proposal and its confirmation by another officer'
            USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER intermediary_held_needs_two BEFORE UPDATE ON intermediary_provision_case
    FOR EACH ROW EXECUTE FUNCTION intermediary_held_needs_two();

CREATE FUNCTION intermediary_decision_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.confirmed_by IS NOT NULL THEN
        RAISE EXCEPTION 'a confirmed decision stands' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER intermediary_decision_stands BEFORE UPDATE OR DELETE ON intermediary_held_decision
    FOR EACH ROW EXECUTE FUNCTION intermediary_decision_stands();
"""
HELD_UNDO = """
DROP TRIGGER intermediary_decision_stands ON intermediary_held_decision;
DROP FUNCTION intermediary_decision_stands();
DROP TRIGGER intermediary_held_needs_two ON intermediary_provision_case;
DROP FUNCTION intermediary_held_needs_two();
"""


class Migration(migrations.Migration):
    dependencies = [("intermediary", "0001_initial"), ("oplog", "0001_initial")]
    operations = [
        migrations.RunSQL(RESULT_SEQUENCE, "DROP SEQUENCE intermediary_result_sequence"),
        forward_only("intermediary_exchange_record", state="outcome", time="provided_at", steps=FORWARD),
        append_only("intermediary_list_copy"),
        append_only("intermediary_list_copy_entry"),
        migrations.RunSQL(EDITIONS_GROW, EDITIONS_UNDO),
        migrations.RunSQL(HELD_NEEDS_TWO, HELD_UNDO),
    ]
