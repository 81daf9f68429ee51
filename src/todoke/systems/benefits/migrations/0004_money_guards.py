"""What the database itself refuses, whoever writes: wrong steps, one person in two roles, a second payment, any change."""

from django.db import migrations

from todoke.oplog.append_only import append_only
from todoke.workflow.guards import state_starts, state_steps

_APPEND_ONLY = (
    "benefits_programme",
    "benefits_letter_file",
    "benefits_letter",
    "benefits_application",
    "benefits_examination",
    "benefits_approval",
    "benefits_payment_batch",
    "benefits_payment",
    "benefits_transfer",
    "benefits_batch_release",
    "benefits_bank_file",
)

# A row carries what it relies on, and these keys prove that it carries the truth.
_KEYS = (
    ("approval", "examined", "examination_id, case_id, examined_by, outcome", "examination", "id, case_id, examined_by, outcome"),
    ("examination", "of_case", "application_id, case_id", "application", "id, case_id"),
    ("payment_batch", "programme_amount", "programme, amount_yen", "programme", "code, amount_yen"),
    ("payment", "programme_amount", "programme, amount_yen", "programme", "code, amount_yen"),
    ("payment", "lineage_of_case", "case_id, programme, lineage", "case", "id, programme, lineage"),
    ("payment", "approved", "approval_id, case_id, examined_by, approved_by", "approval", "id, case_id, examined_by, approved_by"),
    ("transfer", "payment_amount", "payment_id, amount_yen", "payment", "id, amount_yen"),
    ("transfer", "batch_amount", "batch_id, amount_yen", "payment_batch", "id, amount_yen"),
    ("batch_release", "prepared", "batch_id, prepared_by", "payment_batch", "id, prepared_by"),
    ("bank_file", "released", "batch_id", "batch_release", "batch_id"),
    ("bank_file", "batch_total", "batch_id, payments, total_yen", "payment_batch", "id, payments, total_yen"),
)  # fmt: skip


def _keys() -> migrations.RunSQL:
    make = [
        f"ALTER TABLE benefits_{table} ADD CONSTRAINT {table}_{name} FOREIGN KEY ({columns}) "
        f"REFERENCES benefits_{target} ({target_columns});"
        for table, name, columns, target, target_columns in _KEYS
    ]
    drop = [f"ALTER TABLE benefits_{table} DROP CONSTRAINT {table}_{name};" for table, name, *_ in _KEYS]
    return migrations.RunSQL("\n".join(make), "\n".join(drop))


_STEPS = {
    "numbered": ("printed", "received"),
    "printed": ("received",),
    "received": ("passed", "deficient", "declined", "ineligible"),
    "deficient": ("received",),
    "passed": ("received", "approved"),
    "approved": ("received", "reserved"),
    "reserved": ("ordered",),
    "ordered": ("paid", "failed"),
}
_CASE = """
CREATE FUNCTION benefits_case_moves() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kept benefits_case;
BEGIN
    IF TG_OP <> 'UPDATE' THEN
        RAISE EXCEPTION 'a case is never removed' USING ERRCODE = '23514';
    END IF;
    kept := NEW;
    kept.state := OLD.state;
    kept.state_at := OLD.state_at;
    kept.state_by := OLD.state_by;
    IF kept IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'only the state of a case may change' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER benefits_case_moves BEFORE UPDATE OR DELETE ON benefits_case
    FOR EACH ROW EXECUTE FUNCTION benefits_case_moves();
CREATE TRIGGER benefits_case_no_truncate BEFORE TRUNCATE ON benefits_case
    FOR EACH STATEMENT EXECUTE FUNCTION benefits_case_moves();
"""

# FOR UPDATE waits for transfers that are being added (they hold a key share); nothing is added after it.
_RELEASE = """
CREATE FUNCTION benefits_release_checked() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    batch benefits_payment_batch;
    counted record;
BEGIN
    SELECT * INTO STRICT batch FROM benefits_payment_batch WHERE id = NEW.batch_id FOR UPDATE;
    SELECT count(*) AS payments, coalesce(sum(t.amount_yen), 0) AS total_yen,
        coalesce(bool_or(NEW.released_by IN (p.examined_by, p.approved_by)), false) AS same_person
    INTO STRICT counted
    FROM benefits_transfer t JOIN benefits_payment p ON p.id = t.payment_id WHERE t.batch_id = NEW.batch_id;
    IF counted.same_person THEN
        RAISE EXCEPTION 'the releaser examined or approved a payment of the batch'
            USING ERRCODE = '23514', CONSTRAINT = 'releaser_is_third_person';
    END IF;
    IF counted.payments <> batch.payments OR counted.total_yen <> batch.total_yen THEN
        RAISE EXCEPTION 'the batch does not hold what it states' USING ERRCODE = '23514', CONSTRAINT = 'batch_adds_up';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER benefits_release_checked BEFORE INSERT ON benefits_batch_release
    FOR EACH ROW EXECUTE FUNCTION benefits_release_checked();

CREATE FUNCTION benefits_batch_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM benefits_payment_batch WHERE id IN (SELECT batch_id FROM added) ORDER BY id FOR KEY SHARE;
    IF EXISTS (SELECT FROM benefits_batch_release WHERE batch_id IN (SELECT batch_id FROM added)) THEN
        RAISE EXCEPTION 'the batch is released and locked' USING ERRCODE = '23514', CONSTRAINT = 'batch_is_open';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER benefits_batch_open AFTER INSERT ON benefits_transfer
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION benefits_batch_open();
"""


class Migration(migrations.Migration):
    dependencies = [("benefits", "0003_constraints")]
    operations = [
        _keys(),
        migrations.RunSQL(
            _CASE,
            "DROP TRIGGER benefits_case_moves ON benefits_case; DROP TRIGGER benefits_case_no_truncate ON benefits_case; "
            "DROP FUNCTION benefits_case_moves();",
        ),
        state_steps("benefits_case", _STEPS, rows_stay=False),
        state_starts("benefits_case", ("numbered",)),
        migrations.RunSQL(
            _RELEASE,
            "DROP TRIGGER benefits_release_checked ON benefits_batch_release; "
            "DROP TRIGGER benefits_batch_open ON benefits_transfer; "
            "DROP FUNCTION benefits_release_checked(); DROP FUNCTION benefits_batch_open();",
        ),
        *(append_only(table) for table in _APPEND_ONLY),
    ]
