"""Counts of cases are kept by a trigger: to count 182,000 rows took 0.1 to 2 s, most when cases all over had just moved.

An index-only scan helps only where no row of a page has moved since the last vacuum, and what an office does in a morning lies on
every page. The trigger only adds rows, so that two people who move cases never wait for each other. Once in some hundred
statements it adds up what is there, passing over what somebody else is adding up.
"""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

_FUNCTION = """
CREATE FUNCTION benefits_case_tally_add_up() RETURNS void LANGUAGE sql AS $$
    WITH old AS (
        DELETE FROM benefits_case_tally WHERE id IN (SELECT id FROM benefits_case_tally FOR UPDATE SKIP LOCKED) RETURNING *
    )
    INSERT INTO benefits_case_tally (programme, ward_code, state, since, cases)
    SELECT programme, ward_code, state, since, sum(cases) FROM old GROUP BY 1, 2, 3, 4 HAVING sum(cases) <> 0;
$$;
CREATE FUNCTION benefits_case_tallied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO benefits_case_tally (programme, ward_code, state, since, cases)
        SELECT programme, ward_code, state, (state_at AT TIME ZONE 'Asia/Tokyo')::date, count(*) FROM after GROUP BY 1, 2, 3, 4;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO benefits_case_tally (programme, ward_code, state, since, cases)
        SELECT programme, ward_code, state, (state_at AT TIME ZONE 'Asia/Tokyo')::date, -count(*) FROM before GROUP BY 1, 2, 3, 4;
    ELSE
        INSERT INTO benefits_case_tally (programme, ward_code, state, since, cases)
        SELECT programme, ward_code, state, (state_at AT TIME ZONE 'Asia/Tokyo')::date, sum(n) FROM (
            SELECT programme, ward_code, state, state_at, 1 AS n FROM after
            UNION ALL SELECT programme, ward_code, state, state_at, -1 FROM before
        ) moved GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0;
    END IF;
    IF random() < 0.002 THEN PERFORM benefits_case_tally_add_up(); END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER benefits_case_tallied_new AFTER INSERT ON benefits_case
    REFERENCING NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION benefits_case_tallied();
CREATE TRIGGER benefits_case_tallied_moved AFTER UPDATE ON benefits_case
    REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION benefits_case_tallied();
CREATE TRIGGER benefits_case_tallied_gone AFTER DELETE ON benefits_case
    REFERENCING OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION benefits_case_tallied();
INSERT INTO benefits_case_tally (programme, ward_code, state, since, cases)
SELECT programme, ward_code, state, (state_at AT TIME ZONE 'Asia/Tokyo')::date, count(*) FROM benefits_case GROUP BY 1, 2, 3, 4;
"""
_UNDO = """
DROP TRIGGER benefits_case_tallied_new ON benefits_case;
DROP TRIGGER benefits_case_tallied_moved ON benefits_case;
DROP TRIGGER benefits_case_tallied_gone ON benefits_case;
DROP FUNCTION benefits_case_tallied();
DROP FUNCTION benefits_case_tally_add_up();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("benefits", "0024_decision_lists")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="CaseTally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ward_code", models.TextField()),
                ("state", models.TextField()),
                ("since", models.DateField()),
                ("cases", models.BigIntegerField()),
                (
                    "programme",
                    models.ForeignKey(
                        db_column="programme",
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="benefits.registeredprogramme",
                    ),
                ),
            ],
            options={"db_table": "benefits_case_tally"},
        ),
        migrations.RunSQL(_FUNCTION, _UNDO),
    ]
