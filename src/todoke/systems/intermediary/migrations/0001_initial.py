import django.db.models.deletion
from django.db import migrations, models

ITEMS = (
    "tax_year", "gross_income", "total_income", "dependants_general",
    "dependants_specific", "dependants_elderly", "dependants_under16", "housing_credit",
    "housing_credit_before_transfer", "donation_credit", "donation_credit_before_transfer", "income_levy",
    "income_levy_before_transfer", "per_capita_levy", "taxed_elsewhere", "taxing_municipality",
)  # fmt: skip
COLUMNS = tuple(column for item in ITEMS for column in (item, f"{item}_reason"))
ITEM_FIELDS = [(column, models.TextField(null=True)) for column in COLUMNS]


def whole() -> models.Q:
    condition = models.Q()
    for item in ITEMS:
        value, reason = models.Q(**{f"{item}__isnull": False}), models.Q(**{f"{item}_reason__isnull": False})
        blank = models.Q(**{item: ""}) | models.Q(**{f"{item}_reason": ""})
        condition &= ((value & ~reason) | (~value & reason)) & ~blank
    return condition


def nothing() -> models.Q:
    condition = models.Q()
    for column in COLUMNS:
        condition &= models.Q(**{f"{column}__isnull": True})
    return condition


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Inquiry",
            fields=[
                ("record_id", models.TextField(primary_key=True, serialize=False)),
                ("integrated_number", models.TextField()),
                ("provider", models.TextField()),
                ("duty", models.TextField()),
                ("procedure", models.TextField()),
                ("information_code", models.TextField()),
                ("nondisclosure", models.TextField()),
                ("requested_at", models.DateTimeField()),
                ("permit_id", models.TextField(null=True)),
                ("outcome", models.TextField()),
                ("error", models.TextField(default="")),
                ("sequence", models.BigIntegerField(null=True)),
            ],
            options={
                "db_table": "intermediary_inquiry",
            },
        ),
        migrations.CreateModel(
            name="ArrivedProvision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                *ITEM_FIELDS,
                ("permit_id", models.TextField()),
                ("record_id", models.TextField()),
                ("outcome", models.TextField()),
                ("error", models.TextField()),
                ("provided_at", models.DateTimeField()),
            ],
            options={
                "db_table": "intermediary_arrived_provision",
            },
        ),
        migrations.CreateModel(
            name="ExchangeRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("permit_id", models.TextField()),
                ("side", models.TextField()),
                ("inquirer", models.TextField()),
                ("provider", models.TextField()),
                ("duty", models.TextField()),
                ("procedure", models.TextField()),
                ("information_code", models.TextField()),
                ("requested_at", models.DateTimeField()),
                ("outcome", models.TextField()),
                ("provided_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "intermediary_exchange_record",
            },
        ),
        migrations.CreateModel(
            name="ProvisionCase",
            fields=[
                ("permit_id", models.TextField(primary_key=True, serialize=False)),
                ("record_id", models.TextField()),
                ("inquirer", models.TextField()),
                ("route", models.TextField()),
                ("duty", models.TextField()),
                ("procedure", models.TextField()),
                ("information_code", models.TextField()),
                ("permit_edition", models.IntegerField()),
                ("integrated_number", models.TextField(null=True)),
                ("requested_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                ("outcome", models.TextField()),
                ("error", models.TextField(default="")),
                ("provided_at", models.DateTimeField()),
            ],
            options={
                "db_table": "intermediary_provision_case",
            },
        ),
        migrations.CreateModel(
            name="LinkCode",
            fields=[
                ("integrated_number", models.TextField(primary_key=True, serialize=False)),
                ("state", models.TextField()),
                ("acquisition_number", models.TextField(null=True)),
                ("link_code", models.TextField(null=True)),
                ("requested_at", models.DateTimeField(null=True)),
                ("acquired_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "intermediary_link_code",
            },
        ),
        migrations.CreateModel(
            name="ListCopy",
            fields=[
                ("edition", models.IntegerField(primary_key=True, serialize=False)),
                ("issued_at", models.DateTimeField()),
                ("valid_until", models.DateTimeField()),
                ("fetched_at", models.DateTimeField()),
                ("fetched_by", models.TextField()),
                ("body", models.BinaryField()),
                ("signature", models.BinaryField()),
            ],
            options={
                "db_table": "intermediary_list_copy",
            },
        ),
        migrations.CreateModel(
            name="ListCopyEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("inquirer", models.TextField()),
                ("provider", models.TextField()),
                ("duty", models.TextField()),
                ("procedure", models.TextField()),
                ("information_code", models.TextField()),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(null=True)),
            ],
            options={
                "db_table": "intermediary_list_copy_entry",
            },
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                *ITEM_FIELDS,
                (
                    "inquiry",
                    models.OneToOneField(
                        db_column="record_id",
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="answer",
                        serialize=False,
                        to="intermediary.inquiry",
                    ),
                ),
            ],
            options={
                "db_table": "intermediary_answer",
            },
        ),
        migrations.AddIndex(
            model_name="inquiry",
            index=models.Index(
                condition=models.Q(("outcome", "asked")), fields=["record_id"], name="inquiry_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="inquiry",
            constraint=models.UniqueConstraint(fields=("permit_id",), name="inquiry_permit_once"),
        ),
        migrations.AddConstraint(
            model_name="inquiry",
            constraint=models.UniqueConstraint(fields=("sequence",), name="inquiry_sequence_once"),
        ),
        migrations.AddConstraint(
            model_name="inquiry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", "asked"), ("sequence__isnull", True)),
                    models.Q(
                        ("outcome__in", ("held", "answered", "no_record", "release_refused", "refused")),
                        ("sequence__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="inquiry_change_has_sequence",
            ),
        ),
        migrations.AddConstraint(
            model_name="inquiry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("permit_id__isnull", False), ("outcome__in", ["asked", "refused"]), _connector="OR"
                ),
                name="inquiry_result_needs_permit",
            ),
        ),
        migrations.AddConstraint(
            model_name="arrivedprovision",
            constraint=models.UniqueConstraint(
                fields=("record_id", "permit_id", "outcome"), name="arrived_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="arrivedprovision",
            constraint=models.CheckConstraint(
                condition=(models.Q(outcome="answered") & whole())
                | (models.Q(outcome__in=["no_record", "held", "release_refused", "refused"]) & nothing()),
                name="arrived_items_by_outcome",
            ),
        ),
        migrations.AddConstraint(
            model_name="exchangerecord",
            constraint=models.UniqueConstraint(fields=("permit_id", "side"), name="exchange_record_once"),
        ),
        migrations.AddConstraint(
            model_name="exchangerecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", "asked"), ("provided_at__isnull", True)),
                    models.Q(
                        ("outcome__in", ("held", "answered", "no_record", "release_refused", "refused")),
                        ("provided_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="exchange_record_time",
            ),
        ),
        migrations.CreateModel(
            name="HeldDecision",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        db_column="permit_id",
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="decision",
                        serialize=False,
                        to="intermediary.provisioncase",
                    ),
                ),
                ("decision", models.TextField()),
                ("reason", models.TextField()),
                ("replica_edition", models.IntegerField(null=True)),
                ("proposed_by", models.TextField()),
                ("proposed_at", models.DateTimeField()),
                ("confirmed_by", models.TextField(null=True)),
                ("confirmed_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "intermediary_held_decision",
            },
        ),
        migrations.AddIndex(
            model_name="provisioncase",
            index=models.Index(
                condition=models.Q(("outcome", "held")), fields=["received_at"], name="case_held"
            ),
        ),
        migrations.AddConstraint(
            model_name="provisioncase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", "refused"), models.Q(("error", ""), _negated=True)),
                    models.Q(
                        ("error", ""), ("outcome__in", ["answered", "no_record", "held", "release_refused"])
                    ),
                    _connector="OR",
                ),
                name="case_refusal_has_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="provisioncase",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome__in", ["answered", "held"]), _negated=True),
                    ("integrated_number__isnull", False),
                    _connector="OR",
                ),
                name="case_answer_has_person",
            ),
        ),
        migrations.CreateModel(
            name="Replica",
            fields=[
                *ITEM_FIELDS,
                (
                    "person",
                    models.OneToOneField(
                        db_column="integrated_number",
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        serialize=False,
                        to="intermediary.linkcode",
                    ),
                ),
                ("auto_reply_prohibited", models.BooleanField()),
                ("edition", models.IntegerField()),
                ("registered_at", models.DateTimeField()),
            ],
            options={
                "db_table": "intermediary_replica",
            },
        ),
        migrations.AddConstraint(
            model_name="linkcode",
            constraint=models.UniqueConstraint(
                fields=("acquisition_number",), name="acquisition_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="linkcode",
            constraint=models.UniqueConstraint(fields=("link_code",), name="link_code_once"),
        ),
        migrations.AddConstraint(
            model_name="linkcode",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("acquisition_number__isnull", True),
                        ("link_code__isnull", True),
                        (
                            "state__in",
                            [
                                "not_requested",
                                "failed",
                            ],
                        ),
                    ),
                    models.Q(
                        ("acquisition_number__isnull", False),
                        ("link_code__isnull", True),
                        ("state", "requested"),
                    ),
                    models.Q(
                        ("acquisition_number__isnull", True),
                        ("link_code__isnull", False),
                        ("state", "acquired"),
                    ),
                    _connector="OR",
                ),
                name="link_code_by_state",
            ),
        ),
        migrations.AddField(
            model_name="listcopyentry",
            name="edition",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="entries",
                to="intermediary.listcopy",
            ),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.CheckConstraint(
                condition=whole(),
                name="answer_value_or_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="helddecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confirmed_by__isnull", True),
                    models.Q(("confirmed_by", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="held_two_persons",
            ),
        ),
        migrations.AddConstraint(
            model_name="helddecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("confirmed_at__isnull", True), ("confirmed_by__isnull", True)),
                    models.Q(("confirmed_at__isnull", False), ("confirmed_by__isnull", False)),
                    _connector="OR",
                ),
                name="held_confirmed_with_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="helddecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reason", ""), _negated=True), ("decision__in", ["release", "refuse"])
                ),
                name="held_decision_given",
            ),
        ),
        migrations.AddConstraint(
            model_name="replica",
            constraint=models.CheckConstraint(
                condition=whole(),
                name="replica_value_or_reason",
            ),
        ),
    ]
