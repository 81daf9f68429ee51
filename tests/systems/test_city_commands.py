"""The verbs of the city's systems: counts on the terminal, never a name or a number of a person."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.systems import city
from tests.systems.linkage import realms as far
from todoke.contracts import registry
from todoke.contracts.linkage import Linkage
from todoke.contracts.residents import Residents
from todoke.exchange.dispatch import Dispatcher
from todoke.exchange.transport import Transport
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.systems.inquiry.commands import group as inquiry
from todoke.systems.inquiry.serves import InquiryService
from todoke.systems.linkage.commands import group as linkage
from todoke.systems.linkage.serves import LinkageService
from todoke.systems.residents.commands import group as residents
from todoke.systems.residents.serves import ResidentRegister

pytestmark = pytest.mark.usefixtures("city_site")


def run(group: object, *words: str) -> Result:
    return CliRunner().invoke(group, words)  # type: ignore[arg-type]


def test_the_road_of_a_bulk_query_by_verbs(tmp_path: Path) -> None:
    registry.serve(Residents, ResidentRegister())
    registry.serve(Linkage, LinkageService())
    realms = far.make(tmp_path / "realms")
    registry.serve(Transport, realms)
    registry.serve(Dispatcher, far.dispatcher(realms))
    base, latest = (str(city.files() / f"residents_{kind}.csv") for kind in ("base", "latest"))
    people = len(city.rows("residents_latest.csv"))
    out = str(tmp_path / "out")
    codes = [
        row["resident_code"]
        for row in city.rows("residents_latest.csv")
        if row["previous_municipality"] == "13112"
    ]

    words = ["import", "--base", base, "--latest", latest, "--latest-as-of", "2022-02-01", "--by", city.CLERK]
    spoken = [run(residents, *words)]
    assert f"residents_latest.csv: {people:,} 人" in spoken[-1].output
    spoken.append(run(linkage, "load", str(city.files() / "individual_numbers.csv"), "--by", city.OPERATOR))
    assert f"{people:,} 人（付番 {people:,} 人）" in spoken[-1].output
    receipt = InquiryService().order(order_id="one", resident_codes=codes, by=city.CLERK)
    assert receipt.asked > 5
    spoken.append(run(inquiry, "request", "--order", "one", "--out", out, "--by", city.OPERATOR))
    assert "照会依頼 one/0001" in spoken[-1].output
    spoken.append(run(linkage, "exchange", "--by", city.OPERATOR))
    assert f"回答あり {receipt.asked:,}" in spoken[-1].output
    spoken.append(run(linkage, "status", "--batch", "one/0001"))
    assert f"回答あり {receipt.asked:,}" in spoken[-1].output
    spoken.append(run(linkage, "poll", "--by", city.OPERATOR))
    spoken.append(run(inquiry, "collect", "--order", "one", "--out", out, "--by", city.OPERATOR))
    assert f"回答あり {receipt.asked:,}" in spoken[-1].output
    spoken.append(run(inquiry, "status", "--order", "one"))
    assert f"回答あり: {receipt.asked:,} 人" in spoken[-1].output
    spoken.append(run(linkage, "codes", "--all", "--by", city.OPERATOR))
    assert f"{people - receipt.asked:,} 人" in spoken[-1].output
    spoken.append(run(linkage, "intermediary", "--by", city.OPERATOR))
    assert "中間サーバー: 稼働中" in spoken[-1].output
    spoken.append(run(linkage, "code-status"))
    assert "未要求 0／" in spoken[-1].output

    said = "".join(result.output for result in spoken)
    assert [result.exit_code for result in spoken] == [0] * len(spoken)
    for row in city.rows("individual_numbers.csv"):
        assert row["name_kanji"] not in said
        assert row["individual_number"] not in said
        assert row["resident_code"] not in said


def test_an_unknown_member_of_staff_does_nothing() -> None:
    refused = run(linkage, "load", str(city.files() / "individual_numbers.csv"), "--by", "nobody")
    assert isinstance(refused.exception, TodokeError)
    assert refused.exception.code is ErrorCode.SESSION_OVER


def test_a_date_that_is_none_is_told() -> None:
    base = str(city.files() / "residents_base.csv")
    words = ["import", "--base", base, "--latest", base, "--latest-as-of", "R4.2.1", "--by", city.CLERK]
    refused = run(residents, *words)
    assert refused.exit_code == 2
    assert "YYYY-MM-DD" in refused.output
