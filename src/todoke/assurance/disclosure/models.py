"""請求簿 (the register of requests): one row a request, its pauses for 補正, the decision on each section, what was carried out."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from todoke.assurance.disclosure.flows import RequestState
from todoke.assurance.disclosure.rules.identity import CAPACITIES, ROUTES
from todoke.assurance.disclosure.rules.kinds import KINDS
from todoke.assurance.disclosure.rules.offices import OFFICES
from todoke.privacy.classes import Privacy
from todoke.privacy.holding import Ground
from todoke.privacy.retention import with_parent, years

LAW = "市の行政文書管理規則により局区が定める保存期間（届けの初期値は5年）"


class Request(models.Model):
    """One request. What was written on it stays (trigger); who decides neither took it in nor found the person.

    `resident_code` and `integrated_number`: the person, once found. `documents`: the papers seen at intake; `handed_documents`
    at hand-over. `paper_sha256`: what was handed over; the paper itself is not kept. `based_on`: the disclosure whose content
    is to be corrected or suspended.
    """

    kind = models.TextField(choices=list(KINDS.items()))
    office = models.TextField(choices=[(code, office.title) for code, office in OFFICES.items()])
    route = models.TextField(choices=list(ROUTES.items()))
    received_on = models.DateField()
    name = models.TextField()
    birth_date = models.DateField()
    address = models.TextField()
    capacity = models.TextField(choices=list(CAPACITIES.items()))
    representative = models.TextField(blank=True)
    documents = ArrayField(models.TextField())
    wanted = models.TextField()
    based_on = models.ForeignKey("self", on_delete=models.PROTECT, null=True)
    resident_code = models.TextField(blank=True)
    integrated_number = models.TextField(blank=True)
    state = models.TextField(choices=RequestState)
    state_at = models.DateTimeField()
    state_by = models.TextField()
    received_by = models.TextField()
    received_at = models.DateTimeField()
    identified_by = models.TextField(null=True)
    identified_at = models.DateTimeField(null=True)
    extended_by = models.TextField(null=True)
    extended_at = models.DateTimeField(null=True)
    extended_because = models.TextField(blank=True)
    decided_by = models.TextField(null=True)
    decided_at = models.DateTimeField(null=True)
    outcome = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    executed_by = models.TextField(null=True)
    executed_at = models.DateTimeField(null=True)
    handed_to = models.TextField(blank=True)
    handed_documents = ArrayField(models.TextField(), default=list)
    pages = models.PositiveIntegerField(null=True)
    fee_yen = models.PositiveIntegerField(null=True)
    fee_exempt = models.BooleanField(default=False)
    paper_sha256 = models.TextField(blank=True)

    privacy = Privacy(
        open=(
            "id kind office route received_on based_on documents state state_at state_by received_by received_at"
            " identified_by identified_at extended_by extended_at extended_because decided_by decided_at outcome"
            " executed_by executed_at handed_documents pages fee_yen fee_exempt paper_sha256"
        ),
        personal="name birth_date address capacity representative wanted resident_code reason handed_to",
        specific="integrated_number",
        keep=years(5, since="state_at", law=LAW),
    )

    class Meta:
        db_table = "assurance_request"
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | (~Q(decided_by=F("received_by")) & ~Q(decided_by=F("identified_by"))),
                name="request_two_persons",
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(address="") & ~Q(wanted=""), name="request_says_who_and_what"
            ),
            models.CheckConstraint(
                condition=Q(capacity="own", representative="") | (~Q(capacity="own") & ~Q(representative="")),
                name="request_names_representative",
            ),
            models.CheckConstraint(
                condition=Q(kind="disclosure", based_on__isnull=True) | ~Q(kind="disclosure"),
                name="request_disclosure_is_first",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["received", "incomplete", "withdrawn"])
                | (~Q(resident_code="") & ~Q(integrated_number="")),
                name="request_person_is_found",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["decided", "executed"])
                | (~Q(outcome="") & (Q(outcome="full") | ~Q(reason=""))),
                name="request_decided_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(extended_by__isnull=True, extended_at__isnull=True, extended_because="")
                | (Q(extended_by__isnull=False, extended_at__isnull=False) & ~Q(extended_because="")),
                name="request_extended_with_reason",
            ),
        ]
        indexes = [models.Index(fields=["state", "received_on"], name="request_by_state")]

    @property
    def alone(self) -> bool:
        """The person asks, without a representative."""
        return self.capacity == "own"


class Pause(models.Model):
    """補正: what is missing, asked for and brought; these days do not count (83条1項ただし書). One open at a time."""

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="pauses")
    missing = models.TextField()
    since = models.DateField()
    until = models.DateField(null=True)
    asked_by = models.TextField()
    ended_by = models.TextField(null=True)

    privacy = Privacy(
        open="id request since until asked_by ended_by", personal="missing", keep=with_parent("request")
    )

    class Meta:
        db_table = "assurance_request_pause"
        constraints = [
            models.UniqueConstraint(
                fields=["request"], condition=Q(until__isnull=True), name="request_one_pause"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True, ended_by__isnull=True)
                | Q(until__gte=F("since"), ended_by__isnull=False),
                name="pause_ends_after_it_begins",
            ),
            models.CheckConstraint(condition=~Q(missing=""), name="pause_says_what_is_missing"),
        ]


class Withheld(models.Model):
    """不開示とする節: a section that is not handed over, with its ground and reason. One a section; the newest wording counts."""

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="withheld")
    section = models.TextField()
    title = models.TextField()
    ground = models.TextField(choices=[(ground.value, ground.law) for ground in Ground])
    reason = models.TextField()
    proposed_by = models.TextField()
    proposed_at = models.DateTimeField()

    privacy = Privacy(
        open="id request section title ground proposed_by proposed_at",
        personal="reason",
        keep=with_parent("request"),
    )

    class Meta:
        db_table = "assurance_request_withheld"
        constraints = [
            models.UniqueConstraint(fields=["request", "section"], name="withheld_once_a_section"),
            models.CheckConstraint(condition=~Q(reason=""), name="withheld_with_reason"),
        ]


class MeasureKind(models.TextChoices):
    """What carries a correction or a suspension out."""

    REPLICA = "replica", "副本の訂正・削除・自動応答不可（統合番号連携システムで提案し確認したもの）"
    MASTER = "master", "正本の訂正（所管課の台帳）"
    STOPPED = "stopped", "給付の事案の処理の停止"
    TOLD = "told", "提供先への通知（97条。情報提供等記録は番号法31条による通知）"


class Measure(models.Model):
    """措置: one thing that was done. `reference`: the number of the replica's correction, or of the office's document. Append-only."""

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="measures")
    kind = models.TextField(choices=MeasureKind)
    system = models.TextField()
    reference = models.TextField()
    note = models.TextField(blank=True)
    done_by = models.TextField()
    done_at = models.DateTimeField()

    privacy = Privacy(
        open="id request kind system reference done_by done_at", personal="note", keep=with_parent("request")
    )

    class Meta:
        db_table = "assurance_request_measure"
        constraints = [
            models.UniqueConstraint(fields=["request", "kind", "reference"], name="measure_once"),
            models.CheckConstraint(condition=~Q(reference=""), name="measure_has_reference"),
        ]
