"""住民の検索: one box, for a purpose; every search is logged with everybody whom it showed."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record, record_many
from todoke.oplog.unusual import NAME_ONLY
from todoke.systems.benefits.models import Search
from todoke.systems.benefits.queries.households import people
from todoke.systems.benefits.queries.households.people import Listed
from todoke.systems.benefits.queries.households.search import find
from todoke.systems.benefits.rules.households import search_forms, search_terms

ALIAS = "benefits"
VERB: Final = Permission.BENEFITS_SEARCH.value
SHOWN_IN_A_LIST: Final = "benefits:person:list"


@dataclass(frozen=True, kw_only=True)
class Result:
    """What was typed and who was found; `more`: others were, too. `name_only` stands out in the log."""

    words: str
    people: tuple[Listed, ...]
    more: bool
    name_only: bool


def keep_search(*, words: str, by: Actor) -> uuid.UUID:
    """Remember the words for the searcher alone; the handle opens them. Errors: PURPOSE_MISSING, SEARCH_TOO_VAGUE."""
    require(by, Permission.BENEFITS_SEARCH)
    if not by.purpose:
        raise TodokeError(ErrorCode.PURPOSE_MISSING, permission=VERB)
    if not search_terms.readings(words, search_forms.home(settings.TODOKE_MUNICIPALITY)):
        raise TodokeError(ErrorCode.SEARCH_TOO_VAGUE, needed="番号、氏名、フリガナ、生年月日、住所、電話番号")
    handle = uuid.uuid4()
    Search.objects.using(ALIAS).create(
        handle=handle,
        at=clock.now(),
        staff_id=by.staff_id,
        purpose=by.purpose,
        words=words[: search_terms.LONGEST],
    )
    return handle


def search_residents(*, words: str, by: Actor) -> Result:
    """Who may be meant by the words, likeliest first. Errors: PURPOSE_MISSING."""
    require(by, Permission.BENEFITS_SEARCH)
    if not by.purpose:
        raise TodokeError(ErrorCode.PURPOSE_MISSING, permission=VERB)
    readings = search_terms.readings(words, search_forms.home(settings.TODOKE_MUNICIPALITY))
    name_only, may = (
        search_terms.is_name_only(readings),
        by.may_somewhere(Permission.BENEFITS_PROTECTION_READ),
    )
    with transaction.atomic(using=ALIAS):
        found = find(readings, protected_places=may)
        shown = people.listed(found.hits, may_see_places=may)
        subject = f"{NAME_ONLY} {len(shown)}" if name_only else f"search {len(shown)}"
        record(ALIAS, by=by, verb=VERB, subject=subject, persons=len(shown), detail=words)
        about = (Person("resident_code", one.resident_code) for one in shown)
        record_many(ALIAS, by=by, verb=SHOWN_IN_A_LIST, subject="found by search", about=about)
    return Result(words=words, people=shown, more=found.more, name_only=name_only)
