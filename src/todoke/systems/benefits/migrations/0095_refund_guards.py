"""What the database itself refuses after the payment: a claim by one person, sums that do not add up, a write-off by one,
a decline nobody asked about again, an appeal heard by whoever decided; and the states of the case that follow."""

from typing import ClassVar

from django.db import migrations

from todoke.oplog.append_only import append_only
from todoke.workflow.guards import Act, distinct_persons, evidence, state_starts, state_steps

_OLD_STEPS = {
    "numbered": ("printed", "received"),
    "printed": ("received",),
    "received": ("passed", "deficient", "declined", "ineligible", "numbered", "printed"),
    "deficient": ("received",),
    "passed": ("received", "approved"),
    "approved": ("received", "reserved"),
    "reserved": ("ordered",),
    "ordered": ("paid", "failed"),
    "paid": ("failed",),
    "failed": ("received",),
}
_STEPS = {
    **_OLD_STEPS,
    "numbered": ("printed", "received", "declined"),
    "printed": ("received", "declined"),
    "deficient": ("received", "declined"),
    "passed": ("received", "approved", "declined"),
    "approved": ("received", "reserved", "declined"),
    "paid": ("failed", "refunding"),
    "failed": ("received", "declined"),
    "refunding": ("refunded", "paid"),
}
_before = state_steps("benefits_case", _OLD_STEPS, rows_stay=False)

_FIXED = """
CREATE FUNCTION {table}_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY[{free}];
BEGIN
    IF TG_OP <> 'UPDATE' THEN
        RAISE EXCEPTION 'table {table}: rows stay' USING ERRCODE = '23514';
    END IF;
    IF (to_jsonb(NEW) - free) IS DISTINCT FROM (to_jsonb(OLD) - free) THEN
        RAISE EXCEPTION 'table {table}: what was said is fixed' USING ERRCODE = '23514';
    END IF;
    {more}
    RETURN NEW;
END $$;
CREATE TRIGGER {table}_fixed BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION {table}_fixed();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION {table}_fixed();
"""
_FIXED_UNDO = """
DROP TRIGGER {table}_fixed ON {table};
DROP TRIGGER {table}_no_truncate ON {table};
DROP FUNCTION {table}_fixed();
"""
_SUMS = """
    IF NEW.received_yen <> (
        SELECT coalesce(sum(r.amount_yen), 0) FROM benefits_refund_receipt r WHERE r.refund_id = NEW.id
    ) OR NEW.written_off_yen <> (
        SELECT coalesce(sum(w.amount_yen), 0) FROM benefits_refund_write_off w
        WHERE w.refund_id = NEW.id AND w.state = 'confirmed'
    ) THEN
        RAISE EXCEPTION 'a claim holds what came and what was written off'
            USING ERRCODE = '23514', CONSTRAINT = 'refund_sums_are_true';
    END IF;
"""
_RECEIVED = """
CREATE FUNCTION benefits_refund_received() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE benefits_refund f SET received_yen = f.received_yen + NEW.amount_yen, open_yen = f.open_yen - NEW.amount_yen
    WHERE f.id = NEW.refund_id AND f.state = 'claimed';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'money is received for a claim' USING ERRCODE = '23514', CONSTRAINT = 'receipt_of_a_claim';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER benefits_refund_received AFTER INSERT ON benefits_refund_receipt
    FOR EACH ROW EXECUTE FUNCTION benefits_refund_received();
"""
_PLANNED = """
CREATE FUNCTION benefits_refund_planned() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added a JOIN benefits_refund f ON f.id = a.refund_id
        GROUP BY f.id, f.state, f.open_yen, a.plan
        HAVING f.state <> 'claimed' OR f.open_yen <> (
            SELECT sum(i.amount_yen) FROM benefits_refund_instalment i WHERE i.refund_id = f.id AND i.plan = a.plan)
    ) THEN
        RAISE EXCEPTION 'a plan adds up to what is open' USING ERRCODE = '23514', CONSTRAINT = 'plan_adds_up';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER benefits_refund_planned AFTER INSERT ON benefits_refund_instalment
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION benefits_refund_planned();
"""
_HEARER = """
CREATE FUNCTION benefits_appeal_hearer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM benefits_approval a WHERE a.case_id = NEW.case_id
            AND (NEW.drafted_by IN (a.examined_by, a.approved_by) OR NEW.answered_by IN (a.examined_by, a.approved_by))
    ) THEN
        RAISE EXCEPTION 'who took part in the decision does not hear the appeal'
            USING ERRCODE = '23514', CONSTRAINT = 'appeal_heard_by_others';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER benefits_appeal_hearer BEFORE UPDATE ON benefits_appeal
    FOR EACH ROW WHEN (NEW.state IN ('drafted', 'answered')) EXECUTE FUNCTION benefits_appeal_hearer();
"""
_ENDED = """
CREATE FUNCTION benefits_case_claimed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM moved_to n JOIN moved_from o ON o.id = n.id
        WHERE o.state = 'refunding' AND n.state = 'paid' AND EXISTS (
            SELECT FROM benefits_payment p JOIN benefits_refund f ON f.payment_id = p.id
            WHERE p.case_id = n.id AND (f.state = 'claimed' OR (f.state = 'settled' AND f.claimed_yen = f.paid_yen)))
    ) OR EXISTS (
        SELECT FROM moved_to n JOIN moved_from o ON o.id = n.id
        WHERE o.state NOT IN ('received', 'declined') AND n.state = 'declined' AND NOT EXISTS (
            SELECT FROM benefits_decline d WHERE d.case_id = n.id AND d.state = 'confirmed')
    ) THEN
        RAISE EXCEPTION 'a claim has not ended, or a decline was not confirmed'
            USING ERRCODE = '23514', CONSTRAINT = 'benefits_case_claimed';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER benefits_case_claimed AFTER UPDATE ON benefits_case
    REFERENCING OLD TABLE AS moved_from NEW TABLE AS moved_to
    FOR EACH STATEMENT EXECUTE FUNCTION benefits_case_claimed();
"""
_CLAIM = "SELECT FROM benefits_payment p JOIN benefits_refund f ON f.payment_id = p.id WHERE p.case_id = n.id"
_KEY = """
ALTER TABLE benefits_refund ADD CONSTRAINT refund_of_payment FOREIGN KEY (payment_id, paid_yen)
    REFERENCES benefits_payment (id, amount_yen);
"""
_ROW_STATE = "state state_at state_by"


def _fixed(table: str, free: str, more: str = "") -> migrations.RunSQL:
    names = ", ".join(f"'{name}'" for name in free.split())
    return migrations.RunSQL(
        _FIXED.format(table=table, free=names, more=more), _FIXED_UNDO.format(table=table)
    )


def _trigger(statement: str, name: str, table: str) -> migrations.RunSQL:
    return migrations.RunSQL(statement, f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();")


def _second(after: str, before: str, act: str, first: str) -> Act:
    return Act(before=before, after=after, act=act, unlike=(first,), approvals=1)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("benefits", "0094_refunds")]
    operations: ClassVar = [
        migrations.RunSQL(_before.reverse_sql or "", _before.sql),
        state_steps("benefits_case", _STEPS, rows_stay=False),
        evidence(
            "benefits_case",
            "refunding",
            what="a claim by two people",
            proof=f"{_CLAIM} AND f.state = 'claimed'",
        ),
        evidence(
            "benefits_case",
            "refunded",
            what="the whole payment back",
            proof=f"{_CLAIM} AND f.state = 'settled' AND f.claimed_yen = f.paid_yen",
        ),
        _trigger(_ENDED, "benefits_case_claimed", "benefits_case"),
        migrations.RunSQL(_KEY, "ALTER TABLE benefits_refund DROP CONSTRAINT refund_of_payment;"),
        state_steps(
            "benefits_refund", {"proposed": ("claimed", "withdrawn"), "claimed": ("settled", "written_off")}
        ),
        state_starts("benefits_refund", ("proposed",)),
        distinct_persons("benefits_refund", [_second("claimed", "proposed", "decided_by", "proposed_by")]),
        _fixed(
            "benefits_refund",
            f"{_ROW_STATE} decided_at decided_by received_yen written_off_yen open_yen",
            _SUMS,
        ),
        _trigger(_RECEIVED, "benefits_refund_received", "benefits_refund_receipt"),
        _trigger(_PLANNED, "benefits_refund_planned", "benefits_refund_instalment"),
        state_steps("benefits_refund_write_off", {"asked": ("confirmed", "withdrawn")}),
        state_starts("benefits_refund_write_off", ("asked",)),
        distinct_persons(
            "benefits_refund_write_off", [_second("confirmed", "asked", "confirmed_by", "asked_by")]
        ),
        _fixed("benefits_refund_write_off", f"{_ROW_STATE} confirmed_at confirmed_by"),
        state_steps("benefits_decline", {"noted": ("confirmed", "withdrawn")}),
        state_starts("benefits_decline", ("noted",)),
        distinct_persons("benefits_decline", [_second("confirmed", "noted", "confirmed_by", "noted_by")]),
        _fixed("benefits_decline", f"{_ROW_STATE} confirmed_at confirmed_by answer"),
        state_steps(
            "benefits_appeal",
            {"received": ("drafted", "withdrawn"), "drafted": ("answered", "received", "withdrawn")},
        ),
        state_starts("benefits_appeal", ("received",)),
        distinct_persons("benefits_appeal", [_second("answered", "drafted", "answered_by", "drafted_by")]),
        _fixed(
            "benefits_appeal",
            f"{_ROW_STATE} drafted_at drafted_by answered_at answered_by outcome answer",
        ),
        _trigger(_HEARER, "benefits_appeal_hearer", "benefits_appeal"),
        *(append_only(f"benefits_refund_{table}") for table in ("instalment", "receipt", "reminder")),
    ]
