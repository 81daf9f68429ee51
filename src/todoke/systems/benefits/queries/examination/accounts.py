"""The form of a case that counts, and its account: the newest of form, 補正 and correction. SQL, to be joined.

`source` is an AccountSource: an electronic application says in its route that it brought the 公金受取口座; an お知らせ that
nobody answered goes to the account of before. `source_on` is the day on which it was known.
"""

from __future__ import annotations

from typing import Final

FORMS: Final = """(
    SELECT a.* FROM benefits_application a
    WHERE a.refusal = '' AND NOT EXISTS (SELECT FROM benefits_application r WHERE r.replaces_id = a.id)
)"""
"""A relation with one row per case that has an accepted form: the form itself, or its last 補正."""
ACCOUNTS: Final = f"""(
    SELECT a.case_id, coalesce(k.bank_code, a.bank_code) AS bank_code,
        coalesce(k.branch_code, a.branch_code) AS branch_code,
        coalesce(k.account_type, a.account_type) AS account_type,
        coalesce(k.account_number, a.account_number) AS account_number,
        coalesce(k.account_holder_kana, a.account_holder_kana) AS account_holder_kana,
        coalesce(k.source, CASE
            WHEN a.letter_id IS NOT NULL THEN 'earlier' WHEN strpos(a.route, '公金受取口座') > 0 THEN 'public' ELSE 'form'
        END) AS source,
        coalesce(k.source_on, a.received_on) AS source_on
    FROM {FORMS} a LEFT JOIN (
        SELECT DISTINCT ON (case_id) * FROM benefits_account_correction ORDER BY case_id, id DESC
    ) k ON k.case_id = a.case_id AND (a.correction = 0 OR k.recorded_at > a.received_at)
)"""
"""A relation with one row per case that has an accepted form."""
