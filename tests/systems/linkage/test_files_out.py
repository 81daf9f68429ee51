"""ファイル連携, outgoing: cut to the limit in order, whole or not there, confirmed by the receiver, repeated under a new number."""

from __future__ import annotations

import base64
import csv
import io
import json
from pathlib import Path
from typing import Any

import pyrage
import pytest
from django.db import connections
from pyrage import x25519

from tests.systems.linkage import filing, office
from tests.systems.linkage.filing import System, number_rows, run, states
from todoke.contracts.information import DUTY, LOCAL_TAX, PROCEDURE, TAX_ITEMS
from todoke.identifiers.municipality import organisation_code
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, InputRefused, TodokeError
from todoke.records.converting.canonical import FileForm
from todoke.records.converting.records import Format
from todoke.records.layouts import inquiry_request_v2021 as requests
from todoke.systems.linkage.actions.files.repeat_file import repeat_file
from todoke.systems.linkage.models import ExchangedFile, FileQueue, LocalNumber, NumberNotice, Person, Query
from todoke.systems.linkage.queries import file_lists, file_places
from todoke.systems.linkage.rules.file_kinds import Direction

pytestmark = pytest.mark.usefixtures("city_site")
NOTICES = FileForm(layout="number_notices", edition="2022", form=Format.CSV, charset="utf-8")


@pytest.fixture
def residents() -> System:
    return System.joined("residents")


def notices(system: System, **limits: Any) -> FileQueue:
    return system.queue("number-notices", Direction.OUT, NOTICES, **limits)


def sent(queue: FileQueue) -> list[ExchangedFile]:
    return list(ExchangedFile.objects.using("linkage").filter(queue=queue).order_by("number"))


def rows(system: System, file: ExchangedFile) -> list[dict[str, str]]:
    content = (system.folder(file.queue.kind, "out") / file.file_name).read_bytes()
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def test_who_got_a_number_is_told_in_order_cut_to_the_limit(residents: System) -> None:
    residents.queue()
    queue = notices(residents, records=20, cut=True)
    residents.drop(1, *number_rows(0, 50))
    run()
    files = sent(queue)
    assert [(file.number, file.records, file.state) for file in files] == [
        (1, 20, "sent"),
        (2, 20, "sent"),
        (3, 10, "sent"),
    ]
    told = [row for file in files for row in rows(residents, file)]
    known = dict(LocalNumber.objects.using("linkage").values_list("local_number", "person_id"))
    assert {row["local_number"]: row["integrated_number"] for row in told} == known
    assert [row["local_number"] for row in told] == sorted(known)
    assert {row["event"] for row in told} == {"1"}
    folder = residents.folder("number-notices", "out")
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir() if path.is_file()} == {0o600}
    note = json.loads((folder / f"{files[0].file_name}.manifest").read_bytes().split(b"\n")[0])
    assert (note["number"], note["records"], note["sha256"]) == (1, 20, files[0].sha256)
    for file in files:
        residents.acknowledge(file)
    run()
    assert {file.state for file in sent(queue)} == {"acknowledged"}
    assert not [path for path in folder.rglob("*") if path.is_file()]
    assert run().arrived == 0


def test_a_person_who_changes_is_told_too_and_a_new_queue_begins_with_everybody(residents: System) -> None:
    residents.queue()
    residents.drop(1, *number_rows(0, 10))
    run()
    queue = notices(residents)
    run()
    (first,) = sent(queue)
    assert len(rows(residents, first)) == 10
    one, other = LocalNumber.objects.using("linkage").order_by("local_number")[:2]
    office.log_keys()
    office.look_at(other.person_id, one.person_id)
    office.merge(other.person_id, one.person_id)
    run()
    (second,) = sent(queue)[1:]
    assert [
        (row["local_number"], row["integrated_number"], row["event"]) for row in rows(residents, second)
    ] == [(one.local_number, other.person_id, "2")]


def test_after_a_merge_each_system_that_knew_the_dissolved_number_learns_who_lives(residents: System) -> None:
    """Also the one that had not been told yet; the systems of others, and those of the survivor, hear nothing new."""
    residents.queue()
    residents.drop(1, *number_rows(0, 3))
    run()
    gone, lives, other = LocalNumber.objects.using("linkage").order_by("local_number")[:3]
    told, late, aside = (System.joined(code) for code in ("tax", "welfare", "library"))
    queues = {system.code: notices(system) for system in (residents, told, late, aside)}
    office.link(gone.person_id, "T1", "tax")
    office.link(lives.person_id, "T2", "tax")
    office.link(other.person_id, "L1", "library")
    run()
    office.link(gone.person_id, "W1", "welfare")  # noted, and not sent before the merge
    office.log_keys()
    office.merge(lives.person_id, gone.person_id)
    run()
    news = {
        code: [
            (row["local_number"], row["integrated_number"], row["event"])
            for row in rows(residents if code == "residents" else System(code), file)
        ]
        for code, queue in queues.items()
        for file in [sent(queue)[-1]]
        if file.number == 2 or code == "welfare"
    }
    assert news == {
        "residents": [(gone.local_number, lives.person_id, "2")],
        "tax": [("T1", lives.person_id, "2")],
        "welfare": [("W1", lives.person_id, "1"), ("W1", lives.person_id, "2")],
    }


def test_a_queue_that_does_not_cut_says_so_and_keeps_the_rows(residents: System) -> None:
    residents.queue()
    queue = notices(residents, records=20)
    residents.drop(1, *number_rows(0, 21))
    assert run().troubled == [queue.name]
    assert sent(queue) == []
    assert NumberNotice.objects.using("linkage").filter(file=None).count() == 21
    ((_, alarm),) = file_lists.alarms()
    assert "上限 20 件を超えます" in alarm
    notices(residents, records=30)
    run()
    assert [file.records for file in sent(queue)] == [21]


def test_sealed_for_a_receiver_in_the_characters_of_its_host() -> None:
    identity = x25519.Identity.generate()
    residents = System.joined("residents", recipient=str(identity.to_public()))
    form = FileForm(layout="number_notices_host", edition="2022", form=Format.FIXED, charset="jef")
    queue = residents.queue("number-notices", Direction.OUT, form)
    residents.queue()
    residents.drop(1, *number_rows(0, 5))
    run()
    (file,) = sent(queue)
    content = (residents.folder("number-notices", "out") / file.file_name).read_bytes()
    opened = pyrage.decrypt(content, [identity])
    assert len(opened) == 64 * 5
    number = LocalNumber.objects.using("linkage").order_by("local_number")[0].local_number
    assert opened[:10] == bytes(0xF0 + int(digit) for digit in number)


def test_an_error_is_shown_with_its_rows_and_repeated_under_a_new_number(
    residents: System, tmp_path: Path
) -> None:
    residents.queue()
    queue = notices(residents)
    residents.drop(1, *number_rows(0, 5))
    run()
    (file,) = sent(queue)
    content = (residents.folder("number-notices", "out") / file.file_name).read_bytes()
    with pytest.raises(TodokeError) as refused:
        repeat_file(file=file, by=filing.operator())
    assert refused.value.code is ErrorCode.STATE_CONFLICT
    residents.acknowledge(file, "refused", reason="x", bad_rows=[[3, "integrated_number", "未登録です"]])
    run()
    assert states(queue) == [(1, "error", "receiver")]
    file = file_lists.file(file.pk)
    assert list(file.faults.values_list("row", "rule")) == [(3, "未登録です")]
    wrong = tmp_path / "wrong.csv"
    wrong.write_bytes(content.replace(b"local_number", b"other", 1))
    with pytest.raises(InputRefused):
        repeat_file(file=file, by=filing.operator(), corrected=wrong)
    right = tmp_path / "right.csv"
    right.write_bytes(b"".join(content.splitlines(keepends=True)[:3]))
    new = repeat_file(file=file, by=filing.operator(), corrected=right)
    assert (new.number, new.records, new.repeats_id) == (2, 2, file.pk)
    with pytest.raises(TodokeError):
        repeat_file(file=file, by=filing.operator())
    run()
    assert states(queue)[1] == (2, "sent", "")


def test_a_strange_acknowledgement_changes_nothing_and_keeps_nothing_from_leaving(residents: System) -> None:
    residents.queue()
    queue = notices(residents)
    residents.drop(1, *number_rows(0, 5))
    run()
    (file,) = sent(queue)
    System("residents").acknowledge(file)  # another key
    residents.drop(2, *number_rows(5, 10))
    run()
    assert states(queue) == [(1, "sent", ""), (2, "sent", "")]
    assert "受領確認 1 件" in dict(file_lists.alarms())[queue.name]
    residents.acknowledge(file)
    run()
    assert states(queue)[0] == (1, "acknowledged", "")
    assert file_lists.alarms() == []


def request_file(system: System, numbers: list[str]) -> bytes:
    common = requests.Common(
        file_identifier="B1", department_code="KYUFU", user_id="b001", user_name="給付課"
    )
    fixed = {
        "inquirer_user_id": "b001",
        "inquirer": organisation_code("14100"),
        "nondisclosure": "1",
        "duty": DUTY,
        "procedure": PROCEDURE,
        "provider": organisation_code("14130"),
        "information_code_1": LOCAL_TAX,
    }
    table = [
        {"record_id": f"R{place:04d}", "integrated_number": number, **fixed}
        for place, number in enumerate(numbers)
    ]
    import pyarrow as pa

    return requests.encode(common, pa.Table.from_pylist(table))


def test_inquiries_come_and_results_go_by_file_and_leave_no_item_behind(residents: System) -> None:
    residents.queue()
    residents.drop(1, *number_rows(0, 4))
    run()
    benefit = System.joined("benefit", "給付管理システム")
    asked = benefit.queue(
        "inquiry-requests",
        form=FileForm(layout="inquiry_request", edition="2021", form=Format.FIXED, charset="ibm939"),
    )
    results = benefit.queue(
        "inquiry-results",
        Direction.OUT,
        FileForm(layout="query_results", edition="2022", form=Format.CSV, charset="cp932"),
        records=2,
        cut=True,
    )
    numbers = sorted(Person.objects.using("linkage").values_list("pk", flat=True))
    unknown = "999999999999993"
    benefit.drop(1, request_file(benefit, [*numbers, unknown]), 6, kind="inquiry-requests")
    walked = run()
    assert [(step.counts.accepted, step.counts.refused) for step in walked.steps] == [(5, 1)]
    assert states(asked) == [(1, "taken", "")]
    (refusals,) = sent(results)
    ((told),) = rows(benefit, refusals)
    assert (told["record_id"], told["outcome"], told["error"]) == ("R0004", "refused", _refusal(unknown))
    benefit.acknowledge(refusals)
    with connections["linkage"].cursor() as cursor:
        cursor.execute("UPDATE linkage_query SET state = 'sent'")
        values = ["2021", *(["0"] * 13), None, None]
        reasons = [*([None] * 14), "NOT_APPLICABLE", "NOT_APPLICABLE"]
        cursor.execute(
            "UPDATE linkage_query SET state = 'answered', item_values = %s, item_reasons = %s WHERE record_id <> 'R0001'",
            [values, reasons],
        )
    run()
    told = [row for file in sent(results)[1:] for row in rows(benefit, file)]
    assert [row["record_id"] for row in told] == ["R0000", "R0002", "R0003"]
    assert told[0]["tax_year"] == "2021"
    assert (told[0]["taxed_elsewhere"], told[0]["taxed_elsewhere_reason"]) == ("", "NOT_APPLICABLE")
    assert set(TAX_ITEMS) <= set(told[0])
    for file in sent(results)[1:]:
        benefit.acknowledge(file)
    run()
    answered = Query.objects.using("linkage").filter(state="answered")
    assert list(answered.values_list("handed_over", "item_values").distinct()) == [(True, None)]


def _refusal(number: str) -> str:
    from todoke.identifiers import integrated_number

    return "unknown_number" if integrated_number.is_valid(number) else "check_digit"


def test_our_manifest_is_signed(residents: System) -> None:
    residents.queue()
    queue = notices(residents)
    residents.drop(1, *number_rows(0, 1))
    run()
    (file,) = sent(queue)
    lines = (
        (residents.folder("number-notices", "out") / f"{file.file_name}.manifest").read_bytes().split(b"\n")
    )
    key = file_places.vault().signing_key.public_key()
    key.verify(base64.b64decode(lines[1]), filing.DOMAIN + b"Manifest\x00" + lines[0])
    assert json.loads(lines[0])["made_at"][:4] == str(clock.today().year)
