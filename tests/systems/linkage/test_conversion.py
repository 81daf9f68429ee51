"""個人番号・統合番号変換: in the order asked, on four attributes, only what two persons allowed; a word for everything else."""

from __future__ import annotations

import csv
import hashlib
import io
import random
import stat
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from django.conf import settings
from django.db import IntegrityError, connections

from tests.systems import city
from tests.systems.linkage import conversions, realms
from tests.systems.linkage.conversions import ALL_ROUTES, DUTY, OTHER_DUTY, WELFARE, Row, actor, asked, route
from todoke.access import parties as actors
from todoke.batch.models import StepRun
from todoke.contracts.conversion import CONVERT, NumberAnswered, NumberAsked, NumbersAsked
from todoke.contracts.people import BasicAttributes
from todoke.exchange import client, keys
from todoke.exchange.door import Door
from todoke.exchange.kinds import RECORD_LIMIT
from todoke.exchange.ring import KeyRing
from todoke.exchange.transport import InProcessTransport
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, InputRefused, TodokeError
from todoke.oplog.models import Operation
from todoke.systems.linkage import jobs, serves
from todoke.systems.linkage.actions.conversions import run_conversion as running
from todoke.systems.linkage.actions.conversions.confirm_right import confirm_right
from todoke.systems.linkage.actions.conversions.end_right import end_right
from todoke.systems.linkage.actions.conversions.hand_out_conversion import hand_out_conversion
from todoke.systems.linkage.actions.conversions.reap_conversions import reap_conversions
from todoke.systems.linkage.actions.conversions.receive_conversion import receive_conversion
from todoke.systems.linkage.commands import group
from todoke.systems.linkage.flows import JobState
from todoke.systems.linkage.models import ConversionFault, ConversionJob, ConversionRight, LocalNumber
from todoke.systems.linkage.queries import conversion_files, conversion_lists
from todoke.systems.linkage.rules.conversions import Direction

assert serves
pytestmark = pytest.mark.usefixtures("city_site")


def people() -> list[Row]:
    return city.rows("individual_numbers.csv")


def receive(folder: Path, rows: list[Row], *, duty: str = DUTY, by: str = city.CLERK) -> ConversionJob:
    data = conversions.write(folder / "asked.csv", rows)
    return receive_conversion(data=data, file_name="asked.csv", system=WELFARE, duty=duty, by=actor(by))


def converted(folder: Path, rows: list[Row], *, duty: str = DUTY) -> list[tuple[str, str]]:
    """(answer, refusal) of each row, through the file."""
    job = receive(folder, rows, duty=duty)
    jobs.convert_file(job_id=job.job_id, by=actor(city.CLERK))
    answer = hand_out_conversion(job_id=job.job_id, by=actor(city.CLERK)).decode()
    lines = list(csv.DictReader(io.StringIO(answer)))
    assert [line["row"] for line in lines] == [str(place) for place in range(1, len(rows) + 1)]
    return [(line["answer"], line["refusal"]) for line in lines]


@pytest.mark.parametrize("direction", Direction)
def test_everybody_is_converted_in_the_order_asked(tmp_path: Path, direction: Direction) -> None:
    conversions.open_site(ALL_ROUTES)
    some = people()
    random.Random(5).shuffle(some)
    some += some[:40]
    found = converted(tmp_path, asked(direction, some))
    assert found == [(number, "") for number in conversions.expected(direction, some)]


def test_each_outcome_has_its_word_and_nobody_is_guessed(tmp_path: Path) -> None:
    some = people()[:9]
    conversions.open_site(ALL_ROUTES, unknown_to_welfare=[some[6]["resident_code"]])
    LocalNumber.objects.using("linkage").create(
        system=WELFARE, local_number="W-second", person_id=conversions.integrated()[some[7]["resident_code"]]
    )
    rows = asked(Direction.LOCAL_TO_INTEGRATED, some)
    rows[0]["name_kanji"], rows[2]["birth_date"] = "別人 太郎", "1901-01-01"
    rows[1]["sex"] = "2" if some[1]["sex"] == "1" else "1"
    rows[3]["address"] += "　別棟"
    rows[4]["number"] = "W0000000000"
    rows[5]["name_kanji"] = rows[5]["name_kanji"].replace(" ", "").replace("　", "")
    rows[6:8] = asked(Direction.INTEGRATED_TO_LOCAL, some[6:8])
    found = converted(tmp_path, rows)
    words = [word for _, word in found]
    assert words == [
        *["attributes_differ"] * 4, "unknown", "", "no_local_number", "several", "",
    ]  # fmt: skip
    assert all(bool(answer) is (word == "") for answer, word in found)


def test_without_a_right_nothing_is_converted_and_the_attempt_is_logged(tmp_path: Path) -> None:
    conversions.open_site()
    rows = [row for direction in Direction for row in asked(direction, people()[:3])]
    assert converted(tmp_path, rows) == [("", "not_allowed")] * 12
    (entry,) = Operation.objects.using("linkage").filter(verb="linkage:system:convert", persons__gt=0)
    assert (entry.outcome, entry.persons, entry.purpose) == ("refused", 12, "番号変換の試験")


def test_a_right_counts_for_its_route_its_duty_and_its_days_only(tmp_path: Path) -> None:
    today = clock.today()
    conversions.open_site([route(Direction.LOCAL_TO_INTEGRATED)])
    conversions.allow(route(Direction.INDIVIDUAL_TO_INTEGRATED), duty=OTHER_DUTY)
    conversions.allow(route(Direction.INTEGRATED_TO_LOCAL), valid_until=today - timedelta(days=1))
    conversions.allow(route(Direction.INTEGRATED_TO_INDIVIDUAL), valid_from=today + timedelta(days=1))
    conversions.declare(route(Direction.LOCAL_TO_INTEGRATED, "residents"))
    rows = [row for direction in Direction for row in asked(direction, people()[:1])]
    rows += [rows[0] | {"local_system": "residents", "number": people()[0]["resident_code"]}]
    words = [word for _, word in converted(tmp_path, rows)]
    assert words == ["", *["not_allowed"] * 4]
    words = [word for _, word in converted(tmp_path, rows, duty=OTHER_DUTY)]
    assert words == ["not_allowed", "not_allowed", "", "not_allowed", "not_allowed"]


def test_a_right_needs_a_second_person_and_ends_at_once(tmp_path: Path) -> None:
    conversions.open_site()
    right = conversions.declare(route(Direction.LOCAL_TO_INTEGRATED))
    rows = asked(Direction.LOCAL_TO_INTEGRATED, people()[:1])
    assert converted(tmp_path, rows)[0][1] == "not_allowed"
    confirm_right(right_id=right, by=actor(conversions.MANAGER))
    assert converted(tmp_path, rows)[0][1] == ""
    end_right(right_id=right, by=actor(conversions.MANAGER))
    assert converted(tmp_path, rows)[0][1] == "not_allowed"


def test_the_database_refuses_one_person_for_both_halves_of_a_right() -> None:
    conversions.open_site()
    right = conversions.declare(route(Direction.LOCAL_TO_INTEGRATED))
    rows = ConversionRight.objects.using("linkage").filter(pk=right)
    with pytest.raises(IntegrityError):
        rows.update(state="confirmed", confirmed_by=conversions.ADMINISTRATOR, confirmed_at=clock.now())
    with pytest.raises(IntegrityError):
        rows.update(direction="integrated_to_individual", local_system=None)


@pytest.mark.parametrize(("system", "duty"), [("", DUTY), ("nobody", DUTY), (WELFARE, "JM01000000000001")])
def test_a_system_that_is_not_in_use_or_has_not_the_duty_gets_nothing(
    tmp_path: Path, system: str, duty: str
) -> None:
    conversions.open_site()
    data = conversions.write(tmp_path / "asked.csv", asked(Direction.LOCAL_TO_INTEGRATED, people()[:1]))
    with pytest.raises(TodokeError) as denied:
        receive_conversion(data=data, file_name="asked.csv", system=system, duty=duty, by=actor(city.CLERK))
    assert denied.value.code is ErrorCode.PERMISSION_DENIED


def test_a_bad_file_is_refused_whole_with_every_bad_row_and_no_number(tmp_path: Path) -> None:
    conversions.open_site(ALL_ROUTES)
    rows = [row for direction in Direction for row in asked(direction, people()[:2])]
    individual = rows[4]["number"]
    rows[0]["local_system"] = ""
    rows[3]["number"] = "123456789012345"
    rows[4]["number"] = individual[:-1] + str((int(individual[-1]) + 1) % 10)
    rows[5]["birth_date"] = "2021-02-30"
    rows[7]["local_system"] = WELFARE
    job = receive(tmp_path, rows)
    with pytest.raises(InputRefused) as refused:
        jobs.convert_file(job_id=job.job_id, by=actor(city.CLERK))
    places = [(bad.row, bad.column) for bad in refused.value.rows]
    assert places == [
        (2, "direction・local_system"), (5, "number"), (6, "number"), (7, "birth_date"), (9, "direction・local_system"),
    ]  # fmt: skip
    assert individual[:-1] not in "".join(map(str, refused.value.rows))
    assert (
        list(ConversionFault.objects.using("linkage").order_by("row").values_list("row", "column")) == places
    )
    job.refresh_from_db(using="linkage")
    assert job.state == JobState.REFUSED
    assert not list(conversion_files.folder().iterdir())


def test_a_run_that_was_stopped_goes_on_with_the_same_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversions.open_site(ALL_ROUTES)
    rows = asked(Direction.INDIVIDUAL_TO_INTEGRATED, people()[:20])
    job = receive(tmp_path, rows)
    with monkeypatch.context() as patched:
        patched.setattr(running, "_count", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            jobs.convert_file(job_id=job.job_id, by=actor(city.CLERK))
    assert ConversionJob.objects.using("linkage").get(pk=job.pk).state == JobState.RECEIVED
    again = receive(tmp_path, rows)
    assert again.job_id == job.job_id
    assert len(converted(tmp_path, rows)) == 20
    assert StepRun.objects.using("linkage").get(name=jobs.CONVERSION, key=job.job_id).attempts == 2


def test_a_run_tells_how_far_it_is_block_by_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    conversions.open_site(ALL_ROUTES)
    monkeypatch.setattr(running, "BLOCK", 8)
    rows = asked(Direction.INDIVIDUAL_TO_INTEGRATED, people()[:20])
    job = receive(tmp_path, rows)
    told: list[tuple[int, int]] = []
    running.run_conversion(
        job_id=job.job_id,
        by=actor(city.CLERK),
        told=lambda count: told.append((count, conversion_lists.processed(job))),
    )
    assert told == [(8, 8), (8, 16), (4, 20)]
    entries = Operation.objects.using("linkage").filter(verb="linkage:system:convert", persons__gt=0)
    assert sorted(entries.values_list("persons", flat=True)) == [4, 8, 8]
    answer = hand_out_conversion(job_id=job.job_id, by=actor(city.CLERK)).decode()
    lines = list(csv.DictReader(io.StringIO(answer)))
    assert [line["answer"] for line in lines] == conversions.expected(
        Direction.INDIVIDUAL_TO_INTEGRATED, people()[:20]
    )
    assert [line["row"] for line in lines] == [str(place) for place in range(1, 21)]


def test_answers_lie_protected_leave_with_a_purpose_and_go_when_their_time_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversions.open_site(ALL_ROUTES)
    job = receive(tmp_path, asked(Direction.LOCAL_TO_INTEGRATED, people()[:5]))
    jobs.convert_file(job_id=job.job_id, by=actor(city.OPERATOR))
    path = conversion_files.answer(job.job_id)
    assert (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(path.parent.stat().st_mode)) == (0o600, 0o700)
    job.refresh_from_db(using="linkage")
    for staff, purpose, code in (
        (city.OPERATOR, "試験", ErrorCode.PERMISSION_DENIED),  # a contractor sees counts, never persons
        (city.CLERK, " ", ErrorCode.PURPOSE_MISSING),
    ):
        with pytest.raises(TodokeError) as refused:
            hand_out_conversion(job_id=job.job_id, by=actor(staff, purpose))
        assert refused.value.code is code
    data = hand_out_conversion(job_id=job.job_id, by=actor(city.CLERK))
    assert hashlib.sha256(data).hexdigest() == job.answer_sha256
    entry = Operation.objects.using("linkage").get(verb="linkage:conversion:download")
    assert (entry.persons, entry.purpose) == (5, "番号変換の試験")
    assert reap_conversions(by=actors.housekeeper()) == 0
    later = job.expires_at + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert reap_conversions(by=actors.housekeeper()) == 1
    assert not path.exists()


def knock(folder: Path, *codes: str) -> InProcessTransport:
    owners = keys.owners(city="14100", neighbours=["13112"], urls=realms.URLS, systems=codes)
    keys.make(folder, instance="testing", owners=owners)
    ring = KeyRing(folder, *(owner.folder for owner in owners))
    return InProcessTransport(ring, {realms.CITY: Door(ring, {realms.CITY: "linkage"})})


def message(rows: list[Row], *, nonce: str = "0123456789abcdef") -> NumbersAsked:
    records = [
        NumberAsked(
            direction=row["direction"],
            local_system=row["local_system"],
            number=row["number"],
            attributes=BasicAttributes(
                name_kanji=row["name_kanji"],
                sex=row["sex"],
                birth_date=date.fromisoformat(row["birth_date"]),
                address=row["address"],
            ),
        )
        for row in rows
    ]
    return NumbersAsked(duty=DUTY, purpose="夜間の照合", nonce=nonce, records=records)


def ask(
    transport: InProcessTransport, sender: str, body: NumbersAsked, key: str = "k1"
) -> list[NumberAnswered]:
    return client.request(
        transport, sender=sender, receiver=realms.CITY, kind=CONVERT, body=body, key=key
    ).records


def test_a_registered_system_asks_by_signed_message(tmp_path: Path) -> None:
    conversions.open_site(ALL_ROUTES)
    transport = knock(tmp_path, WELFARE)
    some = people()[:30]
    rows = [row for direction in Direction for row in asked(direction, some)]
    answers = ask(transport, "system:14100:welfare", message(rows))
    wanted = [number for direction in list(Direction)[:3] for number in conversions.expected(direction, some)]
    assert [one.answer for one in answers] == wanted + [""] * 30
    assert [one.refusal for one in answers[90:]] == ["not_allowed"] * 30  # 個人番号 never lies in an inbox
    assert ask(transport, "system:14100:welfare", message(rows)) == answers
    entries = Operation.objects.using("linkage").filter(verb="linkage:system:convert")
    assert {(entry.actor, entry.purpose) for entry in entries} == {("system:14100:welfare", "夜間の照合")}
    assert sum(entry.persons for entry in entries) == 120  # the repeat was answered from the inbox
    with connections["linkage"].cursor() as cursor:
        cursor.execute("SELECT string_agg(convert_from(answer, 'UTF8'), '') FROM exchange_inbox")
        ((kept,),) = cursor.fetchall()
    assert not [row for row in some if row["individual_number"] in kept]


def test_nobody_else_may_ask_and_nobody_may_ask_for_too_much(tmp_path: Path) -> None:
    conversions.open_site(ALL_ROUTES)
    transport = knock(tmp_path, WELFARE, "stranger")
    body = message(asked(Direction.LOCAL_TO_INTEGRATED, people()[:1]))
    for sender in ("system:14100:stranger", "city:13112", "platform:14100"):
        with pytest.raises(TodokeError) as refused:
            ask(transport, sender, body)
        assert "PERMISSION_DENIED" in str(refused.value)
    too_many = msgspec.structs.replace(body, records=body.records * (RECORD_LIMIT + 1))
    guessable = msgspec.structs.replace(body, nonce="short")
    for key, wrong, code in (("k2", too_many, "MESSAGE_INVALID"), ("k3", guessable, "RECORD_INVALID")):
        with pytest.raises(TodokeError) as refused:
            ask(transport, "system:14100:welfare", wrong, key)
        assert code in str(refused.value)


def test_keys_of_a_system_are_its_own_and_stay(tmp_path: Path) -> None:
    source = settings.TODOKE_KEYS_FOLDER.parent / "instance.toml"
    if not source.is_file():
        source = next(settings.TODOKE_KEYS_FOLDER.parents[1].glob("instance.toml"))
    (tmp_path / "instance.toml").write_bytes(source.read_bytes())
    first = keys.add_system(tmp_path, WELFARE)
    assert keys.init(tmp_path) == first
    assert first.parties["system:14100:welfare"].owner == "systems/welfare"
    (key,) = (tmp_path / "systems" / WELFARE / "keys").glob("system-14100-welfare.sign.key")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    with pytest.raises(TodokeError):
        keys.add_system(tmp_path, "../city")


def test_the_road_by_verbs_from_the_registration_to_the_answer(tmp_path: Path) -> None:
    conversions.open_site()
    file, out = tmp_path / "asked.csv", tmp_path / "answer.csv"
    rows = asked(Direction.INDIVIDUAL_TO_INTEGRATED, people()[:4])
    rows[2]["sex"] = "2" if rows[2]["sex"] == "1" else "1"
    conversions.write(file, rows)
    kind = ["--system", "tax", "--duty", DUTY]
    told = ["--direction", "individual_to_integrated", "--law", conversions.LAW, "--from", "2022-01-01"]
    convert = ["convert", str(file), str(out), *kind, "--purpose", "税の照合", "--by", city.CLERK]
    spoken = []
    for words in (
        ["system", "register", "tax", "--title", "税務システム", "--duty", DUTY, "--from", "2022-01-01", "--by", "s001"],
        ["right", "declare", *kind, *told, "--by", "s001"],
        ["right", "confirm", "1", "--by", "s002"],
        convert,
    ):  # fmt: skip
        result = CliRunner().invoke(group, words)
        assert result.exit_code == 0, result.output or result.exception
        spoken.append(result.output)
    assert "変換済: 3 件\n" in spoken[-1]
    assert "4情報の不一致: 1 件\n" in spoken[-1]
    assert hashlib.sha256(out.read_bytes()).hexdigest() in spoken[-1]
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert not [row for row in rows if row["number"] in "".join(spoken)]
