"""The verbs on the sample city's own files: from the registers to the bank file, by three people."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.systems import city
from tests.systems.benefits.world import rows
from todoke.contracts import registry
from todoke.contracts.residents import Residents
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.sites.instance import Instance
from todoke.systems.benefits.commands import group
from todoke.systems.residents.commands import group as residents
from todoke.systems.residents.serves import ResidentRegister


@pytest.fixture
def office(city_site: Instance) -> Path:
    """The sample city after its first decision."""
    registry.serve(Residents, ResidentRegister())  # type: ignore[type-abstract]
    source = city.files()
    registers = [
        "--base",
        str(source / "residents_base.csv"),
        "--latest",
        str(source / "residents_latest.csv"),
    ]
    run(residents, "import", *registers, "--latest-as-of", "2022-02-01", by=city.CLERK)
    run(
        group,
        "load",
        "--tax",
        str(source / "tax.csv"),
        "--assistance",
        str(source / "assistance.csv"),
        by=city.CLERK,
    )
    run(group, "decide", "--round", "first", by=city.CLERK)
    return source


def run(commands: object, *words: str, by: str) -> str:
    """What a verb prints."""
    result = CliRunner().invoke(commands, [*words, "--by", by], catch_exceptions=False)  # type: ignore[arg-type]
    assert result.exit_code == 0, result.output
    return result.output


def test_a_decision_is_repeated_by_its_number(office: Path) -> None:
    shown = run(group, "decide", "--round", "first", by=city.CLERK)
    number = shown.partition("判定番号 ")[2].partition("（")[0]
    assert "同じ結果" in run(group, "decide", "repeat", number, by=city.CLERK)
    with pytest.raises(TodokeError) as caught:
        CliRunner().invoke(group, ["decide", "--by", city.CLERK], catch_exceptions=False)
    assert caught.value.code is ErrorCode.USAGE_INVALID


def test_the_verbs_pay_the_sample_city(office: Path, tmp_path: Path) -> None:
    out = ["--out", str(tmp_path)]
    run(group, "number", by=city.CLERK)
    run(group, "letters", *out, by=city.CLERK)
    assert "no_case" in run(group, "receive", str(office / "responses.csv"), by=city.CLERK)
    run(group, "examine", by=city.CLERK)
    run(group, "approve", by=city.SUPERVISOR)
    run(group, "pay", "prepare", by=city.SUPERVISOR)
    ((payments, total),) = rows("SELECT payments, total_yen FROM benefits_payment_batch")
    assert payments > 0
    assert total == payments * 100_000
    assert f"{payments:,} 件 {total:,} 円" in run(
        group, "pay", "release", "--yen", str(total), by=city.TREASURER
    )
    run(group, "pay", "file", *out, by=city.TREASURER)
    data = (tmp_path / "payments/transfer-0001.txt").read_bytes()
    assert data[-244:-225] == f"8{payments:06d}{total:012d}".encode()
    with pytest.raises(TodokeError) as refused:
        run(group, "pay", "file", *out, by=city.TREASURER)
    assert refused.value.code is ErrorCode.ALREADY_DONE
