"""Questions are asked again: attempts, the one that counts, who asked and since when; and the widened flow."""

from typing import ClassVar

from django.db import migrations, models
from django.db.models import Q
from django.utils import timezone

from todoke.workflow.guards import state_steps

_ENDS = ("answered", "no_record", "refused", "release_refused")
_BEFORE = {"drafted": ("asked", "refused"), "asked": ("held", *_ENDS), "held": _ENDS}
_STEPS = {
    "drafted": ("asked", "rejected"),
    "asked": ("expired", "held", *_ENDS),
    "held": ("expired", *_ENDS),
    "expired": _ENDS,
}
_OLD = state_steps("inquiry_query", _BEFORE)
_STATES = [
    ("drafted", "作成"),
    ("rejected", "受付エラー"),
    ("asked", "照会中"),
    ("held", "提供者確認中"),
    ("answered", "回答あり"),
    ("no_record", "該当なし"),
    ("release_refused", "提供不許可"),
    ("refused", "照会エラー"),
    ("expired", "期限切れ"),
]


class Migration(migrations.Migration):
    dependencies: ClassVar = [("inquiry", "0003_state_starts")]
    operations: ClassVar = [
        migrations.AddField("subject", "reason", models.TextField(db_default="")),
        migrations.AddField("requestfile", "again", models.BooleanField(db_default=False)),
        migrations.AddField("query", "attempt", models.SmallIntegerField(db_default=1)),
        migrations.AddField("query", "current", models.BooleanField(db_default=True)),
        migrations.AddField("query", "reason", models.TextField(db_default="")),
        migrations.AddField(
            "query", "drafted_at", models.DateTimeField(default=timezone.now), preserve_default=False
        ),
        migrations.AddField(
            "query", "drafted_by", models.TextField(default="system"), preserve_default=False
        ),
        migrations.AddField(
            "query", "state_at", models.DateTimeField(default=timezone.now), preserve_default=False
        ),
        migrations.AddField("query", "state_by", models.TextField(default="system"), preserve_default=False),
        migrations.AlterField("query", "state", models.TextField(choices=_STATES)),
        migrations.RemoveConstraint("query", "query_once_per_round"),
        migrations.RemoveConstraint("query", "query_state_known"),
        migrations.RemoveConstraint("query", "query_refusal_says_why"),
        migrations.AddConstraint(
            "query",
            models.CheckConstraint(
                condition=Q(state__in=[state for state, _ in _STATES]), name="query_state_known"
            ),
        ),
        migrations.AddConstraint(
            "query",
            models.UniqueConstraint(fields=["subject", "round", "attempt"], name="query_once_per_attempt"),
        ),
        migrations.AddConstraint(
            "query",
            models.UniqueConstraint(
                fields=["subject", "round"], condition=Q(current=True), name="query_one_attempt_counts"
            ),
        ),
        migrations.AddConstraint(
            "query",
            models.UniqueConstraint(
                fields=["subject", "provider"],
                condition=Q(state__in=["drafted", "asked", "held"]),
                name="query_one_open_per_provider",
            ),
        ),
        migrations.AddConstraint(
            "query",
            models.CheckConstraint(
                condition=Q(attempt__gte=1, attempt__lte=36), name="query_attempt_has_a_record_id"
            ),
        ),
        migrations.AddConstraint(
            "query",
            models.CheckConstraint(
                condition=~Q(state__in=["refused", "rejected", "expired"]) | ~Q(error=""),
                name="query_refusal_says_why",
            ),
        ),
        migrations.AddConstraint(
            "query",
            models.CheckConstraint(
                condition=~Q(state="expired") | ~Q(reason=""), name="query_expiry_says_why"
            ),
        ),
        migrations.RunSQL(_OLD.reverse_sql or (), _OLD.sql),
        state_steps("inquiry_query", _STEPS),
    ]
