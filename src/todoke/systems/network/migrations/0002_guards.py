from django.db import migrations

from todoke.contracts.exchange_records import FORWARD
from todoke.oplog.append_only import append_only
from todoke.oplog.forward_only import forward_only

EDITIONS_GROW = """
CREATE FUNCTION network_list_edition_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.edition <> 1 + coalesce((SELECT max(edition) FROM network_list_edition), 0) THEN
        RAISE EXCEPTION 'the next edition follows the newest one' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER network_list_edition_grows BEFORE INSERT ON network_list_edition
    FOR EACH ROW EXECUTE FUNCTION network_list_edition_grows();
"""
UNDO = """
DROP TRIGGER network_list_edition_grows ON network_list_edition;
DROP FUNCTION network_list_edition_grows();
"""


class Migration(migrations.Migration):
    dependencies = [("network", "0001_initial"), ("oplog", "0001_initial")]
    operations = [
        forward_only("network_exchange_record", state="outcome", time="provided_at", steps=FORWARD),
        append_only("network_list_edition"),
        append_only("network_list_entry"),
        append_only("network_key_mark"),
        migrations.RunSQL(EDITIONS_GROW, UNDO),
    ]
