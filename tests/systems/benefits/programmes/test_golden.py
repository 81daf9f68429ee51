"""Every golden case of every programme: facts → outcome, reason and yen; the same tables are pages of the manual."""

from pathlib import Path

import pytest

from tests.systems.benefits.programmes import cases
from todoke.systems.benefits.rules import programmes

CODES = [programme.code for programme in programmes.every()]


@pytest.mark.parametrize("code", CODES)
def test_golden(code: str, tmp_path: Path) -> None:
    programme, table = programmes.find(code), cases.cases(code)
    found = cases.settle(programme, table).judge(tmp_path)
    wrong = []
    for number, case in enumerate(table, start=1):
        row = found[cases.judged_unit(programme, number, case)]
        got = (row["outcome"], row["reason_code"], f"{row['amount_yen']:,}")
        if got != (cases.OUTCOMES[case.outcome], case.reason, case.yen):
            wrong.append((case.number, case.scene, got))
    assert wrong == []


@pytest.mark.parametrize("code", CODES)
def test_every_reason_of_a_programme_has_a_case(code: str) -> None:
    programme, table = programmes.find(code), cases.cases(code)
    assert {case.reason for case in table} == {rule.reason.value for rule in programme.rules}
    assert [case.number for case in table] == [str(n) for n in range(1, len(table) + 1)]
