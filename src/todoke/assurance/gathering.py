"""事実の収集 (gather): what the running city site says of itself — persons, handlers, contracts — counted in its databases."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Final, cast

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q, QuerySet

from todoke.access import directory
from todoke.access.models import Contract, Grant, GrantState, Staff
from todoke.access.models.staff import Employer
from todoke.access.permissions import Actor, Permission, Role, granted, require
from todoke.assurance.facts import Accident, Facts, Outsourced
from todoke.assurance.form import own
from todoke.assurance.form.edition import Edition
from todoke.assurance.form.filling import fill
from todoke.assurance.form.own import OwnTexts
from todoke.assurance.models import Incident, IncidentKind
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record
from todoke.systems.benefits.models import InquiryOrder
from todoke.systems.inquiry.models import Subject
from todoke.systems.linkage.models import Person

BENEFIT_FILE: Final = ("benefits:", "inquiry:")
LINKAGE_FILE: Final = ("linkage:",)
"""Whoever holds a permission that begins so handles the file."""


def gather(programme: str, texts: OwnTexts, broken: Collection[str] = (), *, by: Actor) -> Facts:
    """The facts of one programme today; counts only, logged. `broken`: promises that a check found broken."""
    require(by, Permission.ASSURANCE_PRINT)
    alias = directory.alias()
    facts = count(programme, texts, broken)
    with transaction.atomic(using=alias):
        record(alias, by=by, verb=Permission.ASSURANCE_PRINT.value, subject=programme)
    return facts


def count(programme: str, texts: OwnTexts, broken: Collection[str] = ()) -> Facts:
    """The same for the daily check, which the clock runs and which shows nobody a number."""
    alias = directory.alias()
    persons = _asked(programme)
    return Facts(
        on=clock.today(),
        persons=persons,
        benefit_people=persons,
        linkage_people=Person.objects.using("linkage").count(),
        benefit_users=_handlers(alias, BENEFIT_FILE, own_only=True),
        linkage_users=_handlers(alias, LINKAGE_FILE, own_only=True),
        handlers=_handlers(alias, (*BENEFIT_FILE, *LINKAGE_FILE)),
        contracts=_contracts(alias, set(texts.contracts.values())),
        accidents=(*texts.accidents, *_accidents(alias)),
        broken=frozenset(broken),
    )


def folder(programme: str) -> Path:
    """Where a city keeps what only it can say of a programme: `texts/*.toml`."""
    return _home() / programme


def programmes() -> list[str]:
    """The programmes that have an assessment of their own."""
    return sorted(texts.parent.name for texts in _home().glob("*/texts") if any(texts.glob("*.toml")))


def _home() -> Path:
    path: Path = settings.TODOKE_DATA_FOLDER / "assessment"
    return path


def edition_now(programme: str, broken: Collection[str], *, by: Actor) -> tuple[Edition, Facts]:
    """The assessment as today's texts and facts make it."""
    texts = texts_in(folder(programme) / "texts")
    facts = gather(programme, texts, broken, by=by)
    return fill(texts, facts), facts


def texts_in(place: Path) -> OwnTexts:
    """The city's own texts; SETUP_MISSING where there are none."""
    files = sorted(place.glob("*.toml"))
    if not files:
        raise TodokeError(
            ErrorCode.SETUP_MISSING,
            detail=f"{place} に評価書の記載がありません",
            todo="「todoke pia texts」で例を書き出し、自団体の記載に直してください。",
        )
    return own.read((file.name, file.read_text("utf-8")) for file in files)


def _asked(programme: str) -> int:
    """対象人数: everybody about whom the programme asked another municipality, once."""
    orders = InquiryOrder.objects.using("benefits").filter(run__programme=programme)
    asked = Subject.objects.using("inquiry").filter(order_id__in=list(orders.values_list("pk", flat=True)))
    return asked.aggregate(persons=Count("resident_code", distinct=True))["persons"] or 0


def _handlers(alias: str, begins: Iterable[str], *, own_only: bool = False) -> int:
    """取扱者数: people with a right of today in which such a permission lies."""
    today = clock.today()
    held = Grant.objects.using(alias).filter(
        _at_work("staff__", today),
        state=GrantState.CONFIRMED,
        valid_from__lte=today,
        valid_until__gte=today,
        role__in=[role.value for role in roles_with(begins)],
    )
    if own_only:
        held = held.filter(staff__employer=Employer.OWN)
    return held.aggregate(people=Count("staff", distinct=True))["people"] or 0


def roles_with(begins: Iterable[str]) -> set[Role]:
    """The roles that carry a permission of these systems."""
    starts = tuple(begins)
    return {role for role in Role if any(one.value.startswith(starts) for one in granted(role))}


def _contracts(alias: str, numbers: Collection[str]) -> dict[str, Outsourced]:
    """What the register says of the contracts that the assessment names, with the people of their 再委託先."""
    known = Contract.objects.using(alias).filter(number__in=numbers)
    under = _people_by_contract(Staff.objects.using(alias).filter(_at_work("", clock.today())))
    subs: dict[str, list[str]] = {}
    for sub in Contract.objects.using(alias).filter(prime__in=numbers):
        subs.setdefault(str(sub.prime_id), []).append(sub.number)
    return {
        one.number: Outsourced(
            contractor=one.contractor,
            handlers=sum(under.get(number, 0) for number in (one.number, *subs.get(one.number, []))),
            subcontracted=one.number in subs,
        )
        for one in known
    }


def _accidents(alias: str) -> Iterator[Accident]:
    """Those of this system's own register that were made public."""
    for one in (
        Incident.objects.using(alias).filter(announced_on__isnull=False).order_by("announced_on", "pk")
    ):
        yield Accident(
            published_on=cast(date, one.announced_on),
            content=one.content,
            count=one.persons,
            measures=one.prevention,
            specific=one.kind == IncidentKind.NUMBERS,
        )


def _people_by_contract(staff: QuerySet[Staff]) -> dict[str, int]:
    counted = staff.filter(contract__isnull=False).values_list("contract").annotate(people=Count("pk"))
    return dict(counted)


def _at_work(prefix: str, today: object) -> Q:
    return Q(**{f"{prefix}left_on__isnull": True}) | Q(**{f"{prefix}left_on__gt": today})
