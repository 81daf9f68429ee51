"""転記: keyings of a sheet and its pictures; a form may be replaced by a 補正 and stays."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("benefits", "0025_case_tally"),
    ]

    operations = [
        migrations.CreateModel(
            name="FormEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("route", models.TextField(choices=[("郵送", "郵送"), ("窓口", "窓口")])),
                ("declines", models.BooleanField()),
                ("supporter_taxed", models.BooleanField(null=True)),
                (
                    "proxy",
                    models.TextField(
                        blank=True,
                        choices=[
                            ("", ""),
                            ("法定代理人", "法定代理人"),
                            ("親族", "親族"),
                            ("施設職員など", "施設職員など"),
                        ],
                    ),
                ),
                ("identity_attached", models.BooleanField()),
                ("account_changed", models.BooleanField()),
                ("account_attached", models.BooleanField()),
                ("bank_code", models.TextField(blank=True)),
                ("branch_code", models.TextField(blank=True)),
                ("account_type", models.TextField(blank=True)),
                ("account_number", models.TextField(blank=True)),
                ("holder_kana", models.TextField(blank=True)),
                ("entered_at", models.DateTimeField()),
                ("entered_by", models.TextField()),
            ],
            options={
                "db_table": "benefits_form_entry",
            },
        ),
        migrations.CreateModel(
            name="FormImage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("page", models.PositiveSmallIntegerField()),
                ("media_type", models.TextField()),
                ("key_id", models.PositiveIntegerField()),
                ("sha256", models.TextField()),
                ("sealed", models.BinaryField()),
                ("added_at", models.DateTimeField()),
                ("added_by", models.TextField()),
            ],
            options={
                "db_table": "benefits_form_image",
            },
        ),
        migrations.RemoveConstraint(
            model_name="application",
            name="application_once_per_case",
        ),
        migrations.AddField(
            model_name="application",
            name="account_attached",
            field=models.BooleanField(null=True),
        ),
        migrations.AddField(
            model_name="application",
            name="correction",
            field=models.PositiveSmallIntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name="application",
            name="identity_attached",
            field=models.BooleanField(null=True),
        ),
        migrations.AddField(
            model_name="application",
            name="proxy",
            field=models.TextField(blank=True, db_default=""),
        ),
        migrations.AddField(
            model_name="application",
            name="replaces",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, to="benefits.application"
            ),
        ),
        migrations.AddField(
            model_name="formentry",
            name="paper",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="benefits.paper"),
        ),
        migrations.AddField(
            model_name="application",
            name="entry",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.PROTECT, to="benefits.formentry"
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.UniqueConstraint(
                condition=models.Q(("refusal", "")),
                fields=("case", "correction"),
                name="application_once_per_case",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("correction", 0), ("replaces__isnull", True)),
                    models.Q(
                        ("correction__gt", 0),
                        ("entry__isnull", False),
                        ("refusal", ""),
                        ("replaces__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="application_correction_replaces",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(("proxy__in", ["", "法定代理人", "親族", "施設職員など"])),
                name="application_proxy_known",
            ),
        ),
        migrations.AddField(
            model_name="formimage",
            name="paper",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="benefits.paper"),
        ),
        migrations.AddConstraint(
            model_name="formentry",
            constraint=models.UniqueConstraint(fields=("paper", "number"), name="form_entry_number_once"),
        ),
        migrations.AddConstraint(
            model_name="formentry",
            constraint=models.UniqueConstraint(
                fields=("paper", "entered_by"), name="form_entry_by_another_person"
            ),
        ),
        migrations.AddConstraint(
            model_name="formentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gte", 1), ("number__lte", 3)), name="form_entry_at_most_three"
            ),
        ),
        migrations.AddConstraint(
            model_name="formentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("account_changed", True),
                    models.Q(
                        ("account_attached", False),
                        ("account_number", ""),
                        ("account_type", ""),
                        ("bank_code", ""),
                        ("branch_code", ""),
                        ("holder_kana", ""),
                    ),
                    _connector="OR",
                ),
                name="form_entry_unchanged_is_bare",
            ),
        ),
        migrations.AddConstraint(
            model_name="formimage",
            constraint=models.UniqueConstraint(fields=("paper", "page"), name="form_image_page_once"),
        ),
        migrations.AddConstraint(
            model_name="formimage",
            constraint=models.CheckConstraint(
                condition=models.Q(("media_type__in", ["image/png", "image/jpeg"])),
                name="form_image_readable",
            ),
        ),
    ]
