"""4情報の比較形: what candidates are searched by."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import with_parent
from todoke.systems.linkage.models.person import Person


class MatchForm(models.Model):
    """The four attributes of a person as `rules.match_forms` writes them; the registered ones stay in Person.

    Derived from Person and from nothing else (S8), null where an attribute cannot be compared. `edition` names the
    rules they were made by: after a change of rules the search is refused until all are made anew (ADR 0012).
    """

    person = models.OneToOneField(Person, on_delete=models.PROTECT, primary_key=True)
    name = models.TextField(null=True)
    sex = models.TextField(null=True)
    birth_date = models.DateField(null=True)
    address = models.TextField(null=True)
    town = models.TextField(null=True)
    edition = models.TextField()

    privacy = Privacy(
        open="edition",
        personal="name sex birth_date address town",
        specific="person",
        keep=with_parent("person"),
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["name", "birth_date"], name="match_by_name_and_birth"),
            models.Index(fields=["birth_date", "town"], name="match_by_birth_and_town"),
            models.Index(fields=["edition"], name="match_by_edition"),
        ]
