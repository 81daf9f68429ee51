"""A certificate counts only when another person had keyed the very same, after whatever counted before; no row ever changes."""

from typing import ClassVar

from django.db import migrations

from todoke.oplog.append_only import append_only

_AGREED = """
CREATE FUNCTION benefits_tax_certificate_agreed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.first_keyed_by IS NOT NULL AND NOT EXISTS (
        SELECT FROM benefits_tax_certificate f
        WHERE f.keyed_by = NEW.first_keyed_by AND f.first_keyed_by IS NULL AND f.resident_code = NEW.resident_code
            AND (f.tax_year, f.municipality, f.issued_on, f.income_levy, f.per_capita_levy)
              = (NEW.tax_year, NEW.municipality, NEW.issued_on, NEW.income_levy, NEW.per_capita_levy)
            AND f.id > coalesce((
                SELECT max(c.id) FROM benefits_tax_certificate c WHERE c.resident_code = NEW.resident_code
                    AND c.tax_year = NEW.tax_year AND c.first_keyed_by IS NOT NULL), 0)
    ) THEN
        RAISE EXCEPTION 'a certificate counts when two people keyed the same'
            USING ERRCODE = '23514', CONSTRAINT = 'tax_certificate_agreed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER benefits_tax_certificate_agreed BEFORE INSERT ON benefits_tax_certificate
    FOR EACH ROW EXECUTE FUNCTION benefits_tax_certificate_agreed();
"""
_UNDO = """
DROP TRIGGER benefits_tax_certificate_agreed ON benefits_tax_certificate;
DROP FUNCTION benefits_tax_certificate_agreed();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("benefits", "0140_tax_certificate")]
    operations: ClassVar = [
        migrations.RunSQL(_AGREED, _UNDO),
        append_only("benefits_tax_certificate"),
    ]
