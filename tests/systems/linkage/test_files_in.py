"""ファイル連携, incoming: queues do not wait for each other; order, duplicates, damage and half files as promised."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.systems.linkage import filing
from tests.systems.linkage.filing import System, number_rows, run, states
from todoke.access import parties
from todoke.access.models import Alarm
from todoke.batch.models import ControlTotal, StepRun, StepState
from todoke.kernel.errors import ErrorCode, InputRefused, TodokeError
from todoke.oplog.models import Operation
from todoke.records.converting.canonical import FileForm
from todoke.records.converting.records import Format
from todoke.systems.linkage import file_commands, housekeeping
from todoke.systems.linkage.actions.files.forget_contents import forget_contents
from todoke.systems.linkage.actions.files.stop_file_queue import resume_file_queue, stop_file_queue
from todoke.systems.linkage.models import ExchangedFile, FileFault, FileQueue, Person
from todoke.systems.linkage.queries import file_lists, file_places

pytestmark = pytest.mark.usefixtures("city_site")


@pytest.fixture
def residents() -> System:
    return System.joined("residents")


def persons() -> int:
    return Person.objects.using("linkage").count()


def test_files_are_taken_in_order_counted_and_acknowledged(residents: System) -> None:
    queue = residents.queue()
    (one, n), (two, m) = number_rows(0, 100), number_rows(100, 150)
    residents.drop(2, two, m)
    residents.drop(1, one, n)
    walked = run()
    assert [(step.counts.accepted, step.counts.totals["統合番号の付番"]) for step in walked.steps] == [
        (100, 100),
        (50, 50),
    ]
    assert states(queue) == [(1, "taken", ""), (2, "taken", "")]
    assert persons() == 150
    queue.refresh_from_db(using="linkage")
    assert (queue.next_number, queue.trouble) == (3, "")
    answer = residents.answer("residents-numbers-00000002.csv")
    assert (answer["result"], answer["records"], answer["bad_rows"]) == ("taken", 50, [])
    left = [path for path in residents.folder().rglob("*") if path.is_file()]
    assert sorted(path.parent.name for path in left) == ["ack", "ack"]
    assert StepRun.objects.using("linkage").get(key__startswith="residents/in/numbers 2 ").accepted == 50
    assert ControlTotal.objects.using("linkage").filter(name="統合番号の付番").count() == 2


def test_a_bad_file_keeps_no_other_queue_and_not_even_its_own_waiting(residents: System) -> None:
    tax = System.joined("tax", "税務システム")
    good, bad = residents.queue(), tax.queue()
    content, count = number_rows(0, 30)
    lines = content.splitlines(keepends=True)
    lines[3] = lines[3].replace(b",", b"x,", 1)
    lines[7] = lines[7].rstrip(b"\n") + b",more\n"
    tax.drop(1, b"".join(lines), 30)
    second, more = number_rows(30, 40)
    tax.drop(2, second, more)
    residents.drop(1, content, count)
    walked = run()
    assert walked.troubled == []
    assert states(good) == [(1, "taken", "")]
    assert states(bad) == [(1, "refused", "bad_rows"), (2, "taken", "")]
    refused = ExchangedFile.objects.using("linkage").get(queue=bad, number=1)
    assert refused.bad_rows == FileFault.objects.using("linkage").filter(file=refused).count() == 1
    assert tax.answer(refused.file_name)["bad_rows"][0][0] == 8


def test_every_bad_row_is_named_and_no_value(residents: System) -> None:
    queue = residents.queue()
    content, count = number_rows(0, 300)
    lines = content.splitlines(keepends=True)
    spoilt = [line.replace(b"-", b"/") if place % 2 else line for place, line in enumerate(lines)]
    residents.drop(1, b"".join(spoilt), count)
    run()
    file = ExchangedFile.objects.using("linkage").get(queue=queue)
    faults = list(FileFault.objects.using("linkage").filter(file=file).order_by("row"))
    assert [fault.row for fault in faults] == list(range(2, 302, 2))
    assert {(fault.column, fault.rule) for fault in faults} == {
        (
            "birth_date",
            "実在する日付（YYYY-MM-DD）でなければなりません。日付が表計算ソフトの形（2021/12/10 や通し番号）に変わっています。"
            "表計算ソフトで開かずに、元のシステムから出力し直してください",
        )
    }
    names = {line.split(b",")[2].decode() for line in lines[1:]}
    told = residents.folder().joinpath("ack", f"{file.file_name}.ack").read_text()
    subjects = " ".join(Operation.objects.using("linkage").values_list("subject", flat=True))
    assert not [name for name in names if name in told or name in subjects]


def test_a_gap_waits_and_is_shown(residents: System) -> None:
    queue = residents.queue()
    content, count = number_rows(0, 10)
    residents.drop(3, content, count)
    run()
    assert states(queue) == [(3, "arrived", "")]
    (standing,) = file_lists.standings()
    assert (standing.gap, standing.waiting, standing.waiting_records) == (2, 1, 10)
    assert standing.alarms == ["第1号～第2号が届いていません"]
    for number in (1, 2):
        more, n = number_rows(10 * number, 10 * number + 10)
        residents.drop(number, more, n)
    run()
    taken = ExchangedFile.objects.using("linkage").filter(state="taken").order_by("state_at")
    assert [file.number for file in taken] == [1, 2, 3]
    assert file_lists.alarms() == []


def test_late_and_duplicate_files_are_refused_and_say_what_they_repeat(residents: System) -> None:
    queue = residents.queue()
    FileQueue.objects.using("linkage").filter(pk=queue.pk).update(next_number=5)
    content, count = number_rows(0, 10)
    other, n = number_rows(10, 20)
    residents.drop(5, content, count)
    run()
    residents.drop(5, other, n)  # the number again, with another content
    run()
    residents.drop(6, content, count)  # the content again, under another number
    run()
    residents.drop(4, other, n)
    run()
    residents.drop(5, content, count)  # exactly the same file again
    run()
    assert states(queue) == [
        (5, "taken", ""),
        (5, "refused", "duplicate_number"),
        (6, "refused", "duplicate_content"),
        (4, "refused", "late"),
        (5, "refused", "duplicate_number"),
    ]
    repeats = [
        file.repeats.number if file.repeats else None
        for file in ExchangedFile.objects.using("linkage").order_by("pk")
    ]
    assert repeats == [None, 5, 5, None, 5]
    queue.refresh_from_db(using="linkage")
    assert queue.next_number == 6
    second = ExchangedFile.objects.using("linkage").get(number=6)
    told = residents.answer(f"{second.file_name}.{second.pk}")
    assert told["reason"] == "duplicate_content residents-numbers-00000005.csv"
    assert residents.answer("residents-numbers-00000005.csv")["result"] == "taken"


def test_a_corrected_file_comes_under_a_new_number_and_says_what_it_corrects(residents: System) -> None:
    queue = residents.queue()
    content, count = number_rows(0, 10)
    residents.drop(1, content, count + 1)
    run()
    residents.drop(2, content, count, repeats=1)  # the same content is no duplicate: the first was not taken
    run()
    assert states(queue) == [(1, "refused", "count_differs"), (2, "taken", "")]
    corrected = ExchangedFile.objects.using("linkage").get(number=2)
    assert corrected.repeats is not None
    assert corrected.repeats.number == 1


def test_altered_empty_and_too_many(residents: System) -> None:
    queue = residents.queue(records=50)
    content, count = number_rows(0, 10)
    path = residents.drop(1, content, count)
    path.write_bytes(content.replace(b"1", b"2", 1))
    os.utime(path, (filing.LONG_AGO, filing.LONG_AGO))
    run()
    assert states(queue) == [(1, "refused", "altered")]
    residents.drop(1, b"", 0)
    residents.drop(2, *number_rows(0, 51))
    residents.drop(3, *number_rows(0, 50))
    run()
    assert states(queue)[1:] == [(1, "refused", "empty"), (2, "refused", "over_limit"), (3, "taken", "")]


def test_what_is_still_being_written_is_not_read(residents: System) -> None:
    queue = residents.queue()
    content, count = number_rows(0, 10)
    path = residents.drop(1, content, count, old=False)
    note = path.with_name(path.name + ".manifest")
    whole = note.read_bytes()
    for data, manifest in (
        (content, b""),
        (content, whole[:80]),
        (content, whole[:-2]),
        (content[:99], whole),
    ):
        path.write_bytes(data)
        note.write_bytes(manifest)
        run()
        assert states(queue) == []
    path.unlink()
    run()
    assert states(queue) == []
    path.with_name("residents-numbers-00000002.csv").write_bytes(content)  # no manifest at all
    run()
    assert states(queue) == []
    path.write_bytes(content)
    run()
    assert states(queue) == [(1, "taken", "")]


def test_what_stays_half_written_is_refused_in_the_end(residents: System) -> None:
    queue = residents.queue()
    path = residents.drop(1, *number_rows(0, 10))
    note = path.with_name(path.name + ".manifest")
    note.write_bytes(note.read_bytes()[:80])
    os.utime(note, (filing.LONG_AGO, filing.LONG_AGO))
    run()
    path = residents.drop(1, *number_rows(0, 10))
    path.unlink()
    run()
    assert states(queue) == [(None, "refused", "unfinished"), (1, "refused", "missing")]


def test_another_systems_folder_key_or_name_is_refused(residents: System) -> None:
    queue = residents.queue()
    tax = System.joined("tax", "税務システム")
    content, count = number_rows(0, 10)
    path = tax.drop(1, content, count)
    for file in (path, path.with_name(path.name + ".manifest")):
        file.rename(residents.folder() / file.name)
    run()
    forged = System("residents", Ed25519PrivateKey.generate())
    forged.drop(1, content, count)
    run()
    residents.drop(1, content, count, kind="numbers", system="tax")
    run()
    residents.drop(1, content, count, file="residents-numbers-00000009.csv")
    run()
    residents.drop(1, content, count, file="x.csv")
    run()
    assert [reason for _, _, reason in states(queue)] == [
        "signature",
        "signature",
        "other_queue",
        "name",
        "name",
    ]
    assert persons() == 0


def test_a_link_out_of_the_folder_and_somebody_elses_file_are_not_followed(
    residents: System, tmp_path: Path
) -> None:
    queue = residents.queue()
    content, count = number_rows(0, 10)
    secret = tmp_path / "secret"
    secret.write_bytes(content)
    path = residents.drop(1, content, count)
    path.unlink()
    path.symlink_to(secret)
    manifest = {"size": len(os.readlink(path))}
    residents.folder().joinpath(path.name + ".manifest").write_bytes(
        residents.signed("Manifest", residents.manifest(1, content, count) | manifest)
    )
    run()
    assert persons() == 0
    assert "taken" not in {state for _, state, _ in states(queue)}
    assert secret.exists()


def test_files_come_from_hosts_and_sealed(residents: System) -> None:
    """IBM 939 fixed length, and age for our key: the same persons as from CSV in UTF-8."""
    import pyrage
    from pyrage import x25519

    from todoke.records.converting import canonical

    host = FileForm(layout="individual_numbers_host", edition="2022", form=Format.FIXED, charset="ibm939")
    queue = residents.queue(form=host)
    content, _ = number_rows(0, 40)
    lines = content.splitlines(keepends=True)
    with file_places.vault().work() as work:
        (work / "a.csv").write_bytes(content)
        with pytest.raises(InputRefused) as rare:  # the sample city has names that IBM 939 cannot write
            canonical.write(work / "a.csv", work / "a.dat", host)
        assert {bad.column for bad in rare.value.rows} <= {"name_kanji", "address"}
        out = {bad.row for bad in rare.value.rows}
        content = b"".join(line for place, line in enumerate(lines) if place not in out)
        count = 40 - len(out)
        (work / "a.csv").write_bytes(content)
        assert canonical.write(work / "a.csv", work / "a.dat", host) == count
        data = (work / "a.dat").read_bytes()
    assert len(data) == 400 * count
    sealed = pyrage.encrypt(data, [x25519.Recipient.from_str(file_places.vault().recipient)])
    path = residents.drop(1, data, count, sealed=True)
    path.write_bytes(sealed)
    run()
    assert states(queue) == [(1, "taken", "")]
    names = set(Person.objects.using("linkage").values_list("name_kanji", flat=True))
    assert names == {line.split(",")[2] for line in content.decode().splitlines()[1:]}
    cut = bytearray(data)
    cut[400 * 9 + 10] = 0xFF
    residents.drop(2, bytes(cut), count)
    run()
    assert states(queue)[1] == (2, "refused", "bad_rows")
    assert list(FileFault.objects.using("linkage").values_list("row", "column")) == [
        (10, "individual_number")
    ]


def test_contents_wait_sealed_and_go_when_their_days_are_over(residents: System) -> None:
    queue = residents.queue(keep_days=0)
    content, count = number_rows(0, 10)
    stop_file_queue(queue=queue, reason="保守のため", by=filing.operator())
    residents.drop(1, content, count)
    run()
    assert states(queue) == [(1, "arrived", "")]
    sealed = Path(file_places.vault().folder, ExchangedFile.objects.using("linkage").get().sealed)
    assert content[:200] not in sealed.read_bytes()
    assert sealed.stat().st_mode & 0o077 == 0
    assert residents.folder().stat().st_mode & 0o077 == 0
    assert "停止中に 1 個のファイルが待っています" in file_lists.standings()[0].alarms
    assert forget_contents(by=filing.operator()) == 0
    queue.refresh_from_db(using="linkage")
    resume_file_queue(queue=queue, reason="保守の終了", by=filing.operator())
    run()
    assert states(queue) == [(1, "taken", "")]
    assert forget_contents(by=filing.operator()) == 1
    assert not sealed.exists()
    assert not list(file_places.vault().folder.joinpath("work").iterdir())
    file = ExchangedFile.objects.using("linkage").get()
    assert (file.sealed, file.records, len(file.sha256)) == ("", 10, 64)


def test_a_queue_in_trouble_says_so_and_the_others_go_on(
    residents: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = residents.queue()
    tax = System.joined("tax", "税務システム")
    other = tax.queue()
    residents.drop(1, *number_rows(0, 10))
    tax.drop(1, *number_rows(10, 20))
    file_places.vault()
    real = file_places.Vault.open

    def broken(self: file_places.Vault, name: str, target: Path) -> None:
        if name.startswith(f"{queue.pk}-"):
            raise OSError("disk: 横浜花子")
        real(self, name, target)

    monkeypatch.setattr(file_places.Vault, "open", broken)
    assert run().troubled == [queue.name]
    assert (states(queue), states(other)) == ([(1, "arrived", "")], [(1, "taken", "")])
    assert [alarm for name, alarm in file_lists.alarms() if name == queue.name] == ["UNEXPECTED: OSError"]
    monkeypatch.undo()
    run()
    assert states(queue) == [(1, "taken", "")]
    assert file_lists.alarms() == []


def test_a_turn_is_one_file_so_that_a_long_queue_starves_nobody(residents: System) -> None:
    residents.queue()
    tax = System.joined("tax", "税務システム")
    tax.queue()
    for number in range(1, 5):
        residents.drop(number, *number_rows(10 * number, 10 * number + 10))
    tax.drop(1, *number_rows(100, 110))
    run()
    order = (
        ExchangedFile.objects.using("linkage").order_by("state_at").values_list("queue__system", flat=True)
    )
    assert list(order).index("tax") <= 1


def test_only_who_may_and_only_with_a_reason(residents: System) -> None:
    queue = residents.queue()
    clerk = filing.city.actor(filing.city.CLERK)
    for work in (
        lambda: filing.jobs.collect_files(queue=queue, by=clerk),
        lambda: stop_file_queue(queue=queue, reason="x", by=clerk),
        lambda: forget_contents(by=clerk),
    ):
        with pytest.raises(TodokeError) as refused:
            work()
        assert refused.value.code is ErrorCode.PERMISSION_DENIED
    with pytest.raises(TodokeError) as refused:
        stop_file_queue(queue=queue, reason=" ", by=filing.operator())
    assert refused.value.code is ErrorCode.RECORD_INVALID
    assert StepRun.objects.using("linkage").filter(state=StepState.RUNNING).count() == 0


def test_what_goes_on_by_itself_takes_numbers_leaves_inquiries_to_a_person_and_rings_once(
    residents: System,
) -> None:
    by = parties.housekeeper()
    queue = residents.queue()
    benefit = System.joined("benefit", "給付管理システム")
    asked = benefit.queue(
        "inquiry-requests",
        form=FileForm(layout="inquiry_request", edition="2021", form=Format.FIXED, charset="ibm939"),
    )
    benefit.drop(1, b"x", 1, kind="inquiry-requests")
    residents.drop(1, *number_rows(0, 10))
    residents.drop(3, *number_rows(10, 20))
    for _ in range(2):
        for chore in housekeeping.CHORES:
            chore.run("linkage", by)
    assert states(queue) == [(1, "taken", ""), (3, "arrived", "")]
    assert states(asked) == [(1, "arrived", "")]
    rung = Alarm.objects.using(filing.city.DIRECTORY).filter(kind="file_exchange")
    assert list(rung.values_list("detail", flat=True)) == ["residents/in/numbers: 欠番"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives folders to other accounts")
def test_the_folder_is_the_systems_own_and_files_of_others_are_refused() -> None:
    residents = System.joined("residents", account="nobody")
    queue = residents.queue()
    content, count = number_rows(0, 10)
    run()
    nobody = pwd.getpwnam("nobody").pw_uid
    folder = residents.folder()
    assert {path.stat().st_uid for path in (folder, folder.parent, folder.parent.parent)} == {nobody}
    assert folder.stat().st_mode & 0o077 == 0
    path = residents.drop(1, content, count)
    for each in (path, path.with_name(path.name + ".manifest")):
        os.chown(each, nobody, -1)
    run()
    ack = folder / "ack" / f"{path.name}.ack"
    assert (ack.stat().st_uid, ack.stat().st_mode & 0o777) == (nobody, 0o600)
    path = residents.drop(2, *number_rows(10, 20))
    os.chown(path, 12345, -1)
    run()
    assert states(queue) == [(1, "taken", ""), (2, "refused", "owner")]


def test_a_file_that_is_no_workbook_is_refused(residents: System) -> None:
    form = FileForm(layout="individual_numbers", edition="2021", form=Format.XLSX, charset="utf-8")
    queue = residents.queue(form=form)
    residents.drop(1, b"PK no workbook", 1, file="residents-numbers-00000001.xlsx")
    run()
    assert states(queue) == [(1, "refused", "bad_rows")]
    assert [fault.rule for fault in FileFault.objects.using("linkage").all()] == ["XLSXとして読めません"]


def test_the_verbs(residents: System) -> None:
    queue = residents.queue()
    residents.drop(1, *number_rows(0, 10))
    residents.drop(2, b"nothing\n", 1)
    residents.drop(4, *number_rows(10, 20))
    name, operator = queue.name, filing.city.OPERATOR

    def call(*words: str) -> Result:
        return CliRunner().invoke(file_commands.group, [*words, "--by", operator])

    assert call("stop", name, "--reason", "点検").exit_code == 0
    assert "取込 10" not in call("run").output
    assert call("resume", name, "--reason", "点検の終了").exit_code == 0
    ran = call("run")
    assert ran.exit_code == 0
    assert "residents/in/numbers 1号: 取込 10／拒否 0" in ran.output
    listed = call("list").output
    assert "稼働中  最後 4  待ち 1 個 10 件  上限 200,000" in listed
    assert "警報: 第3号が届いていません" in listed
    shown = call("show", name).output
    assert "第2号  拒否  1 件" in shown
    assert "1 行 （見出し）" in shown or "1 行 resident_code" in shown
    alarmed = call("alarms")
    assert isinstance(alarmed.exception, TodokeError)
    assert alarmed.exception.code is ErrorCode.STATE_CONFLICT
    refused = call(
        "queue",
        "residents",
        "in",
        "numbers",
        "--layout",
        "tax",
        "--edition",
        "2021",
        "--format",
        "csv",
        "--charset",
        "utf-8",
    )
    assert isinstance(refused.exception, TodokeError)
