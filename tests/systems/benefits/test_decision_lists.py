"""配慮を要する人・申立て・先行する給付 as files: checked, taken, and read by decisions; the golden cases come out of them."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.systems.benefits.asking_city import AskingCity, rows
from tests.systems.benefits.little_city import LittleCity, code, key, run
from tests.systems.benefits.programmes import cases
from tests.systems.benefits.test_imports import begin, through
from tests.systems.benefits.world import CLERK
from todoke.contracts import registry
from todoke.contracts.residents import Residents
from todoke.contracts.stand_ins import ResidentsStandIn
from todoke.engine import duck
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.benefits import jobs
from todoke.systems.benefits.models import Source, TaxCertificate
from todoke.systems.benefits.queries import decision_run
from todoke.systems.benefits.queries.deciding import decision_lists
from todoke.systems.benefits.queries.editions import proposals as editions
from todoke.systems.benefits.queries.imports import standing as imports
from todoke.systems.benefits.queries.why import lists as why_lists
from todoke.systems.benefits.queries.why import seen as why
from todoke.systems.benefits.queries.why.evidence import evidence_of
from todoke.systems.benefits.rules import programmes
from todoke.systems.benefits.rules.articles.forming import SpecialKind
from todoke.systems.benefits.rules.imports.kinds import ImportKind
from todoke.systems.benefits.rules.imports.reading import LAYOUTS
from todoke.systems.benefits.rules.programmes import R6_SHORTFALL

pytestmark = pytest.mark.usefixtures("databases")
FIGURES: dict[str, ImportKind] = {
    "r3-hardship": ImportKind.HARDSHIP_FIGURES,
    "r6-shortfall": ImportKind.SHORTFALL_FIGURES,
}


@pytest.fixture(autouse=True)
def nothing_left() -> None:
    import shutil

    from django.conf import settings

    shutil.rmtree(settings.TODOKE_DATA_FOLDER, ignore_errors=True)
    registry.serve(Residents, ResidentsStandIn())  # type: ignore[type-abstract]


def write(folder: Path, kind: ImportKind, lines: list[dict[str, object]]) -> Path:
    path = folder / f"{kind}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, LAYOUTS[kind].names, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)
    return path


def handed_over(little: LittleCity, folder: Path, figures: ImportKind | None, of: str = "") -> None:
    """The lists of a little city as other departments hand them over, taken in five steps each.

    The figures are those of the programme `of`; none given, of the released one that reads them.
    """
    lists: dict[ImportKind, list[dict[str, object]]] = {
        ImportKind.SPECIAL_PERSONS: [
            {"resident_code": who, "kind": kind, "noted_on": "2022-01-05"} for who, kind in little.special
        ],
        ImportKind.EARLIER_ROUNDS: [
            {"programme": of, "household_code": household, "head": head, "standing": standing}
            for of, household, head, standing in little.earlier
        ],
    }
    if figures is not None:
        people: dict[str, dict[str, object]] = {}
        for who, item, value in little.figures:
            people.setdefault(who, {"resident_code": who})[item] = value
        lists[figures] = list(people.values())
    for kind, lines in lists.items():
        if lines:
            found = begin(
                write(folder, kind, lines), kind, programme=of if of and kind is figures else whose(kind)
            )
            assert (found.state, found.rows) == ("checked", len(lines)), imports.faults(found)
            through(found)


def certified(little: LittleCity, tax_year: int) -> None:
    """The tax certificates of a little city, each keyed alike by two people."""
    for who, status in little.certificates:
        yen = {"所得割課税": (150_000, 5_000), "均等割のみ課税": (0, 5_000), "非課税": (0, 0)}[status]
        for keyed_by, first_keyed_by in (("c001", None), ("c002", "c001")):
            TaxCertificate.objects.using("benefits").create(
                resident_code=who, tax_year=tax_year, municipality="14150", issued_on=date(tax_year, 12, 1),
                income_levy=yen[0], per_capita_levy=yen[1], keyed_at=clock.now(), keyed_by=keyed_by,
                first_keyed_by=first_keyed_by,
            )  # fmt: skip


def whose(kind: ImportKind) -> str:
    """The released programme that reads the list; empty for one that belongs to none."""
    return next((code_ for code_, read in FIGURES.items() if read is kind), "")


@pytest.mark.parametrize(
    ("programme_code", "relations"),
    [
        ("r3-nontaxable", {"special", "certificates"}),
        ("r3-hardship", {"earlier", "figures"}),
        ("r4-extension", {"earlier"}),
        ("r6-shortfall", {"figures"}),
    ],
)
def test_the_golden_cases_come_out_of_imported_lists(
    programme_code: str, relations: set[str], tmp_path: Path
) -> None:
    programme, table = programmes.find(programme_code), cases.cases(programme_code)
    little = cases.settle(programme, table)
    little.write(tmp_path)
    assert decision_lists.of(programme).keys() <= {"earlier"}  # before the lists: the cases alone
    handed_over(little, tmp_path, FIGURES.get(programme_code))
    certified(little, programme.tax_year)
    found = decision_lists.of(programme)
    assert relations <= {name for name, one in found.items() if one.num_rows}
    run(tmp_path, little.answers, little.paid, little.applied, programme, found)
    judged = {row["household_key"]: row for row in pq.read_table(tmp_path / "households.parquet").to_pylist()}
    wrong = []
    for number, case in enumerate(table, start=1):
        row = judged[cases.judged_unit(programme, number, case)]
        got = (row["outcome"], row["reason_code"], f"{row['amount_yen']:,}")
        if got != (cases.OUTCOMES[case.outcome], case.reason, case.yen):
            wrong.append((case.number, case.scene, got))
    assert wrong == []


def test_decisions_read_the_lists_and_name_them_among_their_inputs(tmp_path: Path) -> None:
    city = AskingCity(tmp_path)
    head = {"is_head": "1", "relationship": "世帯主"}
    city.little.person(1, 1, tax={}, **head).person(2, 1, tax={"income_levy": "1"})
    city.little.person(3, 3, tax={"tax_year": "2022"}, **head)
    city.serve()
    lists = LittleCity(
        special=[(code(1), SpecialKind.EVACUEE)],
        earlier=[("r3-nontaxable", key(3), code(3), "未申請")],
        figures=[
            (code(3), "income_tax", 0),
            (code(3), "income_levy_before", 5_000),
            (code(3), "dependants", 0),
        ],
    )
    jobs.load(tmp_path / "tax.csv", tmp_path / "assistance.csv", by=CLERK)
    jobs.decide("r3-nontaxable", "before", by=CLERK)
    handed_over(lists, tmp_path, ImportKind.SHORTFALL_FIGURES)
    for programme in ("r3-nontaxable", "r4-extension", "r6-shortfall"):
        jobs.decide(programme, "after", by=CLERK)
    assert judged("r3-nontaxable", "before")[key(1)] == ("ineligible", "TAXED", 0)
    after = judged("r3-nontaxable", "after")
    assert (after[f"{key(1)}-1"], after[key(1)]) == (
        ("eligible", "EXEMPT", 100_000),
        ("ineligible", "TAXED", 0),
    )
    assert judged("r4-extension", "after")[key(3)] == ("ineligible", "EARLIER_ROUND", 0)
    assert judged("r6-shortfall", "after")[code(3)] == ("eligible", "EXEMPT", 40_000)
    inputs = rows(
        "SELECT r.programme, r.round, string_agg(i.relation, ' ' ORDER BY i.relation) FROM benefits_decisioninput i"
        " JOIN benefits_decisionrun r ON r.id = i.run_id WHERE i.relation IN ('special', 'earlier', 'figures')"
        " GROUP BY 1, 2 ORDER BY 1, 2"
    )
    assert inputs == [
        ("r3-nontaxable", "after", "special"),
        ("r4-extension", "after", "earlier special"),
        ("r6-shortfall", "after", "figures"),
    ]


def test_two_programmes_each_read_the_figures_declared_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, later = R6_SHORTFALL.code, "r7-shortfall"
    monkeypatch.setitem(programmes._EDITIONS, later, [replace(R6_SHORTFALL, code=later, number=110)])
    city = AskingCity(tmp_path)
    city.little.person(1, 1, tax={"tax_year": "2024"}, is_head="1", relationship="世帯主")
    city.serve()
    jobs.load(tmp_path / "tax.csv", tmp_path / "assistance.csv", by=CLERK)
    for programme, levy in ((first, 5_000), (later, 10_000)):
        figures = {"income_tax": 0, "income_levy_before": levy, "dependants": 0}
        lists = LittleCity(figures=[(code(1), item, value) for item, value in figures.items()])
        assert decision_lists.of(programmes.find(later)).keys() == set()
        handed_over(lists, tmp_path, ImportKind.SHORTFALL_FIGURES, of=programme)
    for programme in (first, later):
        jobs.decide(programme, "only", by=CLERK)
    assert judged(first, "only")[code(1)] == ("eligible", "EXEMPT", 40_000)
    assert judged(later, "only")[code(1)] == ("eligible", "EXEMPT", 30_000)
    # each has its own line of editions, and each household page says whose figures it shows
    assert rows("SELECT programme, edition FROM benefits_source WHERE programme <> '' ORDER BY 1") == [
        (first, 1),
        (later, 1),
    ]
    declared = evidence_of([code(1)])[code(1)].declared
    assert [(one.programme, one.row["income_levy_before"]) for one in declared] == [
        (first, 5_000),
        (later, 10_000),
    ]
    for programme in (first, later):
        run_ = decision_run(programme, "only")
        with duck.cursor() as connection:
            files = why.Reader(connection)
            found = why_lists.lists_of(run_, programmes.find(programme), files, [code(1)], key(1))
        source = Source.objects.using("benefits").get(programme=programme)
        assert found.origins["figures"].arrived == source.imported_at


@pytest.mark.parametrize(
    ("kind", "programme", "said"),
    [
        (ImportKind.HARDSHIP_FIGURES, "", "どの事業のものか"),
        (ImportKind.SPECIAL_PERSONS, "r3-hardship", "事業ごとのファイルではありません"),
        (ImportKind.HARDSHIP_FIGURES, "r6-shortfall", "「家計急変の申立て」を使いません"),
        (ImportKind.SHORTFALL_FIGURES, "r3-nontaxable", "「調整給付の算定額」を使いません"),
    ],
)
def test_a_list_of_figures_says_whose_it_is_and_no_other_does(
    kind: ImportKind, programme: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(TodokeError) as caught:
        begin(write(tmp_path, kind, [GOOD[kind]]), kind, programme=programme)
    assert (caught.value.code, said in caught.value.sentence) == (ErrorCode.RECORD_INVALID, True)


def judged(programme: str, round_name: str) -> dict[str, tuple[str, str, int]]:
    found = pq.read_table(decision_run(programme, round_name).result_path).to_pylist()
    return {row["household_key"]: (row["outcome"], row["reason_code"], row["amount_yen"]) for row in found}


def test_cases_and_the_list_of_an_earlier_round_are_both_looked_at(tmp_path: Path) -> None:
    city = AskingCity(tmp_path)
    city.little.person(1, 1, tax={}, is_head="1")
    city.serve().first()
    jobs.number_cases("r3-nontaxable", by=CLERK)
    handed_over(LittleCity(earlier=[("r3-nontaxable", key(7), code(7), "辞退")]), tmp_path, None)
    found = decision_lists.of(editions.find("r4-extension"))["earlier"].to_pylist()
    assert [(row["household_key"], row["head"], row["standing"]) for row in found] == [
        (key(1), code(1), "未申請"),
        (key(7), code(7), "辞退"),
    ]


GOOD: dict[ImportKind, dict[str, object]] = {
    ImportKind.SPECIAL_PERSONS: {"resident_code": code(1), "kind": "措置入所児童等", "noted_on": "2022-01-05"},
    ImportKind.HARDSHIP_FIGURES: {"resident_code": code(1), "month": "202207", "salary": "80000", "business": "0"},
    ImportKind.SHORTFALL_FIGURES: {"resident_code": code(1), "income_tax": "1000", "dependants": "2"},
    ImportKind.EARLIER_ROUNDS: {
        "household_code": key(1), "programme": "r3-nontaxable", "head": code(1), "standing": "支給済み",
    },
}  # fmt: skip
BAD = [
    (ImportKind.SPECIAL_PERSONS, {"kind": "避難"}, "kind", "次のいずれかでなければなりません: 配偶者等からの避難"),
    (ImportKind.SPECIAL_PERSONS, {"resident_code": code(2), "noted_on": "2022-02-02"}, "noted_on", "指定された作成日（2022-02-01）より後"),
    (ImportKind.SPECIAL_PERSONS, {}, "resident_code・kind", "住基個人コード・区分 が前の行と重複しています"),
    (ImportKind.HARDSHIP_FIGURES, {"resident_code": code(2), "month": "202213"}, "month", "実在する年月"),
    (ImportKind.HARDSHIP_FIGURES, {"resident_code": code(2), "salary": "-1"}, "salary", "0以上の整数"),
    (ImportKind.HARDSHIP_FIGURES, {}, "resident_code", "住基個人コード が前の行と重複しています"),
    (ImportKind.SHORTFALL_FIGURES, {"resident_code": "12"}, "resident_code", "先頭の0が失われた"),
    (ImportKind.SHORTFALL_FIGURES, {"resident_code": code(2), "income_tax": "1,000"}, "income_tax", "桁区切り"),
    (ImportKind.EARLIER_ROUNDS, {"programme": "r3"}, "programme", "このシステムの事業ではありません"),
    (ImportKind.EARLIER_ROUNDS, {}, "household_code・programme", "世帯コード・事業コード が前の行と重複しています"),
    (ImportKind.EARLIER_ROUNDS, {"household_code": key(2), "standing": "対象外"}, "standing", "支給済み、未申請、辞退"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "wrong", "column", "rule"), BAD)
def test_a_bad_row_is_named_by_file_row_column_and_rule(
    kind: ImportKind, wrong: dict[str, object], column: str, rule: str, tmp_path: Path
) -> None:
    found = begin(write(tmp_path, kind, [GOOD[kind], {**GOOD[kind], **wrong}]), kind, programme=whose(kind))
    assert found.state == "refused"
    _, (bad,) = imports.faults(found)
    assert (bad["row"], bad["column"], rule in bad["rule"]) == (3, column, True), bad


def test_differences_and_a_second_person(tmp_path: Path) -> None:
    kind = ImportKind.EARLIER_ROUNDS
    lines = [{**GOOD[kind], "household_code": key(number), "head": code(number)} for number in range(1, 51)]
    through(begin(write(tmp_path, kind, lines), kind, programme=whose(kind)))
    lines[0]["standing"] = "辞退"
    del lines[1]
    found = begin(write(tmp_path, kind, lines), kind, programme=whose(kind))
    assert (found.changed, found.removed, found.same, found.needs_second) == (1, 1, 48, True)
    page = imports.difference_page(found, change="changed", column="", code=key(1), offset=0, limit=50)
    assert [(line["columns"], line["old"]["standing"], line["new"]["standing"]) for line in page.rows] == [
        (["standing"], "支給済み", "辞退")
    ]
    assert {total.name: total.value for total in imports.totals(found)}["辞退"] == 1
    through(found)
    assert pq.read_table(decision_lists._newest(kind)).num_rows == 49  # type: ignore[arg-type]
