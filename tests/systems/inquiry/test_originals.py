"""What arrived is checked, counted by municipality, and kept sealed; a refused answer is used for nothing."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from django.db import IntegrityError, connections

from tests.systems import city
from tests.systems.inquiry.town import HELD, ORDER, Town
from tests.systems.linkage import realms as far
from todoke.access import cli_actor
from todoke.contracts.information import TAX_ITEMS
from todoke.contracts.inquiry import InquiryKind
from todoke.contracts.linkage import QueryResult
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.models import Operation
from todoke.systems.inquiry import queries
from todoke.systems.inquiry.actions.read_original import read_original
from todoke.systems.inquiry.commands import group as inquiry
from todoke.systems.inquiry.models import Finding, Query, ReceivedAnswer
from todoke.systems.inquiry.serves import InquiryService

pytestmark = pytest.mark.usefixtures("city_site")
ODD = far.answered(income_levy="12300", per_capita_levy="0")


def reader() -> object:
    return cli_actor.actor(city.SUPERVISOR, purpose="回答に関する争いの確認")


def record_of(position: int) -> str:
    return Query.objects.using("inquiry").get(subject__position=position, round=1).record_id


def test_a_refused_answer_has_no_items_its_reason_goes_to_benefits_and_its_original_stays(
    tmp_path: Path,
) -> None:
    town = Town({1: "13112", 2: "13112"}, tmp_path, replies={(1, "13112"): ODD})
    town.road()
    row = town.answers()[1]
    assert (row["inquiry_kind"], row["error_reason"]) == (InquiryKind.ERROR.value, "levies_inconsistent")
    assert all(row[name] is None for name in TAX_ITEMS)
    query = Query.objects.using("inquiry").get(record_id=record_of(1))
    assert (query.state, query.item_values) == ("refused", None)
    finding = Finding.objects.using("inquiry").get(query=query, severity="refuse")
    assert (finding.code, finding.edition) == ("levies_inconsistent", 1)
    (original,) = read_original(record_id=query.record_id, by=reader())  # type: ignore[arg-type]
    said = msgspec.json.decode(original.raw, type=QueryResult)
    assert said.items == ODD[2]
    assert dict(original.items)["市町村民税所得割額"] == "12,300"
    assert Operation.objects.using("inquiry").filter(verb="inquiry:answer:refuse", persons=1).count() == 1


def test_both_status_levels_are_kept(tmp_path: Path) -> None:
    Town({1: "13112", 2: "13112"}, tmp_path, replies={(2, "13112"): HELD}).road()
    first, second = (ReceivedAnswer.objects.using("inquiry").get(record_id=record_of(n)) for n in (1, 2))
    assert (first.detail_status, first.information_status) == ("09", "01")
    assert first.detail_message == first.information_message == "正常終了"
    assert (second.detail_status, second.information_status) == (None, None)


def test_before_transfer_items_stay_apart(tmp_path: Path) -> None:
    changes = {name: str(1000 + place) for place, name in enumerate(TAX_ITEMS) if "credit" in name}
    levies = {"income_levy": "131600", "income_levy_before_transfer": "98700", "per_capita_levy": "3500"}
    town = Town({1: "14130"}, tmp_path, replies={(1, "14130"): far.answered(**changes, **levies)})
    town.road()
    row = town.answers()[1]
    for name, value in (changes | levies).items():
        assert row[name] == int(value), name
    (original,) = read_original(record_id=record_of(1), by=reader())  # type: ignore[arg-type]
    shown = dict(original.items)
    assert shown["市町村民税所得割額"] == "131,600"
    assert shown["市町村民税所得割額【税源移譲前】"] == "98,700"
    assert shown["課税年度"] == "2021", "a code, not an amount"
    assert len(shown) == len(TAX_ITEMS)


def test_a_year_that_was_not_asked_is_an_error_and_without_a_year_any_is_taken(tmp_path: Path) -> None:
    reply = far.answered(tax_year="2020")
    town = Town({1: "13112"}, tmp_path, replies={(1, "13112"): reply})
    InquiryService().order(order_id=ORDER, resident_codes=["0000000001"], tax_year=2021, by=city.CLERK)
    town.road()
    assert town.answers()[1]["error_reason"] == "other_tax_year"


class TestOpening:
    """Only with the permission and a purpose, and always logged about the person."""

    @pytest.fixture
    def record_id(self, tmp_path: Path) -> str:
        Town({1: "13112"}, tmp_path).road()
        return record_of(1)

    def test_permission_purpose_and_log(self, record_id: str) -> None:
        for by, code in (
            (city.actor(city.OPERATOR), ErrorCode.PERMISSION_DENIED),
            (city.actor(city.SUPERVISOR), ErrorCode.PURPOSE_MISSING),
        ):
            with pytest.raises(TodokeError) as refused:
                read_original(record_id=record_id, by=by)
            assert refused.value.code is code
        read_original(record_id=record_id, by=reader())  # type: ignore[arg-type]
        entry = Operation.objects.using("inquiry").get(verb="inquiry:original:read")
        assert (entry.purpose, entry.persons) == ("回答に関する争いの確認", 1)
        assert entry.object_index is not None

    def test_the_answer_is_not_readable_in_the_table(self, record_id: str) -> None:
        row = ReceivedAnswer.objects.using("inquiry").get()
        assert b"2021" not in bytes(row.sealed)
        assert record_id.encode() not in bytes(row.sealed)

    @pytest.mark.parametrize(
        "change",
        ["sealed = sealed || '\\x00'", "order_id = 'x'", "file_number = 9", "sha256 = repeat('0', 64)"],
    )
    def test_nothing_can_be_altered(self, record_id: str, change: str) -> None:
        for statement in (
            f"UPDATE inquiry_receivedanswer SET {change}",
            "DELETE FROM inquiry_receivedanswer",
        ):
            with (
                pytest.raises(IntegrityError, match="append-only"),
                connections["inquiry"].cursor() as cursor,
            ):
                cursor.execute(statement)

    def test_an_original_moved_to_another_record_does_not_open(self, record_id: str) -> None:
        row = ReceivedAnswer.objects.using("inquiry").get()
        row.pk, row.record_id = None, "ANOTHER"
        row.save(using="inquiry")
        with pytest.raises(TodokeError) as caught:
            read_original(record_id="ANOTHER", by=reader())  # type: ignore[arg-type]
        assert caught.value.code is ErrorCode.INPUT_CHANGED

    def test_there_is_none(self, record_id: str) -> None:
        with pytest.raises(TodokeError) as caught:
            read_original(record_id="NOBODY", by=reader())  # type: ignore[arg-type]
        assert caught.value.code is ErrorCode.NOT_FOUND


def test_findings_are_counted_by_municipality_and_a_whole_one_is_suspect_once(tmp_path: Path) -> None:
    origins = dict.fromkeys(range(1, 7), "13112") | dict.fromkeys(range(7, 13), "27100")
    wrong = far.answered(per_capita_levy="1500")
    replies = {(place, "13112"): wrong for place in range(1, 7)} | {(7, "27100"): wrong}
    town = Town(origins, tmp_path, replies=replies)
    town.road()
    town.collect()
    counts = {(found.provider, found.code): found for found in queries.finding_counts(ORDER)}
    whole, one = counts["13112", "prefecture_per_capita"], counts["27100", "prefecture_per_capita"]
    assert (whole.persons, whole.answers, whole.suspect) == (6, 6, True)
    assert (one.persons, one.answers, one.suspect) == (1, 6, False)
    rung = Operation.objects.using("inquiry").filter(verb="inquiry:answer:suspect")
    assert [entry.subject for entry in rung] == [f"order {ORDER} provider 13112 prefecture_per_capita"]
    assert town.answers()[1]["per_capita_levy"] == 1500, "要確認 blocks nothing"


def test_the_verbs_show_findings_and_one_original(tmp_path: Path) -> None:
    Town({1: "13112", 2: "13112"}, tmp_path, replies={(1, "13112"): ODD}).road()
    counted = CliRunner().invoke(inquiry, ["findings", "--order", ORDER])
    assert "13112 回答エラー 1／2 人" in counted.output
    words = ["raw", "--record", record_of(1), "--by", city.SUPERVISOR]
    assert CliRunner().invoke(inquiry, words).exit_code == 2, "no purpose, no original"
    opened = CliRunner().invoke(inquiry, [*words, "--purpose", "争いの確認"])
    assert opened.exit_code == 0, opened.output
    assert "明細単位 09（正常終了）" in opened.output
    assert "市町村民税所得割額: 12,300" in opened.output
    assert "市町村民税所得割額【税源移譲前】: 0" in opened.output
