"""What the database holds of a mailing: counted only when the printer's newest figures agree, dispatched only with the list of the
letters to take out, and by somebody who did nothing of it before; a letter of the case's route."""

from typing import ClassVar

from django.db import migrations

from todoke.oplog.append_only import append_only
from todoke.oplog.forward_only import forward_only
from todoke.workflow.guards import Act, distinct_persons, evidence, state_starts

_OLD_LETTER = """
CREATE OR REPLACE FUNCTION benefits_letter_of_route() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added n JOIN benefits_case c ON c.id = n.case_id JOIN benefits_letter_file f ON f.id = n.file_id
        WHERE c.route <> f.route OR c.programme <> f.programme OR (c.route = 'お知らせ') <> (n.opt_out_until IS NOT NULL)
            OR n.opt_out_until <= (f.printed_at AT TIME ZONE 'Asia/Tokyo')::date
    ) THEN
        RAISE EXCEPTION 'the letter is not the one of the case''s route'
            USING ERRCODE = '23514', CONSTRAINT = 'letter_of_route';
    END IF;
    RETURN NULL;
END $$;
"""
_LETTER = _OLD_LETTER.replace(
    "c.route <> f.route OR c.programme <> f.programme OR (c.route = 'お知らせ') <> (n.opt_out_until IS NOT NULL)",
    "(f.kind IN ('forms', 'again')) <> (c.route = f.route) OR c.programme <> f.programme"
    " OR (f.route = 'お知らせ') <> (n.opt_out_until IS NOT NULL)",
)
_STEPS = {
    "handed": ("counted",),
    "counted": ("matched",),
    "matched": ("outdated", "dispatched"),
    "outdated": ("matched",),
}
_LATER = (
    "state_by", "counted_at", "counted_by", "matched_at", "matched_by", "register_snapshot", "pulled", "confirmed_at",
    "confirmed_by",
)  # fmt: skip
_CONFIRMED = Act(
    before="matched",
    after="dispatched",
    act="confirmed_by",
    unlike=("handed_by", "counted_by", "matched_by"),
    approvals=3,
)
_HELD = """
SELECT f.kind, f.route, sum(f.cases) AS letters, sum(f.cases * f.sheets_each) AS sheets
FROM benefits_mailing_file m JOIN benefits_letter_file f ON f.id = m.file_id
WHERE m.mailing_id = n.id GROUP BY f.kind, f.route
"""
_COUNTED = f"""
SELECT WHERE NOT EXISTS (
    SELECT FROM ({_HELD}) h LEFT JOIN LATERAL (
        SELECT p.* FROM benefits_printer_count p WHERE p.mailing_id = n.id AND p.kind = h.kind AND p.route = h.route
        ORDER BY p.number DESC LIMIT 1
    ) p ON true
    WHERE (p.enclosed = h.letters AND p.printed - p.spoiled + p.reprinted = h.sheets) IS NOT TRUE
)
"""
_LISTED = """
SELECT WHERE n.register_snapshot <> '' AND n.pulled = (
    SELECT count(*) FROM benefits_pull p WHERE p.mailing_id = n.id AND p.register_snapshot = n.register_snapshot)
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("benefits", "0040_mailings")]
    operations: ClassVar = [
        migrations.RunSQL(_LETTER, _OLD_LETTER),
        state_starts("benefits_mailing", ("handed",)),
        forward_only("benefits_mailing", state="state", time="state_at", steps=_STEPS, also=_LATER),
        distinct_persons("benefits_mailing", [_CONFIRMED]),
        evidence("benefits_mailing", "counted", what="figures of the printer that agree", proof=_COUNTED),
        evidence("benefits_mailing", "matched", what="the list of letters to take out", proof=_LISTED),
        evidence("benefits_mailing", "dispatched", what="the list of letters to take out", proof=_LISTED),
        append_only("benefits_mailing_file"),
        append_only("benefits_printer_count"),
        append_only("benefits_pull"),
    ]
