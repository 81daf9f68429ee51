"""An answer that has not left may still be held back, when its person is protected by now; nothing else goes back."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations

from todoke.oplog.forward_only import forward_only
from todoke.workflow.guards import state_steps

_CASE, _RECORD = "intermediary_provision_case", "intermediary_exchange_record"
_ENDS = ("answered", "no_record", "release_refused", "refused")
_FORWARD = {"asked": ("held", *_ENDS), "held": _ENDS}
_OUT_OF_HELD = {"held": ("answered", "no_record", "refused", "release_refused")}


def _replaced(old: migrations.RunSQL, new: migrations.RunSQL) -> list[migrations.RunSQL]:
    """A generated guard taken away, and another one of the same name in its place."""
    assert old.reverse_sql is not None
    return [migrations.RunSQL(old.reverse_sql, old.sql), new]


_HELD_BACK = """
CREATE FUNCTION intermediary_case_held_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM intermediary_replica r
                   WHERE r.integrated_number = OLD.integrated_number AND r.auto_reply_prohibited)
       OR EXISTS (SELECT FROM intermediary_held_decision d
                  WHERE d.permit_id = OLD.permit_id AND d.decision = 'release' AND d.confirmed_by IS NOT NULL) THEN
        RAISE EXCEPTION 'an answer is held back only for a protected person whom nobody released'
            USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER intermediary_case_held_back BEFORE UPDATE ON intermediary_provision_case
    FOR EACH ROW WHEN (OLD.outcome = 'answered' AND NEW.outcome = 'held')
    EXECUTE FUNCTION intermediary_case_held_back();

CREATE FUNCTION intermediary_record_held_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.side <> 'provider' OR NOT EXISTS (
        SELECT FROM intermediary_provision_case c WHERE c.permit_id = OLD.permit_id AND c.outcome = 'held'
    ) THEN
        RAISE EXCEPTION 'a record goes back only with its case, at the provider' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER intermediary_record_held_back BEFORE UPDATE ON intermediary_exchange_record
    FOR EACH ROW WHEN (OLD.outcome = 'answered' AND NEW.outcome = 'held')
    EXECUTE FUNCTION intermediary_record_held_back();
"""
_HELD_BACK_UNDO = """
DROP TRIGGER intermediary_record_held_back ON intermediary_exchange_record;
DROP FUNCTION intermediary_record_held_back();
DROP TRIGGER intermediary_case_held_back ON intermediary_provision_case;
DROP FUNCTION intermediary_case_held_back();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("intermediary", "0011_organisations")]
    operations: ClassVar = [
        *_replaced(
            state_steps(_CASE, _OUT_OF_HELD, state="outcome"),
            state_steps(_CASE, {**_OUT_OF_HELD, "answered": ("held",)}, state="outcome"),
        ),
        *_replaced(
            forward_only(_RECORD, state="outcome", time="provided_at", steps=_FORWARD),
            forward_only(
                _RECORD, state="outcome", time="provided_at", steps={**_FORWARD, "answered": ("held",)}
            ),
        ),
        migrations.RunSQL(_HELD_BACK, _HELD_BACK_UNDO),
    ]
