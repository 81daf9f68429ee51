"""The 住基ネット part: no number in the clear, one number per code, 取得番号 only as long as needed."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from tests.systems.dumps import whole
from tests.systems.lists import publish_list
from tests.systems.three_towns import (
    HOME,
    NETWORK_STAFF,
    OFFICER,
    Towns,
    alias,
    code_of,
    number_of,
    organisation,
    own_number,
)
from todoke.contracts import intermediary, network
from todoke.exchange.refusals import RefusedError
from todoke.kernel.errors import ErrorCode, InputRefused, TodokeError
from todoke.systems.network.actions.make_keys import make_keys


@pytest.fixture
def loaded(towns: Towns) -> Towns:
    make_keys(by=NETWORK_STAFF)
    publish_list(by=NETWORK_STAFF)
    towns.load([(code_of(p), number_of(p)) for p in range(1, 6)])
    return towns


def acquire(towns: Towns, *pairs: tuple[str, str], sender: str = HOME, of: str = HOME) -> list[str]:
    records = [network.JukiAcquisition(*pair) for pair in pairs]
    body = network.JukiAcquisitions(organisation=organisation(of), records=records)
    refusals: list[str] = towns.ask(f"city:{sender}", "network", network.ACQUIRE, body).refusals
    return refusals


def test_no_column_of_the_network_shows_a_number_or_a_code(loaded: Towns) -> None:
    acquire(loaded, ("a1", number_of(1)))
    text = whole("network")
    assert len(text) > 1_000
    for secret in (number_of(1), code_of(1)):
        assert secret not in text
        assert secret.encode().hex() not in text


def test_loading_again_changes_nothing_and_a_new_number_replaces_the_old(loaded: Towns) -> None:
    query = "SELECT number_index, sealed FROM network_registered_number ORDER BY id"
    before = [tuple(map(bytes, row)) for row in loaded.rows("network", query)]
    loaded.load([(code_of(p), number_of(p)) for p in range(1, 6)])
    assert [tuple(map(bytes, row)) for row in loaded.rows("network", query)] == before
    loaded.load([(code_of(1), number_of(1001))])
    assert len(loaded.rows("network", query)) == 5
    assert acquire(loaded, ("a1", number_of(1)), ("a2", number_of(1001))) == ["unknown_number", ""]


def test_two_persons_may_exchange_numbers_in_one_file(loaded: Towns) -> None:
    loaded.load([(code_of(1), number_of(2)), (code_of(2), number_of(1))])
    assert loaded.rows("network", "SELECT count(*) FROM network_registered_number") == [(5,)]


def test_a_bad_file_is_refused_whole_and_shows_no_number(loaded: Towns) -> None:
    wrong = number_of(9)[:-1] + str((int(number_of(9)[-1]) + 1) % 10)
    with pytest.raises(InputRefused) as caught:
        loaded.load([(code_of(8), number_of(8)), (code_of(9), wrong), (code_of(8), number_of(10))])
    assert {row.row for row in caught.value.rows} == {3, 4}
    assert wrong not in str(caught.value.rows)
    assert loaded.rows("network", "SELECT count(*) FROM network_registered_number") == [(5,)]


def test_each_record_is_judged_by_itself(loaded: Towns) -> None:
    wrong = number_of(1)[:-1] + str((int(number_of(1)[-1]) + 1) % 10)
    pairs = [("a", number_of(1)), ("b", wrong), ("c", "１" * 12), ("d", number_of(77)), ("e", number_of(2))]
    assert acquire(loaded, *pairs) == ["", "check_digit", "check_digit", "unknown_number", ""]


def test_a_city_acquires_for_its_own_organisation_only(loaded: Towns) -> None:
    with pytest.raises(RefusedError) as caught:
        acquire(loaded, ("a", number_of(1)), sender="13112", of=HOME)
    assert caught.value.code is ErrorCode.PERMISSION_DENIED


def test_the_acquisition_number_is_forgotten_on_both_sides_once_the_code_has_arrived(loaded: Towns) -> None:
    assert loaded.acquire(HOME, [1, 2]).refusals == ["", ""]
    assert loaded.rows("network", "SELECT count(*) FROM network_acquisition") == [(2,)]
    loaded.deliver()
    assert loaded.rows("network", "SELECT count(*) FROM network_acquisition") == [(0,)]
    query = "SELECT state, acquisition_number FROM intermediary_link_code"
    assert loaded.rows(alias(HOME), query) == [("acquired", None)] * 2
    wanted = intermediary.CodeWanted(integrated_numbers=[own_number(HOME, 1)])
    states = loaded.ask(f"city:{HOME}", f"platform:{HOME}", intermediary.ACQUISITIONS, wanted)
    assert states.acquisition_numbers == [""]


def test_keys_are_private_made_once_and_never_exchanged(loaded: Towns) -> None:
    folder = Path(settings.TODOKE_KEYS_FOLDER)
    files = sorted(folder.glob("*.secret"))
    assert [file.name for file in files] == ["juki.secret", "link-codes.secret"]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    before = [file.read_text() for file in files]
    make_keys(by=NETWORK_STAFF)
    assert [file.read_text() for file in files] == before
    assert not list(folder.glob(".*"))
    with pytest.raises(TodokeError, match="PERMISSION_DENIED"):
        make_keys(by=OFFICER)
    files[1].write_text("ab" * 32)
    with pytest.raises(TodokeError, match="UNAVAILABLE"):  # nothing is done until the right key is back
        acquire(loaded, ("a", number_of(1)))
    files[1].write_text(before[1])
    files[1].chmod(0o644)
    with pytest.raises(TodokeError, match="UNAVAILABLE"):
        acquire(loaded, ("b", number_of(1)))
    files[1].chmod(0o600)
    assert acquire(loaded, ("c", number_of(1))) == [""]
