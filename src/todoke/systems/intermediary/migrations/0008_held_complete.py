"""保留 complete: contacts before a release, renewed permits, an end by time, and how far results were taken."""

from __future__ import annotations

from typing import Any, ClassVar

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

from todoke.oplog.append_only import append_only
from todoke.workflow.guards import state_steps

_STEPS_UNDO = """
DROP TRIGGER IF EXISTS intermediary_provision_case_rows_stay ON intermediary_provision_case;
DROP TRIGGER intermediary_provision_case_state_step ON intermediary_provision_case;
DROP FUNCTION intermediary_provision_case_state_step();
"""

# a held request moves on only after a second officer confirmed, or because its permit is dead and it is too late
NEEDS_TWO = """
CREATE OR REPLACE FUNCTION intermediary_held_needs_two() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.outcome = 'refused' AND OLD.outcome = 'held' THEN
        IF NEW.error = 'permit_expired' AND NEW.provided_at >= OLD.expires_at THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'a held request ends by itself only when its permit is dead' USING ERRCODE = '23514';
    END IF;
    IF OLD.outcome = 'held' AND NEW.outcome <> 'held' AND NOT EXISTS (
        SELECT FROM intermediary_held_decision d
        WHERE d.permit_id = OLD.permit_id AND d.confirmed_by IS NOT NULL
          AND (d.decision = 'refuse') = (NEW.outcome = 'release_refused')
    ) THEN
        RAISE EXCEPTION 'a held request needs a proposal and its confirmation by another officer'
            USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
"""

NEEDS_CONTACT = """
CREATE FUNCTION intermediary_release_needs_contact() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.decision = 'release' AND NOT EXISTS (
        SELECT FROM intermediary_held_contact c
        WHERE c.permit_id = NEW.permit_id AND c.law_confirmed AND c.need_confirmed AND c.handling_confirmed
    ) THEN
        RAISE EXCEPTION 'a release is proposed only after the inquirer was asked'
            USING ERRCODE = '23514', CONSTRAINT = 'intermediary_release_needs_contact';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER intermediary_release_needs_contact BEFORE INSERT OR UPDATE ON intermediary_held_decision
    FOR EACH ROW EXECUTE FUNCTION intermediary_release_needs_contact();
"""
NEEDS_CONTACT_UNDO = """
DROP TRIGGER intermediary_release_needs_contact ON intermediary_held_decision;
DROP FUNCTION intermediary_release_needs_contact();
"""

PERMIT_GROWS = """
CREATE FUNCTION intermediary_permit_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.outcome <> 'held' OR NEW.expires_at <= OLD.expires_at OR NOT EXISTS (
        SELECT FROM intermediary_permit_extension e
        WHERE e.permit_id = OLD.permit_id AND e.expires_at = NEW.expires_at
    ) THEN
        RAISE EXCEPTION 'a permit lives longer only by a renewal of the network' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER intermediary_permit_grows BEFORE UPDATE ON intermediary_provision_case
    FOR EACH ROW WHEN (OLD.expires_at IS DISTINCT FROM NEW.expires_at)
    EXECUTE FUNCTION intermediary_permit_grows();
"""
PERMIT_GROWS_UNDO = """
DROP TRIGGER intermediary_permit_grows ON intermediary_provision_case;
DROP FUNCTION intermediary_permit_grows();
"""


def _case(related: str) -> models.Field[Any, Any]:
    return models.ForeignKey(
        db_column="permit_id",
        on_delete=django.db.models.deletion.PROTECT,
        related_name=related,
        to="intermediary.provisioncase",
    )


def _id() -> models.Field[Any, Any]:
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    dependencies: ClassVar = [("intermediary", "0007_record_comparison"), ("oplog", "0001_initial")]
    operations: ClassVar = [
        migrations.CreateModel(
            "HeldContact",
            fields=[
                ("id", _id()),
                ("contacted_at", models.DateTimeField()),
                ("means", models.TextField()),
                ("office", models.TextField()),
                ("official", models.TextField()),
                ("law_confirmed", models.BooleanField()),
                ("need_confirmed", models.BooleanField()),
                ("handling_confirmed", models.BooleanField()),
                ("note", models.TextField(default="")),
                ("noted_by", models.TextField()),
                ("noted_at", models.DateTimeField()),
                ("case", _case("contacts")),
            ],
            options={
                "db_table": "intermediary_held_contact",
                "constraints": [
                    models.CheckConstraint(
                        condition=~Q(office="")
                        & ~Q(official="")
                        & Q(means__in=["telephone", "letter", "visit"]),
                        name="contact_says_with_whom",
                    ),
                    models.CheckConstraint(
                        condition=Q(contacted_at__lte=F("noted_at")), name="contact_is_not_in_the_future"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            "PermitExtension",
            fields=[
                ("id", _id()),
                ("list_edition", models.IntegerField()),
                ("renewed_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("body", models.BinaryField()),
                ("signature", models.BinaryField()),
                ("asked_by", models.TextField()),
                ("asked_at", models.DateTimeField()),
                ("case", _case("extensions")),
            ],
            options={
                "db_table": "intermediary_permit_extension",
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(expires_at__gt=F("renewed_at")), name="extension_ends_after_it_begins"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            "ResultPoll",
            fields=[
                ("id", _id()),
                ("after", models.BigIntegerField()),
                ("polled_at", models.DateTimeField()),
            ],
            options={
                "db_table": "intermediary_result_poll",
                "constraints": [models.CheckConstraint(condition=Q(id=1), name="result_poll_is_one_row")],
            },
        ),
        migrations.RemoveField("helddecision", "replica_edition"),
        migrations.AddField("helddecision", "replica_editions", models.TextField(default="")),
        migrations.AddConstraint(
            "provisioncase",
            models.CheckConstraint(
                condition=~Q(outcome__in=["answered", "no_record"]) | Q(provided_at__lt=F("expires_at")),
                name="case_answer_under_live_permit",
            ),
        ),
        append_only("intermediary_held_contact"),
        append_only("intermediary_permit_extension"),
        migrations.RunSQL(_STEPS_UNDO, migrations.RunSQL.noop),
        state_steps(
            "intermediary_provision_case",
            {"held": ("answered", "no_record", "refused", "release_refused")},
            state="outcome",
        ),
        migrations.RunSQL(NEEDS_TWO, migrations.RunSQL.noop),
        migrations.RunSQL(NEEDS_CONTACT, NEEDS_CONTACT_UNDO),
        migrations.RunSQL(PERMIT_GROWS, PERMIT_GROWS_UNDO),
    ]
