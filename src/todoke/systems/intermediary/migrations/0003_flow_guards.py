"""The flows of 符号, 情報照会 and 情報提供, and the two persons of a decision on a held request, held by the database."""

from typing import ClassVar

from django.db import migrations, models

from todoke.workflow.guards import Act, distinct_persons, state_starts, state_steps

_ENDS = ("answered", "no_record", "refused", "release_refused")
_TWO_PERSONS = Act(
    before="proposed", after="confirmed", act="confirmed_by", unlike=("proposed_by",), approvals=1
)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("intermediary", "0002_guards")]
    operations: ClassVar = [
        migrations.AddField(
            "helddecision",
            "state",
            models.TextField(
                choices=[("proposed", "PROPOSED"), ("confirmed", "CONFIRMED")], default="proposed"
            ),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            "helddecision",
            models.CheckConstraint(
                condition=models.Q(("confirmed_by__isnull", True), ("state", "proposed"))
                | models.Q(("confirmed_by__isnull", False), ("state", "confirmed")),
                name="held_state_says_confirmed",
            ),
        ),
        state_steps("intermediary_held_decision", {"proposed": ("confirmed",)}, rows_stay=False),
        state_starts("intermediary_held_decision", ("proposed",)),
        distinct_persons("intermediary_held_decision", [_TWO_PERSONS]),
        state_steps(
            "intermediary_link_code",
            {
                "not_requested": ("requested",),
                "requested": ("acquired", "failed"),
                "failed": ("requested",),
            },
        ),
        state_starts("intermediary_link_code", ("not_requested", "requested")),
        state_steps("intermediary_inquiry", {"asked": ("held", *_ENDS), "held": _ENDS}, state="outcome"),
        state_starts("intermediary_inquiry", ("asked",), state="outcome"),
        state_steps(
            "intermediary_provision_case",
            {"held": ("answered", "no_record", "release_refused")},
            state="outcome",
        ),
        state_starts(
            "intermediary_provision_case", ("answered", "held", "no_record", "refused"), state="outcome"
        ),
    ]
