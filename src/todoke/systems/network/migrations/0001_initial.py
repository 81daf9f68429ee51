import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="KeyMark",
            fields=[
                ("name", models.TextField(primary_key=True, serialize=False)),
                ("mark", models.BinaryField()),
            ],
            options={
                "db_table": "network_key_mark",
            },
        ),
        migrations.CreateModel(
            name="Acquisition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("delivery", models.TextField()),
                ("organisation", models.TextField()),
                ("acquisition_number", models.TextField()),
                ("asked_at", models.DateTimeField()),
            ],
            options={
                "db_table": "network_acquisition",
                "indexes": [models.Index(fields=["delivery"], name="acquisition_delivery")],
            },
        ),
        migrations.CreateModel(
            name="ExchangeRecord",
            fields=[
                ("permit_id", models.TextField(primary_key=True, serialize=False)),
                ("record_id", models.TextField()),
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
                "db_table": "network_exchange_record",
                "constraints": [
                    models.UniqueConstraint(fields=("inquirer", "record_id"), name="network_record_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "asked"), ("provided_at__isnull", True)),
                            models.Q(
                                (
                                    "outcome__in",
                                    ("held", "answered", "no_record", "release_refused", "refused"),
                                ),
                                ("provided_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="network_record_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ListEdition",
            fields=[
                ("edition", models.IntegerField(primary_key=True, serialize=False)),
                ("issued_at", models.DateTimeField()),
                ("issued_by", models.TextField()),
                ("valid_until", models.DateTimeField()),
                ("body", models.BinaryField()),
                ("signature", models.BinaryField()),
            ],
            options={
                "db_table": "network_list_edition",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("edition__gte", 1)), name="edition_from_one"),
                    models.CheckConstraint(
                        condition=models.Q(("valid_until__gt", models.F("issued_at"))),
                        name="edition_valid_for_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RegisteredNumber",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number_index", models.BinaryField()),
                ("code_index", models.BinaryField()),
                ("sealed", models.BinaryField()),
            ],
            options={
                "db_table": "network_registered_number",
                "constraints": [
                    models.UniqueConstraint(fields=("number_index",), name="registered_number_once"),
                    models.UniqueConstraint(fields=("code_index",), name="registered_code_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ListEntry",
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
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="network.listedition",
                    ),
                ),
            ],
            options={
                "db_table": "network_list_entry",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to__isnull", True),
                            ("valid_to__gte", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="list_entry_period",
                    )
                ],
            },
        ),
    ]
