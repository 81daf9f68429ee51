from typing import ClassVar

from django.db import migrations

from todoke.oplog.append_only import append_only
from todoke.workflow.guards import Act, distinct_persons, state_starts, state_steps

APPROVED = """
CREATE FUNCTION network_list_edition_approved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.approved_by IS NULL THEN
        RAISE EXCEPTION 'an edition is approved by a second person' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER network_list_edition_approved BEFORE INSERT ON network_list_edition
    FOR EACH ROW EXECUTE FUNCTION network_list_edition_approved();
"""
UNDO = """
DROP TRIGGER network_list_edition_approved ON network_list_edition;
DROP FUNCTION network_list_edition_approved();
"""
MEMBERS: dict[str, tuple[str, ...]] = {
    "proposed": ("registered", "refused"),
    "registered": ("suspended", "ended"),
    "suspended": ("ended",),
}
FROZEN = """
CREATE FUNCTION {table}_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF ROW({new}) IS DISTINCT FROM ROW({old}) THEN
        RAISE EXCEPTION 'table {table}: what was proposed stays as it was' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {table}_frozen BEFORE UPDATE ON {table}
    FOR EACH ROW EXECUTE FUNCTION {table}_frozen();
"""


def frozen(table: str, columns: str) -> migrations.RunSQL:
    new, old = (", ".join(f"{row}.{column}" for column in columns.split()) for row in ("NEW", "OLD"))
    undo = f"DROP TRIGGER {table}_frozen ON {table}; DROP FUNCTION {table}_frozen();"
    return migrations.RunSQL(FROZEN.format(table=table, new=new, old=old), undo)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("network", "0008_organisations_and_drafts")]
    operations: ClassVar = [
        append_only("network_list_draft_entry"),
        append_only("network_revocation"),
        state_steps("network_list_draft", {"drafted": ("published", "refused")}),
        state_starts("network_list_draft", ("drafted",)),
        distinct_persons(
            "network_list_draft",
            [Act(before="drafted", after="published", act="approved_by", unlike=("drafted_by",), approvals=1)],
        ),
        frozen("network_list_draft", "base file sha256 days drafted_by drafted_at"),
        state_steps("network_organisation", MEMBERS),
        state_starts("network_organisation", ("proposed",)),
        distinct_persons(
            "network_organisation",
            [Act(before="proposed", after="registered", act="confirmed_by", unlike=("proposed_by",), approvals=1)],
        ),
        frozen(
            "network_organisation",
            "organisation name kind municipality party valid_from valid_to proposed_by proposed_at",
        ),
        migrations.RunSQL(APPROVED, UNDO),
    ]  # fmt: skip
