"""Forms and approvals of a day are counted by triggers: to count 300,000 of each for the forecast took 0.4 s.

They only add rows, and add up what is there once in some hundred statements, as 0025 does for cases.
"""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

_RECEIVED = """
SELECT programme, 'received', received_on, {sign} count(*) FROM {rows} WHERE refusal = '' AND correction = 0 GROUP BY 1, 2, 3
"""
_APPROVED = """
SELECT c.programme, 'approved', (a.approved_at AT TIME ZONE 'Asia/Tokyo')::date, {sign} count(*)
FROM {rows} a JOIN benefits_case c ON c.id = a.case_id GROUP BY 1, 2, 3
"""
_INTO = "INSERT INTO benefits_day_tally (programme, what, day, cases)"
_ADD_UP = """
CREATE FUNCTION benefits_day_tally_add_up() RETURNS void LANGUAGE sql AS $$
    WITH old AS (
        DELETE FROM benefits_day_tally WHERE id IN (SELECT id FROM benefits_day_tally FOR UPDATE SKIP LOCKED) RETURNING *
    )
    INSERT INTO benefits_day_tally (programme, what, day, cases)
    SELECT programme, what, day, sum(cases) FROM old GROUP BY 1, 2, 3 HAVING sum(cases) <> 0;
$$;
"""
_TRIGGERS = """
CREATE FUNCTION {table}_tallied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN {into} {more};
    ELSE {into} {fewer};
    END IF;
    IF random() < 0.002 THEN PERFORM benefits_day_tally_add_up(); END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER {table}_tallied_new AFTER INSERT ON {table}
    REFERENCING NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION {table}_tallied();
CREATE TRIGGER {table}_tallied_gone AFTER DELETE ON {table}
    REFERENCING OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION {table}_tallied();
{into} {all};
"""
_UNDO = """
DROP TRIGGER {table}_tallied_new ON {table};
DROP TRIGGER {table}_tallied_gone ON {table};
DROP FUNCTION {table}_tallied();
"""


def _counted(table: str, query: str) -> migrations.RunSQL:
    counts = {
        "more": query.format(sign="", rows="after"),
        "fewer": query.format(sign="-", rows="before"),
        "all": query.format(sign="", rows=table),
    }
    return migrations.RunSQL(_TRIGGERS.format(table=table, into=_INTO, **counts), _UNDO.format(table=table))


class Migration(migrations.Migration):
    dependencies: ClassVar = [("benefits", "0122_letter_guards")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="DayTally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("what", models.TextField(choices=[("received", "受付"), ("approved", "承認")])),
                ("day", models.DateField()),
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
            options={"db_table": "benefits_day_tally"},
        ),
        migrations.RunSQL(_ADD_UP, "DROP FUNCTION benefits_day_tally_add_up();"),
        _counted("benefits_application", _RECEIVED),
        _counted("benefits_approval", _APPROVED),
    ]
