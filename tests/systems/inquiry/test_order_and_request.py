"""照会の依頼 and 照会送付ファイル: who is asked about, where, and that the file is the interface."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.systems import city
from tests.systems.inquiry.town import ORDER, Town, code
from todoke.contracts.inquiry import OrderReceipt
from todoke.engine import snapshots
from todoke.identifiers import integrated_number
from todoke.identifiers.municipality import organisation_code
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.models import Operation
from todoke.records.layouts import inquiry_request_v2021
from todoke.systems.inquiry import jobs
from todoke.systems.inquiry.actions import plan_requests
from todoke.systems.inquiry.models import Query, RequestFile, Subject
from todoke.systems.inquiry.rules.record_ids import record_id
from todoke.systems.inquiry.serves import InquiryService

pytestmark = pytest.mark.usefixtures("city_site")
ORIGINS = {
    1: "13112",
    2: "14133",  # a ward of Kawasaki
    3: "14209",  # Sagamihara before it became a designated city
    4: "99999",
    5: "",
    6: "14105",  # another ward of this city
    7: "01345",  # not on the network
    8: "27127",
}


def providers() -> dict[int, str]:
    rows = Query.objects.using("inquiry").filter(round=1)
    return dict(rows.values_list("subject__position", "provider"))


def test_an_order_is_counted_whole_and_codes_fold_into_their_city(tmp_path: Path) -> None:
    town = Town(ORIGINS, tmp_path, strangers=frozenset({8}))
    receipt = town.order(places=[*ORIGINS, 1])
    assert receipt == OrderReceipt(order_id=ORDER, asked=4, abroad=1, unreachable=3)
    assert providers() == {1: "13112", 2: "14130", 3: "14150", 7: "01345"}
    rows = Subject.objects.using("inquiry").order_by("position")
    assert dict(rows.exclude(refusal="").values_list("position", "refusal")) == {
        5: "no_origin",
        6: "own_municipality",
        8: "unknown",
    }


def test_somebody_who_is_not_in_the_register_is_not_lost(tmp_path: Path) -> None:
    Town(ORIGINS, tmp_path)
    receipt = InquiryService().order(order_id=ORDER, resident_codes=["9999999999"], by=city.CLERK)
    assert receipt.unreachable == 1
    assert Subject.objects.using("inquiry").get().refusal == "unknown_resident"


def test_the_same_order_again_is_the_first_receipt(tmp_path: Path) -> None:
    town = Town(ORIGINS, tmp_path)
    first = town.order()
    assert town.order(places=[1]) == first
    assert Query.objects.using("inquiry").count() == first.asked


def test_an_order_needs_the_permission_of_the_benefits_section(tmp_path: Path) -> None:
    Town(ORIGINS, tmp_path)
    with pytest.raises(TodokeError) as denied:
        InquiryService().order(order_id=ORDER, resident_codes=[code(1)], by=city.OPERATOR)
    assert denied.value.code is ErrorCode.PERMISSION_DENIED


def test_the_request_file_holds_items_3_to_23(tmp_path: Path) -> None:
    town = Town(ORIGINS, tmp_path)
    town.order()
    (report,) = town.request()
    assert (report.counts.taken, report.counts.accepted, report.counts.refused) == (8, 5, 3)
    file = RequestFile.objects.using("inquiry").get()
    assert file.path == str(tmp_path / "inquiry" / "request-0001.dat")
    path = snapshots.check(Path(file.path), str(file.sha256))
    common, table = inquiry_request_v2021.decode(path.read_bytes())
    assert (common.file_identifier, common.user_id) == ("INQ14100000001", city.OPERATOR)
    rows = table.to_pylist()
    assert [row["record_id"] for row in rows] == [
        record_id(ORDER, round_=1, position=place) for place in (1, 2, 3, 7, 8)
    ]
    assert [row["integrated_number"] for row in rows] == [
        integrated_number.mint(place) for place in (1, 2, 3, 7, 8)
    ]
    assert [row["provider"] for row in rows] == [
        organisation_code(place) for place in ("13112", "14130", "14150", "01345", "27100")
    ]
    assert {row["inquirer"] for row in rows} == {organisation_code("14100")}


def test_those_from_abroad_are_on_a_list_of_their_own(tmp_path: Path) -> None:
    town = Town(ORIGINS, tmp_path)
    town.order()
    town.request()
    text = (tmp_path / "inquiry" / f"abroad-{ORDER}.csv").read_text(encoding="utf-8")
    assert text == f"resident_code,ward_code,previous_municipality\n{code(4)},14104,99999\n"


def test_files_are_cut_at_the_limit_and_numbered_through_all_orders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_requests, "RECORD_LIMIT", 3)
    town = Town(dict.fromkeys(range(1, 8), "13112"), tmp_path)
    town.order("one", [1, 2, 3, 4, 5, 6, 7])
    town.request("one")
    town.order("two", [1, 2])
    town.request("two")
    files = RequestFile.objects.using("inquiry").order_by("number")
    assert list(files.values_list("number", "order_id", "records")) == [
        (1, "one", 3),
        (2, "one", 3),
        (3, "one", 1),
        (4, "two", 2),
    ]
    assert sorted(path.name for path in (tmp_path / "inquiry").glob("*.dat")) == [
        f"request-{number:04d}.dat" for number in (1, 2, 3, 4)
    ]


def test_what_linkage_gets_is_what_the_file_says(tmp_path: Path) -> None:
    town = Town(ORIGINS, tmp_path)
    town.order()
    town.request()
    (batch,) = jobs.batches(ORDER)
    _, table = inquiry_request_v2021.decode((tmp_path / "inquiry" / "request-0001.dat").read_bytes())
    submitted = town.linkage.results(batch)
    assert [result.record_id for result in submitted] == table["record_id"].to_pylist()


def test_a_file_that_was_changed_is_not_submitted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    town = Town(ORIGINS, tmp_path)
    town.order()
    monkeypatch.setattr(jobs, "submit_request", _tamper(jobs.submit_request, tmp_path))
    with pytest.raises(TodokeError) as refused:
        town.request()
    assert refused.value.code is ErrorCode.INPUT_CHANGED
    assert jobs.batches(ORDER) == []


def _tamper(submit: Callable[..., None], out: Path) -> Callable[..., None]:
    def tampered(**arguments: object) -> None:
        path = out / "inquiry" / "request-0001.dat"
        path.write_bytes(path.read_bytes().replace(b"\xf1", b"\xf2", 1))
        submit(**arguments)

    return tampered


@pytest.mark.parametrize("step", ["write_request", "submit_request"])
def test_a_run_that_died_between_two_files_continues_with_the_same_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    monkeypatch.setattr(plan_requests, "RECORD_LIMIT", 2)
    town = Town(ORIGINS, tmp_path)
    town.order()
    real = getattr(jobs, step)
    monkeypatch.setattr(jobs, step, _dies_at(2, real))
    with pytest.raises(KeyboardInterrupt):
        town.request()
    seen = {path.name: path.read_bytes() for path in (tmp_path / "inquiry").glob("*.dat")}
    assert seen
    monkeypatch.setattr(jobs, step, real)
    town.request()
    after = {path.name: path.read_bytes() for path in (tmp_path / "inquiry").glob("*.dat")}
    assert seen.items() <= after.items()
    assert len(after) == 3
    assert Query.objects.using("inquiry").filter(state="asked").count() == 5
    assert town.request()[0].resumed


def _dies_at(call: int, real: Callable[..., object]) -> Callable[..., object]:
    calls = 0

    def dying(**arguments: object) -> object:
        nonlocal calls
        calls += 1
        if calls == call:
            raise KeyboardInterrupt
        return real(**arguments)

    return dying


def test_only_the_operator_writes_requests_and_the_log_counts_persons(tmp_path: Path) -> None:
    town = Town(ORIGINS, tmp_path)
    town.order()
    with pytest.raises(TodokeError) as denied:
        jobs.write_requests(ORDER, tmp_path, by=city.actor(city.CLERK))
    assert denied.value.code is ErrorCode.PERMISSION_DENIED
    town.request()
    log = Operation.objects.using("inquiry")
    assert log.get(verb="inquiry:request:submit").persons == 5
    assert log.get(verb="inquiry:order:take").persons == 8


def test_an_unknown_order_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TodokeError) as missing:
        jobs.write_requests("nowhere", tmp_path, by=city.actor(city.OPERATOR))
    assert missing.value.code is ErrorCode.NOT_FOUND
