"""点検と事故: inspected this year by two people, what was found mended in time, every step after an accident in time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from todoke.assurance.checks.check import NotShown, check
from todoke.assurance.checks.site import Site
from todoke.assurance.findings import open_findings
from todoke.assurance.models import Incident, IncidentStep, SheetKind
from todoke.assurance.rules import incident_steps
from todoke.engine import postgres
from todoke.kernel import clock

INSPECTED_WITHIN: Final = timedelta(days=366)
_NEWEST: Final = """
SELECT closed_at FROM assurance_sheet WHERE kind = %(kind)s AND state = 'closed' ORDER BY closed_at DESC LIMIT 1
"""


def _inspected(site: Site, kind: SheetKind) -> Iterator[str]:
    found = postgres.fetch(site.directory, _NEWEST, {"kind": kind.value})
    if not found:
        raise NotShown(f"{kind.label}をまだ行っていません。")
    (at,) = found[0]
    if clock.now() - at > INSPECTED_WITHIN:
        yield f"最後の{kind.label}が {at:%Y-%m-%d} です。"
    late = open_findings(site.directory).filter(sheet__kind=kind, due_on__lt=clock.today())
    yield from (
        f"{kind.label}「{one.sheet.title}」の問 {one.number} の改善の期限（{one.due_on:%Y-%m-%d}）が過ぎています。"
        for one in late
    )


@check("自己点検を毎年行っている", looks_at="自己点検の票", link="assurance-sheets")
def self_inspection_in_time(site: Site) -> Iterator[str]:
    return _inspected(site, SheetKind.SELF)


@check("内部監査を毎年行っている", looks_at="内部監査の票", link="assurance-sheets")
def internal_audit_in_time(site: Site) -> Iterator[str]:
    return _inspected(site, SheetKind.INTERNAL)


@check("事故の後の手順は期限までに行っている", looks_at="事故の記録", link="assurance-incidents")
def incident_steps_in_time(site: Site) -> Iterator[str]:
    now = clock.now()
    for incident in Incident.objects.using(site.directory).filter(state="open").order_by("pk"):
        done = set(
            IncidentStep.objects.using(site.directory)
            .filter(incident=incident)
            .values_list("step", flat=True)
        )
        for step in incident_steps.steps_of(incident.kind):
            due = step.due(incident.detected_at)
            if step.key not in done and due is not None and due < now:
                yield f"事故 {incident.pk} の「{step.title}」が期限（{due:%Y-%m-%d}）を過ぎています。"
