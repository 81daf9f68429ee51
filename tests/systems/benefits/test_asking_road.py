"""Asked, answered, decided again: on real tables, with the answer files of the real layout."""

from datetime import date
from pathlib import Path

import pytest
from django.apps import apps
from django.db import Error

from tests.systems.benefits.asking_city import (
    CLERK,
    PROGRAMME,
    AskingCity,
    answered,
    ended,
    rows,
)
from tests.systems.benefits.little_city import code, key
from todoke.access.permissions import Actor, Role
from todoke.contracts.people import BasicAttributes
from todoke.kernel.errors import ErrorCode, InputRefused, TodokeError
from todoke.systems.benefits import jobs, queries

pytestmark = pytest.mark.usefixtures("databases")
TAXED = {"income_levy": "1", "per_capita_levy": "4400"}
ZERO = answered()


def test_only_persons_whose_answer_can_change_the_outcome_are_asked_about(tmp_path: Path) -> None:
    city = AskingCity(tmp_path)
    mover = {"moved_in_on": "2021-02-01"}
    city.little.person(1, 1, **mover).person(2, 1, tax={})  # undecided: ask about the mover only
    city.little.person(3, 2, **mover).person(4, 2, tax=TAXED)  # taxed already: nobody
    city.little.person(5, 3, **mover).person(6, 3, tax={"treaty_exempt": "1"})  # treaty already: nobody
    city.little.person(7, 4, **mover).person(8, 4)  # 未申告 beside: the answer may still say TAXED
    city.little.person(9, 5)  # 未申告 alone: nobody elsewhere knows
    city.little.person(10, 6, previous_municipality="99999", **mover)  # from abroad: the separate list
    city.little.person(11, 7, tax={})  # eligible: nobody
    city.answers = {1: ZERO, 7: ZERO, 10: ZERO}
    city.serve().first()
    assert rows("SELECT persons, asked, abroad, unreachable FROM benefits_inquiry_order") == [(3, 2, 1, 0)]
    asked = queries.answers(PROGRAMME).to_pydict()
    assert asked == {"resident_code": [code(1), code(7), code(10)], "status": ["照会中", "照会中", "未照会"]}


def test_what_is_before_the_transfer_is_kept_in_columns_of_its_own(tmp_path: Path) -> None:
    """税源移譲前 (items 39, 41, 43) beside the present amounts: each comes in as it was, none instead of the other."""
    names = ("housing_credit", "donation_credit", "income_levy")
    said = {name: 800 + place for place, name in enumerate(names)}
    said |= {f"{name}_before_transfer": 600 + place for place, name in enumerate(names)}
    city = AskingCity(tmp_path).movers([answered(per_capita_levy=3500, **said)]).serve().first()
    city.second((city.file("answers.dat", [1]),))
    assert rows(f"SELECT {', '.join(said)} FROM benefits_answer") == [tuple(said.values())]


def test_answers_decide_again_and_what_is_not_known_never_becomes_eligible(tmp_path: Path) -> None:
    """An empty amount, a missing answer, a held answer, an error, a stranger's answer: all stay undecided."""
    answers = [
        ZERO, answered(per_capita_levy=3500), answered(income_levy=9, per_capita_levy=3500),
        answered(per_capita_levy=None), answered(income_levy=None), ended("02"), ended("03"), ended("04", "x"),
        ended("05"), ended("06"), ended("07"), answered(income_levy=9), answered(tax_year="2020"),
        answered(taxed_elsewhere="1"), ZERO, ZERO,
    ]  # fmt: skip
    city = AskingCity(tmp_path).movers(answers)
    city.strangers[15] = BasicAttributes(
        name_kanji="届　花子", sex="2", birth_date=date(1970, 5, 5), address="別の住所"
    )
    city.serve().first()
    found = city.second((city.file("answers.dat", range(1, 16)),))  # nothing about person 16
    statuses = {person: reason.partition("=")[2] for person, reason in found.items() if person > 3}
    assert found[1] == "EXEMPT"
    assert found[2] == f"TAXED:{code(2)}=均等割のみ課税"
    assert found[3] == f"TAXED:{code(3)}=所得割課税"
    assert statuses == {
        4: "回答エラー", 5: "回答エラー", 6: "回答なし", 7: "提供者確認中", 8: "回答エラー", 9: "照会中",
        10: "回答エラー", 11: "他市町村課税", 12: "回答エラー", 13: "回答エラー", 14: "他市町村課税",
        15: "回答エラー", 16: "照会中",
    }  # fmt: skip
    assert queries.outcome_counts(queries.decision_run(PROGRAMME, "second")) == {
        "eligible": 1, "ineligible": 2, "undecided": 13, "households": 16,
    }  # fmt: skip
    counted = rows(
        "SELECT taken, accepted, refused FROM batch_steprun WHERE name = 'benefits.answers' AND state = 'done'"
    )
    assert counted == [(16, 15, 1)]


def test_an_absent_amount_is_kept_as_absent_with_its_reason(tmp_path: Path) -> None:
    city = AskingCity(tmp_path).movers([answered(per_capita_levy=None), ZERO]).serve().first()
    city.second()
    kept = rows(
        "SELECT income_levy, per_capita_levy, per_capita_levy_reason, income_levy_before_transfer, finding"
        " FROM benefits_answer ORDER BY resident_code"
    )
    assert kept == [(0, None, "NotConvered", 0, "per_capita_levy_absent"), (0, 0, None, 0, "")]


@pytest.mark.parametrize("amounts", ["NULL, 0", "0, NULL", "1, 0"])
def test_the_database_itself_refuses_exempt_without_two_zeros(tmp_path: Path, amounts: str) -> None:
    AskingCity(tmp_path).movers([ZERO]).serve().first().second()
    with pytest.raises(Error, match="answer_"):
        rows(
            "INSERT INTO benefits_answer (imported_id, resident_code, ward_code, inquiry_kind, status, finding, tax_year,"
            f" taxed_elsewhere, income_levy, per_capita_levy) SELECT imported_id, 'x', '', '01', '非課税', '', '2021',"
            f" '0', {amounts} FROM benefits_answer"
        )


def test_a_later_answer_replaces_a_held_one_and_the_old_one_stays_on_record(tmp_path: Path) -> None:
    city = AskingCity(tmp_path).movers([ended("03"), ZERO]).serve().first()
    assert city.second() == {1: f"UNKNOWN:{code(1)}=提供者確認中", 2: "EXEMPT"}
    city.answers[1] = answered(per_capita_levy=3500)
    released = city.file("released.dat", [1, 2])
    assert city.second((released,), "third") == {1: f"TAXED:{code(1)}=均等割のみ課税", 2: "EXEMPT"}
    assert rows("SELECT count(*) FROM benefits_answer") == [(4,)]


def test_a_person_missing_from_the_newest_answers_is_unknown_again(tmp_path: Path) -> None:
    city = AskingCity(tmp_path).movers([ZERO, ZERO]).serve().first()
    assert city.second() == {1: "EXEMPT", 2: "EXEMPT"}
    assert city.second((city.file("short.dat", [1]),), "third") == {
        1: "EXEMPT",
        2: f"UNKNOWN:{code(2)}=照会中",
    }


def test_the_same_files_again_change_nothing(tmp_path: Path) -> None:
    city = AskingCity(tmp_path).movers([ZERO]).serve().first()
    first = city.second()
    assert city.second() == first
    assert jobs.import_answers(PROGRAMME, "first", by=CLERK)[0].resumed
    jobs.ask(PROGRAMME, "first", by=CLERK)
    jobs.decide(PROGRAMME, "first", by=CLERK)
    tables = ("answer", "answerimport", "inquiry_order", "decisionrun")
    assert [rows(f"SELECT count(*) FROM benefits_{table}") for table in tables] == [
        [(1,)],
        [(1,)],
        [(1,)],
        [(2,)],
    ]


@pytest.mark.parametrize(
    ("persons", "places"),
    [([1, 2, 1], {(3, "個人コード")}), ([1, 2, 3], {(3, "個人コード")}), ([3, 2, 2], {(1, "個人コード"), (3, "個人コード")})],
)  # fmt: skip
def test_a_file_with_a_person_twice_or_not_asked_about_is_refused_whole(
    tmp_path: Path, persons: list[int], places: set[tuple[int, str]]
) -> None:
    city = AskingCity(tmp_path).movers([ZERO, ZERO])
    city.little.person(3, 3, tax={})
    city.answers[3] = ZERO
    city.serve().first()
    good = city.file("good.dat", [])
    bad = city.file("bad.dat", persons)
    with pytest.raises(InputRefused) as caught:
        jobs.import_answers(PROGRAMME, "first", by=CLERK, files=(good, bad))
    assert {(row.row, row.column) for row in caught.value.rows} == places
    assert {row.file for row in caught.value.rows} == {"bad.dat"}
    assert code(3) not in str([str(row) for row in caught.value.rows])
    assert rows("SELECT count(*) FROM benefits_answerimport") == [(0,)]


def test_two_persons_with_one_integrated_number_are_refused(tmp_path: Path) -> None:
    city = AskingCity(tmp_path).movers([ZERO, ZERO]).serve().first()
    city.answers[2] = {**ZERO, "integrated_number": city.record(code(1))["integrated_number"]}
    with pytest.raises(InputRefused) as caught:
        jobs.import_answers(PROGRAMME, "first", by=CLERK, files=(city.file("bad.dat", [1, 2]),))
    assert [(row.row, row.column) for row in caught.value.rows] == [(1, "統合番号"), (2, "統合番号")]


def test_a_changed_answer_file_or_snapshot_is_refused(tmp_path: Path) -> None:
    city = AskingCity(tmp_path).movers([ZERO]).serve().first()
    handed = Path(city.inquiries.answer_files(f"{PROGRAMME}-first")[0].path)
    handed.write_bytes(handed.read_bytes()[::-1])
    with pytest.raises(TodokeError) as caught:
        jobs.import_answers(PROGRAMME, "first", by=CLERK)
    assert caught.value.code is ErrorCode.INPUT_CHANGED
    register = next((tmp_path / "sealed").glob("residents-base-*.parquet"))
    register.write_bytes(register.read_bytes() + b" ")
    with pytest.raises(TodokeError) as caught:
        jobs.decide(PROGRAMME, "second", by=CLERK)
    assert caught.value.code is ErrorCode.INPUT_CHANGED
    assert rows("SELECT count(*) FROM benefits_decisionrun") == [(1,)]


def test_nothing_is_asked_before_a_decision_nor_answered_before_a_question(tmp_path: Path) -> None:
    city = AskingCity(tmp_path).movers([ZERO]).serve()
    file = city.file("early.dat", [1])
    for work in (
        lambda: jobs.ask(PROGRAMME, "first", by=CLERK),
        lambda: jobs.import_answers(PROGRAMME, "first", by=CLERK, files=(file,)),
        lambda: jobs.decide(PROGRAMME, "first", by=CLERK),
        lambda: jobs.decide("r9-unknown", "first", by=CLERK),
    ):
        with pytest.raises(TodokeError) as caught:
            work()
        assert caught.value.code is ErrorCode.NOT_FOUND


def test_judging_needs_its_permission(tmp_path: Path) -> None:
    city = AskingCity(tmp_path).movers([ZERO]).serve().first()
    treasurer = Actor(staff_id="t001", roles=frozenset({Role.TREASURER}))
    file = city.file("answers.dat", [1])
    for work in (
        lambda: jobs.decide(PROGRAMME, "other", by=treasurer),
        lambda: jobs.ask(PROGRAMME, "other", by=treasurer),
        lambda: jobs.import_answers(PROGRAMME, "first", by=treasurer, files=(file,)),
    ):
        with pytest.raises(TodokeError) as caught:
            work()
        assert caught.value.code is ErrorCode.PERMISSION_DENIED


def test_decisions_and_answers_cannot_be_changed(tmp_path: Path) -> None:
    AskingCity(tmp_path).movers([ZERO]).serve().first().second()
    tables = ("source", "decisionrun", "decision", "inquiry_order", "answerimport", "answer")
    for table in tables:
        column = "rows" if table == "source" else "order_id" if table == "inquiry_order" else "id"
        for statement in (
            f"DELETE FROM benefits_{table}",
            f"UPDATE benefits_{table} SET {column} = {column}",
        ):
            with pytest.raises(Error, match="append-only"):
                rows(statement)


def test_the_run_is_sealed_with_everything_it_was_made_from(tmp_path: Path) -> None:
    city = AskingCity(tmp_path).movers([ZERO, ended("02")])
    city.little.person(3, 3, is_head="1", tax={})
    city.serve().first().second()
    first, second = (queries.decision_run(PROGRAMME, name) for name in ("first", "second"))
    assert first.tax_sha256 == second.tax_sha256
    assert first.answers_sha256 != second.answers_sha256
    assert (second.residents, second.households, second.edition) == (3, 3, "2022-02-01")
    assert queries.status_counts(second) == {"非課税": 2, "回答なし": 1}
    queries.write_decisions(second, tmp_path / "decisions.csv")
    assert (tmp_path / "decisions.csv").read_text(encoding="utf-8").splitlines() == [
        "household_code,case_number,outcome,reasons",
        f"{key(1)},,eligible,EXEMPT",
        f"{key(2)},,undecided,UNKNOWN:{code(2)}=回答なし",
        f"{key(3)},,eligible,EXEMPT",
    ]
    once = (tmp_path / "decisions.csv").read_bytes()
    queries.write_decisions(second, tmp_path / "decisions.csv")
    assert (tmp_path / "decisions.csv").read_bytes() == once


def test_no_table_of_this_system_has_room_for_an_individual_number() -> None:
    """個人番号 stays in linkage: neither a column nor an import of its checks here (PIA I.2 システム1)."""
    for model in apps.get_app_config("benefits").get_models():
        for column in model._meta.get_fields():
            assert "individual" not in column.name, (model, column)
            assert "juki" not in column.name, (model, column)
    for path in (Path(jobs.__file__).parents[1]).rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        assert "individual_number" not in source, path
        assert "INDIVIDUAL_NUMBERS" not in source, path
