"""情報提供等記録の検索と参照: every person shown is written into the log with the purpose."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.person import Person
from todoke.oplog.record import record, record_many
from todoke.systems.intermediary import needs
from todoke.systems.intermediary.models import Nondisclosure
from todoke.systems.intermediary.queries import records
from todoke.systems.intermediary.queries.records import Record, Sought
from todoke.systems.intermediary.rules import asking

_VERB = Permission.INTERMEDIARY_RECORD_READ.value


def search_records(*, alias: str, sought: Sought, by: Actor) -> list[Record]:
    """The newest `LISTED` records of one municipality; also a search that finds nothing is logged, about whom it sought.

    The municipality's own 統合番号 is all that is known of a person here: names and birth dates stay in the city.
    Errors: PURPOSE_MISSING, NUMBER_INVALID, RECORD_INVALID when neither a person nor a first day is given.
    """
    require(by, Permission.INTERMEDIARY_RECORD_READ, municipality=needs.municipality_of(alias))
    asking.need_purpose(by.purpose, _VERB)
    asking.check_numbers(sought.persons)
    if not sought.persons and sought.since is None:
        raise TodokeError(ErrorCode.RECORD_INVALID, detail="統合番号か、期間の初めの日を入力してください")
    with transaction.atomic(using=alias):
        found = records.records(alias, sought)
        seen = {*sought.persons, *(row.person for row in found if row.person)}
        record(alias, by=by, verb=_VERB, subject=f"records:{len(found)}", persons=len(seen))
        record_many(alias, by=by, verb=_VERB, subject="search", about=_persons(sorted(seen)))
    return found


def open_record(*, alias: str, number: int, by: Actor) -> tuple[Record, list[Nondisclosure]]:
    """One record and every judgement on it. NOT_FOUND; PURPOSE_MISSING."""
    require(by, Permission.INTERMEDIARY_RECORD_READ, municipality=needs.municipality_of(alias))
    asking.need_purpose(by.purpose, _VERB)
    return _read(alias, number, by, _VERB)


def judged_record(*, alias: str, number: int, by: Actor) -> tuple[Record, list[Nondisclosure]]:
    """The same for the officer who proposes or confirms a judgement, whose purpose is just that."""
    require(by, Permission.INTERMEDIARY_RECORD_MARK, municipality=needs.municipality_of(alias))
    return _read(alias, number, by, Permission.INTERMEDIARY_RECORD_MARK.value)


def read_proposals(*, alias: str, by: Actor) -> list[Nondisclosure]:
    """Judgements that wait for a second officer; names nobody."""
    require(by, Permission.INTERMEDIARY_RECORD_MARK, municipality=needs.municipality_of(alias))
    return records.proposals(alias)


def _read(alias: str, number: int, by: Actor, verb: str) -> tuple[Record, list[Nondisclosure]]:
    with transaction.atomic(using=alias):
        found = records.record_of(alias, number)
        if found is None:
            raise TodokeError(ErrorCode.NOT_FOUND, what="情報提供等記録")
        about = Person("integrated_number", found.person) if found.person else None
        record(
            alias, by=by, verb=verb, subject=f"record:{number}", persons=1, about=about, permit_id=found.permit_id
        )  # fmt: skip
    return found, records.judgements(alias, number)


def _persons(numbers: Sequence[str]) -> list[Person]:
    return [Person("integrated_number", number) for number in numbers]
