"""Staff of a contractor get no role that shows persons, whoever writes the row (a test compares with duties.CONTRACTORS)."""

from django.db import migrations

_RIGHTS = """
CREATE FUNCTION access_grant_of_contractor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.role NOT IN ('operator', 'platform_operator', 'network_operator')
        AND EXISTS (SELECT FROM access_staff WHERE staff_id = NEW.staff_id AND employer = 'contractor') THEN
        RAISE EXCEPTION 'a contractor holds no such role' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER access_grant_of_contractor BEFORE INSERT ON access_grant
    FOR EACH ROW EXECUTE FUNCTION access_grant_of_contractor();
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0003_factors")]
    operations = [migrations.RunSQL(_RIGHTS, "DROP FUNCTION access_grant_of_contractor() CASCADE")]
