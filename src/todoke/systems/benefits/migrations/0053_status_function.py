"""公開の状況照会: one function counts and answers; the public door's role may call it and nothing else (sites/database/provision.py).

Both counters are written before anything is looked up, and the look-up runs whatever they say, so that no answer is
quicker than another. A protected household is not found.
"""

from typing import ClassVar

from django.db import migrations

_FUNCTION = """
CREATE FUNCTION benefits_public_status(
    asked_number text, asked_birth date, asked_from text,
    OUT answer text, OUT route text, OUT arrived_on date, OUT transfer_on date
) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    hour timestamptz := date_trunc('hour', clock_timestamp());
    by_number bigint;
    by_source bigint;
BEGIN
    DELETE FROM benefits_status_count WHERE id IN (
        SELECT k.id FROM benefits_status_count k WHERE k.since < hour - interval '2 days'
        ORDER BY k.since LIMIT 20 FOR UPDATE SKIP LOCKED);
    INSERT INTO benefits_status_count AS k (bucket, since, asked)
    VALUES ('number ' || encode(sha256(convert_to(left(asked_number, 40), 'UTF8')), 'hex'), hour, 1)
    ON CONFLICT (bucket, since) DO UPDATE SET asked = k.asked + 1 RETURNING k.asked INTO STRICT by_number;
    INSERT INTO benefits_status_count AS k (bucket, since, asked) VALUES ('source ' || left(asked_from, 64), hour, 1)
    ON CONFLICT (bucket, since) DO UPDATE SET asked = k.asked + 1 RETURNING k.asked INTO STRICT by_source;
    SELECT c.state, c.route, arrived.received_on, sent.transfer_on INTO answer, route, arrived_on, transfer_on
    FROM benefits_case c
    JOIN benefits_resident r ON r.resident_code = c.payee_resident_code
    LEFT JOIN LATERAL (
        SELECT a.received_on FROM benefits_arrival a WHERE a.case_id = c.id AND a.undone_at IS NULL LIMIT 1
    ) arrived ON true
    LEFT JOIN LATERAL (
        SELECT b.transfer_on FROM benefits_payment p JOIN benefits_transfer t ON t.payment_id = p.id
        JOIN benefits_payment_batch b ON b.id = t.batch_id WHERE p.case_id = c.id ORDER BY t.attempt DESC LIMIT 1
    ) sent ON true
    WHERE c.case_number = asked_number AND r.birth_date = asked_birth AND NOT c.protected AND NOT r.hidden;
    IF by_number > 10 OR by_source > 60 THEN
        answer := 'wait';
        route := NULL;
        arrived_on := NULL;
        transfer_on := NULL;
    ELSIF answer IS NULL THEN
        answer := 'unknown';
    END IF;
END $$;
REVOKE ALL ON FUNCTION benefits_public_status(text, date, text) FROM PUBLIC;
"""
_UNDO = "DROP FUNCTION benefits_public_status(text, date, text);"


class Migration(migrations.Migration):
    dependencies: ClassVar = [("benefits", "0052_status_page")]
    operations: ClassVar = [migrations.RunSQL(_FUNCTION, _UNDO)]
