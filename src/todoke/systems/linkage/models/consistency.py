"""住基ネット 一括提供 との整合性確認: runs, and the differences that somebody has to settle."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import SAFEGUARDS, with_parent, years
from todoke.systems.linkage.flows import JUKI_DIFFERENCE_ENDS, JukiDifferenceState
from todoke.systems.linkage.models.person import Person
from todoke.systems.linkage.rules.consistency import IDENTITY, VALUED, Kind, Settlement

COUNTED = {
    "equal": "差異なし",
    "differing": "4情報に差異あり",
    "number_changed": "個人番号の変更",
    "died": "死亡",
    "not_found": "住基ネットに該当なし",
}
"""Every person asked about is in exactly one of these (整合性確認の完全性)."""


class ConsistencyRun(models.Model):
    """One comparison of all non-residents known at its beginning. Counts are null until it is finished.

    `last_person`: the highest 統合番号 asked about, so that a run that goes on asks about the same people.
    """

    started_at = models.DateTimeField()
    started_by = models.TextField()
    last_person = models.TextField()
    finished_at = models.DateTimeField(null=True)
    asked = models.IntegerField(null=True)
    equal = models.IntegerField(null=True)
    differing = models.IntegerField(null=True)
    number_changed = models.IntegerField(null=True)
    died = models.IntegerField(null=True)
    not_found = models.IntegerField(null=True)

    privacy = Privacy(
        open="id started_at started_by finished_at asked equal differing number_changed died not_found",
        specific="last_person",
        keep=years(7, since="started_at", law=SAFEGUARDS),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["finished_at"],
                condition=Q(finished_at__isnull=True),
                nulls_distinct=False,
                name="consistency_one_open_run",
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True, asked__isnull=True)
                | Q(
                    finished_at__isnull=False,
                    **{f"{count}__isnull": False for count in ("asked", *COUNTED)},
                    asked=F("equal") + F("differing") + F("number_changed") + F("died") + F("not_found"),
                ),
                name="consistency_counts_add_up",
            ),
        ]


class Difference(models.Model):
    """One difference of one person; while it is open a later run takes it over. `found` is what 住基ネット has, only while the difference is open (S8).

    A name, sex or birth date is taken over by two people, an address by one (ADR: the identity must not move in one hand).
    """

    run = models.ForeignKey(ConsistencyRun, on_delete=models.PROTECT, related_name="differences")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    kind = models.TextField(choices=[(kind.value, kind.label) for kind in Kind])
    found = models.TextField(null=True)
    settlement = models.TextField(db_default="")
    reason = models.TextField(db_default="")
    state = models.TextField(choices=JukiDifferenceState.choices)
    state_at = models.DateTimeField()
    state_by = models.TextField()
    proposed_by = models.TextField(null=True)
    proposed_at = models.DateTimeField(null=True)
    confirmed_by = models.TextField(null=True)
    confirmed_at = models.DateTimeField(null=True)

    privacy = Privacy(
        open=(
            "id run kind settlement reason state state_at state_by proposed_by proposed_at confirmed_by"
            " confirmed_at"
        ),
        personal="found",
        specific="person",
        keep=with_parent("run"),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=list(Kind)), name="juki_difference_kind_known"),
            models.UniqueConstraint(
                fields=["person", "kind"],
                condition=~Q(state__in=JUKI_DIFFERENCE_ENDS),
                name="juki_difference_open_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=JUKI_DIFFERENCE_ENDS, found__isnull=True)
                | ~Q(state__in=JUKI_DIFFERENCE_ENDS)
                & (Q(kind__in=VALUED, found__isnull=False) | ~Q(kind__in=VALUED)),
                name="juki_difference_value_until_settled",
            ),
            models.CheckConstraint(
                condition=Q(state__in=JUKI_DIFFERENCE_ENDS, settlement__in=list(Settlement))
                | ~Q(state__in=JUKI_DIFFERENCE_ENDS) & Q(settlement=""),
                name="juki_difference_settled_somehow",
            ),
            models.CheckConstraint(
                condition=~Q(settlement=Settlement.KEPT) | ~Q(reason=""), name="juki_difference_kept_says_why"
            ),
            models.CheckConstraint(
                condition=~Q(settlement=Settlement.APPLIED) | Q(kind__in=VALUED),
                name="juki_difference_applied_has_value",
            ),
            models.CheckConstraint(
                condition=~(Q(settlement=Settlement.APPLIED) & Q(kind__in=IDENTITY))
                | Q(state="confirmed", proposed_by__isnull=False, confirmed_by__isnull=False),
                name="juki_difference_identity_by_two",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("proposed_by")),
                name="juki_difference_two_persons",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["run", "state", "kind"], name="juki_difference_by_state")]
