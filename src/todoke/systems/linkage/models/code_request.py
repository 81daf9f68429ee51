"""符号取得の要求: who has been asked for, never the 符号 itself."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import with_parent
from todoke.systems.linkage.flows import CodeRequestState
from todoke.systems.linkage.models.person import Person


class CodeRequest(models.Model):
    """Where the acquisition of one person's 符号 at one organisation of the city stands ("": the main one). Neither 取得番号 nor 符号 is ever stored here (S2).

    The main organisation's row begins with its person (migration 0006), any other when it is wanted. `message_key` names the message that is to carry the person, or
    did; it is empty until one is made. `attempts`: how often the 符号 was asked for.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, db_index=False)
    organisation = models.TextField(db_default="")
    state = models.TextField(choices=CodeRequestState.choices)
    message_key = models.TextField()
    refusal = models.TextField(db_default="")
    changed_at = models.DateTimeField()
    requested_at = models.DateTimeField(null=True)
    attempts = models.IntegerField(db_default=0)

    privacy = Privacy(
        open="id organisation state message_key refusal changed_at requested_at attempts",
        specific="person",
        keep=with_parent("person"),
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "organisation"], name="code_request_once_an_organisation"
            ),
            models.CheckConstraint(
                condition=Q(state__in=CodeRequestState.values),
                name="code_request_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state="refused") & ~Q(refusal="") | ~Q(state="refused") & Q(refusal=""),
                name="code_request_refusal_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(state="requested") | Q(requested_at__isnull=False, attempts__gt=0),
                name="code_request_says_since_when",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "message_key"], name="code_request_waiting")]
