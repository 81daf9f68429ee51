"""What the database itself refuses after the bank file: a second living attempt, a result without a file, a recall by
one person, a day closed by whoever entered its debits, a case that is paid because somebody says so."""

from typing import ClassVar

from django.db import migrations

from todoke.oplog.append_only import append_only
from todoke.oplog.forward_only import forward_only
from todoke.workflow.guards import Act, distinct_persons, evidence, state_starts, state_steps

_APPEND_ONLY = (
    "benefits_result_file",
    "benefits_transfer_result",
    "benefits_account_correction",
    "benefits_bank_debit",
    "benefits_day_closing",
)
_KEYS = (
    ("transfer_result", "of_batch", "transfer_id, batch_id", "transfer", "id, batch_id"),
    ("transfer_result", "transfer_amount", "transfer_id, amount_yen", "transfer", "id, amount_yen"),
    ("transfer_result", "file_of_batch", "file_id, batch_id", "result_file", "id, batch_id"),
    ("transfer_result", "ordered", "batch_id", "bank_file", "batch_id"),
)


def _keys() -> migrations.RunSQL:
    make = [
        f"ALTER TABLE benefits_{table} ADD CONSTRAINT {table}_{name} FOREIGN KEY ({columns}) "
        f"REFERENCES benefits_{target} ({target_columns});"
        for table, name, columns, target, target_columns in _KEYS
    ]
    drop = [f"ALTER TABLE benefits_{table} DROP CONSTRAINT {table}_{name};" for table, name, *_ in _KEYS]
    return migrations.RunSQL("\n".join(make), "\n".join(drop))


_OLD_STEPS = {
    "numbered": ("printed", "received"),
    "printed": ("received",),
    "received": ("passed", "deficient", "declined", "ineligible", "numbered", "printed"),
    "deficient": ("received",),
    "passed": ("received", "approved"),
    "approved": ("received", "reserved"),
    "reserved": ("ordered",),
    "ordered": ("paid", "failed"),
}
_STEPS = {**_OLD_STEPS, "paid": ("failed",), "failed": ("received",)}


def _replaced(new: migrations.RunSQL, old: migrations.RunSQL) -> list[migrations.RunSQL]:
    """The guard `new` in place of `old`, which an earlier migration made."""
    return [migrations.RunSQL(old.reverse_sql or "", old.sql), new]


_RECALL = {"asked": ("confirmed", "withdrawn"), "confirmed": ("returned", "refused")}
_CONFIRMED = Act(before="asked", after="confirmed", act="confirmed_by", unlike=("asked_by",), approvals=1)

_OLD_RESERVED = "SELECT FROM benefits_payment p WHERE p.case_id = n.id"
_RESERVED = """
SELECT FROM benefits_payment p JOIN benefits_transfer t ON t.payment_id = p.id
WHERE p.case_id = n.id AND NOT EXISTS (SELECT FROM benefits_bank_file f WHERE f.batch_id = t.batch_id)
"""
_OLD_ORDERED = """
SELECT FROM benefits_payment p JOIN benefits_transfer t ON t.payment_id = p.id
JOIN benefits_bank_file f ON f.batch_id = t.batch_id WHERE p.case_id = n.id
"""
_ORDERED = (
    f"{_OLD_ORDERED} AND NOT EXISTS (SELECT FROM benefits_transfer_result r WHERE r.transfer_id = t.id)"
)
_PAID = """
SELECT FROM benefits_payment p JOIN benefits_transfer t ON t.payment_id = p.id
JOIN benefits_transfer_result r ON r.transfer_id = t.id AND r.outcome = 'paid' WHERE p.case_id = n.id
"""
_DEAD = """(
    EXISTS (SELECT FROM benefits_transfer_result r WHERE r.transfer_id = t.id AND r.outcome = 'failed')
    OR EXISTS (SELECT FROM benefits_recall c WHERE c.transfer_id = t.id AND c.state = 'returned'))
"""
_FAILED = f"""
SELECT FROM benefits_payment p JOIN benefits_transfer t ON t.payment_id = p.id
WHERE p.case_id = n.id AND NOT EXISTS (SELECT FROM benefits_transfer l WHERE l.follows_id = t.id) AND {_DEAD}
"""
_CORRECTED = """
CREATE FUNCTION benefits_case_corrected() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM moved_to n JOIN moved_from o ON o.id = n.id
        WHERE o.state = 'failed' AND n.state = 'received' AND NOT EXISTS (
            SELECT FROM benefits_account_correction k WHERE k.case_id = n.id AND k.recorded_at >= o.state_at)
    ) THEN
        RAISE EXCEPTION 'a failed case goes back only with another account'
            USING ERRCODE = '23514', CONSTRAINT = 'benefits_case_corrected';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER benefits_case_corrected AFTER UPDATE ON benefits_case
    REFERENCING OLD TABLE AS moved_from NEW TABLE AS moved_to
    FOR EACH STATEMENT EXECUTE FUNCTION benefits_case_corrected();
"""
_FOLLOWS = f"""
CREATE FUNCTION benefits_transfer_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added a WHERE a.attempt > 1 AND NOT EXISTS (
            SELECT FROM benefits_transfer t
            WHERE t.id = a.follows_id AND t.payment_id = a.payment_id AND t.attempt = a.attempt - 1 AND {_DEAD})
    ) THEN
        RAISE EXCEPTION 'the attempt before is alive' USING ERRCODE = '23514', CONSTRAINT = 'transfer_one_alive';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER benefits_transfer_follows AFTER INSERT ON benefits_transfer
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION benefits_transfer_follows();
"""
# Whoever examined, approved or recorded anything for a case of the batch, at any attempt, does not release it.
_RELEASER = """
CREATE FUNCTION benefits_releaser_is_third() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM benefits_transfer t JOIN benefits_payment p ON p.id = t.payment_id
        JOIN benefits_approval a ON a.case_id = p.case_id
        WHERE t.batch_id = NEW.batch_id AND NEW.released_by IN (a.examined_by, a.approved_by)
    ) OR EXISTS (
        SELECT FROM benefits_transfer t JOIN benefits_payment p ON p.id = t.payment_id
        JOIN benefits_account_correction k ON k.case_id = p.case_id
        WHERE t.batch_id = NEW.batch_id AND NEW.released_by = k.recorded_by
    ) THEN
        RAISE EXCEPTION 'the releaser examined, approved or recorded something of the batch'
            USING ERRCODE = '23514', CONSTRAINT = 'releaser_is_third_person';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER benefits_releaser_is_third BEFORE INSERT ON benefits_batch_release
    FOR EACH ROW EXECUTE FUNCTION benefits_releaser_is_third();
"""
_DAY = """
CREATE FUNCTION benefits_debit_of_open_day() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('benefits:day', NEW.day - DATE '2000-01-01'));
    IF EXISTS (SELECT FROM benefits_day_closing c WHERE c.day = NEW.day) THEN
        RAISE EXCEPTION 'the day is closed' USING ERRCODE = '23514', CONSTRAINT = 'day_is_open';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER benefits_debit_of_open_day BEFORE INSERT ON benefits_bank_debit
    FOR EACH ROW EXECUTE FUNCTION benefits_debit_of_open_day();

CREATE FUNCTION benefits_day_proved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    debited record;
    ordered bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('benefits:day', NEW.day - DATE '2000-01-01'));
    SELECT coalesce(sum(amount_yen), 0) AS yen, coalesce(bool_or(entered_by = NEW.closed_by), false) AS same
    INTO STRICT debited FROM benefits_bank_debit d WHERE d.day = NEW.day;
    SELECT coalesce(sum(f.total_yen), 0) INTO STRICT ordered
    FROM benefits_bank_file f JOIN benefits_payment_batch b ON b.id = f.batch_id WHERE b.transfer_on = NEW.day;
    IF debited.same THEN
        RAISE EXCEPTION 'who entered a debit does not close the day'
            USING ERRCODE = '23514', CONSTRAINT = 'day_closed_by_second';
    END IF;
    IF (NEW.file_yen, NEW.debit_yen) IS DISTINCT FROM (ordered, debited.yen) THEN
        RAISE EXCEPTION 'the day does not hold what it states' USING ERRCODE = '23514', CONSTRAINT = 'day_states_truth';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER benefits_day_proved BEFORE INSERT ON benefits_day_closing
    FOR EACH ROW EXECUTE FUNCTION benefits_day_proved();
"""


def _undo(*pairs: tuple[str, str]) -> str:
    return "\n".join(f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();" for name, table in pairs)


_CASE = "benefits_case"
_RES = "its payment"
_ORD = "the bank file of a released batch"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("benefits", "0020_bank_results")]
    operations: ClassVar = [
        _keys(),
        *_replaced(
            state_steps(_CASE, _STEPS, rows_stay=False), state_steps(_CASE, _OLD_STEPS, rows_stay=False)
        ),
        *_replaced(
            evidence(_CASE, "reserved", what=_RES, proof=_RESERVED),
            evidence(_CASE, "reserved", what=_RES, proof=_OLD_RESERVED),
        ),
        *_replaced(
            evidence(_CASE, "ordered", what=_ORD, proof=_ORDERED),
            evidence(_CASE, "ordered", what=_ORD, proof=_OLD_ORDERED),
        ),
        evidence(_CASE, "paid", what="the result of the bank", proof=_PAID),
        evidence(_CASE, "failed", what="the result of the bank or a recall", proof=_FAILED),
        migrations.RunSQL(_CORRECTED, _undo(("benefits_case_corrected", "benefits_case"))),
        forward_only(
            "benefits_recall",
            state="state",
            time="state_at",
            steps=_RECALL,
            also=("state_by", "confirmed_by", "confirmed_at", "returned_on"),
        ),
        state_starts("benefits_recall", ("asked",)),
        distinct_persons("benefits_recall", [_CONFIRMED]),
        migrations.RunSQL(_FOLLOWS, _undo(("benefits_transfer_follows", "benefits_transfer"))),
        migrations.RunSQL(_RELEASER, _undo(("benefits_releaser_is_third", "benefits_batch_release"))),
        migrations.RunSQL(
            _DAY,
            _undo(
                ("benefits_day_proved", "benefits_day_closing"),
                ("benefits_debit_of_open_day", "benefits_bank_debit"),
            ),
        ),
        *(append_only(table) for table in _APPEND_ONLY),
    ]
