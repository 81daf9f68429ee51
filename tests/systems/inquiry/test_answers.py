"""他市転入者出力レコード: every outcome keeps its own 照会区分, and what is not known is never zero."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import IntegrityError, connections

from tests.systems import city
from tests.systems.inquiry.town import HELD, NO_RECORD, ORDER, Town, code, elsewhere
from tests.systems.linkage import realms as far
from todoke.contracts.information import TAX_ITEMS, Item, Outcome
from todoke.contracts.inquiry import InquiryKind
from todoke.contracts.stand_ins import Reply
from todoke.engine import snapshots
from todoke.identifiers import integrated_number
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.inquiry import jobs
from todoke.systems.inquiry.actions import write_answers
from todoke.systems.inquiry.models import AnswerFile, RequestFile
from todoke.systems.inquiry.serves import InquiryService

pytestmark = pytest.mark.usefixtures("city_site")
CELLS = [*TAX_ITEMS, *(f"{name}_reason" for name in TAX_ITEMS)]


def empty(row: dict[str, object]) -> bool:
    return all(row[name] is None for name in CELLS)


def test_an_answer_arrives_item_by_item(tmp_path: Path) -> None:
    town = Town({1: "13112"}, tmp_path)
    town.replies[1, "13112"] = far.answered(gross_income="1234567", income_levy="0", per_capita_levy=None)
    town.road()
    row = town.answers()[1]
    assert (row["inquiry_kind"], row["error_reason"]) == (InquiryKind.ANSWERED.value, None)
    assert row["integrated_number"] == integrated_number.mint(1)
    assert row["ward_code"] == "14104"
    assert (row["gross_income"], row["income_levy"]) == (1234567, 0)
    assert (row["per_capita_levy"], row["per_capita_levy_reason"]) == (None, "NotAcceptable")
    assert (row["tax_year"], row["taxed_elsewhere"]) == ("2021", "0")


@pytest.mark.parametrize(
    ("reply", "kind", "error"),
    [
        (HELD, InquiryKind.HELD, None),
        (NO_RECORD, InquiryKind.NO_RECORD, None),
        ((Outcome.RELEASE_REFUSED, "", ()), InquiryKind.RELEASE_REFUSED, None),
        ((Outcome.REFUSED, "unknown_provider", ()), InquiryKind.ERROR, "unknown_provider"),
        ((Outcome.ASKED, "", ()), InquiryKind.ASKED, None),
    ],
)
def test_whatever_is_no_answer_has_no_amount(
    tmp_path: Path, reply: Reply, kind: InquiryKind, error: str | None
) -> None:
    town = Town({1: "13112"}, tmp_path, replies={(1, "13112"): reply})
    town.road()
    row = town.answers()[1]
    assert (row["inquiry_kind"], row["error_reason"]) == (kind.value, error)
    assert empty(row)


def test_persons_who_cannot_be_asked_about_are_in_the_answers_and_those_from_abroad_are_not(
    tmp_path: Path,
) -> None:
    town = Town({1: "", 2: "14104", 3: "99999", 4: "13112"}, tmp_path, strangers=frozenset({4}))
    town.road()
    answers = town.answers()
    assert {place: row["error_reason"] for place, row in answers.items()} == {
        1: "no_origin",
        2: "own_municipality",
        4: "unknown",
    }
    assert all(row["inquiry_kind"] == InquiryKind.ERROR.value and empty(row) for row in answers.values())


@pytest.mark.parametrize(
    "changes",
    [
        {"income_levy": "-1"},
        {"income_levy": "1e6"},
        {"income_levy": "１２"},
        {"gross_income": "1234567890123"},
        {"tax_year": "21"},
    ],
)
def test_an_answer_that_the_record_cannot_carry_is_that_persons_error_alone(
    tmp_path: Path, changes: dict[str, str]
) -> None:
    town = Town({1: "13112", 2: "13112"}, tmp_path, replies={(1, "13112"): far.answered(**changes)})
    town.road()
    row = town.answers()[1]
    assert (row["inquiry_kind"], row["error_reason"]) == (InquiryKind.ERROR.value, "answer_malformed")
    assert empty(row)
    assert town.answers()[2]["inquiry_kind"] == InquiryKind.ANSWERED.value


def test_a_strange_reason_is_an_error_too(tmp_path: Path) -> None:
    items = (*far.nontaxed()[:15], Item(None, "x" * 17))
    town = Town({1: "13112"}, tmp_path, replies={(1, "13112"): (Outcome.ANSWERED, "", items)})
    town.road()
    assert town.answers()[1]["error_reason"] == "answer_malformed"


class TestTaxedElsewhere:
    """住民登録外課税: one hop to the municipality that taxes, and no guess without its answer."""

    def test_the_second_answer_is_the_persons_answer(self, tmp_path: Path) -> None:
        town = Town({1: "13112", 2: "13112"}, tmp_path)
        town.replies[1, "13112"] = elsewhere("27127")
        town.replies[1, "27100"] = far.answered(income_levy="98700", per_capita_levy="3500")
        town.road()
        assert town.asked == [(1, "13112"), (2, "13112"), (1, "27100")]
        row = town.answers()[1]
        assert (row["inquiry_kind"], row["income_levy"]) == (InquiryKind.ANSWERED.value, 98700)
        files = RequestFile.objects.using("inquiry").order_by("number")
        assert list(files.values_list("number", "round", "records")) == [(1, 1, 2), (2, 2, 1)]
        assert (tmp_path / "inquiry" / "request-0002.dat").is_file()

    @pytest.mark.parametrize(
        ("taxing", "error"),
        [
            ("13112", "loop"),
            ("14109", "own_municipality"),
            (None, "no_taxing_municipality"),
            ("99999", "taxed_abroad"),
        ],
    )
    def test_nobody_else_can_be_asked(self, tmp_path: Path, taxing: str | None, error: str) -> None:
        town = Town({1: "13112"}, tmp_path, replies={(1, "13112"): elsewhere(taxing)})
        town.road()
        row = town.answers()[1]
        assert (row["inquiry_kind"], row["error_reason"]) == (InquiryKind.TAXED_ELSEWHERE.value, error)
        assert empty(row)
        assert town.asked == [(1, "13112")]

    @pytest.mark.parametrize(
        ("second", "error"),
        [
            (HELD, "second_held"),
            (NO_RECORD, "second_no_record"),
            ((Outcome.RELEASE_REFUSED, "", ()), "second_release_refused"),
            ((Outcome.REFUSED, "not_on_list", ()), "not_on_list"),
            (elsewhere("13104"), "second_hop"),
        ],
    )
    def test_without_the_second_answer_there_is_none(self, tmp_path: Path, second: Reply, error: str) -> None:
        town = Town({1: "13112"}, tmp_path)
        town.replies = {(1, "13112"): elsewhere("27100"), (1, "27100"): second}
        town.road()
        row = town.answers()[1]
        assert (row["inquiry_kind"], row["error_reason"]) == (InquiryKind.TAXED_ELSEWHERE.value, error)
        assert empty(row)
        assert len(town.asked) == 2

    def test_without_an_exchange_at_hand_the_second_question_waits(self, tmp_path: Path) -> None:
        town = Town({1: "13112"}, tmp_path, replies={(1, "13112"): elsewhere("27100")})
        town.order()
        town.request()
        town.linkage.exchange(jobs.batches(ORDER))
        town.collect(exchange=False)
        row = town.answers()[1]
        assert (row["inquiry_kind"], row["error_reason"]) == ("07", "second_asked")
        town.linkage.exchange(jobs.batches(ORDER))
        town.collect(exchange=False)
        assert town.answers()[1]["inquiry_kind"] == InquiryKind.ANSWERED.value


def test_a_released_answer_makes_a_new_edition_and_the_old_one_stays(tmp_path: Path) -> None:
    town = Town({1: "13112", 2: "13112"}, tmp_path, replies={(1, "13112"): HELD})
    town.road()
    (first,) = InquiryService().answer_files(ORDER)
    town.replies[1, "13112"] = far.answered(income_levy="5000", per_capita_levy="3500")
    (batch,) = RequestFile.objects.using("inquiry").values_list("batch_id", flat=True)
    town.linkage.exchange([batch])
    town.collect()
    (second,) = InquiryService().answer_files(ORDER)
    assert [Path(file.path).name for file in (first, second)] == ["answer-0001.dat", "answer-0001-2.dat"]
    assert town.answers()[1]["income_levy"] == 5000
    for file in (first, second):
        snapshots.check(Path(file.path), file.sha256)


def test_nothing_new_is_no_new_edition_and_lost_files_come_back(tmp_path: Path) -> None:
    town = Town({1: "13112", 2: "13112"}, tmp_path)
    town.road()
    (first,) = InquiryService().answer_files(ORDER)
    Path(first.path).unlink()
    reports = town.collect()
    assert [report.resumed for report in reports] == [True]
    assert InquiryService().answer_files(ORDER) == [first]
    snapshots.check(Path(first.path), first.sha256)
    assert [path.name for path in (tmp_path / "answers").iterdir()] == ["answer-0001.dat"]


def test_answers_are_cut_into_files_and_together_hold_everybody_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_answers, "RECORDS_PER_FILE", 3)
    town = Town(dict.fromkeys(range(1, 8), "13112"), tmp_path)
    town.road()
    files = InquiryService().answer_files(ORDER)
    assert [file.records for file in files] == [3, 3, 1]
    assert list(town.answers()) == list(range(1, 8))


def test_a_run_that_died_before_the_rows_were_kept_writes_the_same_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = Town({1: "13112", 2: "13112"}, tmp_path)
    town.order()
    town.request()
    town.linkage.exchange(jobs.batches(ORDER))

    def dies(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(write_answers, "record", dies)
    with pytest.raises(KeyboardInterrupt):
        town.collect()
    assert InquiryService().answer_files(ORDER) == []
    monkeypatch.undo()
    town.collect()
    (file,) = InquiryService().answer_files(ORDER)
    snapshots.check(Path(file.path), file.sha256)
    assert [path.name for path in (tmp_path / "answers").iterdir()] == ["answer-0001.dat"]


def test_linkage_keeps_no_items_after_the_answers_are_stored(tmp_path: Path) -> None:
    town = Town({1: "13112"}, tmp_path)
    town.road()
    (batch,) = RequestFile.objects.using("inquiry").values_list("batch_id", flat=True)
    assert [result.items for result in town.linkage.results(batch)] == [()]
    assert town.answers()[1]["inquiry_kind"] == InquiryKind.ANSWERED.value


def test_an_answer_that_linkage_dropped_too_early_is_an_alarm(tmp_path: Path) -> None:
    town = Town({1: "13112"}, tmp_path)
    town.order()
    town.request()
    (batch,) = jobs.batches(ORDER)
    town.linkage.exchange([batch])
    (result,) = town.linkage.results(batch)
    town.linkage.hand_over(record_ids=[result.record_id], by=city.OPERATOR)
    with pytest.raises(TodokeError) as alarm:
        town.collect()
    assert alarm.value.code is ErrorCode.STATE_CONFLICT
    assert InquiryService().answer_files(ORDER) == []


def test_totals_add_up_and_name_nobody(tmp_path: Path) -> None:
    town = Town({1: "13112", 2: "13112", 3: "99999", 4: ""}, tmp_path, replies={(2, "13112"): HELD})
    town.road()
    report = town.collect()[-1]
    assert (report.counts.taken, report.counts.accepted, report.counts.refused) == (3, 1, 2)
    assert report.counts.totals["提供者確認中"] == 1
    assert jobs.standing(ORDER)["国外転入"] == 1
    assert code(1) not in str(report)


def test_the_database_refuses_items_without_an_answer(tmp_path: Path) -> None:
    town = Town({1: "13112"}, tmp_path, replies={(1, "13112"): HELD})
    town.road()
    statement = "UPDATE inquiry_query SET item_values = array_fill('0'::text, ARRAY[16])"
    with pytest.raises(IntegrityError), connections["inquiry"].cursor() as cursor:
        cursor.execute(statement)
    assert AnswerFile.objects.using("inquiry").count() == 1


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        (
            "UPDATE inquiry_query SET state = 'asked', item_values = NULL, item_reasons = NULL",
            "may not follow",
        ),
        ("DELETE FROM inquiry_query", "rows stay"),
    ],
)
def test_an_answer_is_neither_taken_back_nor_removed(tmp_path: Path, statement: str, refusal: str) -> None:
    Town({1: "13112"}, tmp_path).road()
    with pytest.raises(IntegrityError, match=refusal), connections["inquiry"].cursor() as cursor:
        cursor.execute(statement)
