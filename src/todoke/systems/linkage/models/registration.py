"""住登外者の登録依頼: who is to be registered, what the candidate search found, who chose and who confirmed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import SAFEGUARDS, with_parent, years
from todoke.systems.linkage.flows import REGISTRATION_ENDS, REGISTRATION_OPEN, RegistrationState
from todoke.systems.linkage.models.person import Person

TYPED = ("local_number", "name_kanji", "sex", "birth_date", "address")
"""What the asking duty typed about the person; dropped when the request ends (S8)."""
SEALED = ("key_id", "number_index", "number_sealed")
"""The 個人番号 of the request, sealed as in IndividualNumber; dropped with TYPED."""
_DROPPED = Q(**{f"{field}__isnull": True for field in (*TYPED, *SEALED)})
_HELD = Q(**{f"{field}__isnull": False for field in TYPED})
_NO_NUMBER = Q(**{f"{field}__isnull": True for field in SEALED})
_NUMBER = Q(**{f"{field}__isnull": False for field in SEALED})
_SEARCHED = Q(candidates_shown__isnull=False, searched_at__isnull=False) & ~Q(rules_edition="")
_EQUAL = ("name_equal", "sex_equal", "birth_date_equal", "address_equal")
# a null would make the condition unknown, and a CHECK lets the unknown pass
_ALL_EQUAL = Q(**dict.fromkeys(_EQUAL, True)) & Q(**{f"{field}__isnull": False for field in _EQUAL})


class Registration(models.Model):
    """One request. What stays for good is the evidence: rules, how many candidates were shown, what was equal, who.

    `choice`: `person` (all four attributes equal, nobody else's are) or `new`. `person` and `outcome` (`minted`, `linked`)
    say what became of it. `file_sha256` and `file_row` name the line of a bulk file.
    """

    request_id = models.TextField(primary_key=True)
    system = models.TextField()
    duty = models.TextField()
    purpose = models.TextField()
    local_number = models.TextField(null=True)
    name_kanji = models.TextField(null=True)
    sex = models.TextField(null=True)
    birth_date = models.DateField(null=True)
    address = models.TextField(null=True)
    key_id = models.SmallIntegerField(null=True)
    number_index = models.BinaryField(null=True)
    number_sealed = models.BinaryField(null=True)
    file_sha256 = models.TextField(db_default="")
    file_row = models.IntegerField(db_default=0)
    rules_edition = models.TextField(db_default="")
    candidates_shown = models.IntegerField(null=True)
    searched_at = models.DateTimeField(null=True)
    choice = models.TextField(db_default="")
    chosen_person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    name_equal = models.BooleanField(null=True)
    sex_equal = models.BooleanField(null=True)
    birth_date_equal = models.BooleanField(null=True)
    address_equal = models.BooleanField(null=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    outcome = models.TextField(db_default="")
    reason = models.TextField(db_default="")
    state = models.TextField(choices=RegistrationState.choices)
    state_at = models.DateTimeField()
    state_by = models.TextField()
    requested_by = models.TextField()
    requested_at = models.DateTimeField()
    chosen_by = models.TextField(null=True)
    chosen_at = models.DateTimeField(null=True)
    confirmed_by = models.TextField(null=True)
    confirmed_at = models.DateTimeField(null=True)

    privacy = Privacy(
        open=(
            "request_id system duty purpose file_sha256 file_row rules_edition candidates_shown searched_at choice"
            " name_equal sex_equal birth_date_equal address_equal outcome reason state state_at state_by"
            " requested_by requested_at chosen_by chosen_at confirmed_by confirmed_at"
        ),
        personal="local_number name_kanji sex birth_date address",
        specific="chosen_person person",
        number="key_id number_index number_sealed",
        keep=years(7, since="state_at", law=SAFEGUARDS),
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=REGISTRATION_OPEN) & _HELD | Q(state__in=REGISTRATION_ENDS) & _DROPPED,
                name="registration_typed_until_it_ends",
            ),
            models.CheckConstraint(condition=_NUMBER | _NO_NUMBER, name="registration_number_is_whole"),
            models.CheckConstraint(
                condition=Q(state__in=["requested", "rejected", "withdrawn"]) | _SEARCHED,
                name="registration_searched_first",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["requested", "searched"], choice="", chosen_by__isnull=True)
                | Q(state__in=["chosen", "registered"], choice__in=["person", "new"], chosen_by__isnull=False)
                | Q(state__in=["rejected", "withdrawn"]),
                name="registration_chosen_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(choice__in=["", "new"], chosen_person__isnull=True)
                | Q(choice="person", chosen_person__isnull=False) & _ALL_EQUAL,
                name="registration_all_four_equal",
            ),
            models.CheckConstraint(
                condition=Q(state="registered", person__isnull=False, confirmed_by__isnull=False)
                & (
                    Q(choice="new", outcome="minted")
                    | Q(choice="person", outcome="linked", person=F("chosen_person"))
                )
                | ~Q(state="registered") & Q(person__isnull=True, confirmed_by__isnull=True, outcome=""),
                name="registration_confirmed_has_person",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True)
                | ~Q(confirmed_by=F("requested_by")) & ~Q(confirmed_by=F("chosen_by")),
                name="registration_two_persons",
            ),
            models.CheckConstraint(
                condition=~Q(state="rejected") | ~Q(reason=""), name="registration_rejection_says_why"
            ),
            models.CheckConstraint(
                condition=~Q(purpose="") & ~Q(duty="") & ~Q(system="residents"),
                name="registration_has_purpose",
            ),
            models.UniqueConstraint(
                fields=["system", "local_number"],
                condition=Q(state__in=REGISTRATION_OPEN),
                name="registration_one_open_per_local_number",
            ),
            models.UniqueConstraint(
                fields=["file_sha256", "file_row"],
                condition=~Q(file_sha256="") & Q(state__in=[*REGISTRATION_OPEN, "registered"]),
                name="registration_once_per_line",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "requested_at"], name="registration_by_state")]


class RegistrationCandidate(models.Model):
    """A person whom the search found for an open request; deleted when the request ends.

    Levels are `rules.blocking.Level`. `by_number`: found by the 個人番号 of the request, whatever the attributes say.
    """

    request = models.ForeignKey(Registration, on_delete=models.PROTECT, related_name="candidates")
    rank = models.IntegerField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    name_level = models.TextField()
    sex_level = models.TextField()
    birth_date_level = models.TextField()
    address_level = models.TextField()
    by_number = models.BooleanField()

    privacy = Privacy(
        open="id request rank name_level sex_level birth_date_level address_level by_number",
        specific="person",
        keep=with_parent("request"),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["request", "person"], name="candidate_once_per_request"),
            models.UniqueConstraint(fields=["request", "rank"], name="candidate_rank_once"),
        ]
