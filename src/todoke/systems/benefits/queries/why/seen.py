"""What one decision saw of one household, read again from the very files that it was sealed with.

A handful of point reads from Parquet: the files are sorted by person, so that each touches a few row groups. Who is in
the household is first looked up in the register that we keep, then verified against the decision (`_persons`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from todoke.contracts.residents import SnapshotKind, SnapshotRef
from todoke.systems.benefits import needs
from todoke.systems.benefits.models import (
    Answer,
    AnswerImport,
    Decision,
    DecisionRun,
    Register,
    RegisterEntry,
    Resident,
    Source,
)
from todoke.systems.benefits.queries.deciding import certificates
from todoke.systems.benefits.queries.deciding.overview import orders_of
from todoke.systems.benefits.queries.why.lists import Lists, lists_of
from todoke.systems.benefits.queries.why.reader import Reader, Row
from todoke.systems.benefits.rules.deciding.outcome import Reason
from todoke.systems.benefits.rules.programme import Programme
from todoke.systems.benefits.rules.programme import Register as JudgedBy
from todoke.systems.benefits.rules.tax.tax_status import TaxStatus
from todoke.systems.benefits.rules.why.explained import (
    AnswerRead,
    Asked,
    Certified,
    Household,
    Member,
    Origin,
    Origins,
    ReadFrom,
    TaxRecord,
)

ALIAS = "benefits"

_PERSONS = """
SELECT resident_code, household_key, status, source
FROM read_parquet($file) WHERE resident_code IN ({codes}) ORDER BY resident_code
"""
_PERSONS_OF = """
SELECT resident_code, household_key, status, source
FROM read_parquet($file) WHERE household_key IN ($key, $key || '-1') ORDER BY resident_code
"""
_SIDES = ("base", "latest")
_REGISTER_COLUMNS = (
    "resident_code", "name_kanji", "is_head", "relationship", "birth_date", "moved_in_on", "previous_municipality",
    "left_on", "left_reason", "protected",
)  # fmt: skip
_REGISTER = (
    f"SELECT {', '.join(_REGISTER_COLUMNS)} FROM read_parquet($file) WHERE resident_code IN ({{codes}})"
)
_TAX = """
SELECT resident_code, declared, income_levy, per_capita_levy, total_income, levy_waived, treaty_exempt,
    supporter IS NOT NULL AS dependant, supporter_taxed
FROM read_parquet($file) WHERE resident_code IN ({codes}) AND tax_year = $year
"""
_AID = """
SELECT resident_code, min(valid_from) AS aid_from, nullif(max(coalesce(valid_to, DATE '9999-12-31')), DATE '9999-12-31') AS aid_to
FROM read_parquet($file) WHERE resident_code IN ({codes}) AND kind = '生活保護'
    AND valid_from <= $day::DATE AND coalesce(valid_to >= $day::DATE, true)
GROUP BY resident_code
"""
_PAID = "SELECT lineage FROM read_parquet($file) WHERE lineage IN ($key, $part)"
_APPLIED = "SELECT min(received_on) AS received_on FROM read_parquet($file) WHERE household_key = $key"
_ASKED = "SELECT resident_code, abroad FROM read_parquet($file) WHERE resident_code IN ({codes})"


class _Files(NamedTuple):
    """The sealed files of a run, each checked, with where it came from."""

    base: SnapshotRef
    latest: SnapshotRef
    tax: Source
    assistance: Source
    origins: Origins


class _Found(NamedTuple):
    """What was read about the household's persons, each by resident code."""

    by_latest: bool
    base: dict[str, Row]
    latest: dict[str, Row]
    tax: dict[str, Row]
    aid: dict[str, Row]
    asked: dict[str, Asked]
    answers: dict[str, AnswerRead]
    certified: dict[str, Certified]
    lists: Lists
    protected: frozenset[str]


def seen_household(decision: Decision, programme: Programme, files: Reader) -> Household:
    """Everything that the decision saw. Errors: INPUT_MISSING or INPUT_CHANGED for a file; NOT_FOUND for its entry."""
    run, key = decision.run, decision.household_key
    near = _persons(decision, files)
    persons = [person for person in near if person["household_key"] == key]
    codes = [str(person["resident_code"]) for person in persons]
    sealed = _files(run, files)
    found = _found(run, programme, files, sealed, codes, key)
    hidden = decision.protected or decision.payee_resident_code in found.protected
    # the payment to a protected part is the household's own once nobody of it is protected any more
    part = key if len(persons) < len(near) else f"{key}-1"
    paid = files.rows(_PAID, _derived("paid", run.paid_sha256), run.paid_sha256, key=key, part=part)
    applications = _derived("applications", run.applications_sha256)
    (applied,) = files.rows(_APPLIED, applications, run.applications_sha256, key=key)
    return Household(
        key=key,
        reason=Reason(decision.reason_code),
        protected=hidden,
        members=[_member(person, found, protected=hidden) for person in persons],
        origins=replace(
            sealed.origins,
            register=sealed.origins.latest if found.by_latest else sealed.origins.base,
            **found.lists.origins,
        ),
        round=run.round,
        decided_at=run.decided_at,
        paid=bool(paid),
        applied_on=applied["received_on"],
        stood=found.lists.stood,
    )


def _persons(decision: Decision, files: Reader) -> list[Row]:
    """The household's persons, and those of its protected part.

    The register that we keep says who they may be; if the decision counted others, the whole file is searched.
    """
    run, key = decision.run, decision.household_key
    home = decision.base_household_code
    entries = RegisterEntry.objects.using(ALIAS).filter(side_id__in=_SIDES, household_code=home)
    codes = files.once(("codes", home), lambda: sorted(set(entries.values_list("resident_code", flat=True))))
    wanted = (key, f"{key}-1")
    known = files.of(_PERSONS, run.persons_path, run.persons_sha256, codes) if codes else []
    near = [person for person in known if person["household_key"] in wanted]
    if sum(person["household_key"] == key for person in near) == decision.members:
        return near
    return files.rows(_PERSONS_OF, run.persons_path, run.persons_sha256, key=key)


def _found(  # noqa: PLR0917 - one household of one run
    run: DecisionRun, programme: Programme, files: Reader, sealed: _Files, codes: Sequence[str], key: str
) -> _Found:
    def by_code(query: str, source: SnapshotRef | Source, **given: str) -> dict[str, Row]:
        rows = files.of(query, source.path, source.sha256, codes, **given)
        return {str(row["resident_code"]): row for row in rows}

    return _Found(
        by_latest=programme.register is JudgedBy.LATEST,
        base=_kept(files, sealed.base, codes) or by_code(_REGISTER, sealed.base),
        latest=_kept(files, sealed.latest, codes) or by_code(_REGISTER, sealed.latest),
        tax=by_code(_TAX, sealed.tax, year=str(programme.tax_year)),
        aid=by_code(_AID, sealed.assistance, day=programme.tax_date.isoformat()),
        asked=_asked(run, files, codes),
        answers=_answers(run, files, codes),
        certified=_certified(run, programme, codes),
        lists=lists_of(run, programme, files, codes, key),
        protected=_protected(files, codes),
    )


def _certified(run: DecisionRun, programme: Programme, codes: Sequence[str]) -> dict[str, Certified]:
    known = certificates.counted(codes, programme.tax_year, run.decided_at)
    return {code: Certified(certificate=row.certificate, arrived=row.keyed_at) for code, row in known.items()}


def _protected(files: Reader, codes: Sequence[str]) -> frozenset[str]:
    """Who is protected today, by any source: a decision of before does not know it, and its page must not tell."""
    rows = Resident.objects.using(ALIAS).filter(resident_code__in=codes, hidden=True)
    return files.once(("protected", *codes), lambda: frozenset(rows.values_list("resident_code", flat=True)))


def _kept(files: Reader, register: SnapshotRef, codes: Sequence[str]) -> dict[str, Row]:
    """The persons in the register that we keep, if it is the very one that the decision was made from; else nobody."""
    sides = files.once(("sides",), lambda: dict(Register.objects.using(ALIAS).values_list("side", "sha256")))
    if sides.get(register.kind.value) != register.sha256:
        return {}
    entries = RegisterEntry.objects.using(ALIAS).filter(side_id__in=_SIDES, resident_code__in=codes)
    rows = files.once(("entries", *codes), lambda: list(entries.values("side_id", *_REGISTER_COLUMNS)))
    return {str(row["resident_code"]): row for row in rows if row["side_id"] == register.kind.value}


def _member(person: Row, found: _Found, *, protected: bool) -> Member:
    code = str(person["resident_code"])
    latest, aid = found.latest.get(code, {}), found.aid.get(code, {})
    # judged by the newest register, or registered again after the base date
    base = (latest if found.by_latest else None) or found.base.get(code) or latest
    return Member(
        resident_code=code,
        name=base.get("name_kanji") or "",
        protected=protected
        or code in found.protected
        or any((base.get("protected"), latest.get("protected"))),
        status=TaxStatus(person["status"]),
        read_from=ReadFrom(person["source"]),
        is_head=bool(base.get("is_head")),
        relationship=base.get("relationship") or "",
        birth_date=base.get("birth_date"),
        moved_in_on=base.get("moved_in_on"),
        previous_municipality=latest.get("previous_municipality") or "",
        left_on=latest.get("left_on"),
        left_reason=latest.get("left_reason") or "",
        record=_record(found.tax[code]) if code in found.tax else None,
        answer=found.answers.get(code),
        certified=found.certified.get(code),
        asked=found.asked.get(code),
        aid_from=aid.get("aid_from"),
        aid_to=aid.get("aid_to"),
        came_from=base.get("previous_municipality") or "",
        protected_in=[side for side in _SIDES if getattr(found, side).get(code, {}).get("protected")],
        specials=found.lists.special.get(code, ()),
        figures=found.lists.figures.get(code, {}),
    )


def _record(row: Row) -> TaxRecord:
    return TaxRecord(**{name: value for name, value in row.items() if name != "resident_code"})


def _files(run: DecisionRun, files: Reader) -> _Files:
    def register(kind: SnapshotKind, sha256: str) -> SnapshotRef:
        return files.once((kind, sha256), lambda: needs.sealed_register(kind, sha256))

    def source(kind: str, sha256: str) -> Source:
        sources = Source.objects.using(ALIAS)
        return files.once((kind, sha256), lambda: sources.get(kind=kind, sha256=sha256))

    base, latest = (
        register(SnapshotKind.BASE, run.base_snapshot),
        register(SnapshotKind.LATEST, run.latest_snapshot),
    )
    tax, assistance = source("tax", run.tax_sha256), source("assistance", run.assistance_sha256)
    return _Files(
        base=base,
        latest=latest,
        tax=tax,
        assistance=assistance,
        origins=Origins(
            register=Origin(name="住民記録"),
            base=Origin(name="基準日の住民記録", edition=base.snapshot_id, as_of=base.as_of),
            latest=Origin(name="最新の住民記録", edition=latest.snapshot_id, as_of=latest.as_of),
            tax=Origin(name="本市の課税情報", edition=tax.sha256[:12], arrived=tax.imported_at),
            assistance=Origin(
                name="付帯状況", edition=assistance.sha256[:12], arrived=assistance.imported_at
            ),
            payments=Origin(name="支給の記録", edition=run.paid_sha256[:12], arrived=run.decided_at),
            forms=Origin(name="確認書の受付", edition=run.applications_sha256[:12], arrived=run.decided_at),
        ),
    )


def _derived(name: str, sha256: str) -> str:
    """Where `decide` sealed what it read from our own tables."""
    return str(Path(settings.TODOKE_DATA_FOLDER) / "benefits" / f"{name}-{sha256[:16]}.parquet")


def _asked(run: DecisionRun, files: Reader, codes: Sequence[str]) -> dict[str, Asked]:
    """In which order each person was first asked about, and whether the newest order could not ask."""
    found: dict[str, Asked] = {}
    orders = files.once(("orders", run.programme), lambda: orders_of(run.programme))
    for order in (one for one in orders if one.ordered_at <= run.decided_at):
        for row in files.of(_ASKED, order.path, order.sha256, codes):
            first = found.get(row["resident_code"])
            found[row["resident_code"]] = Asked(
                order_id=order.order_id,
                ordered_at=first.ordered_at if first else order.ordered_at,
                abroad=bool(row["abroad"]),
            )
    return found


def _answers(run: DecisionRun, files: Reader, codes: Sequence[str]) -> dict[str, AnswerRead]:
    """What was answered about these persons before the run, by the newest order and its newest files."""
    imports = AnswerImport.objects.using(ALIAS).filter(order__run__programme=run.programme)
    every = files.once(("imports", run.programme), lambda: list(imports.order_by("order__run_id", "id")))
    newest = {one.order_id: one for one in every if one.imported_at <= run.decided_at}
    arrived = {one.pk: one for one in newest.values()}
    answers = Answer.objects.using(ALIAS).filter(imported_id__in=arrived, resident_code__in=codes)
    known = files.once(("answers", *arrived, *codes), lambda: list(answers))
    places = list(arrived)
    by_order = sorted(known, key=lambda answer: places.index(answer.imported_id))
    return {answer.resident_code: _answer(answer, arrived[answer.imported_id]) for answer in by_order}


def _answer(answer: Answer, imported: AnswerImport) -> AnswerRead:
    return AnswerRead(
        status=TaxStatus(answer.status),
        finding=answer.finding,
        inquiry_kind=answer.inquiry_kind,
        tax_year=answer.tax_year,
        income_levy=answer.income_levy,
        per_capita_levy=answer.per_capita_levy,
        income_levy_reason=answer.income_levy_reason,
        per_capita_levy_reason=answer.per_capita_levy_reason,
        taxing_municipality=answer.taxing_municipality or "",
        arrived=imported.imported_at,
        edition=imported.order_id,
    )
