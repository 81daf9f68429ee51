"""候補検索 (PIA 統合番号連携 (1)(9)): who may be meant by four attributes. A list to decide by; it links nobody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import pyarrow as pa
from django.conf import settings
from django.db import connections, transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.people import BasicAttributes
from todoke.engine import duck
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.entry import Outcome
from todoke.oplog.person import Person
from todoke.oplog.record import record, record_many, record_refusal
from todoke.systems.linkage import queries
from todoke.systems.linkage.rules import candidates, explanation, match_forms
from todoke.systems.linkage.rules.blocking import BLOCKING_RULES, Attribute, Level

ALIAS = "linkage"
VERB: Final = Permission.LINKAGE_SEARCH.value
SEARCHES_AN_HOUR: Final = 60
"""Per member of staff: looking people up one by one is what an insider would do."""

_RECENT = "SELECT count(*) FROM oplog_operation WHERE actor = %s AND verb = %s AND subject = %s AND at > %s"
_SUBJECT = "candidates"


@dataclass(frozen=True, kw_only=True)
class Sought:
    """The four attributes as the office has them, in any usual writing; empty when one is not known."""

    name: str
    sex: str
    birth_date: str
    address: str


@dataclass(frozen=True, kw_only=True)
class Reason:
    """How one attribute stands, the value as registered, and why, in Japanese."""

    attribute: Attribute
    level: Level
    registered: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A person who may be meant, best first. `identical`: all four agree, and with nobody else.

    Even then a second person confirms before anything is linked.
    """

    integrated_number: str
    rank: int
    identical: bool
    reasons: tuple[Reason, ...]


def search_candidates(*, sought: Sought, by: Actor) -> list[Candidate]:
    """The persons who may be meant, with a reason per attribute; every search is logged, with each person shown.

    Errors: PURPOSE_MISSING; SEARCH_TOO_VAGUE when no blocking rule can be asked; SEARCH_TOO_OFTEN; SETUP_MISSING
    when the stored forms are of another edition of the rules.
    """
    require(by, Permission.LINKAGE_SEARCH)
    if not by.purpose:
        raise TodokeError(ErrorCode.PURPOSE_MISSING, permission=VERB)
    home = match_forms.home(settings.TODOKE_MUNICIPALITY)
    form = _form(sought, home)
    with transaction.atomic(using=ALIAS):
        _refuse_too_many(by)
        queries.refuse_old_forms()
        found = _ranked(form)
        persons = [row["person"] for row in found]
        record(ALIAS, by=by, verb=VERB, subject=_SUBJECT, persons=len(persons))
        about = (Person("integrated_number", number) for number in persons)
        record_many(ALIAS, by=by, verb=VERB, subject="candidate shown", about=about)
        registered = {known.integrated_number: known.attributes for known in queries.known_persons(persons)}
    return [_candidate(row, sought, _texts(registered[row["person"]]), home) for row in found]


def _form(sought: Sought, home: tuple[str, ...]) -> pa.Table:
    """The forms of what is sought, as a query numbered 0; SEARCH_TOO_VAGUE without a whole blocking rule."""
    asked = {
        "name_kanji": [sought.name],
        "sex": [sought.sex],
        "birth_date": [sought.birth_date],
        "address": [sought.address],
    }
    form = match_forms.of(pa.table(asked), home)
    present = {name for name in form.column_names if form[name][0].is_valid}
    if not any(present.issuperset(rule.columns) for rule in BLOCKING_RULES):
        needed = "、".join(f"「{rule.title}」" for rule in BLOCKING_RULES)
        raise TodokeError(ErrorCode.SEARCH_TOO_VAGUE, needed=needed)
    return form.append_column("query", pa.array([0], pa.int32()))


def _refuse_too_many(by: Actor) -> None:
    """One search at a time per member of staff, so that the count is exact; a refusal is logged for good."""
    since = clock.now() - timedelta(hours=1)
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"search:{by.staff_id}"])
        cursor.execute(_RECENT, [by.staff_id, VERB, _SUBJECT, since])
        (count,) = cursor.fetchone()
    if count >= SEARCHES_AN_HOUR:
        record_refusal(ALIAS, by=by, verb=VERB, subject="too often", outcome=Outcome.REFUSED)
        raise TodokeError(ErrorCode.SEARCH_TOO_OFTEN, limit=SEARCHES_AN_HOUR)


def _ranked(form: pa.Table) -> list[dict[str, Any]]:
    register = queries.forms_like({name: form[name][0].as_py() for name in match_forms.FORMS})
    with duck.connect() as connection:
        connection.register("asked", form)
        connection.register("known", register)
        return candidates.find(connection, queries="asked", register="known").to_pylist()


def _texts(attributes: BasicAttributes) -> tuple[str, str, str, str]:
    born = attributes.birth_date.isoformat()
    return (attributes.name_kanji, attributes.sex, born, attributes.address)


def _candidate(
    row: dict[str, Any], sought: Sought, registered: tuple[str, ...], home: tuple[str, ...]
) -> Candidate:
    asked = (sought.name, sought.sex, sought.birth_date, sought.address)
    reasons = []
    for attribute, mine, theirs in zip(Attribute, asked, registered, strict=True):
        level = Level(row[f"{attribute}_level"])
        why = explanation.sentence(attribute, level, asked=mine, registered=theirs, home=home)
        reasons.append(Reason(attribute=attribute, level=level, registered=theirs, sentence=why))
    return Candidate(
        integrated_number=row["person"], rank=row["rank"], identical=row["identical"], reasons=tuple(reasons)
    )
