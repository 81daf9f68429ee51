"""What the database holds of letters to protected persons, of another day for a batch, of receipts that are reversed, and of print works."""

from typing import ClassVar

from django.db import migrations

from todoke.oplog.append_only import append_only
from todoke.oplog.forward_only import forward_only
from todoke.workflow.guards import Act, distinct_persons, state_starts

_LATER = ("state_by", "confirmed_at", "confirmed_by")

_DESTINED = """
ALTER TABLE benefits_protected_letter ADD CONSTRAINT protected_letter_noted FOREIGN KEY (destination_id, noted_by)
    REFERENCES benefits_destination (id, noted_by);
CREATE FUNCTION benefits_letter_apart() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'benefits_mailing_file' THEN
        IF EXISTS (SELECT FROM benefits_letter_file f WHERE f.id = NEW.file_id AND f.apart) THEN
            RAISE EXCEPTION 'a letter to a protected person goes into no mailing'
                USING ERRCODE = '23514', CONSTRAINT = 'letter_apart';
        END IF;
    ELSIF NOT EXISTS (
        SELECT FROM benefits_letter l JOIN benefits_letter_file f ON f.id = l.file_id
        JOIN benefits_case c ON c.id = l.case_id JOIN benefits_destination d ON d.id = NEW.destination_id
        WHERE l.id = NEW.letter_id AND f.apart AND f.cases = 1 AND d.resident_code = c.payee_resident_code
    ) THEN
        RAISE EXCEPTION 'the letter or the address is another one''s' USING ERRCODE = '23514', CONSTRAINT = 'letter_apart';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER benefits_letter_apart BEFORE INSERT ON benefits_protected_letter
    FOR EACH ROW EXECUTE FUNCTION benefits_letter_apart();
CREATE TRIGGER benefits_letter_apart BEFORE INSERT ON benefits_mailing_file
    FOR EACH ROW EXECUTE FUNCTION benefits_letter_apart();
"""
_DESTINED_UNDO = """
DROP TRIGGER benefits_letter_apart ON benefits_mailing_file;
DROP TRIGGER benefits_letter_apart ON benefits_protected_letter;
DROP FUNCTION benefits_letter_apart();
ALTER TABLE benefits_protected_letter DROP CONSTRAINT protected_letter_noted;
"""
_REDATED = """
DROP TRIGGER benefits_payment_batch_append_only ON benefits_payment_batch;
CREATE FUNCTION benefits_payment_batch_redated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'UPDATE' OR NEW.transfer_on = OLD.transfer_on
        OR (to_jsonb(NEW) - 'transfer_on') IS DISTINCT FROM (to_jsonb(OLD) - 'transfer_on')
    THEN
        RAISE EXCEPTION 'table benefits_payment_batch is append-only: % refused', TG_OP USING ERRCODE = '23514';
    END IF;
    IF EXISTS (SELECT FROM benefits_bank_file f WHERE f.batch_id = NEW.id)
        OR NEW.transfer_on IS DISTINCT FROM (
            SELECT d.transfer_on FROM benefits_redating d
            WHERE d.batch_id = NEW.id AND d.state = 'confirmed' AND d.transfer_on_before = OLD.transfer_on
            ORDER BY d.confirmed_at DESC, d.id DESC LIMIT 1)
    THEN
        RAISE EXCEPTION 'a batch gets another day by two people, and none once its file was written'
            USING ERRCODE = '23514', CONSTRAINT = 'batch_redated_by_two';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER benefits_payment_batch_redated BEFORE UPDATE OR DELETE ON benefits_payment_batch
    FOR EACH ROW EXECUTE FUNCTION benefits_payment_batch_redated();
"""
_REDATED_UNDO = """
DROP TRIGGER benefits_payment_batch_redated ON benefits_payment_batch;
DROP FUNCTION benefits_payment_batch_redated();
CREATE TRIGGER benefits_payment_batch_append_only BEFORE UPDATE OR DELETE ON benefits_payment_batch
    FOR EACH ROW EXECUTE FUNCTION todoke_refuse_change();
"""
_FIXED = """
CREATE OR REPLACE FUNCTION benefits_refund_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := ARRAY[
        'state', 'state_at', 'state_by', 'decided_at', 'decided_by', 'received_yen', 'written_off_yen', 'open_yen'];
BEGIN
    IF TG_OP <> 'UPDATE' THEN
        RAISE EXCEPTION 'table benefits_refund: rows stay' USING ERRCODE = '23514';
    END IF;
    IF (to_jsonb(NEW) - free) IS DISTINCT FROM (to_jsonb(OLD) - free) THEN
        RAISE EXCEPTION 'table benefits_refund: what was said is fixed' USING ERRCODE = '23514';
    END IF;
    IF NEW.received_yen <> (
        SELECT coalesce(sum(r.amount_yen), 0) FROM benefits_refund_receipt r WHERE r.refund_id = NEW.id
    ){minus} OR NEW.written_off_yen <> (
        SELECT coalesce(sum(w.amount_yen), 0) FROM benefits_refund_write_off w
        WHERE w.refund_id = NEW.id AND w.state = 'confirmed'
    ) THEN
        RAISE EXCEPTION 'a claim holds what came and what was written off'
            USING ERRCODE = '23514', CONSTRAINT = 'refund_sums_are_true';
    END IF;
    RETURN NEW;
END $$;
"""
_MINUS = (
    " - (SELECT coalesce(sum(v.amount_yen), 0) FROM benefits_refund_reversal v WHERE v.refund_id = NEW.id)"
)
_REVERSED = """
ALTER TABLE benefits_refund_reversal ADD CONSTRAINT reversal_of_receipt
    FOREIGN KEY (receipt_id, refund_id, amount_yen, recorded_by)
    REFERENCES benefits_refund_receipt (id, refund_id, amount_yen, recorded_by);
CREATE FUNCTION benefits_refund_reversed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE benefits_refund f SET received_yen = f.received_yen - NEW.amount_yen, open_yen = f.open_yen + NEW.amount_yen
    WHERE f.id = NEW.refund_id AND f.state = 'claimed';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a receipt of an open claim is reversed'
            USING ERRCODE = '23514', CONSTRAINT = 'reversal_of_a_claim';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER benefits_refund_reversed AFTER INSERT ON benefits_refund_reversal
    FOR EACH ROW EXECUTE FUNCTION benefits_refund_reversed();
CREATE FUNCTION benefits_refund_receipt_take() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.take <> 1 + (
        SELECT count(*) FROM benefits_refund_receipt r
        WHERE r.received_on = NEW.received_on AND r.reference = NEW.reference AND EXISTS (
            SELECT FROM benefits_refund_reversal v WHERE v.receipt_id = r.id)
    ) THEN
        RAISE EXCEPTION 'that line of the statement was recorded before'
            USING ERRCODE = '23505', CONSTRAINT = 'receipt_line_once';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER benefits_refund_receipt_take BEFORE INSERT ON benefits_refund_receipt
    FOR EACH ROW EXECUTE FUNCTION benefits_refund_receipt_take();
"""
_REVERSED_UNDO = """
DROP TRIGGER benefits_refund_receipt_take ON benefits_refund_receipt;
DROP FUNCTION benefits_refund_receipt_take();
DROP TRIGGER benefits_refund_reversed ON benefits_refund_reversal;
DROP FUNCTION benefits_refund_reversed();
ALTER TABLE benefits_refund_reversal DROP CONSTRAINT reversal_of_receipt;
"""


_OLD_AGAIN = """
CREATE OR REPLACE FUNCTION benefits_letter_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added n JOIN benefits_letter_file f ON f.id = n.file_id
        WHERE f.kind = 'again' AND NOT EXISTS (
            SELECT FROM benefits_letter l
            WHERE l.case_id = n.case_id AND l.number < n.number AND (
                EXISTS (SELECT FROM benefits_resend_order o WHERE o.letter_id = l.id)
                OR EXISTS (SELECT FROM benefits_pull p WHERE p.letter_id = l.id AND p.reason = 'changed')
            )
        )
    ) THEN
        RAISE EXCEPTION 'no letter goes again without an order, or without having been taken out'
            USING ERRCODE = '23514', CONSTRAINT = 'letter_again_ordered';
    END IF;
    RETURN NULL;
END $$;
"""
_AGAIN = _OLD_AGAIN.replace(
    "p.reason = 'changed')",
    "p.reason = 'changed')\n                OR EXISTS (SELECT FROM benefits_protected_letter s WHERE s.letter_id = l.id AND s.state = 'spoiled')",
)


def _second(before: str, after: str, first: str) -> Act:
    return Act(before=before, after=after, act="confirmed_by", unlike=(first,), approvals=1)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("benefits", "0121_letters_apart")]
    operations: ClassVar = [
        append_only("benefits_destination"),
        append_only("benefits_reprint"),
        append_only("benefits_refund_reversal"),
        state_starts("benefits_protected_letter", ("printed",)),
        forward_only(
            "benefits_protected_letter",
            state="state",
            time="state_at",
            steps={"printed": ("posted", "spoiled")},
            also=_LATER,
        ),
        distinct_persons("benefits_protected_letter", [_second("printed", "posted", "printed_by")]),
        migrations.RunSQL(_DESTINED, _DESTINED_UNDO),
        state_starts("benefits_redating", ("asked",)),
        forward_only(
            "benefits_redating",
            state="state",
            time="state_at",
            steps={"asked": ("confirmed", "withdrawn")},
            also=_LATER,
        ),
        distinct_persons("benefits_redating", [_second("asked", "confirmed", "asked_by")]),
        migrations.RunSQL(_REDATED, _REDATED_UNDO),
        migrations.RunSQL(_FIXED.format(minus=_MINUS), _FIXED.format(minus="")),
        migrations.RunSQL(_REVERSED, _REVERSED_UNDO),
        migrations.RunSQL(_AGAIN, _OLD_AGAIN),
    ]
