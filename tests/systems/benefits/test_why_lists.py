"""判定内訳 of programmes that read lists: every golden case is led to its decision, with value, list and day."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow as pa
import pytest
from django.conf import settings

from tests.systems.benefits.asking_city import AskingCity
from tests.systems.benefits.little_city import LittleCity, code, key
from tests.systems.benefits.programmes import cases
from tests.systems.benefits.test_decision_lists import FIGURES, handed_over
from tests.systems.benefits.world import CLERK
from todoke.systems.benefits import jobs, queries
from todoke.systems.benefits.models import Decision
from todoke.systems.benefits.queries.editions import proposals as editions
from todoke.systems.benefits.queries.why.evidence import evidence_of
from todoke.systems.benefits.rules.articles.forming import SpecialKind
from todoke.systems.benefits.rules.deciding.outcome import Reason
from todoke.systems.benefits.rules.why import compare as why_compare
from todoke.systems.benefits.rules.why import forming as why_forming
from todoke.systems.benefits.rules.why.explained import Household, explain
from todoke.systems.benefits.rules.why.rules import LOOKS
from todoke.systems.benefits.web.households import evidence as shown_evidence

pytestmark = pytest.mark.usefixtures("databases")


@pytest.fixture(autouse=True)
def nothing_left() -> None:
    shutil.rmtree(settings.TODOKE_DATA_FOLDER, ignore_errors=True)


def judged(little: LittleCity, code_: str, folder: Path, patch: pytest.MonkeyPatch) -> list[Household]:
    """Everybody judged from lists that were imported; answers, payments and forms as the little city has them."""
    days = pa.array(list(little.applied.values()), pa.string()).cast(pa.date32())
    texts = {
        "answers": {"resident_code": list(little.answers), "status": list(little.answers.values())},
        "paid_lineages": {"lineage": little.paid},
        "applications_received": {"household_key": list(little.applied)},
    }
    for name, columns in texts.items():
        table = pa.table({column: pa.array(values, pa.string()) for column, values in columns.items()})
        found = table.append_column("received_on", days) if name == "applications_received" else table
        patch.setattr(queries, name, lambda _, found=found: found)
    AskingCity(folder, little=little).serve()
    handed_over(little, folder, FIGURES.get(code_))
    jobs.load(folder / "tax.csv", folder / "assistance.csv", by=CLERK)
    jobs.decide(code_, "only", by=CLERK)
    return seen(code_)


def seen(code_: str, round_name: str = "only") -> list[Household]:
    programme = editions.find(code_)
    rows = Decision.objects.using("benefits").select_related("run").filter(run__round=round_name)
    with queries.reader() as files:
        return [queries.seen_household(row, programme, files) for row in rows.order_by("id")]


@pytest.mark.parametrize(
    ("code_", "reasons"),
    [
        ("r3-nontaxable", {Reason.TAXED, Reason.DEPENDANTS_ONLY}),
        ("r3-hardship", {Reason.INCOME_OVER, Reason.EARLIER_ROUND, Reason.FORMER_HEAD, Reason.NOT_IN_JAPAN}),
        ("r4-extension", {Reason.EARLIER_ROUND, Reason.FORMER_HEAD, Reason.NOT_IN_JAPAN}),
        ("r6-shortfall", {Reason.NO_SHORTFALL, Reason.UNKNOWN}),
    ],
)
def test_every_rule_leads_to_the_decision_with_value_and_source(
    code_: str, reasons: set[Reason], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programme = editions.find(code_)
    little = cases.settle(programme, cases.cases(code_))
    found = judged(little, code_, tmp_path, monkeypatch)
    assert reasons <= {one.reason for one in found}
    for household in found:
        explained = explain(household, programme, LOOKS)
        assert explained.agrees, (household.key, household.reason)
        for check in explained.checks:
            assert check.rule in LOOKS
            assert not check.decisive or check.values, (household.key, check.condition)
            assert all(value.shown and value.origin.name for value in check.values)


def test_what_was_declared_stands_beside_its_limit_with_list_and_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    little = LittleCity(programme=editions.find("r3-hardship"))
    little.person(1, 1, is_head="1", tax={"income_levy": "12000", "per_capita_levy": "5000"})
    figures = {"month": 202207, "salary": 83_334, "business": 0, "property": 0, "pension": 0}
    little.figures += [(code(1), item, value) for item, value in figures.items()]
    little.applied[key(1)] = "2022-08-01"
    (household,) = judged(little, "r3-hardship", tmp_path, monkeypatch)
    explained = explain(household, editions.find("r3-hardship"), LOOKS)
    (decisive,) = [check for check in explained.checks if check.decisive]
    values = {value.item: value for value in decisive.values}
    assert values["任意の月（西暦年月）"].shown == "令和4年7月"
    assert values["給与収入"].shown == "83,334円"
    assert values["収入の合計（1か月×12）"].shown == "1,000,008円"
    assert values["収入の限度額"].shown == "1,000,000円"
    origin = values["給与収入"].origin
    assert (origin.name, origin.edition) == ("家計急変の申立て", "第1版")
    assert origin.arrived is not None
    page = shown_evidence.shown(evidence_of([code(1)])[code(1)], hidden=False)
    ((title, said, items),) = page["declared"]
    assert title == f"家計急変の申立て（{editions.find('r3-hardship').name}）"
    assert "第1版、" in said
    assert ("給与収入", "83,334円") in items
    assert ("事業の経費", "申立てなし（ないことは0円ではない）") in items


def test_special_persons_name_the_list_the_day_and_the_rule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    little = LittleCity()
    little.person(1, 1, is_head="1", tax={})
    for number in (2, 3, 5):
        little.person(number, 1, tax={}, protected="1" if number == 5 else "0")
    little.person(4, 4, is_head="1", tax={}, moved_in_on="2022-01-20")
    little.base.pop()  # struck off on the base date
    kinds = (SpecialKind.EVACUEE, SpecialKind.INSTITUTION_CHILD, SpecialKind.RE_REGISTERED)
    little.special += [(code(number), kind.value) for number, kind in zip((2, 3, 4), kinds, strict=True)]
    programme = editions.find("r3-nontaxable")
    found = {one.key: one for one in judged(little, programme.code, tmp_path, monkeypatch)}
    said = {
        unit: {
            (value.item, value.shown, value.origin.name)
            for formed in why_forming.formed(household, programme)
            for value in formed.values
        }
        for unit, household in found.items()
    }
    listed = "配慮を要する人（避難者・施設入所児童・再登録）"
    assert said[f"{key(1)}-1"] == {
        ("配偶者等からの避難", "令和4年1月5日（申出の日）", listed),
        ("支援措置", "あり", "基準日の住民記録"),
        ("支援措置", "あり", "最新の住民記録"),
    }
    assert said[f"{key(1)}-2"] == {("措置入所児童等", "令和4年1月5日（措置の日）", listed)}
    assert said[key(4)] == {("職権消除後の再登録", "令和4年1月5日（再登録の日）", listed)}
    assert said[key(1)] == set()  # whoever was left learns nothing of who went
    page = shown_evidence.shown(evidence_of([code(2)])[code(2)], hidden=True)
    ((kind, noted, what, origin),) = page["special"]
    assert (kind, what) == ("配偶者等からの避難", "申出の日")
    assert "令和4年1月5日" in noted
    assert "第1版" in origin


def test_a_changed_declaration_and_a_new_list_stand_in_the_comparison(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    little = LittleCity()
    little.person(1, 1, is_head="1", tax={})
    (before,) = judged(little, "r3-nontaxable", tmp_path, monkeypatch)
    handed_over(LittleCity(special=[(code(1), SpecialKind.EVACUEE)]), tmp_path, None)
    jobs.decide("r3-nontaxable", "again", by=CLERK)
    (now,) = [one for one in seen("r3-nontaxable", "again") if one.members]
    changed = {one.item: (one.before, one.now) for one in why_compare.differences(before, now) if one.changed}
    (mark,) = [pair for item, pair in changed.items() if item.endswith("配慮を要する人")]
    assert mark == ("なし", "配偶者等からの避難")
    assert changed["使った資料：配慮を要する人（避難者・施設入所児童・再登録）"] == ("なし", "第1版")
