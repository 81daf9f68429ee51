"""Issue 2 §4 step 2, the rules of a household in their order, each conflict of two rules as a row of a table."""

from pathlib import Path

import pytest

from tests.systems.benefits.little_city import LittleCity, code, key, run
from todoke.kernel.errors import ErrorCode, TodokeError

INCOME, PER_CAPITA, FREE = {"income_levy": "1", "per_capita_levy": "4400"}, {"per_capita_levy": "4400"}, {}
WAIVED, TREATY = {"levy_waived": "1"}, {"treaty_exempt": "1"}
MOVED = {"moved_in_on": "2021-01-02"}
DIED = {"left_on": "2022-01-15", "left_reason": "死亡"}
OUT = {"left_on": "2022-01-15", "left_reason": "転出"}
ONE, TWO, THREE = code(1), code(2), code(3)


def of(taxed: str, supporter: str = code(99)) -> dict[str, str]:
    """The record of somebody's dependant; `taxed`: 1, 0 or empty (not known)."""
    return {"supporter": supporter, "supporter_taxed": taxed}


HEAD = {"is_head": "1"}
TABLE = [
    # one rule at a time
    ("全員非課税", [{"tax": FREE}, {"tax": FREE}], "eligible", "EXEMPT"),
    ("減免も非課税と同じ", [{"tax": WAIVED}, {"tax": FREE}], "eligible", "EXEMPT"),
    ("一人が所得割", [{"tax": FREE}, {"tax": INCOME}], "ineligible", f"TAXED:{TWO}=所得割課税"),
    ("一人が均等割", [{"tax": PER_CAPITA}, {"tax": FREE}], "ineligible", f"TAXED:{ONE}=均等割のみ課税"),
    ("一人が租税条約", [{"tax": TREATY}, {"tax": FREE}], "ineligible", f"TREATY:{ONE}=租税条約免除"),
    ("一人が未申告", [{"tax": FREE}, {}], "undecided", f"UNKNOWN:{TWO}=未申告"),
    ("一人が未照会", [{"tax": FREE}, MOVED], "undecided", f"UNKNOWN:{TWO}=未照会"),
    ("全員が課税者の被扶養者", [{"tax": of("1")}, {"tax": of("1", "OUTSIDE")}], "ineligible", "DEPENDANTS_ONLY"),
    ("単身で亡くなった", [{"tax": FREE, "now": DIED}], "ineligible", "DIED"),
    # named: all who trigger the rule and nobody else, by resident code
    (
        "名指しは個人コード順",
        [{"tax": PER_CAPITA}, {"tax": FREE}, {"tax": INCOME}],
        "ineligible",
        f"TAXED:{ONE}=均等割のみ課税|{THREE}=所得割課税",
    ),
    ("不明が二人", [{}, MOVED], "undecided", f"UNKNOWN:{ONE}=未申告|{TWO}=未照会"),
    # conflicts: the earlier rule wins
    ("課税 > 租税条約", [{"tax": TREATY}, {"tax": INCOME}], "ineligible", f"TAXED:{TWO}=所得割課税"),
    ("課税 > 不明", [{}, {"tax": INCOME}], "ineligible", f"TAXED:{TWO}=所得割課税"),
    ("租税条約 > 不明", [MOVED, {"tax": TREATY}], "ineligible", f"TREATY:{TWO}=租税条約免除"),
    ("課税 > 扶養だけ", [{"tax": {**of("1"), **INCOME}}], "ineligible", f"TAXED:{ONE}=所得割課税"),
    ("記録があれば回答は見ない", [{"tax": of("1")}, {"tax": of("1"), **MOVED, "answer": "照会中"}], "ineligible", "DEPENDANTS_ONLY"),
    ("不明 > 扶養だけ（転入した扶養者）", [{"tax": {**of("1"), "declared": "0"}, **MOVED}], "undecided", f"UNKNOWN:{ONE}=未照会"),
    ("不明 > 死亡", [{"now": DIED}], "undecided", f"UNKNOWN:{ONE}=未申告"),
    ("扶養だけ > 死亡", [{"tax": of("1"), "now": DIED}], "ineligible", "DEPENDANTS_ONLY"),
    # dependants only
    ("扶養者が非課税", [{"tax": of("0")}], "eligible", "EXEMPT"),
    ("扶養者の課税が分からない", [{"tax": of("")}], "eligible", "EXEMPT"),
    ("一人は扶養でない", [{"tax": of("1")}, {"tax": FREE}], "eligible", "EXEMPT"),
    ("一人の扶養者は非課税", [{"tax": of("1")}, {"tax": of("0")}], "eligible", "EXEMPT"),
    ("扶養の行のない子がいる", [{"tax": of("1")}, {"birth_date": "2015-01-01"}], "eligible", "EXEMPT"),
    ("別の年度の扶養", [{"tax": {**of("1"), "tax_year": "2020"}}], "undecided", f"UNKNOWN:{ONE}=未申告"),
    # died: only a sole member, only death
    ("二人のうち一人が亡くなった", [{"tax": FREE, "now": DIED}, {"tax": FREE}], "eligible", "EXEMPT"),
    ("単身で転出した", [{"tax": FREE, "now": OUT}], "eligible", "EXEMPT"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("members", "outcome", "reasons"), [pytest.param(*row[1:], id=row[0]) for row in TABLE]
)
def test_household(tmp_path: Path, members: list[dict], outcome: str, reasons: str) -> None:
    little = LittleCity()
    for number, facts in enumerate(members, start=1):
        little.person(number, **facts)
    row = little.judge(tmp_path)[key(1)]
    assert (row["outcome"], row["reasons"]) == (outcome, reasons)
    assert row["reason_code"] == reasons.partition(":")[0]
    assert row["members"] == len(members)


@pytest.mark.parametrize(
    ("received_on", "reason"),
    [("2022-01-14", "EXEMPT"), ("2022-01-15", "EXEMPT"), ("2022-01-16", "DIED"), (None, "DIED")],
)
def test_who_died_before_applying(tmp_path: Path, received_on: str | None, reason: str) -> None:
    little = LittleCity().person(1, tax=FREE, now=DIED)
    if received_on:
        little.applied[key(1)] = received_on
    assert little.judge(tmp_path)[key(1)]["reasons"] == reason


PAID = [
    ("支払済み", [{"tax": FREE}], [""], {"": "PAID"}),
    ("扶養だけ > 支払済み", [{"tax": of("1")}], [""], {"": "DEPENDANTS_ONLY"}),
    ("不明 > 支払済み", [{}], [""], {"": f"UNKNOWN:{ONE}=未申告"}),
    ("支払済み > 死亡", [{"tax": FREE, "now": DIED}], [""], {"": "PAID"}),
    ("元の世帯に支払済みでも支援措置の人は別", [{"tax": FREE}, {"tax": FREE, "protected": "1"}], [""],
     {"": "PAID", "-1": "EXEMPT"}),
    ("支援措置の人に支払済みでも残りは別", [{"tax": FREE}, {"tax": FREE, "protected": "1"}], ["-1"],
     {"": "EXEMPT", "-1": "PAID"}),
    ("支援措置が終わっても支払済み", [{"tax": FREE}, {"tax": FREE}], ["-1"], {"": "PAID"}),
]  # fmt: skip


@pytest.mark.parametrize(("members", "paid", "reasons"), [pytest.param(*row[1:], id=row[0]) for row in PAID])
def test_paid_lineage(tmp_path: Path, members: list[dict], paid: list[str], reasons: dict[str, str]) -> None:
    little = LittleCity(paid=[key(1) + part for part in paid])
    for number, facts in enumerate(members, start=1):
        little.person(number, **facts)
    found = little.judge(tmp_path)
    assert {household: row["reasons"] for household, row in found.items()} == {
        key(1) + part: reason for part, reason in reasons.items()
    }


def test_protected_persons_of_one_household_split_off_together(tmp_path: Path) -> None:
    """Protected in either register; the rest keeps its code and is judged by itself."""
    little = LittleCity()
    little.person(1, tax=INCOME, **HEAD).person(2, tax=FREE, protected="1")
    little.person(3, now={"protected": "1"}, birth_date="2015-01-01").person(4, 2, tax=FREE)
    found = little.judge(tmp_path)
    assert {
        code: (row["base_household_code"], row["protected"], row["members"]) for code, row in found.items()
    } == {
        key(1): (key(1), False, 1),
        key(1) + "-1": (key(1), True, 2),
        key(2): (key(2), False, 1),
    }
    assert [row["reasons"] for row in found.values()] == [f"TAXED:{ONE}=所得割課税", "EXEMPT", "EXEMPT"]


NEEDS = [
    ("全員被扶養者で一人は不明", [{"tax": of("1")}, {"tax": of("")}], True),
    ("全員被扶養者で全員分かる", [{"tax": of("1")}, {"tax": of("0")}], False),
    ("被扶養者でない人がいる", [{"tax": of("")}, {"tax": FREE}], False),
    ("未申告の被扶養者", [{"tax": {**of(""), "declared": "0"}}], True),
    ("誰も被扶養者でない", [{"tax": FREE}], False),
]


@pytest.mark.parametrize(("members", "needs"), [pytest.param(*row[1:], id=row[0]) for row in NEEDS])
def test_who_must_declare(tmp_path: Path, members: list[dict], needs: bool) -> None:
    little = LittleCity()
    for number, facts in enumerate(members, start=1):
        little.person(number, **facts)
    assert little.judge(tmp_path)[key(1)]["needs_declaration"] is needs


OLD, OLDER = {"birth_date": "1950-01-01"}, {"birth_date": "1940-01-01"}
HIDDEN = {"protected": "1"}
PAYEES = [
    ("世帯主", [OLDER, {**OLD, **HEAD}], {"": 2}),
    ("世帯主が亡くなれば今の世帯主", [{**HEAD, "now": DIED}, OLDER, {"now": HEAD}], {"": 3}),
    ("今の世帯主がいなければ最年長", [{**HEAD, "now": DIED}, OLD, OLDER], {"": 3}),
    ("亡くなった人は選ばない", [{**HEAD, "now": DIED}, {**OLDER, "now": DIED}, OLD], {"": 3}),
    ("転出した世帯主は世帯主のまま", [{**HEAD, "now": OUT}, {"now": HEAD}], {"": 1}),
    ("同じ生年月日なら個人コード順", [{**HEAD, "now": DIED}, OLD, OLD], {"": 2}),
    ("残りに世帯主がいなければ最年長", [{**HEAD, **HIDDEN}, OLD, OLDER], {"": 3, "-1": 1}),
    ("今の世帯主でも最年長が先", [{**HEAD, **HIDDEN}, {**OLD, "now": HEAD}, OLDER], {"": 3, "-1": 1}),
    ("支援措置の側に世帯主がいない", [HEAD, {**OLD, **HIDDEN}, {**OLDER, **HIDDEN}], {"": 1, "-1": 3}),
    ("支援措置の最年長が亡くなった", [HEAD, {**OLD, **HIDDEN}, {**OLDER, **HIDDEN, "now": DIED}], {"": 1, "-1": 2}),
]  # fmt: skip


@pytest.mark.parametrize(("members", "payees"), [pytest.param(*row[1:], id=row[0]) for row in PAYEES])
def test_payee(tmp_path: Path, members: list[dict], payees: dict[str, int]) -> None:
    little = LittleCity()
    for number, facts in enumerate(members, start=1):
        little.person(number, **{"tax": FREE, **facts, "now": {**facts.get("now", {})}})
    found = little.judge(tmp_path)
    assert {code: row["payee_resident_code"] for code, row in found.items()} == {
        key(1) + part: code(number) for part, number in payees.items()
    }


def test_everybody_is_in_exactly_one_household(tmp_path: Path) -> None:
    """A base household that already carries the branch number of a split would swallow another: nothing is decided."""
    little = LittleCity().person(1, tax=FREE, protected="1").person(2, tax=FREE, household_code=key(1) + "-1")
    little.write(tmp_path)
    with pytest.raises(TodokeError) as caught:
        run(tmp_path, {})
    assert caught.value.code is ErrorCode.STATE_CONFLICT
    assert not (tmp_path / "households.parquet").exists()


def test_equal_inputs_give_equal_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        LittleCity().person(1, tax=FREE).person(2, 2).person(3, 3, tax=INCOME).judge(tmp_path / name)
    for name in ("households.parquet", "persons.parquet"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
