"""照会対象者の参照: one person of an order — why asked, where, and what became of it. A read that is logged by person."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.systems.inquiry.models import Finding, Query, ReceivedAnswer, Subject

ALIAS = "inquiry"


class Looked(NamedTuple):
    """The person, every attempt (newest first), and by record id what arrived and what the checks found in it."""

    subject: Subject
    attempts: list[Query]
    arrivals: dict[str, list[ReceivedAnswer]]
    findings: dict[str, list[Finding]]


def read_subject(*, order_id: str, position: int, by: Actor) -> Looked:
    """Look at one person by the row number in the order. Errors: PURPOSE_MISSING, NOT_FOUND."""
    require(by, Permission.INQUIRY_SUBJECT_READ)
    if not by.purpose:
        raise TodokeError(ErrorCode.PURPOSE_MISSING, permission=Permission.INQUIRY_SUBJECT_READ.value)
    with transaction.atomic(using=ALIAS):
        subject = Subject.objects.using(ALIAS).filter(order_id=order_id, position=position).first()
        if subject is None:
            raise TodokeError(ErrorCode.NOT_FOUND, what="照会対象者")
        questions = Query.objects.using(ALIAS).filter(subject=subject).select_related("request_file")
        attempts = list(questions.order_by("-round", "-attempt"))
        ids = [attempt.record_id for attempt in attempts]
        arrivals: dict[str, list[ReceivedAnswer]] = defaultdict(list)
        for arrival in (
            ReceivedAnswer.objects.using(ALIAS).defer("sealed").filter(record_id__in=ids).order_by("-id")
        ):
            arrivals[arrival.record_id].append(arrival)
        findings: dict[str, list[Finding]] = defaultdict(list)
        for finding in Finding.objects.using(ALIAS).filter(query_id__in=ids).order_by("id"):
            findings[finding.query_id].append(finding)
        person = Person("resident_code", subject.resident_code)
        what = f"order {order_id}"
        record(ALIAS, by=by, verb="inquiry:subject:read", subject=what, persons=1, about=person)
    return Looked(subject, attempts, arrivals, findings)
