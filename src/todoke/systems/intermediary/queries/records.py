"""Reads of 情報提供等記録: by person, period, partner and duty; what is withheld; judgements. The actions log them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.conf import settings

from todoke.contracts.exchange_records import Side
from todoke.contracts.information import Outcome
from todoke.contracts.nondisclosure import Nondisclosure as Told
from todoke.engine import postgres
from todoke.systems.intermediary.models import Nondisclosure
from todoke.systems.intermediary.rules import nondisclosure

LISTED: Final = 500
"""Records of one search at most; more need closer conditions."""

# No index leads from a person to the records: a search is made a few times a day, an insert some hundred times a second.
_RECORDS: Final = """
SELECT e.id, e.permit_id, e.side, e.inquirer, e.provider, e.duty, e.procedure, e.information_code, e.requested_at,
       e.outcome, e.provided_at, coalesce(i.integrated_number, c.integrated_number, '') AS person,
       coalesce(j.code, i.nondisclosure, '') AS own_code, coalesce(p.code, '') AS partner_code, o.id AS proposal
FROM intermediary_exchange_record e
LEFT JOIN intermediary_inquiry i ON e.side = 'inquirer' AND i.permit_id = e.permit_id
LEFT JOIN intermediary_provision_case c ON e.side = 'provider' AND c.permit_id = e.permit_id
LEFT JOIN LATERAL (
    SELECT n.code FROM intermediary_nondisclosure n WHERE n.record_id = e.id AND n.state = 'confirmed'
    ORDER BY n.confirmed_at DESC, n.id DESC LIMIT 1
) j ON true
LEFT JOIN LATERAL (
    SELECT n.code FROM intermediary_partner_nondisclosure n WHERE n.permit_id = e.permit_id ORDER BY n.marked_at DESC LIMIT 1
) p ON true
LEFT JOIN intermediary_nondisclosure o ON o.record_id = e.id AND o.state = 'proposed'
"""
_ORDER: Final = "ORDER BY e.requested_at DESC, e.id DESC"
_CONDITIONS: Final = {
    "persons": "coalesce(i.integrated_number, c.integrated_number) = ANY(%(persons)s)",
    "since": "(e.requested_at AT TIME ZONE 'Asia/Tokyo')::date >= %(since)s",
    "until": "(e.requested_at AT TIME ZONE 'Asia/Tokyo')::date <= %(until)s",
    "partner": "CASE e.side WHEN 'inquirer' THEN e.provider ELSE e.inquirer END = %(partner)s",
    "duty": "e.duty = %(duty)s",
    "side": "e.side = %(side)s",
    "number": "e.id = %(number)s",
}
_FROM_THE_START: Final = """
SELECT i.permit_id, i.nondisclosure, i.requested_at FROM granted g JOIN intermediary_inquiry i ON i.record_id = g.record_id
WHERE g.refusal = '' AND i.permit_id = g.permit_id AND i.nondisclosure <> ALL(%s) AND i.nondisclosure ~ '^[0-9A-Z]$'
ORDER BY g.place
"""


@dataclass(frozen=True, kw_only=True)
class Sought:
    """Which records: of these persons (統合番号 of the own municipality; none: of everybody), in this period (days in Japan)."""

    persons: Sequence[str] = ()
    since: date | None = None
    until: date | None = None
    partner: str = ""
    duty: str = ""
    side: Side | None = None


@dataclass(frozen=True, kw_only=True)
class Record:
    """One record with its person (empty when no person here had the 符号) and the codes that are in force."""

    number: int
    permit_id: str
    side: Side
    inquirer: str
    provider: str
    duty: str
    procedure: str
    information_code: str
    requested_at: datetime
    outcome: Outcome
    provided_at: datetime | None
    person: str
    own_code: str
    partner_code: str
    proposal: int | None

    @property
    def partner(self) -> str:
        """The other party."""
        return self.provider if self.side is Side.INQUIRER else self.inquirer

    @property
    def withheld(self) -> bool:
        """Whether either party withholds it. A code that the table does not know withholds, too."""
        open_codes = nondisclosure.disclosing(codes().values())
        return any(code and code not in open_codes for code in (self.own_code, self.partner_code))


def codes() -> dict[str, nondisclosure.Code]:
    """The table of 不開示コード as configured."""
    return dict(nondisclosure.table(settings.TODOKE_NONDISCLOSURE_CODES))


def records(alias: str, sought: Sought, *, limit: int | None = LISTED) -> list[Record]:
    """The newest records that meet all conditions given."""
    given = {
        "persons": list(sought.persons) or None, "since": sought.since, "until": sought.until,
        "partner": sought.partner, "duty": sought.duty, "side": sought.side.value if sought.side else None,
    }  # fmt: skip
    return _fetch(alias, {name: value for name, value in given.items() if value}, limit)


def record_of(alias: str, number: int) -> Record | None:
    """One record."""
    found = _fetch(alias, {"number": number}, 1)
    return found[0] if found else None


def judgements(alias: str, number: int) -> list[Nondisclosure]:
    """Every judgement on a record, newest first."""
    return list(Nondisclosure.objects.using(alias).filter(record_id=number).order_by("-pk"))


def proposals(alias: str) -> list[Nondisclosure]:
    """Judgements that wait for a second officer, oldest first."""
    return list(
        Nondisclosure.objects.using(alias).filter(state="proposed").select_related("record").order_by("pk")
    )


def withheld_from_the_start(alias: str) -> list[Told]:
    """Of the staged permits `granted` those whose inquiry came with a 不開示コード that withholds."""
    found = postgres.fetch(alias, _FROM_THE_START, [nondisclosure.disclosing(codes().values())])
    return [Told(*row) for row in found]


def _fetch(alias: str, given: dict[str, Any], limit: int | None) -> list[Record]:
    where = " AND ".join(_CONDITIONS[name] for name in given)
    statement = f"{_RECORDS} {'WHERE ' + where if where else ''} {_ORDER} LIMIT %(limit)s"
    return [
        Record(
            number=number, permit_id=permit, side=Side(side), inquirer=inquirer, provider=provider, duty=duty,
            procedure=procedure, information_code=information, requested_at=requested, outcome=Outcome(outcome),
            provided_at=provided, person=person, own_code=own, partner_code=partner, proposal=proposal,
        )
        for number, permit, side, inquirer, provider, duty, procedure, information, requested, outcome, provided,
            person, own, partner, proposal in postgres.fetch(alias, statement, {**given, "limit": limit})
    ]  # fmt: skip
