"""情報提供等記録: found with a purpose, withheld by two officers, told to the other side, and disclosed in print without a trace."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import Error, transaction
from django.test import override_settings
from pypdf import PdfReader

from tests.systems.three_towns import (
    EAST,
    HOME,
    OFFICER,
    SECOND_OFFICER,
    WEST,
    Towns,
    alias,
    inquiry,
    organisation,
    own_number,
)
from todoke.access.permissions import Actor, Held, Role
from todoke.contracts.exchange_records import Side
from todoke.contracts.information import Outcome
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog import keys
from todoke.oplog.models import Operation
from todoke.systems.intermediary.actions.disclose_records import Request, disclose_records
from todoke.systems.intermediary.actions.judge_record import (
    confirm_judgement,
    propose_judgement,
    withdraw_judgement,
)
from todoke.systems.intermediary.actions.read_records import open_record, search_records
from todoke.systems.intermediary.queries import records
from todoke.systems.intermediary.queries.records import Sought
from todoke.systems.intermediary.rules import nondisclosure

CONDITIONS: list[tuple[dict[str, Any], int]] = [
    ({"since": date(2020, 1, 1)}, 3),
    ({"since": date(2020, 1, 1), "until": date(2020, 1, 2)}, 0),
    ({"since": date(2020, 1, 1), "partner": organisation(EAST)}, 2),
    ({"since": date(2020, 1, 1), "duty": "JM00000000000000"}, 0),
    ({"since": date(2020, 1, 1), "side": Side.PROVIDER}, 0),
]
SHORT_CUTS = (
    "UPDATE intermediary_nondisclosure SET state = 'confirmed', confirmed_by = 'p002', confirmed_at = now()",
    "UPDATE intermediary_nondisclosure SET state = 'confirmed'",
    "UPDATE intermediary_nondisclosure SET code = '1'",
    "DELETE FROM intermediary_nondisclosure",
    "INSERT INTO intermediary_nondisclosure (record_id, code, reason, state, state_at, state_by, proposed_by,"
    " proposed_at, confirmed_by, confirmed_at) SELECT record_id, '1', 'x', 'confirmed', now(), 'a', 'a', now(),"
    " 'b', now() FROM intermediary_nondisclosure",
)
READER = replace(OFFICER, purpose="開示請求 R4-12")
REQUEST = Request(
    number="R4-12", requested_on=date(2022, 4, 1), persons=(own_number(HOME, 1),), name="𠮷田 髙﨑", office="市民情報課",
    since=None, until=date(2099, 3, 31),
)  # fmt: skip


@pytest.fixture
def asked(towns: Towns) -> Towns:
    """HOME asked EAST and WEST about person 1, and EAST about 2; EAST has both, and holds person 2."""
    keys.make(towns.folder, "national")  # the index of persons in the log
    towns.open_for_business(2)
    towns.register(EAST, [1, 2], held=[2])
    towns.inquire([inquiry("r1", 1, EAST), inquiry("r2", 1, WEST), inquiry("r3", 2, EAST)])
    towns.deliver()
    return towns


def record_at(town: str, person: int, partner: str) -> records.Record:
    (found,) = records.records(
        alias(town), Sought(persons=[own_number(town, person)], partner=organisation(partner))
    )
    return found


def judge(town: str, record: records.Record, code: str) -> None:
    made = propose_judgement(
        alias=alias(town), number=record.number, code=code, reason="弁護士から申出", by=OFFICER
    )
    confirm_judgement(alias=alias(town), judgement=made.pk, by=SECOND_OFFICER)


def text_of(document: bytes) -> list[str]:
    return [
        "".join(page.extract_text().split()).replace("　", "")
        for page in PdfReader(io.BytesIO(document)).pages
    ]


class TestSearch:
    def test_both_sides_find_their_own_by_their_own_number(self, asked: Towns) -> None:
        mine = search_records(alias=alias(HOME), sought=Sought(persons=[own_number(HOME, 1)]), by=READER)
        assert {(row.side, row.partner, row.outcome) for row in mine} == {
            (Side.INQUIRER, organisation(EAST), Outcome.ANSWERED),
            (Side.INQUIRER, organisation(WEST), Outcome.NO_RECORD),
        }
        theirs = search_records(alias=alias(EAST), sought=Sought(persons=[own_number(EAST, 1)]), by=READER)
        assert [(row.side, row.partner) for row in theirs] == [(Side.PROVIDER, organisation(HOME))]
        assert {row.permit_id for row in theirs} < {row.permit_id for row in mine}

    def test_conditions(self, asked: Towns) -> None:
        for conditions, count in CONDITIONS:
            found = search_records(alias=alias(HOME), sought=Sought(**conditions), by=READER)
            assert len(found) == count, conditions

    def test_every_search_is_logged_about_whom_it_sought_with_the_purpose(self, asked: Towns) -> None:
        nobody = own_number(HOME, 99)
        assert search_records(alias=alias(HOME), sought=Sought(persons=[nobody]), by=READER) == []
        logged = Operation.objects.using(alias(HOME)).filter(
            verb="intermediary:record:read", object_index__isnull=False
        )
        assert list(logged.values_list("purpose", flat=True)) == ["開示請求 R4-12"]

    def test_no_purpose_no_bounds_no_right(self, asked: Towns) -> None:
        sought = Sought(persons=[own_number(HOME, 1)])
        elsewhere = Actor(
            staff_id="p009",
            held=(Held(role=Role.PROVIDER_OFFICER, duty="provision", municipality=EAST),),
            purpose="確認",
        )
        for by, what, code in (
            (OFFICER, sought, ErrorCode.PURPOSE_MISSING),
            (READER, Sought(), ErrorCode.RECORD_INVALID),
            (READER, Sought(persons=["123456789012345"]), ErrorCode.NUMBER_INVALID),
            (elsewhere, sought, ErrorCode.PERMISSION_DENIED),
        ):
            with pytest.raises(TodokeError) as refused:
                search_records(alias=alias(HOME), sought=what, by=by)
            assert refused.value.code is code


class TestNondisclosure:
    def test_two_officers_withhold_and_network_and_other_side_know(self, asked: Towns) -> None:
        mine = record_at(HOME, 1, EAST)
        made = propose_judgement(
            alias=alias(HOME), number=mine.number, code="2", reason="弁護士から申出", by=OFFICER
        )
        assert not record_at(HOME, 1, EAST).withheld
        with pytest.raises(TodokeError, match="SAME_PERSON"):
            confirm_judgement(alias=alias(HOME), judgement=made.pk, by=OFFICER)
        confirm_judgement(alias=alias(HOME), judgement=made.pk, by=SECOND_OFFICER)
        assert record_at(HOME, 1, EAST).withheld
        asked.deliver()
        theirs = record_at(EAST, 1, HOME)
        assert (theirs.own_code, theirs.partner_code, theirs.withheld) == ("", "2", True)
        told = asked.rows("network", "SELECT permit_id, party, code FROM network_nondisclosure")
        assert told == [(mine.permit_id, "inquirer", "2")]
        _, judgements = open_record(alias=alias(HOME), number=mine.number, by=READER)
        assert [(row.proposed_by, row.confirmed_by) for row in judgements] == [("p002", "p003")]

    def test_it_is_lifted_the_same_way(self, asked: Towns) -> None:
        judge(HOME, record_at(HOME, 1, EAST), "3")
        judge(HOME, record_at(HOME, 1, EAST), "1")
        asked.deliver()
        assert not record_at(HOME, 1, EAST).withheld
        assert record_at(EAST, 1, HOME).partner_code == "1"
        assert not record_at(EAST, 1, HOME).withheld

    def test_an_inquiry_that_came_withheld_is_told_with_its_permit(self, asked: Towns) -> None:
        asked.inquire([inquiry("r9", 1, EAST, nondisclosure="2")])
        asked.deliver()
        codes = [
            row.partner_code for row in records.records(alias(EAST), Sought(persons=[own_number(EAST, 1)]))
        ]
        assert codes == ["2", ""]

    def test_a_code_that_the_table_does_not_know_withholds(self, asked: Towns) -> None:
        judge(HOME, record_at(HOME, 1, EAST), "9")
        with override_settings(TODOKE_NONDISCLOSURE_CODES="1=開示できる,2!不開示"):
            assert record_at(HOME, 1, EAST).withheld

    def test_one_proposal_at_a_time_and_it_can_be_taken_back(self, asked: Towns) -> None:
        mine = record_at(HOME, 1, EAST)

        def propose(code: str = "2", reason: str = "申出") -> int:
            made = propose_judgement(
                alias=alias(HOME), number=mine.number, code=code, reason=reason, by=OFFICER
            )
            return int(made.pk)

        first = propose()
        for wrong, code in (
            (("3", "申出"), "STATE_CONFLICT"),
            (("Z", "申出"), "RECORD_INVALID"),
            (("2", " "), "RECORD_INVALID"),
        ):
            with pytest.raises(TodokeError, match=code):
                propose(*wrong)
        withdraw_judgement(alias=alias(HOME), judgement=first, by=OFFICER)
        assert not record_at(HOME, 1, EAST).withheld
        with pytest.raises(TodokeError, match="STATE_CONFLICT"):
            propose("1")  # it has this code already
        assert propose()

    def test_the_database_refuses_short_cuts(self, asked: Towns) -> None:
        mine = record_at(HOME, 1, EAST)
        propose_judgement(alias=alias(HOME), number=mine.number, code="2", reason="申出", by=OFFICER)
        for statement in SHORT_CUTS:
            with pytest.raises(Error), transaction.atomic(using=alias(HOME)):
                asked.rows(alias(HOME), statement)

    def test_nobody_marks_the_permit_of_others(self, asked: Towns) -> None:
        from todoke.contracts.nondisclosure import TO_NETWORK, Nondisclosure, Nondisclosures

        body = Nondisclosures(records=[Nondisclosure(record_at(HOME, 1, EAST).permit_id, "2", clock.now())])
        assert asked.ask(f"platform:{WEST}", "network", TO_NETWORK, body).count == 0
        assert asked.rows("network", "SELECT count(*) FROM network_nondisclosure") == [(0,)]


class TestDisclosure:
    def test_who_asked_whom_for_what_and_what_was_given(self, asked: Towns) -> None:
        document = disclose_records(alias=alias(HOME), request=REQUEST, by=READER)
        text = "".join(text_of(document))
        for words in (
            "請求番号R4-12", "𠮷田髙﨑様", "神奈川県横浜市", "市民情報課", "神奈川県川崎市", "記録の件数2件",
            "地方税関係情報", "番号法19条8号", "均等割額", "該当する情報がない", "令和4年4月1日", "1/1",
        ):  # fmt: skip
            assert words in text, words
        assert own_number(HOME, 1) not in text
        assert document == disclose_records(alias=alias(HOME), request=REQUEST, by=READER)

    def test_what_is_withheld_leaves_no_trace(self, asked: Towns) -> None:
        judge(HOME, record_at(HOME, 1, EAST), "2")
        with_it = disclose_records(alias=alias(HOME), request=REQUEST, by=READER)
        text = "".join(text_of(with_it))
        assert "記録の件数1件" in text
        assert "不開示" not in text
        judge(HOME, record_at(HOME, 1, WEST), "2")
        none = disclose_records(alias=alias(HOME), request=REQUEST, by=READER)
        never = replace(REQUEST, persons=(own_number(HOME, 99),))
        assert none == disclose_records(alias=alias(HOME), request=never, by=READER)

    def test_the_other_side_withholds_it_too(self, asked: Towns) -> None:
        judge(HOME, record_at(HOME, 1, EAST), "2")
        asked.deliver()
        theirs = replace(REQUEST, persons=(own_number(EAST, 1),))
        text = "".join(text_of(disclose_records(alias=alias(EAST), request=theirs, by=READER)))
        assert "お知らせする記録はありません" in text

    def test_a_held_answer_reads_like_one_that_has_not_come(self, asked: Towns) -> None:
        held = replace(REQUEST, persons=(own_number(HOME, 2),))
        text = "".join(text_of(disclose_records(alias=alias(HOME), request=held, by=READER)))
        assert "回答はまだありません" in text
        assert "回答の日時" not in text

    def test_refused_while_a_judgement_waits_and_for_what_cannot_be_printed(self, asked: Towns) -> None:
        mine = record_at(HOME, 1, EAST)
        made = propose_judgement(alias=alias(HOME), number=mine.number, code="2", reason="申出", by=OFFICER)
        with pytest.raises(TodokeError, match="STATE_CONFLICT"):
            disclose_records(alias=alias(HOME), request=REQUEST, by=READER)
        withdraw_judgement(alias=alias(HOME), judgement=made.pk, by=OFFICER)
        for change, code in (
            ({"name": "\U0002b82f\U000e0100"}, "RECORD_INVALID"),
            ({"persons": ()}, "RECORD_INVALID"),
            ({"persons": ("123456789012345",)}, "NUMBER_INVALID"),
        ):
            with pytest.raises(TodokeError, match=code):
                disclose_records(alias=alias(HOME), request=replace(REQUEST, **change), by=READER)

    def test_the_log_keeps_number_count_and_hash_about_the_person(self, asked: Towns) -> None:
        disclose_records(alias=alias(HOME), request=REQUEST, by=READER)
        logged = Operation.objects.using(alias(HOME)).filter(verb="intermediary:record:disclose")
        assert logged.get(object_index__isnull=True).subject.startswith("request:R4-12 records:2 sha256:")
        assert logged.filter(object_index__isnull=False).count() == 1


@pytest.mark.parametrize(
    "text", ["", "1=開示", "1=開示,1!不開示", "1=開示,2!", "x=開示,2!不開示", "1開示,2!不開示"]
)
def test_a_table_of_codes_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="code"):
        nondisclosure.table(text)
