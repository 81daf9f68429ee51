"""一人分の情報照会 from a screen (PIA 統合番号連携 (3)): refused here with a reason, or taken on and sent at once."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.intermediary import PERMITTED, PermittedWanted
from todoke.engine import postgres
from todoke.exchange import client, parties
from todoke.exchange.transport import Transport
from todoke.identifiers import integrated_number, municipality
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.entry import Outcome
from todoke.oplog.person import Person
from todoke.oplog.record import record, record_refusal
from todoke.systems.linkage.flows import QueryState
from todoke.systems.linkage.models import Person as KnownPerson
from todoke.systems.linkage.models import Query, QueryBatch, SingleQuery
from todoke.systems.linkage.rules import asking, duties

ALIAS = "linkage"
VERB: Final = Permission.LINKAGE_QUERY.value
NONDISCLOSURE: Final = "1"
"""照会側不開示コード of every inquiry of this city (facts/linkage.md §1.4)."""
MISSES_AN_HOUR: Final = 10
"""Numbers that led to nobody, or whose second attribute was wrong, per member of staff: trying numbers out ends there."""

_MISS = "no such person"
_MISSES = "SELECT count(*) FROM oplog_operation WHERE actor = %s AND verb = %s AND subject = %s AND at > %s"


@dataclass(frozen=True, kw_only=True, repr=False)
class Wish:
    """Who is asked about (number with check digit and a second attribute), of whom, and what (a key of QUESTIONS)."""

    integrated_number: str
    birth_date: date
    provider: str
    question: str


@dataclass(frozen=True, kw_only=True, repr=False)
class Checked:
    """A wish that may be sent: the person's name for the eye, and the codes as they will leave."""

    name: str
    provider: str
    question: asking.Question


def check_wish(*, wish: Wish, transport: Transport, by: Actor) -> Checked:
    """Everything that can be known before sending, the permission list included; nothing is written but the log.

    Errors: NUMBER_INVALID; NOT_FOUND (also for a wrong second attribute); SEARCH_TOO_OFTEN; QUERY_NOT_ALLOWED with
    the reason; UNAVAILABLE when the permission list cannot be asked.
    """
    require(by, Permission.LINKAGE_QUERY)
    question = asking.question(wish.question)
    own = municipality.city_of(settings.TODOKE_MUNICIPALITY)
    refusal = asking.refusal(question, wish.provider, own=own, by=by, on=clock.today())
    if refusal is None:
        person = _person(wish, by)
        provider = municipality.organisation_code(asking.provider_code(wish.provider) or "")
        refusal = _asked_list(question, provider, transport)
    if refusal:
        record_refusal(ALIAS, by=by, verb=VERB, subject=refusal, outcome=Outcome.REFUSED)
        raise TodokeError(ErrorCode.QUERY_NOT_ALLOWED, detail=asking.REFUSALS[refusal])
    return Checked(name=person.name_kanji, provider=provider, question=question)


def ask_one(*, wish: Wish, transport: Transport, by: Actor) -> str:
    """Take it on; returns its record id. `jobs.singles.follow` sends it and fetches the answer.

    Errors: those of `check_wish`; PURPOSE_MISSING.
    """
    require(by, Permission.LINKAGE_QUERY)
    if not by.purpose:
        raise TodokeError(ErrorCode.PURPOSE_MISSING, permission=VERB)
    checked = check_wish(wish=wish, transport=transport, by=by)
    record_id, now = f"S{uuid.uuid4().hex[:19].upper()}", clock.now()
    with transaction.atomic(using=ALIAS):
        batch = QueryBatch.objects.using(ALIAS).create(
            batch_id=f"single {record_id}", submitted_at=now, submitted_by=by.staff_id, begun_at=now
        )
        query = Query.objects.using(ALIAS).create(
            record_id=record_id, batch=batch, person_id=wish.integrated_number, provider=checked.provider,
            duty=checked.question.duty, procedure=checked.question.procedure, nondisclosure=NONDISCLOSURE,
            information_code=checked.question.information_code, state=QueryState.ACCEPTED,
            organisation=_organisation(checked.question),
        )  # fmt: skip
        SingleQuery.objects.using(ALIAS).create(
            query=query, asked_by=by.staff_id, asked_at=now, purpose=by.purpose
        )
        about = Person("integrated_number", wish.integrated_number)
        record(ALIAS, by=by, verb=VERB, subject=record_id, persons=1, about=about)
    return record_id


def _person(wish: Wish, by: Actor) -> KnownPerson:
    """The one person with that number and birth date; the same answer for a wrong date as for a wrong number."""
    integrated_number.parse(wish.integrated_number)
    since = clock.now() - timedelta(hours=1)
    ((misses,),) = postgres.fetch(ALIAS, _MISSES, [by.staff_id, VERB, _MISS, since])
    if misses >= MISSES_AN_HOUR:
        raise TodokeError(ErrorCode.SEARCH_TOO_OFTEN, limit=MISSES_AN_HOUR)
    people = KnownPerson.objects.using(ALIAS)
    found = people.filter(pk=wish.integrated_number, birth_date=wish.birth_date).first()
    if found is None:
        about = Person("integrated_number", wish.integrated_number)
        record_refusal(ALIAS, by=by, verb=VERB, subject=_MISS, outcome=Outcome.REFUSED, about=about)
        raise TodokeError(ErrorCode.NOT_FOUND, what="統合番号と生年月日の両方が合う人")
    return found


def _organisation(question: asking.Question) -> str:
    return duties.organisation_of(question.duty, city=settings.TODOKE_MUNICIPALITY)


def _asked_list(question: asking.Question, provider: str, transport: Transport) -> str:
    own = settings.TODOKE_MUNICIPALITY
    answer = client.request(
        transport,
        sender=parties.city(own),
        receiver=parties.platform(own),
        kind=PERMITTED,
        body=PermittedWanted(
            provider=provider,
            duty=question.duty,
            procedure=question.procedure,
            information_code=question.information_code,
            organisation=_organisation(question),
        ),
        key=f"permitted {uuid.uuid4().hex}",
    )
    return answer.refusal
