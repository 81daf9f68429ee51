"""住基ネットとの整合性確認: counted differences, sealed answers, nothing changed but by a person."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.conf import settings

from tests.systems import city
from tests.systems.linkage import office
from tests.systems.linkage.test_registration import confirm, refused, refused_by_the_database
from tests.systems.three_towns import NETWORK_STAFF, Towns
from todoke.access.duties import Duty
from todoke.contracts import registry
from todoke.contracts.network import JUKI_ATTRIBUTES, JukiAttributesWanted
from todoke.exchange.refusals import RefusedError
from todoke.exchange.transport import Transport
from todoke.identifiers import individual_number
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.privacy import sealed_box
from todoke.systems.linkage import jobs
from todoke.systems.linkage.actions.registrations import ask_attributes as asking
from todoke.systems.linkage.actions.registrations import compare_attributes as comparing
from todoke.systems.linkage.actions.registrations.settle_differences import (
    confirm_difference,
    keep_registered,
    return_difference,
    take_over,
)
from todoke.systems.linkage.actions.registrations.take_request_file import take_request_file
from todoke.systems.linkage.commands import group as verbs
from todoke.systems.linkage.models import ConsistencyRun, Difference, MatchForm, Person, Registration
from todoke.systems.linkage.queries import consistency
from todoke.systems.network.actions.load_attributes import load_attributes
from todoke.systems.network.actions.make_keys import make_keys

COUNT = 9


def number(place: int) -> str:
    body = f"7{place:010d}"
    return body + individual_number.check_digit(body)


def registered(place: int) -> dict[str, str]:
    return {
        "local_number": f"N{place}",
        "individual_number": number(place),
        "name_kanji": f"架空　{'一二三四五六七八九'[place]}郎",
        "sex": "1",
        "birth_date": f"1950-01-{place + 1:02}",
        "address": f"神奈川県川崎市川崎区宮本町{place + 1}番地",
    }


@pytest.fixture
def joined(towns: Towns, tmp_path: Path) -> Towns:
    """Nine non-residents in the home town's linkage, and a network that knows eight of their numbers."""
    city.hire()
    from todoke.oplog import keys
    from todoke.oplog import person as oplog_person

    keys.make(settings.TODOKE_KEYS_FOLDER.parents[1], settings.TODOKE_KEYS_FOLDER.parent.name)
    oplog_person._read.cache_clear()
    jobs.load(city.files() / "individual_numbers.csv", by=city.actor(city.OPERATOR))
    office.systems()
    file = city.write_rows(tmp_path / "requests.csv", [registered(place) for place in range(COUNT)])
    clerk = city.actor(city.CLERK)
    take_request_file(file=file, system="tax", duty=Duty.BENEFIT.value, purpose="審査", by=clerk)
    confirm(*Registration.objects.using("linkage").values_list("pk", flat=True))
    make_keys(by=NETWORK_STAFF)
    changes: dict[int, dict[str, str]] = {
        1: {"address": "東京都港区芝公園四丁目2番8号"},
        2: {"name_kanji": "架空　花子"},
        3: {"sex": "2", "birth_date": "1951-01-04"},
        4: {"status": "3"},
        5: {"status": "2"},
        7: {"address": "川崎市川崎区宮本町８番地"},
    }
    told = []
    for place in range(COUNT):
        if place == 6:
            continue  # 住基ネット does not have it
        values = registered(place) | {"status": "1"} | changes.get(place, {})
        values.pop("local_number")
        told.append(values)
    load_attributes(file=city.write_rows(tmp_path / "juki_attributes.csv", told), by=NETWORK_STAFF)
    return towns


def check(towns: Towns) -> ConsistencyRun:
    return jobs.check_consistency(by=city.actor(city.OPERATOR), transport=towns.transport)


def difference(kind: str) -> Difference:
    return Difference.objects.using("linkage").get(kind=kind)


def counts(run: ConsistencyRun) -> tuple[int | None, ...]:
    return (run.asked, run.equal, run.differing, run.number_changed, run.died, run.not_found)


def test_differences_are_counted_by_kind_and_listed(joined: Towns) -> None:
    assert counts(check(joined)) == (9, 3, 3, 1, 1, 1)
    kinds = sorted(Difference.objects.using("linkage").values_list("kind", flat=True))
    # the eighth is the same address in another writing
    assert kinds == sorted(["address", "name", "sex", "birth_date", "number_changed", "died", "not_found"])
    assert not consistency.stored(ConsistencyRun.objects.using("linkage").get())
    assert not list(settings.TODOKE_KEYS_FOLDER.glob("*consistency*"))


def test_the_verb_tells_counts_and_nobody(joined: Towns) -> None:
    registry.serve(Transport, joined.transport)
    ran = CliRunner().invoke(verbs, ["consistency", "run", "--by", city.OPERATOR])
    status = CliRunner().invoke(verbs, ["consistency", "status"])
    for said in (ran, status):
        assert said.exit_code == 0, said.exception
        assert (
            "対象 9 人: 差異なし 3／4情報に差異あり 3／個人番号の変更 1／死亡 1／住基ネットに該当なし 1"
            in said.output
        )
        assert "架空" not in said.output


def test_residents_are_not_asked_about_and_nothing_changes(joined: Towns) -> None:
    before = list(Person.objects.using("linkage").order_by("pk").values_list())
    assert check(joined).asked == COUNT < Person.objects.using("linkage").count()
    assert list(Person.objects.using("linkage").order_by("pk").values_list()) == before


def test_an_answer_cannot_be_read_where_it_lies(joined: Towns, monkeypatch: pytest.MonkeyPatch) -> None:
    run = asking.begin_run(by=city.actor(city.OPERATOR))
    asking.ask_attributes(
        run=run, place=0, after="", transport=joined.transport, by=city.actor(city.OPERATOR)
    )
    (file,) = settings.TODOKE_DATA_FOLDER.glob("linkage/consistency/*/*.sealed")
    assert "架空".encode() not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    for (text,) in joined.rows("network", "SELECT encode(answer, 'escape') FROM exchange_inbox"):
        assert "架空" not in text
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    refused(ErrorCode.INPUT_CHANGED, check, joined)


@pytest.mark.parametrize("place", ["store", "compare", "destroy"])
def test_a_run_that_was_killed_goes_on(joined: Towns, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    def killed(run: ConsistencyRun, *_: object, **__: object) -> None:
        if place != "destroy" or run.finished_at:
            raise KeyboardInterrupt

    targets: dict[str, tuple[object, str]] = {
        "store": (consistency, "store"),
        "compare": (comparing, "_compare"),
        "destroy": (consistency, "destroy"),
    }
    with monkeypatch.context() as patch:
        patch.setattr(*targets[place], killed)
        with pytest.raises(KeyboardInterrupt):
            check(joined)
    run = check(joined)
    if place == "destroy":  # the first one was complete: it is tidied up, and another one begins
        assert ConsistencyRun.objects.using("linkage").count() == 2
    else:
        assert ConsistencyRun.objects.using("linkage").count() == 1
    assert counts(run) == (9, 3, 3, 1, 1, 1)
    assert Difference.objects.using("linkage").count() == 7
    assert not list(settings.TODOKE_KEYS_FOLDER.glob("*consistency*"))


def test_many_messages_make_one_run(joined: Towns, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consistency, "RECORD_LIMIT", 2)
    assert counts(check(joined)) == (9, 3, 3, 1, 1, 1)


def test_an_address_is_taken_over_by_one_person(joined: Towns) -> None:
    check(joined)
    row_ = difference("address")
    town = MatchForm.objects.using("linkage").get(pk=row_.person_id).town
    assert take_over(difference_id=row_.pk, by=city.actor(city.CLERK)) == "settled"
    person = Person.objects.using("linkage").get(pk=row_.person_id)
    assert person.address == "東京都港区芝公園四丁目2番8号"
    assert MatchForm.objects.using("linkage").get(pk=person.pk).town != town
    row_.refresh_from_db(using="linkage")
    assert (row_.settlement, row_.found, row_.state_by) == ("applied", None, city.CLERK)
    assert check(joined).differing == 2


def test_a_name_is_taken_over_by_two(joined: Towns) -> None:
    check(joined)
    found = difference("name")
    take_over(difference_id=found.pk, by=city.actor(city.CLERK))
    assert Person.objects.using("linkage").get(pk=found.person_id).name_kanji != "架空　花子"
    return_difference(difference_id=found.pk, by=city.actor(city.SUPERVISOR))
    assert difference("name").proposed_by is None
    take_over(difference_id=found.pk, by=city.actor(city.CLERK))
    confirm_difference(difference_id=found.pk, by=city.actor(city.SUPERVISOR))
    assert Person.objects.using("linkage").get(pk=found.person_id).name_kanji == "架空　花子"
    assert difference("name").state == "confirmed"


def test_the_database_refuses_an_identity_taken_over_by_one(joined: Towns) -> None:
    check(joined)
    for kind in ("name", "sex", "birth_date"):
        refused_by_the_database(
            "UPDATE linkage_difference SET state = 'settled', settlement = 'applied', found = NULL WHERE kind = %s",
            [kind],
        )
        take_over(difference_id=difference(kind).pk, by=city.actor(city.CLERK))
        refused_by_the_database(
            "UPDATE linkage_difference SET state = 'confirmed', settlement = 'applied', found = NULL,"
            " confirmed_by = proposed_by WHERE kind = %s",
            [kind],
        )


def test_what_has_no_value_is_kept_with_a_reason_only(joined: Towns) -> None:
    check(joined)
    clerk = city.actor(city.CLERK)
    for kind in ("died", "number_changed", "not_found"):
        pk = difference(kind).pk
        with pytest.raises(TodokeError):
            take_over(difference_id=pk, by=clerk)
        with pytest.raises(TodokeError):
            keep_registered(difference_id=pk, reason="", by=clerk)
        keep_registered(difference_id=pk, reason="担当課に連絡した", by=clerk)
        assert (difference(kind).state, difference(kind).settlement) == ("settled", "kept")


def test_an_open_difference_is_carried_into_the_next_run(joined: Towns) -> None:
    first = check(joined)
    second = check(joined)
    assert first.pk != second.pk
    assert set(Difference.objects.using("linkage").values_list("run", flat=True)) == {second.pk}
    assert Difference.objects.using("linkage").count() == 7


def test_only_a_city_is_answered(joined: Towns) -> None:
    key = sealed_box.public_key(bytes(range(32)))
    body = JukiAttributesWanted(individual_numbers=[number(0)], public_key=key)
    with pytest.raises(RefusedError):
        joined.ask("platform:14100", "network", JUKI_ATTRIBUTES, body)


def test_whoever_may_not_compare_may_not() -> None:
    call: Callable[..., object] = asking.begin_run
    with pytest.raises(TodokeError) as denied:
        call(by=NETWORK_STAFF)
    assert denied.value.code is ErrorCode.PERMISSION_DENIED
