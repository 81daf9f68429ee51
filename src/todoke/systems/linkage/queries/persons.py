"""One person's link as an office may see it: numbers, the state of the 符号, the history. Never a whole 個人番号."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from todoke.systems.linkage.models import (
    IndividualNumber,
    LocalNumber,
    NumberAlias,
    PersonEvent,
    RegisterLoad,
)
from todoke.systems.linkage.models import Person as PersonRow
from todoke.systems.linkage.models.individual_number import Standing
from todoke.systems.linkage.models.person_event import EventKind
from todoke.systems.linkage.queries import corrections

ALIAS = "linkage"
_ATTRIBUTES = {"name_kanji": "氏名", "sex": "性別", "birth_date": "生年月日", "address": "住所"}


@dataclass(frozen=True, kw_only=True)
class Held:
    """個人番号: whether there is one, since when, when it last changed, how many former ones."""

    held: bool
    since: datetime | None
    changed: datetime | None
    former: int


@dataclass(frozen=True, kw_only=True)
class Happened:
    """A line of the history."""

    at: datetime
    title: str
    by: str
    note: str


@dataclass(frozen=True, kw_only=True)
class Link:
    """Everything that is linked to a living 統合番号."""

    person: PersonRow
    former_numbers: tuple[str, ...]
    local_numbers: tuple[LocalNumber, ...]
    held: Held
    code: str
    history: tuple[Happened, ...]


def link(person: str) -> Link:
    """The link of a person who is known."""
    registered = _registered(person)
    events = list(PersonEvent.objects.using(ALIAS).filter(person_id=person).order_by("-at", "-id"))
    history = tuple(_happened(event) for event in events)
    if registered:
        note = f"根拠：{registered.file}"
        history += (Happened(at=registered.at, title="統合番号の付番", by=registered.by, note=note),)
    aliases = NumberAlias.objects.using(ALIAS).filter(person_id=person).order_by("former_id")
    return Link(
        person=PersonRow.objects.using(ALIAS).get(pk=person),
        former_numbers=tuple(aliases.values_list("former_id", flat=True)),
        local_numbers=corrections.local_numbers(person),
        held=_held(person, registered, events),
        code=corrections.code_word(person),
        history=history,
    )


def _registered(person: str) -> RegisterLoad | None:
    loads = RegisterLoad.objects.using(ALIAS).filter(first_number__lte=person, last_number__gte=person)
    return loads.order_by("id").first()


def _held(person: str, registered: RegisterLoad | None, events: list[PersonEvent]) -> Held:
    standings = list(
        IndividualNumber.objects.using(ALIAS).filter(person_id=person).values_list("standing", flat=True)
    )
    kinds = (EventKind.NUMBER_CHANGED, EventKind.SPLIT, EventKind.MERGED)
    changes = [event.at for event in events if event.kind in kinds]
    held = Standing.LIVE.value in standings
    return Held(
        held=held,
        since=(registered.at if registered else min(changes, default=None)) if held else None,
        changed=next((event.at for event in events if event.kind == EventKind.NUMBER_CHANGED), None),
        former=standings.count(Standing.FORMER.value),
    )


def _happened(event: PersonEvent) -> Happened:
    what = "、".join(_ATTRIBUTES.get(word, word) for word in event.what.split())
    parts = (
        f"項目：{what}" if what else "",
        f"もう一方の統合番号：{event.other_id}" if event.other_id else "",
        f"根拠：{event.evidence}",
    )
    by = f"{event.by}（確認 {event.confirmed_by}）" if event.confirmed_by else event.by
    return Happened(
        at=event.at, title=event.get_kind_display(), by=by, note="　".join(part for part in parts if part)
    )
