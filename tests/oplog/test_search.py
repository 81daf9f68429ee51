"""What an auditor asks: found, complete, page by page, readable, and itself on record."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from tests.oplog.honest import turned
from todoke.access.permissions import Actor, Role
from todoke.kernel.errors import TodokeError
from todoke.oplog import reports, search, unusual
from todoke.oplog.entry import Outcome
from todoke.oplog.models import Operation
from todoke.oplog.person import Person
from todoke.oplog.record import record, record_many
from todoke.oplog.search import Criteria
from todoke.oplog.sentences import sentence
from todoke.oplog.unusual import Relation, Rule
from todoke.oplog.who import Who
from todoke.sites import log_actions

pytestmark = pytest.mark.usefixtures("databases")
CLERK = Who(staff_id="c001", organisation="給付課", terminal="t01", duty="給付金", purpose="窓口での問合せ")
OTHER = replace(CLERK, staff_id="c002", purpose="")
AUDITOR = Actor(staff_id="a001", roles=frozenset({Role.AUDITOR}), purpose="定期監査")
LOOK, PRINT = "intermediary:held:read", "benefits:letter:print"
TARO, HANAKO = Person("resident_code", "11"), Person("resident_code", "22")
MONDAY = datetime(2026, 8, 3, 1, 0, tzinfo=UTC)  # 10 o'clock in Japan


def log(alias: str, by: Who, verb: str, about: Person | None = None, subject: str = "x", **options) -> None:
    with transaction.atomic(using=alias):
        record(alias, by=by, verb=verb, subject=subject, about=about, **options)


def test_the_sentence_says_who_when_where_what_and_why() -> None:
    with turned() as clock:
        clock.at = datetime(2022, 4, 11, 1, 15, tzinfo=UTC)
        log("benefits", CLERK, "benefits:decision:decide", subject="round first", persons=1200)
        log("benefits", OTHER, PRINT, subject="", outcome=Outcome.REFUSED)
        log("benefits", Who(staff_id="city:14100"), "benefits:retired:verb", subject="")
    newest, refused, first = [*search.search(["benefits"], Criteria()).entries]
    assert sentence(first) == (
        "令和4年4月11日 10時15分、給付金担当の c001 が端末 t01 で世帯の課税情報により支給を判定しました"
        "（対象：1,200人、件名：round first、目的：窓口での問合せ）"
    )
    assert (
        sentence(refused)
        == "令和4年4月11日 10時15分、給付金担当の c002 が端末 t01 で確認書または通知を印刷しようとして拒否されました"
    )
    assert sentence(newest) == "令和4年4月11日 10時15分、city:14100 が「benefits:retired:verb」を実施しました"


def test_pages_over_several_logs_show_every_entry_once_and_in_order() -> None:
    """Many entries of the very same microsecond, in two logs, cut at every page size."""
    with turned() as clock:
        for n in range(12):
            if n % 4:
                clock.at -= timedelta(milliseconds=1)
            log("benefits" if n % 3 else "inquiry", CLERK, PRINT, subject=f"{n}")
    for limit in (1, 2, 5, 12):
        seen, after = [], None
        while True:
            page = search.search(["benefits", "inquiry"], Criteria(), after=after, limit=limit)
            seen += page.entries
            if (after := page.following) is None:
                break
        assert len({entry.subject for entry in seen}) == len(seen) == 12
        assert seen == sorted(seen, key=lambda entry: entry.key, reverse=True)


def test_search_by_staff_event_outcome_period_and_person() -> None:
    with turned() as clock:
        clock.at = MONDAY
        log("benefits", CLERK, PRINT, TARO)
        log("benefits", OTHER, LOOK, TARO)
        clock.at += timedelta(days=1)
        log("benefits", CLERK, LOOK, HANAKO, outcome=Outcome.REFUSED)
        log("inquiry", CLERK, LOOK, TARO)

    def found(criteria: Criteria) -> int:
        return len(search.search(["benefits", "inquiry"], criteria).entries)

    assert found(Criteria()) == 4
    assert found(Criteria(actor="c001")) == 3
    assert found(Criteria(verbs=(LOOK,))) == 3
    assert found(Criteria(outcome="refused")) == 1
    assert found(Criteria(since=MONDAY + timedelta(hours=1))) == 2
    assert found(Criteria(until=MONDAY + timedelta(hours=1))) == 2
    assert found(Criteria(persons={"benefits": [TARO]})) == 2
    assert found(Criteria(persons={"benefits": [HANAKO], "inquiry": [TARO]})) == 2
    assert found(Criteria(persons={"benefits": [Person("case_number", "11")]})) == 0  # another number space


def test_everybody_who_looked_at_one_resident() -> None:
    with turned() as clock:
        clock.at = MONDAY
        for _ in range(3):
            log("benefits", CLERK, LOOK, TARO)
        log("benefits", CLERK, PRINT, TARO)
        log("inquiry", OTHER, LOOK, TARO)
        log("benefits", OTHER, LOOK, HANAKO)
        with transaction.atomic(using="benefits"):
            record_many("benefits", by=OTHER, verb=LOOK, subject="list", about=[HANAKO, TARO])
    rows = reports.viewers({"benefits": [TARO], "inquiry": [TARO]})
    assert [(row.alias, row.actor, row.count) for row in rows] == [
        ("benefits", "c002", 1),
        ("inquiry", "c002", 1),
        ("benefits", "c001", 4),
    ]
    assert rows[2].verbs == (PRINT, LOOK)
    assert rows[2].purposes == ("窓口での問合せ",)


def test_unusual_accesses_are_listed_by_rule() -> None:
    with turned() as clock:
        clock.at = MONDAY
        log("benefits", CLERK, LOOK, TARO)  # taro is the clerk's brother
        log("benefits", OTHER, LOOK, HANAKO)  # hanako is protected
        for n in range(4):
            log("benefits", OTHER, LOOK, Person("resident_code", f"9{n}"))
        for _ in range(3):
            log("benefits", OTHER, PRINT, outcome=Outcome.REFUSED)
        log("benefits", OTHER, LOOK, subject=f"{unusual.NAME_ONLY} 3 hits")
        clock.at = datetime(2026, 8, 3, 13, 30, tzinfo=UTC)  # 22:30 in Japan
        log("benefits", CLERK, LOOK, Person("resident_code", "33"))
        clock.at = datetime(2026, 8, 8, 1, 0, tzinfo=UTC)  # a Saturday
        log("benefits", CLERK, PRINT)
        log("benefits", CLERK, "benefits:case:number")  # no look
    found = unusual.unusual(
        ["benefits", "inquiry"],
        since=MONDAY - timedelta(days=1),
        until=MONDAY + timedelta(days=9),
        relations=[Relation(actor="c001", what="家族", persons={"benefits": [TARO]})],
        protected={"benefits": [HANAKO]},
        volume=4,
        refusals=2,
    )
    assert [(one.rule, one.actor, one.note, one.count) for one in found] == [
        (Rule.RELATED, "c001", "家族", 1),
        (Rule.PROTECTED, "c002", "", 1),
        (Rule.VOLUME, "c002", "2026-08-03", 5),
        (Rule.OUT_OF_HOURS, "c001", "", 2),
        (Rule.NAME_ONLY, "c002", "", 1),
        (Rule.REFUSED, "c002", "2026-08-03", 3),
    ]


def test_the_self_inspection_sheet_counts() -> None:
    with turned() as clock:
        clock.at = MONDAY
        log("directory_city", CLERK, "access:session:begin")
        log("directory_city", CLERK, "access:session:begin", outcome=Outcome.REFUSED)
        log("benefits", OTHER, LOOK, TARO)
        log("benefits", CLERK, PRINT)
        sheet = log_actions.inspection_sheet(
            aliases=["benefits", "directory_city"],
            since=MONDAY - timedelta(days=1),
            until=MONDAY + timedelta(days=1),
            by=AUDITOR,
        )
    found = {line.question: (line.found, line.clean) for line in sheet}
    assert found["サインインの件数"] == (1, None)
    assert found["拒否されたサインインの件数"] == (1, None)
    assert found["目的が書かれていない閲覧の件数"] == (1, False)
    assert found["時間外・休日の閲覧と出力の件数"] == (0, True)
    assert found["出力・印刷の件数"] == (1, None)
    assert found["記録の閲覧の件数"] == (1, None)  # this very look
    assert found["記録の検証の件数"] == (0, False)


def test_a_look_at_the_log_needs_a_right_and_a_purpose_and_is_logged() -> None:
    log("benefits", CLERK, LOOK, TARO)
    criteria = Criteria(actor="c001", persons={"benefits": [TARO]})
    clerk = Actor(staff_id="c001", roles=frozenset({Role.CLERK}), purpose="好奇心")
    with pytest.raises(TodokeError, match="PERMISSION_DENIED"):
        log_actions.look(aliases=["benefits"], criteria=criteria, by=clerk)
    with pytest.raises(TodokeError, match="PURPOSE_MISSING"):
        log_actions.look(aliases=["benefits"], criteria=criteria, by=replace(AUDITOR, purpose=""))
    assert not Operation.objects.using("directory_city").exists()
    assert len(log_actions.look(aliases=["benefits"], criteria=criteria, by=AUDITOR).entries) == 1
    assert len(log_actions.viewers(persons={"benefits": [TARO]}, by=AUDITOR)) == 1
    entries = Operation.objects.using("directory_city").order_by("id")
    assert [(entry.actor, entry.subject, entry.purpose) for entry in entries] == [
        ("a001", "search staff:c001 person:one", "定期監査"),
        ("a001", "viewers of one person", "定期監査"),
    ]
    # who looked up whose log is found by the person, too
    assert len(search.search(["directory_city"], Criteria(persons={"directory_city": [TARO]})).entries) == 2


def test_one_person_s_report_goes_by_the_index() -> None:
    from django.db import connections

    with transaction.atomic(using="benefits"):
        people = (Person("resident_code", f"{n}") for n in range(3000))
        record_many("benefits", by=CLERK, verb=LOOK, subject="list", about=people)
    where, values = search.conditions("benefits", Criteria(persons={"benefits": [TARO]}))
    with connections["benefits"].cursor() as cursor:
        cursor.execute(f"EXPLAIN SELECT actor FROM oplog_operation WHERE {' AND '.join(where)}", values)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "object_index" in plan
    assert "Seq Scan" not in plan
