import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="StepRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.TextField()),
                ("key", models.TextField()),
                ("title", models.TextField()),
                ("state", models.TextField(choices=[("running", "実行中"), ("done", "完了")])),
                ("by", models.TextField()),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("taken", models.BigIntegerField(default=0)),
                ("accepted", models.BigIntegerField(default=0)),
                ("refused", models.BigIntegerField(default=0)),
                ("attempts", models.IntegerField(default=1)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("name", "key"), name="step_once_per_key"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finished_at__isnull", True), ("state", "running")),
                            models.Q(("finished_at__isnull", False), ("state", "done")),
                            _connector="OR",
                        ),
                        name="step_done_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "taken",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("accepted"), "+", models.F("refused")
                                ),
                            )
                        ),
                        name="step_counts_add_up",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ControlTotal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.TextField()),
                ("value", models.BigIntegerField()),
                (
                    "step",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="totals", to="batch.steprun"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("step", "name"), name="total_once_per_step")],
            },
        ),
    ]
