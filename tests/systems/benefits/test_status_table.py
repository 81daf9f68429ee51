"""Issue 2 §4 step 2, one member's status, as a table: what the files say → what it is, and from what it was read."""

from pathlib import Path

import pytest

from tests.systems.benefits.little_city import LittleCity, code

AID = ("生活保護", "2020-01-01", "")
MOVED = {"moved_in_on": "2021-01-02"}
DEPENDANT = {"declared": "0", "supporter": code(99), "supporter_taxed": "1"}

TABLE = [
    # the record of tax year 2021
    ("所得割あり", {"tax": {"income_levy": "1", "per_capita_levy": "4400"}}, "所得割課税", "tax_record"),
    ("均等割だけ", {"tax": {"per_capita_levy": "4400"}}, "均等割のみ課税", "tax_record"),
    ("どちらも0円", {"tax": {}}, "非課税", "tax_record"),
    ("減免", {"tax": {"levy_waived": "1"}}, "減免", "tax_record"),
    ("租税条約", {"tax": {"treaty_exempt": "1"}}, "租税条約免除", "tax_record"),
    ("租税条約は減免より先", {"tax": {"treaty_exempt": "1", "levy_waived": "1"}}, "租税条約免除", "tax_record"),
    ("租税条約は所得割より先", {"tax": {"treaty_exempt": "1", "income_levy": "9"}}, "租税条約免除", "tax_record"),
    ("減免でも均等割があれば課税", {"tax": {"levy_waived": "1", "per_capita_levy": "1"}}, "均等割のみ課税", "tax_record"),
    # not a record
    ("別の年度", {"tax": {"tax_year": "2020"}}, "未申告", "none"),
    ("未申告の行", {"tax": {"declared": "0"}}, "未申告", "none"),
    ("行なし", {}, "未申告", "none"),
    # 生活保護 on 2021-01-01
    ("保護中", {"aid": AID}, "非課税", "livelihood_aid"),
    ("保護は課税記録より先", {"aid": AID, "tax": {"income_levy": "1"}}, "非課税", "livelihood_aid"),
    ("保護は転入より先", dict(aid=AID, **MOVED), "非課税", "livelihood_aid"),
    ("その日に始まる", {"aid": ("生活保護", "2021-01-01", "")}, "非課税", "livelihood_aid"),
    ("その日に終わる", {"aid": ("生活保護", "2020-01-01", "2021-01-01")}, "非課税", "livelihood_aid"),
    ("翌日に始まる", {"aid": ("生活保護", "2021-01-02", "")}, "未申告", "none"),
    ("前日に終わった", {"aid": ("生活保護", "2020-01-01", "2020-12-31")}, "未申告", "none"),
    ("別の種別", {"aid": ("児童扶養手当", "2020-01-01", "")}, "未申告", "none"),
    # moved in on or after 2021-01-02
    ("1月2日転入", dict(**MOVED), "未照会", "inquiry"),
    ("1月1日転入", {"moved_in_on": "2021-01-01"}, "未申告", "none"),
    ("転入者でも記録があれば記録", dict(tax={"income_levy": "1"}, **MOVED), "所得割課税", "tax_record"),
    ("転入した子も照会", dict(birth_date="2015-01-01", **MOVED), "未照会", "inquiry"),
    ("転入した扶養者も照会", dict(tax=DEPENDANT, **MOVED), "未照会", "inquiry"),
    ("回答あり", dict(answer="均等割のみ課税", **MOVED), "均等割のみ課税", "inquiry"),
    ("回答は転入者だけに効く", {"answer": "非課税"}, "未申告", "none"),
    ("回答より記録", dict(answer="非課税", tax={"income_levy": "1"}, **MOVED), "所得割課税", "tax_record"),
    # under 18 on 2021-01-01, by 年齢計算ニ関スル法律: 18 at the end of the day before the birthday
    ("17歳の最後の日の翌日", {"birth_date": "2003-01-02"}, "未申告", "none"),
    ("17歳", {"birth_date": "2003-01-03"}, "非課税", "minor"),
    ("子でも課税記録が先", {"birth_date": "2010-01-01", "tax": {"income_levy": "1"}}, "所得割課税", "tax_record"),
    # somebody's registered dependant
    ("被扶養者", {"tax": DEPENDANT}, "非課税", "dependant"),
    ("市外の人の被扶養者", {"tax": {**DEPENDANT, "supporter": "OUTSIDE", "supporter_taxed": ""}}, "非課税", "dependant"),
    ("前の年度の被扶養者", {"tax": {**DEPENDANT, "tax_year": "2020"}}, "未申告", "none"),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "status", "source"), [pytest.param(*row[1:], id=row[0]) for row in TABLE])
def test_status(tmp_path: Path, facts: dict, status: str, source: str) -> None:
    assert LittleCity().person(1, **facts).statuses(tmp_path) == {code(1): (status, source)}
