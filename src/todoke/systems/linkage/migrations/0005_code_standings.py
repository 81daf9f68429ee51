"""符号管理: since when and how often a 符号 was asked for; what was seen of the intermediary."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("linkage", "0004_match_forms"),
    ]

    operations = [
        migrations.CreateModel(
            name="IntermediaryBacklog",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.TextField()),
                ("waiting", models.IntegerField()),
                ("oldest", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="IntermediaryStatus",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.TextField(
                        choices=[
                            ("running", "稼働中"),
                            ("planned_pause", "計画停止中"),
                            ("closed_hours", "サービス時間外"),
                            ("silent", "応答なし"),
                            ("troubled", "応答が異常"),
                        ]
                    ),
                ),
                ("since", models.DateTimeField()),
                ("checked_at", models.DateTimeField()),
                ("checks", models.IntegerField(db_default=1)),
                ("error", models.TextField(db_default="")),
                ("hours", models.TextField(db_default="")),
                ("opens_at", models.DateTimeField(null=True)),
                ("clock_ahead", models.IntegerField(null=True)),
                ("pause_begins_at", models.DateTimeField(null=True)),
                ("pause_ends_at", models.DateTimeField(null=True)),
                ("pause_reason", models.TextField(db_default="")),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="coderequest",
            name="code_request_state_known",
        ),
        migrations.AddField(
            model_name="coderequest",
            name="attempts",
            field=models.IntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name="coderequest",
            name="requested_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunSQL(
            "UPDATE linkage_coderequest SET requested_at = changed_at, attempts = 1 WHERE state <> 'wanted'",
            migrations.RunSQL.noop,
        ),
        migrations.AddField(
            model_name="querybatch",
            name="begun_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="coderequest",
            name="state",
            field=models.TextField(
                choices=[
                    ("wanted", "未要求"),
                    ("requested", "要求済"),
                    ("present", "取得済"),
                    ("refused", "取得エラー"),
                    ("again", "再取得"),
                ]
            ),
        ),
        migrations.AddConstraint(
            model_name="coderequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["wanted", "requested", "present", "refused", "again"])),
                name="code_request_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="coderequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "requested"), _negated=True),
                    models.Q(("attempts__gt", 0), ("requested_at__isnull", False)),
                    _connector="OR",
                ),
                name="code_request_says_since_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="intermediarystatus",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["running", "planned_pause", "closed_hours", "silent", "troubled"])
                ),
                name="status_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="intermediarystatus",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["silent", "troubled"]), models.Q(("error", ""), _negated=True)),
                    models.Q(models.Q(("state__in", ["silent", "troubled"]), _negated=True), ("error", "")),
                    _connector="OR",
                ),
                name="status_trouble_says_why",
            ),
        ),
        migrations.AddField(
            model_name="intermediarybacklog",
            name="status",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="backlogs",
                to="linkage.intermediarystatus",
            ),
        ),
        migrations.AddConstraint(
            model_name="intermediarybacklog",
            constraint=models.UniqueConstraint(fields=("status", "name"), name="backlog_once_per_status"),
        ),
    ]
