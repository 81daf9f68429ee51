"""一人分の情報照会 from a screen (PIA 統合番号連携 (3)): refused here with a reason, or taken on and sent at once."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import Final

from django.conf import settings
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.contracts.intermediary import PERMITTED, PermittedWanted
from todoke.exchange import client, parties
from todoke.exchange.transport import Transport
from todoke.identifiers import municipality
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.entry import Outcome
from todoke.oplog.person import Person
from todoke.oplog.record import record, record_refusal
from todoke.systems.linkage.actions.numbers.search_number import Sought, search_number
from todoke.systems.linkage.flows import QueryState
from todoke.systems.linkage.models import Query, QueryBatch, SingleQuery
from todoke.systems.linkage.queries import lookups
from todoke.systems.linkage.rules import asking, duties

ALIAS = "linkage"
VERB: Final = Permission.LINKAGE_QUERY.value
NONDISCLOSURE: Final = "1"
"""照会側不開示コード of every inquiry of this city (facts/linkage.md §1.4)."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is asked of whom: the provider's 団体コード as written, and a key of QUESTIONS."""

    provider: str
    question: str


@dataclass(frozen=True, kw_only=True, repr=False)
class Checked:
    """A wish that may be sent: the handle of the person, the name for the eye, and the codes as they will leave."""

    handle: uuid.UUID
    integrated_number: str
    name: str
    provider: str
    question: asking.Question


def check_wish(*, sought: Sought, wish: Wish, transport: Transport, by: Actor) -> Checked:
    """Everything that can be known before sending, the permission list included; nothing is written but the log.

    Errors: those of `search_number`; NOT_FOUND for nobody; QUERY_NOT_ALLOWED with the reason; UNAVAILABLE when the
    permission list cannot be asked.
    """
    require(by, Permission.LINKAGE_QUERY)
    _refuse(_refusal(wish, by), by)
    handle = search_number(sought=sought, by=by)
    if handle is None:
        raise TodokeError(ErrorCode.NOT_FOUND, what="番号と、生年月日または氏名が合う人")
    return _checked(handle, wish, transport, by)


def ask_one(*, handle: uuid.UUID, wish: Wish, transport: Transport, by: Actor) -> str:
    """Take it on, about the person found under this handle, for the purpose of that search; returns its record id.

    `jobs.singles.follow` sends it and fetches the answer. Errors: NOT_FOUND when the door has closed;
    QUERY_NOT_ALLOWED; UNAVAILABLE.
    """
    require(by, Permission.LINKAGE_QUERY)
    _refuse(_refusal(wish, by), by)
    checked = _checked(handle, wish, transport, by)
    record_id, now = f"S{uuid.uuid4().hex[:19].upper()}", clock.now()
    with transaction.atomic(using=ALIAS):
        found = lookups.behind(handle, by)
        batch = QueryBatch.objects.using(ALIAS).create(
            batch_id=f"single {record_id}", submitted_at=now, submitted_by=by.staff_id, begun_at=now
        )
        query = Query.objects.using(ALIAS).create(
            record_id=record_id, batch=batch, person_id=found.person_id, provider=checked.provider,
            duty=checked.question.duty, procedure=checked.question.procedure, nondisclosure=NONDISCLOSURE,
            information_code=checked.question.information_code, state=QueryState.ACCEPTED,
            organisation=_organisation(checked.question),
        )  # fmt: skip
        SingleQuery.objects.using(ALIAS).create(
            query=query, asked_by=by.staff_id, asked_at=now, purpose=found.purpose
        )
        asker = replace(by, purpose=found.purpose)
        about = Person("integrated_number", found.person_id)
        record(ALIAS, by=asker, verb=VERB, subject=record_id, persons=1, about=about)
    return record_id


def _refusal(wish: Wish, by: Actor) -> str | None:
    own = municipality.city_of(settings.TODOKE_MUNICIPALITY)
    return asking.refusal(asking.question(wish.question), wish.provider, own=own, by=by, on=clock.today())


def _refuse(refusal: str | None, by: Actor) -> None:
    if refusal:
        record_refusal(ALIAS, by=by, verb=VERB, subject=refusal, outcome=Outcome.REFUSED)
        raise TodokeError(ErrorCode.QUERY_NOT_ALLOWED, detail=asking.REFUSALS[refusal])


def _checked(handle: uuid.UUID, wish: Wish, transport: Transport, by: Actor) -> Checked:
    person = lookups.behind(handle, by).person
    question = asking.question(wish.question)
    provider = municipality.organisation_code(asking.provider_code(wish.provider) or "")
    _refuse(_asked_list(question, provider, transport), by)
    return Checked(
        handle=handle, integrated_number=person.pk, name=person.name_kanji, provider=provider, question=question
    )  # fmt: skip


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
