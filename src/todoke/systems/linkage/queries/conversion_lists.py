"""番号変換の処理, for lists and pages: counts and words, never a number."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Q, QuerySet, Sum

from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.linkage.flows import JobState
from todoke.systems.linkage.models import ConversionCount, ConversionFault, ConversionJob, ConversionProgress

ALIAS = "linkage"


def jobs(wish: Mapping[str, str]) -> QuerySet[ConversionJob]:
    """Newest first; `wish` may name a state and a system. `given`: how many records got a number."""
    found = ConversionJob.objects.using(ALIAS).select_related("system")
    if wish.get("state"):
        found = found.filter(state=wish["state"])
    if wish.get("system"):
        found = found.filter(system_id=wish["system"])
    given = Sum("counts__records", filter=Q(counts__word=""), default=0)
    return found.annotate(given=given).order_by("-requested_at")


def job(job_id: str) -> ConversionJob:
    """One job; NOT_FOUND."""
    found = ConversionJob.objects.using(ALIAS).select_related("system").filter(job_id=job_id).first()
    if found is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="番号変換の処理")
    return found


def counts(found: ConversionJob) -> list[ConversionCount]:
    """How the records of a job ended, by route."""
    return list(
        ConversionCount.objects.using(ALIAS).filter(job=found).order_by("direction", "local_system", "word")
    )


def faults(found: ConversionJob) -> list[ConversionFault]:
    """The bad rows of a refused file."""
    return list(ConversionFault.objects.using(ALIAS).filter(job=found).order_by("row", "column"))


def processed(found: ConversionJob) -> int:
    """How many of its records are converted so far."""
    rows = ConversionProgress.objects.using(ALIAS).filter(job=found)
    return rows.values_list("processed", flat=True).first() or 0


def running() -> bool:
    """Whether a job waits for its answer."""
    return ConversionJob.objects.using(ALIAS).filter(state=JobState.RECEIVED).exists()
