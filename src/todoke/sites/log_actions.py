"""操作の記録を扱う操作: what auditors and administrators do with a realm's logs; permission first, and logged themselves.

A look is logged in the realm's directory database, under the person's index when one person was looked up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import transaction

from todoke.access import directory
from todoke.access.duties import duty_title
from todoke.access.permissions import Actor, Permission, require
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog import reports, retention, search, verify
from todoke.oplog.entry import Outcome
from todoke.oplog.person import Person
from todoke.oplog.record import record
from todoke.oplog.reports import InspectionLine, Viewer
from todoke.oplog.search import Criteria, Logged, Page
from todoke.oplog.sentences import sentence
from todoke.oplog.unusual import Relation, Unusual, unusual
from todoke.oplog.verify import Report
from todoke.sites import log_keeping
from todoke.sites.instance import Instance
from todoke.sites.realms import Realm

Persons = Mapping[str, Sequence[Person]]


def said(entry: Logged) -> str:
    """The entry as a sentence, with the duty in words."""
    return sentence(replace(entry, duty=duty_title(entry.duty) if entry.duty else ""))


def look(
    *,
    aliases: Sequence[str],
    criteria: Criteria,
    by: Actor,
    after: tuple[datetime, str, int] | None = None,
    limit: int = 50,
) -> Page:
    """検索: one page of entries. Errors: PERMISSION_DENIED, PURPOSE_MISSING."""
    require(by, Permission.OPLOG_READ)
    _log_look(by, f"search {_described(criteria)}", criteria.persons)
    return search.search(aliases, criteria, after=after, limit=limit)


def viewers(
    *, persons: Persons, by: Actor, since: datetime | None = None, until: datetime | None = None
) -> list[Viewer]:
    """一人の住民を見た人の一覧. Errors: PERMISSION_DENIED, PURPOSE_MISSING."""
    require(by, Permission.OPLOG_READ)
    _log_look(by, "viewers of one person", persons)
    return reports.viewers(persons, since=since, until=until)


def unusual_accesses(
    *,
    aliases: Sequence[str],
    since: datetime,
    until: datetime,
    by: Actor,
    relations: Callable[[], Sequence[Relation]] = tuple,
    protected: Callable[[], Persons] = dict,
) -> list[Unusual]:
    """通常と異なる利用の一覧. `relations` and `protected` are asked only after the permission was checked."""
    require(by, Permission.OPLOG_READ)
    _log_look(by, f"unusual {since:%Y-%m-%d}/{until:%Y-%m-%d}", {})
    return unusual(aliases, since=since, until=until, relations=relations(), protected=protected())


def inspection_sheet(
    *, aliases: Sequence[str], since: datetime, until: datetime, by: Actor
) -> list[InspectionLine]:
    """自己点検票のもとになる件数."""
    require(by, Permission.OPLOG_READ)
    _log_look(by, f"inspection {since:%Y-%m-%d}/{until:%Y-%m-%d}", {})
    return reports.inspection_sheet(aliases, since=since, until=until)


def export(
    *, instance: Instance, realm: Realm, folder: Path, by: Actor, progress: Callable[[str, int], None]
) -> dict[str, int]:
    """記録の書出し: the archive of a realm's logs; entries by log. Errors: PERMISSION_DENIED, PURPOSE_MISSING."""
    require(by, Permission.OPLOG_EXPORT)
    _log_look(by, f"export {realm.value}", {}, Permission.OPLOG_EXPORT)
    return log_keeping.export(instance, realm, folder, progress=progress)


def check(
    *, instance: Instance, realm: Realm, by: Actor, witnesses: Sequence[Path] = (), work: Path | None = None
) -> Report:
    """記録の検証: export into a passing folder, verify with the public keys known here, and log the outcome."""
    require(by, Permission.OPLOG_VERIFY)
    with TemporaryDirectory(prefix="todoke-oplog-", dir=work) as folder:
        log_keeping.export(instance, realm, Path(folder) / realm.value)
        found = verify.verify(
            Path(folder) / realm.value, trusted=log_keeping.public_keys(instance), witnesses=witnesses
        )
    with transaction.atomic(using=directory.alias()):
        record(
            directory.alias(),
            by=by,
            verb=Permission.OPLOG_VERIFY.value,
            subject=f"verified:{found.verified} deleted:{found.deleted} missing:{found.missing} faults:{len(found.faults)}",
            outcome=Outcome.FAILED if found.faults else Outcome.DONE,
        )
    return found


def request_drop(*, alias: str, month: date, legal_basis: str, by: Actor) -> tuple[int, bytes]:
    """保存期間を過ぎた月の削除を申請する. Errors: those of `retention.request_drop`."""
    require(by, Permission.OPLOG_DROP_REQUEST)
    return retention.request_drop(alias, month=month, legal_basis=legal_basis, by=by)


def confirm_drop(*, alias: str, month: date, by: Actor) -> int:
    """申請された月の削除を、別の職員が確認して行う. Errors: those of `retention.confirm_drop`."""
    require(by, Permission.OPLOG_DROP_APPROVE)
    return retention.confirm_drop(alias, month=month, by=by)


def request_erasure(*, alias: str, operation_id: int, legal_basis: str, by: Actor) -> None:
    """一件の記録の個人に関する部分の消去を申請する. Errors: those of `retention.request_erasure`."""
    require(by, Permission.OPLOG_ERASE_REQUEST)
    retention.request_erasure(alias, operation_id=operation_id, legal_basis=legal_basis, by=by)


def confirm_erasure(*, alias: str, operation_id: int, by: Actor) -> None:
    """申請された消去を、別の職員が確認して行う. Errors: those of `retention.confirm_erasure`."""
    require(by, Permission.OPLOG_ERASE_APPROVE)
    retention.confirm_erasure(alias, operation_id=operation_id, by=by)


def _log_look(
    by: Actor, subject: str, persons: Persons, permission: Permission = Permission.OPLOG_READ
) -> None:
    """The look, before anything is shown: one entry for each identifier that was asked for."""
    if not by.purpose:
        raise TodokeError(ErrorCode.PURPOSE_MISSING, permission=permission.value)
    asked: list[Person | None] = [person for known in persons.values() for person in known]
    with transaction.atomic(using=directory.alias()):
        for about in asked or [None]:
            record(directory.alias(), by=by, verb=permission.value, subject=subject, about=about)


def _described(criteria: Criteria) -> str:
    """The criteria without the person: an entry never holds a number."""
    parts = {
        "staff": criteria.actor,
        "verbs": ",".join(criteria.verbs),
        "outcome": criteria.outcome,
        "terminal": criteria.terminal,
        "since": f"{criteria.since:%Y-%m-%d}" if criteria.since else "",
        "until": f"{criteria.until:%Y-%m-%d}" if criteria.until else "",
        "person": "one" if criteria.persons else "",
    }
    return " ".join(f"{name}:{value}" for name, value in parts.items() if value)
