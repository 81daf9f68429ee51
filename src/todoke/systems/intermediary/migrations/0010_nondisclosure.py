"""不開示の判断 and what deliveries of copies did, with what the database itself holds of them."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

from todoke.oplog.append_only import append_only
from todoke.oplog.forward_only import forward_only
from todoke.workflow.guards import Act, distinct_persons, state_starts

_STEPS = {"proposed": ("confirmed", "withdrawn")}
_CONFIRMED = Act(
    before="proposed", after="confirmed", act="confirmed_by", unlike=("proposed_by",), approvals=1
)


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("intermediary", "0009_sealed_contents"),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="ReplicaDelivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("fiscal_year", models.SmallIntegerField()),
                ("taken_at", models.DateTimeField()),
                ("registered", models.IntegerField()),
                ("replaced", models.IntegerField()),
                ("deleted", models.IntegerField()),
            ],
            options={
                "db_table": "intermediary_replica_delivery",
            },
        ),
        migrations.CreateModel(
            name="Nondisclosure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.TextField()),
                ("reason", models.TextField()),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("proposed", "PROPOSED"),
                            ("confirmed", "CONFIRMED"),
                            ("withdrawn", "WITHDRAWN"),
                        ]
                    ),
                ),
                ("state_at", models.DateTimeField()),
                ("state_by", models.TextField()),
                ("proposed_by", models.TextField()),
                ("proposed_at", models.DateTimeField()),
                ("confirmed_by", models.TextField(null=True)),
                ("confirmed_at", models.DateTimeField(null=True)),
                (
                    "record",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="judgements",
                        to="intermediary.exchangerecord",
                    ),
                ),
            ],
            options={
                "db_table": "intermediary_nondisclosure",
                "indexes": [models.Index(fields=["record"], name="nondisclosure_of_record")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "proposed")),
                        fields=("record",),
                        name="nondisclosure_one_proposal",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("code__regex", "^[0-9A-Z]$"), models.Q(("reason", ""), _negated=True)
                        ),
                        name="nondisclosure_code_and_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by__isnull", True),
                            models.Q(("confirmed_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="nondisclosure_two_persons",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("confirmed_at__isnull", False),
                                ("confirmed_by__isnull", False),
                                ("state", "confirmed"),
                            ),
                            models.Q(
                                ("confirmed_at__isnull", True),
                                ("confirmed_by__isnull", True),
                                ("state__in", ["proposed", "withdrawn"]),
                            ),
                            _connector="OR",
                        ),
                        name="nondisclosure_state_has_its_people",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PartnerNondisclosure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.TextField()),
                ("marked_at", models.DateTimeField()),
                ("told_at", models.DateTimeField()),
                ("permit_id", models.TextField()),
            ],
            options={
                "db_table": "intermediary_partner_nondisclosure",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("permit_id", "marked_at"), name="partner_nondisclosure_once"
                    )
                ],
            },
        ),
        forward_only(
            "intermediary_nondisclosure",
            state="state",
            time="state_at",
            steps=_STEPS,
            also=("state_by", "confirmed_by", "confirmed_at"),
        ),
        state_starts("intermediary_nondisclosure", ("proposed",)),
        distinct_persons("intermediary_nondisclosure", [_CONFIRMED]),
        append_only("intermediary_partner_nondisclosure"),
        append_only("intermediary_replica_delivery"),
    ]
