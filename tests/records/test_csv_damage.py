"""What a spreadsheet does to a CSV file is recognised and said; what is simply wrong is not blamed on one."""

import pytest

from todoke.records.csv_damage import hint
from todoke.records.csv_rules import Date, Digits, Either, Flag, Rule, Text, Yen

CODE, YEN, DAY = Digits(10), Yen(), Date()


@pytest.mark.parametrize(
    ("rule", "value", "word"),
    [
        (CODE, "1.23E+09", "指数"),
        (CODE, "1E+11", "指数"),
        (YEN, "1.2e+07", "指数"),
        (CODE, "123456", "先頭の0"),
        (Either(CODE, ("OUTSIDE",)), "12345", "先頭の0"),
        (CODE, "123456789.0", "小数"),
        (CODE, "０１２３４５６７８９", "全角"),
        (DAY, "2021/12/10", "日付"),
        (DAY, "2021/1/2 0:00", "日付"),
        (DAY, "2021年1月2日", "日付"),
        (DAY, "44540", "日付"),
        (YEN, "1,234,000", "桁区切り"),
        (YEN, "\\1,000", "桁区切り"),
        (YEN, "1234.0", "小数"),
        (Text(3), "#N/A", "誤りの表示"),
        (DAY, "########", "誤りの表示"),
    ],
)
def test_damage(rule: Rule, value: str, word: str) -> None:
    assert word in hint(rule, value)
    assert "元のシステムから出力し直して" in hint(rule, value)


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        (CODE, "12345678901"),
        (CODE, "ABC"),
        (YEN, "-1"),
        (DAY, "2021-02-30"),
        (DAY, "12"),
        (Flag(), "2"),
        (Text(3), "1E+11"),
    ],
)
def test_other_faults_are_not_blamed_on_a_spreadsheet(rule: Rule, value: str) -> None:
    assert hint(rule, value) == ""
