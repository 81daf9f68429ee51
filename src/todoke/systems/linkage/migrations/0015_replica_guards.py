"""The flows of replicas, held by the database; a correction is decided by somebody else than who proposed it."""

from typing import ClassVar

from django.db import migrations

from todoke.workflow.guards import Act, distinct_persons, state_starts, state_steps


def _decision(after: str, act: str) -> Act:
    return Act(before="proposed", after=after, act=act, unlike=("proposed_by",), approvals=1)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("linkage", "0014_replicas_and_single_queries")]
    # rows go: files and comparisons after their time, copies with their deletion at the intermediary
    operations: ClassVar = [
        state_steps("linkage_replicafile", {"waiting": ("done",)}, rows_stay=False),
        state_starts("linkage_replicafile", ("refused", "waiting")),
        state_steps(
            "linkage_replicapiece",
            {"waiting": ("sent",), "sent": ("registered", "refused")},
            rows_stay=False,
        ),
        state_starts("linkage_replicapiece", ("waiting",)),
        state_steps(
            "linkage_registeredcopy",
            {
                "sent": ("registered", "refused", "leaving"),
                "registered": ("sent", "leaving"),
                "leaving": ("sent", "refused"),
                "refused": ("sent", "leaving"),
            },
            rows_stay=False,
        ),
        state_starts("linkage_registeredcopy", ("sent", "leaving")),
        state_steps("linkage_replicacorrection", {"proposed": ("confirmed", "declined")}, rows_stay=False),
        state_starts("linkage_replicacorrection", ("proposed",)),
        distinct_persons(
            "linkage_replicacorrection",
            (_decision("confirmed", "confirmed_by"), _decision("declined", "declined_by")),
        ),
        state_steps(
            "linkage_replicadifference",
            {"open": ("resent", "settled", "carried"), "resent": ("settled", "carried")},
            rows_stay=False,
        ),
        state_starts("linkage_replicadifference", ("open",)),
    ]
