"""番号の訂正: a merge, a split or a changed 個人番号, asked for by one person and confirmed by another."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import with_parent
from todoke.systems.linkage.flows import CorrectionKind, CorrectionState
from todoke.systems.linkage.models.person import Person

_NOBODY_NEW = Q(name_kanji__isnull=True, sex__isnull=True, birth_date__isnull=True, address__isnull=True)
_SOMEBODY_NEW = Q(
    name_kanji__isnull=False, sex__isnull=False, birth_date__isnull=False, address__isnull=False
)
_NOTHING_MOVES = Q(local_numbers__len=0, takes_number=False)


class Correction(models.Model):
    """`person` is who stays: the survivor, the one who is split, the one whose number changed.

    `other`: the number that dissolves (merge), or the one that was minted (split, once confirmed). `local_numbers`: rows
    of LocalNumber that move in a split, `takes_number` whether the 個人番号 goes with them; in a merge, whether
    that of the dissolved number is the valid one. The four attributes are those
    of a person still to be made and are dropped when the request ends. The new 個人番号 of a change waits sealed in
    IndividualNumber. Only the state and what its step writes change (trigger).
    """

    kind = models.TextField(choices=CorrectionKind.choices)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="corrections")
    other = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    local_numbers = ArrayField(models.BigIntegerField(), default=list)
    takes_number = models.BooleanField(default=False)
    name_kanji = models.TextField(null=True)
    sex = models.TextField(null=True)
    birth_date = models.DateField(null=True)
    address = models.TextField(null=True)
    reason = models.TextField()
    evidence = models.TextField()
    state = models.TextField(choices=CorrectionState.choices)
    state_at = models.DateTimeField()
    state_by = models.TextField()
    requested_by = models.TextField()
    requested_at = models.DateTimeField()
    confirmed_by = models.TextField(null=True)
    confirmed_at = models.DateTimeField(null=True)

    privacy = Privacy(
        open="id kind takes_number state state_at state_by requested_by requested_at confirmed_by confirmed_at",
        personal="name_kanji sex birth_date address reason evidence",
        specific="person other local_numbers",
        keep=with_parent("person"),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind="merge", other__isnull=False, local_numbers__len=0) & ~Q(other=F("person"))
                | Q(kind="split") & ~_NOTHING_MOVES
                | Q(kind="number", other__isnull=True) & _NOTHING_MOVES,
                name="correction_by_kind",
            ),
            models.CheckConstraint(
                condition=Q(kind="split", state="requested") & _SOMEBODY_NEW
                | ~Q(kind="split", state="requested") & _NOBODY_NEW,
                name="correction_attributes_while_asked",
            ),
            models.CheckConstraint(
                condition=~Q(kind="split")
                | Q(state="confirmed", other__isnull=False)
                | ~Q(state="confirmed"),
                name="correction_split_makes_somebody",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("requested_by")),
                name="correction_two_persons",
            ),
            models.CheckConstraint(
                condition=Q(state="confirmed", confirmed_by__isnull=False, confirmed_at__isnull=False)
                | ~Q(state="confirmed") & Q(confirmed_by__isnull=True, confirmed_at__isnull=True),
                name="correction_state_has_its_people",
            ),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(evidence=""), name="correction_says_why"),
            models.UniqueConstraint(
                fields=["person"], condition=Q(state="requested"), name="correction_one_open_per_person"
            ),
            models.UniqueConstraint(
                fields=["other"], condition=Q(state="requested"), name="correction_one_open_per_other"
            ),
        ]
