"""What a proxy enclosed is keyed by two people like everything else; no form passes without it, or with incomes nobody saw."""

from typing import ClassVar

from django.db import migrations, models
from django.db.models import Q

_ITEMS = (
    "resident_code", "month", "salary", "business", "property", "pension", "business_cost", "property_cost", "dependants",
    "special",
)  # fmt: skip
# What 0111 compares of two keyings beside their own columns
_DECLARED = f"""
CREATE OR REPLACE FUNCTION benefits_form_declared(entry bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT {{proof}}coalesce(string_agg(ROW({", ".join(_ITEMS)})::text, ' ' ORDER BY resident_code), '')
    FROM benefits_declared_income WHERE entry_id = entry
$$;
"""
_PROOF = "(SELECT ROW(e.proxy_identity_attached, e.proxy_authority)::text FROM benefits_form_entry e WHERE e.id = entry) || "
# A 補正 may bring what was missing. Null and '' are keyings of before this migration
_SEEN = """
CREATE FUNCTION benefits_examination_of_papers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added n JOIN benefits_application a ON a.id = n.application_id
        JOIN benefits_application b ON b.case_id = n.case_id AND b.refusal = ''
        JOIN benefits_form_entry e ON e.id = b.entry_id AND e.proxy = a.proxy
        WHERE n.outcome = 'passed' AND a.proxy <> '' GROUP BY n.id
        HAVING NOT bool_or(e.proxy_identity_attached) OR bool_and(e.proxy_authority = 'なし')
    ) THEN
        RAISE EXCEPTION 'nothing shows that the proxy may act'
            USING ERRCODE = '23514', CONSTRAINT = 'examination_proxy_proved';
    END IF;
    IF EXISTS (
        SELECT FROM added n WHERE n.outcome = 'passed' AND NOT n.checks @> ARRAY['INCOME'] AND EXISTS (
            SELECT FROM benefits_application b JOIN benefits_declared_income i ON i.entry_id = b.entry_id
            WHERE b.case_id = n.case_id AND b.refusal = '')
    ) THEN
        RAISE EXCEPTION 'nobody saw the papers of the declared incomes'
            USING ERRCODE = '23514', CONSTRAINT = 'examination_incomes_seen';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER benefits_examination_of_papers AFTER INSERT ON benefits_examination
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION benefits_examination_of_papers();
"""
_SEEN_BEFORE = """
DROP TRIGGER benefits_examination_of_papers ON benefits_examination;
DROP FUNCTION benefits_examination_of_papers();
"""
_AUTHORITIES = ("", "なし", "委任状", "登記事項証明書など", "続柄の書類", "施設の証明")


class Migration(migrations.Migration):
    dependencies: ClassVar = [("benefits", "0141_tax_certificate_guards")]
    operations: ClassVar = [
        migrations.AddField("formentry", "proxy_identity_attached", models.BooleanField(null=True)),
        migrations.AddField(
            "formentry", "proxy_authority",
            models.TextField(blank=True, choices=[(proof, proof) for proof in _AUTHORITIES], db_default=""),
        ),
        migrations.AddConstraint(
            "formentry",
            models.CheckConstraint(
                condition=~Q(proxy="") | Q(proxy_identity_attached__isnull=True, proxy_authority=""),
                name="form_entry_proof_of_proxy",
            ),
        ),
        migrations.AddConstraint(
            "formentry",
            models.CheckConstraint(
                condition=Q(proxy_authority__in=list(_AUTHORITIES)), name="form_entry_authority_known"
            ),
        ),
        migrations.RunSQL(_DECLARED.format(proof=_PROOF), _DECLARED.format(proof="")),
        migrations.RunSQL(_SEEN, _SEEN_BEFORE),
    ]  # fmt: skip
