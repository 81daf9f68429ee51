"""What the database itself refuses: a batch given up by one person or after its file, money twice beside it, a limit set by one,
and a settled claim that awaits money again without a reversed receipt."""

from typing import ClassVar

from django.db import migrations

from todoke.oplog.forward_only import forward_only
from todoke.workflow.guards import Act, distinct_persons, evidence, state_starts, state_steps

_CASE = "benefits_case"
_OLD_STEPS = {
    "numbered": ("printed", "received", "declined"),
    "printed": ("received", "declined"),
    "received": ("passed", "deficient", "declined", "ineligible", "numbered", "printed"),
    "deficient": ("received", "declined"),
    "passed": ("received", "approved", "declined"),
    "approved": ("received", "reserved", "declined"),
    "reserved": ("ordered",),
    "ordered": ("paid", "failed"),
    "paid": ("failed", "refunding"),
    "failed": ("received", "declined"),
    "refunding": ("refunded", "paid"),
}
_STEPS = {**_OLD_STEPS, "reserved": ("ordered", "approved"), "refunded": ("refunding",)}
_OLD_REFUND = {"proposed": ("claimed", "withdrawn"), "claimed": ("settled", "written_off")}
_REFUND = {**_OLD_REFUND, "settled": ("reopened",), "reopened": ("settled", "written_off")}

_CANCELLED = "EXISTS (SELECT FROM benefits_batch_cancellation x WHERE x.batch_id = t.batch_id AND x.state = 'confirmed')"
_OLD_APPROVED = """
SELECT FROM benefits_approval a
WHERE a.case_id = n.id AND a.approved_by = n.state_by AND a.approved_at = n.state_at AND a.amount_yen = n.amount_yen
"""
# Out of a batch that was given up, the approval of before stands
_APPROVED = f"""
SELECT FROM benefits_approval a
WHERE a.case_id = n.id AND a.amount_yen = n.amount_yen AND (a.approved_by = n.state_by AND a.approved_at = n.state_at
    OR o.state = 'reserved' AND EXISTS (
        SELECT FROM benefits_payment p JOIN benefits_transfer t ON t.payment_id = p.id
        WHERE p.case_id = n.id AND NOT EXISTS (SELECT FROM benefits_transfer l WHERE l.follows_id = t.id) AND {_CANCELLED}))
"""
_OLD_RESERVED = """
SELECT FROM benefits_payment p JOIN benefits_transfer t ON t.payment_id = p.id
WHERE p.case_id = n.id AND NOT EXISTS (SELECT FROM benefits_bank_file f WHERE f.batch_id = t.batch_id)
"""
_RESERVED = f"{_OLD_RESERVED} AND NOT {_CANCELLED}"
_FOLLOWS = """
CREATE OR REPLACE FUNCTION benefits_transfer_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added a WHERE a.attempt > 1 AND NOT EXISTS (
            SELECT FROM benefits_transfer t
            WHERE t.id = a.follows_id AND t.payment_id = a.payment_id AND t.attempt = a.attempt - 1 AND (
                EXISTS (SELECT FROM benefits_transfer_result r WHERE r.transfer_id = t.id AND r.outcome = 'failed')
                OR EXISTS (SELECT FROM benefits_recall c WHERE c.transfer_id = t.id AND c.state = 'returned'){cancelled}))
    ) THEN
        RAISE EXCEPTION 'the attempt before is alive' USING ERRCODE = '23514', CONSTRAINT = 'transfer_one_alive';
    END IF;
    RETURN NULL;
END $$;
"""
# The lock of the batch puts release, file and cancellation one after the other
_GIVEN_UP = """
CREATE FUNCTION benefits_batch_given_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM benefits_payment_batch WHERE id = NEW.batch_id FOR UPDATE;
    IF EXISTS (SELECT FROM benefits_bank_file f WHERE f.batch_id = NEW.batch_id) THEN
        RAISE EXCEPTION 'a batch whose file was written is not given up'
            USING ERRCODE = '23514', CONSTRAINT = 'cancelled_before_its_file';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER benefits_batch_given_up BEFORE UPDATE ON benefits_batch_cancellation
    FOR EACH ROW WHEN (NEW.state = 'confirmed') EXECUTE FUNCTION benefits_batch_given_up();

CREATE FUNCTION benefits_batch_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM benefits_payment_batch WHERE id = NEW.batch_id FOR UPDATE;
    IF EXISTS (SELECT FROM benefits_batch_cancellation x WHERE x.batch_id = NEW.batch_id AND x.state <> 'withdrawn') THEN
        RAISE EXCEPTION 'the batch is given up, or that was asked'
            USING ERRCODE = '23514', CONSTRAINT = 'batch_not_cancelled';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER benefits_batch_stands BEFORE INSERT ON benefits_batch_release
    FOR EACH ROW EXECUTE FUNCTION benefits_batch_stands();
CREATE TRIGGER benefits_batch_stands BEFORE INSERT ON benefits_bank_file
    FOR EACH ROW EXECUTE FUNCTION benefits_batch_stands();
"""
_GIVEN_UP_UNDO = """
DROP TRIGGER benefits_batch_given_up ON benefits_batch_cancellation;
DROP TRIGGER benefits_batch_stands ON benefits_batch_release;
DROP TRIGGER benefits_batch_stands ON benefits_bank_file;
DROP FUNCTION benefits_batch_given_up();
DROP FUNCTION benefits_batch_stands();
"""
_RETURN = """
CREATE OR REPLACE FUNCTION benefits_return_before_approval() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM benefits_approval a WHERE a.examination_id = NEW.examination_id){unless} THEN
        RAISE EXCEPTION 'the examination was approved' USING ERRCODE = '23514', CONSTRAINT = 'return_before_approval';
    END IF;
    RETURN NEW;
END $$;
"""
_NO_MONEY_YET = (
    "\n        AND NOT EXISTS (SELECT FROM benefits_case c WHERE c.id = NEW.case_id AND c.state = 'approved')"
)

_CLAIM = "SELECT FROM benefits_payment p JOIN benefits_refund f ON f.payment_id = p.id WHERE p.case_id = n.id"
_REVERSAL = "SELECT FROM benefits_refund_reversal v WHERE v.refund_id = n.id AND v.reversed_by = n.state_by AND v.reversed_at = n.state_at"
_REFUND_SUMS = """
CREATE OR REPLACE FUNCTION benefits_refund_received() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE benefits_refund f SET received_yen = f.received_yen + NEW.amount_yen, open_yen = f.open_yen - NEW.amount_yen
    WHERE f.id = NEW.refund_id AND f.state IN ({open});
    IF NOT FOUND THEN
        RAISE EXCEPTION 'money is received for a claim' USING ERRCODE = '23514', CONSTRAINT = 'receipt_of_a_claim';
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION benefits_refund_planned() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added a JOIN benefits_refund f ON f.id = a.refund_id
        GROUP BY f.id, f.state, f.open_yen, a.plan
        HAVING f.state NOT IN ({open}) OR f.open_yen <> (
            SELECT sum(i.amount_yen) FROM benefits_refund_instalment i WHERE i.refund_id = f.id AND i.plan = a.plan)
    ) THEN
        RAISE EXCEPTION 'a plan adds up to what is open' USING ERRCODE = '23514', CONSTRAINT = 'plan_adds_up';
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION benefits_refund_reversed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE benefits_refund f SET {reopened}received_yen = f.received_yen - NEW.amount_yen, open_yen = f.open_yen + NEW.amount_yen
    WHERE f.id = NEW.refund_id AND f.state IN ({reversible});
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a receipt of an open claim is reversed'
            USING ERRCODE = '23514', CONSTRAINT = 'reversal_of_a_claim';
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION benefits_case_claimed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM moved_to n JOIN moved_from o ON o.id = n.id
        WHERE o.state = 'refunding' AND n.state = 'paid' AND EXISTS (
            SELECT FROM benefits_payment p JOIN benefits_refund f ON f.payment_id = p.id
            WHERE p.case_id = n.id AND (f.state IN ({open}) OR (f.state = 'settled' AND f.claimed_yen = f.paid_yen)))
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
"""
_REOPENED = """
        state = CASE f.state WHEN 'settled' THEN 'reopened' ELSE f.state END,
        state_at = CASE f.state WHEN 'settled' THEN NEW.reversed_at ELSE f.state_at END,
        state_by = CASE f.state WHEN 'settled' THEN NEW.reversed_by ELSE f.state_by END,
        """


def _replaced(new: migrations.RunSQL, old: migrations.RunSQL) -> list[migrations.RunSQL]:
    """The guard `new` in place of `old`, which an earlier migration made."""
    return [migrations.RunSQL(old.reverse_sql or "", old.sql), new]


def _proved(table: str, state: str, what: str, new: str, old: str) -> list[migrations.RunSQL]:
    return _replaced(
        evidence(table, state, what=what, proof=new), evidence(table, state, what=what, proof=old)
    )


def _by_two(table: str) -> list[migrations.RunSQL]:
    """Asked by one, confirmed by another; only that changes."""
    return [
        state_starts(table, ("asked",)),
        forward_only(
            table, state="state", time="state_at", steps={"asked": ("confirmed", "withdrawn")},
            also=("state_by", "confirmed_by", "confirmed_at"),
        ),
        distinct_persons(
            table, [Act(before="asked", after="confirmed", act="confirmed_by", unlike=("asked_by",), approvals=1)]
        ),
    ]  # fmt: skip


def _sums(open_: str, reversible: str, reopened: str) -> str:
    return _REFUND_SUMS.format(open=open_, reversible=reversible, reopened=reopened)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("benefits", "0160_cancelled_batches")]
    operations: ClassVar = [
        *_by_two("benefits_batch_cancellation"),
        *_by_two("benefits_approval_limit"),
        *_replaced(
            state_steps(_CASE, _STEPS, rows_stay=False), state_steps(_CASE, _OLD_STEPS, rows_stay=False)
        ),
        *_proved(_CASE, "approved", "its approval by another person", _APPROVED, _OLD_APPROVED),
        *_proved(_CASE, "reserved", "its payment", _RESERVED, _OLD_RESERVED),
        migrations.RunSQL(
            _FOLLOWS.format(cancelled=f"\n                OR {_CANCELLED}"), _FOLLOWS.format(cancelled="")
        ),
        migrations.RunSQL(_GIVEN_UP, _GIVEN_UP_UNDO),
        migrations.RunSQL(_RETURN.format(unless=_NO_MONEY_YET), _RETURN.format(unless="")),
        *_replaced(state_steps("benefits_refund", _REFUND), state_steps("benefits_refund", _OLD_REFUND)),
        evidence("benefits_refund", "reopened", what="a receipt that was reversed", proof=_REVERSAL),
        *_proved(
            _CASE, "refunding", "a claim by two people", f"{_CLAIM} AND f.state IN ('claimed', 'reopened')",
            f"{_CLAIM} AND f.state = 'claimed'",
        ),
        migrations.RunSQL(
            _sums("'claimed', 'reopened'", "'claimed', 'reopened', 'settled'", _REOPENED),
            _sums("'claimed'", "'claimed'", ""),
        ),
    ]  # fmt: skip
