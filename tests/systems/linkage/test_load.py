"""統合番号の付番: one 統合番号 a person, numbers sealed, nothing else about a person."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, connections

from tests.systems import city
from tests.systems.dumps import whole
from todoke.identifiers import integrated_number
from todoke.kernel.errors import ErrorCode, InputRefused, TodokeError
from todoke.oplog.models import Operation
from todoke.systems.linkage import codecs, jobs
from todoke.systems.linkage.actions.numbers import load_numbers
from todoke.systems.linkage.models import IndividualNumber, LocalNumber, MatchForm, Person
from todoke.systems.linkage.queries.numbers import open_numbers

FILE = "individual_numbers.csv"
pytestmark = pytest.mark.usefixtures("city_site")


def load(file: Path | None = None) -> jobs.StepReport:
    return jobs.load(file or city.files() / FILE, by=city.actor(city.OPERATOR))[0]


def owners() -> dict[str, str]:
    return dict(LocalNumber.objects.using("linkage").values_list("local_number", "person_id"))


def opened() -> dict[str, str]:
    """個人番号 by 統合番号, as the keys open them."""
    return open_numbers(list(IndividualNumber.objects.using("linkage").values_list("person_id", flat=True)))


def test_every_person_gets_one_number_in_the_order_of_resident_codes() -> None:
    report = load()
    source = sorted(city.rows(FILE), key=lambda row: row["resident_code"])
    assert report.counts.totals == {"統合番号の付番": len(source), "4情報の更新": 0}
    expected = {row["resident_code"]: integrated_number.mint(i) for i, row in enumerate(source)}
    assert owners() == expected
    assert opened() == {expected[row["resident_code"]]: row["individual_number"] for row in source}


def test_chunks_change_nothing_neither_minted_nor_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load_numbers, "CHUNK", 83)
    content = city.rows(FILE)
    load(city.write_rows(tmp_path / FILE, content[::2]))
    one, two = content[0], content[-2]
    crossed = [one | {"individual_number": two["individual_number"]}, *content[1:-2]]
    crossed += [two | {"individual_number": one["individual_number"]}, content[-1]]
    before = owners()
    with pytest.raises(InputRefused) as refused:
        load(city.write_rows(tmp_path / "crossed.csv", crossed))
    assert [bad.row for bad in refused.value.rows] == [2, len(content)]
    assert owners() == before
    load()
    assert before.items() < owners().items()
    assert sorted(owners().values()) == integrated_number.mint_many(0, len(content))
    assert opened() == {owners()[row["resident_code"]]: row["individual_number"] for row in content}
    assert MatchForm.objects.using("linkage").count() == len(content)


def test_no_number_stands_in_the_clear_anywhere_in_the_database() -> None:
    load()
    numbers = {row["individual_number"] for row in city.rows(FILE)}
    text = whole("linkage")
    assert len(text) > 10_000
    assert not [number for number in numbers if number in text or number.encode().hex() in text]


def test_the_same_person_never_gets_a_second_number(tmp_path: Path) -> None:
    load()
    before = owners()
    content = [row | {"address": "神奈川県横浜市中区本町六丁目50番地10"} for row in city.rows(FILE)[:50]]
    content += city.rows(FILE)[50:]
    report = load(city.write_rows(tmp_path / FILE, content))
    assert report.counts.totals == {"統合番号の付番": 0, "4情報の更新": 50}
    assert owners() == before
    assert Person.objects.using("linkage").filter(address__endswith="本町六丁目50番地10").count() == 50


def test_newcomers_follow_after_the_highest_number(tmp_path: Path) -> None:
    content = city.rows(FILE)
    load(city.write_rows(tmp_path / FILE, content[10:]))
    before = owners()
    load()
    assert before.items() <= owners().items()
    new = sorted(code for code in owners() if code not in before)
    assert [owners()[code] for code in new] == [integrated_number.mint(len(before) + i) for i in range(10)]


def test_a_resident_code_with_another_number_refuses_the_file(tmp_path: Path) -> None:
    load()
    content = city.rows(FILE)
    one, two = content[4]["individual_number"], content[8]["individual_number"]
    content[4]["individual_number"], content[8]["individual_number"] = two, one
    with pytest.raises(InputRefused) as refused:
        load(city.write_rows(tmp_path / FILE, content))
    assert [(bad.row, bad.column) for bad in refused.value.rows] == [
        (6, "resident_code"),
        (10, "resident_code"),
    ]
    assert one not in str(refused.value.rows)


def test_a_wrong_check_digit_refuses_the_file_without_showing_the_number(tmp_path: Path) -> None:
    content = city.rows(FILE)
    number = content[2]["individual_number"]
    content[2]["individual_number"] = number[:-1] + str((int(number[-1]) + 1) % 10)
    with pytest.raises(InputRefused) as refused:
        load(city.write_rows(tmp_path / FILE, content))
    assert [bad.row for bad in refused.value.rows] == [4]
    assert number[:-1] not in str(refused.value.rows)
    assert not Person.objects.using("linkage").exists()


def test_keys_are_files_of_their_owner_alone_and_outlive_further_loads(tmp_path: Path) -> None:
    load(city.write_rows(tmp_path / FILE, city.rows(FILE)[:20]))
    files = sorted(settings.TODOKE_KEYS_FOLDER.glob("[kl]*-14100*.key*"))
    first = [file.read_bytes() for file in files]
    assert [stat.S_IMODE(file.stat().st_mode) for file in files] == [0o600, 0o600]
    load()
    assert [file.read_bytes() for file in files] == first


@pytest.mark.parametrize("kind", ["kek-14100.key", "linkage-14100-number.keys"])
def test_a_lost_key_is_never_replaced_by_a_new_one(tmp_path: Path, kind: str) -> None:
    load(city.write_rows(tmp_path / FILE, city.rows(FILE)[:20]))
    file = settings.TODOKE_KEYS_FOLDER / kind
    file.unlink()
    with pytest.raises(TodokeError) as missing:
        load()
    assert missing.value.code is ErrorCode.SETUP_MISSING
    assert not file.exists()
    assert Person.objects.using("linkage").count() == 20


@pytest.mark.parametrize("kind", ["kek-14100.key", "linkage-14100-number.keys"])
def test_another_key_is_noticed_before_anybody_gets_a_second_number(tmp_path: Path, kind: str) -> None:
    load(city.write_rows(tmp_path / FILE, city.rows(FILE)[:20]))
    (settings.TODOKE_KEYS_FOLDER / kind).unlink()
    codecs.make_keys()
    with pytest.raises(TodokeError) as refused:
        load()
    assert refused.value.code in (ErrorCode.SETUP_MISSING, ErrorCode.INPUT_CHANGED)
    assert Person.objects.using("linkage").count() == 20


def test_a_ciphertext_opens_only_in_its_own_row() -> None:
    load()
    one, two = IndividualNumber.objects.using("linkage").order_by("person_id")[:2]
    with pytest.raises(TodokeError) as refused:
        codecs.number_keys().newest.open([bytes(one.ciphertext)], [two.person_id.encode()])
    assert refused.value.code is ErrorCode.INPUT_CHANGED


def test_the_database_itself_refuses_a_second_person_for_a_number() -> None:
    load()
    with (
        pytest.raises(IntegrityError, match="number_of_one_person"),
        connections["linkage"].cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE linkage_individualnumber SET blind_index = (SELECT blind_index FROM linkage_individualnumber"
            " ORDER BY person_id LIMIT 1) WHERE person_id = (SELECT max(person_id) FROM linkage_individualnumber)"
        )


def test_loading_is_logged_with_a_count_and_no_person() -> None:
    load()
    entry = Operation.objects.using("linkage").get(verb="linkage:number:load")
    assert (entry.actor, entry.persons) == (city.OPERATOR, len(city.rows(FILE)))


def test_without_the_permission_nothing_is_loaded() -> None:
    with pytest.raises(TodokeError) as denied:
        jobs.load(city.files() / FILE, by=city.actor(city.CLERK))
    assert denied.value.code is ErrorCode.PERMISSION_DENIED
    assert not Person.objects.using("linkage").exists()
