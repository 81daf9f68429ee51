"""登録依頼の閲覧: a request with the candidates that its search noted; everybody shown is in the log, with the purpose."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.conf import settings
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.people import BasicAttributes
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person as Concerned
from todoke.oplog.record import record_many
from todoke.systems.linkage.flows import REGISTRATION_OPEN
from todoke.systems.linkage.models import Person, Registration
from todoke.systems.linkage.queries import registrations
from todoke.systems.linkage.rules import explanation, match_forms
from todoke.systems.linkage.rules.blocking import Attribute, Level
from todoke.systems.linkage.rules.registration import Found, refusal

ALIAS = "linkage"


@dataclass(frozen=True, kw_only=True)
class Mark:
    """How one attribute of a candidate stands: `registered` is empty where it is not shown."""

    attribute: Attribute
    level: Level
    registered: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A candidate as the screen shows it. `against`: why this one may not be chosen, empty when it may."""

    person: str
    protected: bool
    by_number: bool
    marks: tuple[Mark, ...]
    against: str


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A request, its candidates best first, and why nobody new may be registered (empty when somebody may)."""

    request: Registration
    candidates: tuple[Shown, ...]
    against_new: str


def read_registration(*, request_id: str, by: Actor) -> Opened:
    """The request with its candidates. The values of protected people and of who was found by number alone stay hidden.

    Errors: NOT_FOUND.
    """
    require(by, Permission.LINKAGE_REGISTER_READ)
    row = Registration.objects.using(ALIAS).filter(request_id=request_id).first()
    if row is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="登録依頼")
    if row.state not in REGISTRATION_OPEN:
        return Opened(request=row, candidates=(), against_new="")
    (found,) = registrations.noted([request_id]).values()
    persons = Person.objects.using(ALIAS).in_bulk([one.person for one in found])
    with transaction.atomic(using=ALIAS):
        verb = Permission.LINKAGE_REGISTER_READ.value
        about = (Concerned("integrated_number", one.person) for one in found)
        purposeful = replace(by, purpose=by.purpose or row.purpose)
        record_many(ALIAS, by=purposeful, verb=verb, subject="candidate shown", about=about)
    mine = registrations.attributes(row)
    with_number = row.key_id is not None
    shown = (_shown(one, found, persons[one.person], mine, with_number) for one in found)
    return Opened(request=row, candidates=tuple(shown), against_new=_against(found, None, with_number))


def _shown(one: Found, found: list[Found], person: Person, mine: BasicAttributes, with_number: bool) -> Shown:
    protected = person.auto_reply_prohibited
    hidden = protected or (one.by_number and not one.all_equal)
    theirs = BasicAttributes(
        name_kanji=person.name_kanji, sex=person.sex, birth_date=person.birth_date, address=person.address
    )
    marks = tuple(_mark(attribute, one, mine, theirs, hidden) for attribute in Attribute)
    return Shown(
        person=one.person,
        protected=protected,
        by_number=one.by_number,
        marks=marks,
        against=_against(found, one, with_number),
    )


def _mark(
    attribute: Attribute, one: Found, mine: BasicAttributes, theirs: BasicAttributes, hidden: bool
) -> Mark:
    asked, registered = _text(attribute, mine), _text(attribute, theirs)
    level = one.levels[attribute]
    if hidden:
        sentence = "一致" if level is Level.EQUAL else "違います"
        return Mark(attribute=attribute, level=level, registered="", sentence=sentence)
    home = match_forms.home(settings.TODOKE_MUNICIPALITY)
    sentence = explanation.sentence(attribute, level, asked=asked, registered=registered, home=home)
    return Mark(attribute=attribute, level=level, registered=registered, sentence=sentence)


def _text(attribute: Attribute, values: BasicAttributes) -> str:
    return {
        Attribute.NAME: values.name_kanji,
        Attribute.SEX: values.sex,
        Attribute.BIRTH_DATE: values.birth_date.isoformat(),
        Attribute.ADDRESS: values.address,
    }[attribute]


def _against(found: list[Found], chosen: Found | None, with_number: bool) -> str:
    against = refusal(found, chosen, with_number=with_number)
    return "" if against is None else f"{against.detail}。{against.todo}"
