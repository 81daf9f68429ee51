"""What the database itself refuses, whoever writes: a second pair of hands in one person, a session for a leaver, a
contractor without a contract, any change of what was once written."""

from django.db import migrations

from todoke.oplog.append_only import append_only

_TODAY = "(now() AT TIME ZONE 'Asia/Tokyo')::date"

_KEEP = """
CREATE FUNCTION access_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- arguments: the columns that may change
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) - TG_ARGV) = (to_jsonb(OLD) - TG_ARGV) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'table %: only % may change', TG_TABLE_NAME, array_to_string(TG_ARGV, ', ') USING ERRCODE = '23514';
END $$;
CREATE FUNCTION access_no_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'table % is kept' , TG_TABLE_NAME USING ERRCODE = '23514';
END $$;
"""
_FREE = {
    "access_contract": ("valid_until", "head_count"),
    "access_staff": (
        "name", "kana", "organisation", "section", "contract_id", "left_on", "imported_by", "imported_at",
        "password", "must_change", "password_by", "password_at",
    ),
    "access_terminal": ("valid_until", "withdrawn_by", "withdrawn_at"),
    "access_session": (
        "seen_at", "factor", "factor_at", "take_over_by", "take_over_until", "ended_at", "ended_by", "end_reason",
    ),
    "access_grant": (
        "state", "set_by", "set_at", "confirmed_by", "confirmed_at", "ended_by", "ended_at", "valid_until",
    ),
}  # fmt: skip


def _keeping() -> migrations.RunSQL:
    make, drop = [_KEEP], []
    for table, columns in _FREE.items():
        arguments = ", ".join(f"'{column}'" for column in columns)
        make.append(
            f"CREATE TRIGGER {table}_a_keep BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION access_keep({arguments});"
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION access_no_truncate();"
        )
        drop.append(f"DROP TRIGGER {table}_a_keep ON {table}; DROP TRIGGER {table}_no_truncate ON {table};")
    drop.append("DROP FUNCTION access_keep(); DROP FUNCTION access_no_truncate();")
    return migrations.RunSQL("\n".join(make), "\n".join(drop))


_SESSION = """
CREATE FUNCTION access_session_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.ended_at IS NOT NULL OR NEW.take_over_by <> '' THEN
            RAISE EXCEPTION 'a session begins live' USING ERRCODE = '23514';
        END IF;
        IF NOT EXISTS (
            SELECT FROM access_staff WHERE staff_id = NEW.staff_id AND password <> ''
            AND (left_on IS NULL OR left_on > (NEW.begun_at AT TIME ZONE 'Asia/Tokyo')::date)
            FOR SHARE  -- a leaver who is being imported is waited for
        ) THEN
            RAISE EXCEPTION 'no session for somebody who left or has no password' USING ERRCODE = '23514';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.ended_at IS NOT NULL THEN
        RAISE EXCEPTION 'an ended session never changes' USING ERRCODE = '23514';
    END IF;
    IF NEW.seen_at < OLD.seen_at OR NEW.factor_at < OLD.factor_at OR NEW.ended_at < NEW.begun_at THEN
        RAISE EXCEPTION 'a session does not go back in time' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER access_session_moves BEFORE INSERT OR UPDATE ON access_session
    FOR EACH ROW EXECUTE FUNCTION access_session_moves();
"""

_GRANT = f"""
CREATE FUNCTION access_holds(person text, wanted text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM access_grant WHERE staff_id = person AND role = wanted AND state = 'confirmed'
        AND {_TODAY} BETWEEN valid_from AND valid_until)
$$;
CREATE FUNCTION access_grant_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.origin = 'bootstrap' THEN
        IF NEW.role NOT IN ('administrator', 'section_manager', 'personnel') OR EXISTS (SELECT FROM access_session) THEN
            RAISE EXCEPTION 'the first grants are made before anybody signs in' USING ERRCODE = '23514';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'requested' THEN
            RAISE EXCEPTION 'a grant begins as requested' USING ERRCODE = '23514';
        END IF;
        IF NOT access_holds(NEW.requested_by, 'section_manager') THEN
            RAISE EXCEPTION 'a section manager asks for a grant' USING ERRCODE = '23514';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state || '>' || NEW.state) NOT IN (
        'requested>set', 'requested>revoked', 'requested>expired',
        'set>confirmed', 'set>revoked', 'set>expired', 'confirmed>revoked'
    ) THEN
        RAISE EXCEPTION 'a grant cannot go from % to %', OLD.state, NEW.state USING ERRCODE = '23514';
    END IF;
    IF (OLD.set_by <> '' AND (NEW.set_by, NEW.set_at) IS DISTINCT FROM (OLD.set_by, OLD.set_at))
        OR (OLD.confirmed_by <> '' AND (NEW.confirmed_by, NEW.confirmed_at) IS DISTINCT FROM (OLD.confirmed_by, OLD.confirmed_at))
        OR (OLD.ended_by <> '' AND NEW IS DISTINCT FROM OLD)
        OR NEW.valid_until > OLD.valid_until THEN
        RAISE EXCEPTION 'what was written on a grant stays' USING ERRCODE = '23514';
    END IF;
    IF NEW.state = 'set' AND OLD.state = 'requested' AND NOT access_holds(NEW.set_by, 'administrator') THEN
        RAISE EXCEPTION 'an administrator sets a grant' USING ERRCODE = '23514';
    END IF;
    IF NEW.state = 'confirmed' AND OLD.state = 'set' AND NOT access_holds(NEW.confirmed_by, 'section_manager') THEN
        RAISE EXCEPTION 'a section manager confirms a grant' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER access_grant_moves BEFORE INSERT OR UPDATE ON access_grant
    FOR EACH ROW EXECUTE FUNCTION access_grant_moves();
"""

_CONTRACT = f"""
CREATE FUNCTION access_check_contract(wanted text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    kept access_contract;
    prime access_contract;
    people bigint;
BEGIN
    SELECT * INTO kept FROM access_contract WHERE number = wanted FOR UPDATE;  -- two imports count one after another
    IF kept.prime_id IS NOT NULL THEN
        SELECT * INTO prime FROM access_contract WHERE number = kept.prime_id;
        IF NOT prime.subcontracting_permitted OR kept.valid_from < prime.valid_from OR kept.valid_until > prime.valid_until THEN
            RAISE EXCEPTION 'contract: sub-contract beyond its prime' USING ERRCODE = '23514';
        END IF;
    END IF;
    SELECT count(*) INTO people FROM access_staff
    WHERE contract_id = wanted AND (left_on IS NULL OR left_on > {_TODAY});
    IF people > kept.head_count THEN
        RAISE EXCEPTION 'contract: head-count exceeded' USING ERRCODE = '23514';
    END IF;
    IF EXISTS (SELECT FROM access_staff WHERE contract_id = wanted AND hired_on NOT BETWEEN kept.valid_from AND kept.valid_until
               AND (left_on IS NULL OR left_on > {_TODAY})) THEN
        RAISE EXCEPTION 'contract: account outside its dates' USING ERRCODE = '23514';
    END IF;
END $$;
CREATE FUNCTION access_contract_of_staff() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM access_check_contract(NEW.contract_id);
    RETURN NULL;
END $$;
CREATE FUNCTION access_contract_itself() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM access_check_contract(NEW.number);
    PERFORM access_check_contract(number) FROM access_contract WHERE prime_id = NEW.number;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER access_contract_of_staff AFTER INSERT OR UPDATE OF contract_id, hired_on, left_on ON access_staff
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.contract_id IS NOT NULL)
    EXECUTE FUNCTION access_contract_of_staff();
CREATE CONSTRAINT TRIGGER access_contract_itself AFTER INSERT OR UPDATE ON access_contract
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION access_contract_itself();
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial")]
    operations = [
        append_only("access_training"),
        append_only("access_alarm"),
        _keeping(),
        migrations.RunSQL(_SESSION, "DROP FUNCTION access_session_moves() CASCADE"),
        migrations.RunSQL(_GRANT, "DROP FUNCTION access_grant_moves() CASCADE; DROP FUNCTION access_holds"),
        migrations.RunSQL(
            _CONTRACT,
            "DROP FUNCTION access_contract_of_staff() CASCADE; DROP FUNCTION access_contract_itself() CASCADE;"
            "DROP FUNCTION access_check_contract",
        ),
    ]
