"""個人番号: the city's only place with it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import with_parent
from todoke.privacy.sealed_numbers import INDEX_BYTES, NONCE_BYTES, TAG_BYTES
from todoke.systems.linkage.models.person import Person

SEALED_BYTES = NONCE_BYTES + 12 + TAG_BYTES


class Standing(models.TextChoices):
    """What a number is to its person."""

    LIVE = "live", "現在の番号"
    FORMER = "former", "変更前の番号"
    PROPOSED = "proposed", "変更の確認待ち"


class IndividualNumber(models.Model):
    """個人番号 of a person, found by keyed index and held encrypted; never in the clear.

    A former number stays, so that nobody else can get it; only the change of keys ever opens it. The unique index leads with the municipality: a global one would tell of another city's person.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT)
    municipality = models.TextField()
    key_id = models.SmallIntegerField()
    blind_index = models.BinaryField()
    ciphertext = models.BinaryField()
    standing = models.TextField(choices=Standing.choices, db_default=Standing.LIVE)

    privacy = Privacy(
        open="id municipality key_id standing",
        specific="person",
        number="blind_index ciphertext",
        keep=with_parent("person"),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["municipality", "key_id", "blind_index"], name="number_of_one_person"
            ),
            models.UniqueConstraint(
                fields=["person"], condition=Q(standing="live"), name="one_number_per_person"
            ),
            models.UniqueConstraint(
                fields=["person"], condition=Q(standing="proposed"), name="one_proposed_number_per_person"
            ),
            models.CheckConstraint(condition=Q(standing__in=Standing.values), name="number_standing_known"),
            models.CheckConstraint(
                condition=Exact(Length("blind_index"), INDEX_BYTES)
                & Exact(Length("ciphertext"), SEALED_BYTES),
                name="number_is_sealed",
            ),
        ]
