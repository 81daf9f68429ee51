"""符号の終了: a 統合番号 that lost its person lets go of 符号 and 副本, and the heir gets the same person's 符号."""

from __future__ import annotations

import pytest

from tests.systems.three_towns import HOME, Towns, alias, number_of, organisation, own_number
from todoke.contracts import intermediary, network
from todoke.kernel.errors import TodokeError

CITY, PLATFORM = f"city:{HOME}", f"platform:{HOME}"
ENDED, HEIR = own_number(HOME, 1), own_number(HOME, 500_001)


def acquire(towns: Towns, number: str) -> str:
    """Ask for the 符号 of person 1 under this 統合番号; where it stands afterwards."""
    wanted = intermediary.CodeWanted(integrated_numbers=[number])
    states = towns.ask(CITY, PLATFORM, intermediary.ACQUISITIONS, wanted)
    if states.acquisition_numbers != [""]:
        record = network.JukiAcquisition(states.acquisition_numbers[0], number_of(1))
        body = network.JukiAcquisitions(organisation=organisation(HOME), records=[record])
        towns.ask(CITY, "network", network.ACQUIRE, body)
        towns.deliver()
    return standing(towns)[number]


def release(towns: Towns, sender: str = CITY) -> int:
    body = intermediary.CodeReleases(records=[intermediary.CodeRelease(ended=ENDED, heir=HEIR)])
    return int(towns.ask(sender, PLATFORM, intermediary.CODE_RELEASES, body).count)


def standing(towns: Towns) -> dict[str, str]:
    return dict(towns.rows(alias(HOME), "SELECT integrated_number, state FROM intermediary_link_code"))


def test_the_heir_gets_the_code_only_after_the_other_number_let_go(towns: Towns) -> None:
    towns.open_for_business(2)
    towns.register(HOME, [1, 2])
    code = "SELECT link_code FROM intermediary_link_code WHERE integrated_number = %s"
    ((first,),) = towns.rows(alias(HOME), code, [ENDED])
    assert acquire(towns, HEIR) == "failed"
    assert release(towns) == 1
    assert standing(towns)[ENDED] == "not_requested"
    assert acquire(towns, HEIR) == "acquired"
    assert towns.rows(alias(HOME), code, [HEIR]) == [(first,)]
    copies = towns.rows(alias(HOME), "SELECT integrated_number FROM intermediary_replica")
    assert copies == [(own_number(HOME, 2),)]


def test_a_second_time_changes_nothing_and_the_number_may_ask_again(towns: Towns) -> None:
    towns.open_for_business(1)
    release(towns)
    before = standing(towns)
    assert release(towns) == 1
    assert standing(towns) == before
    assert acquire(towns, ENDED) == "acquired"  # one that was split gets a 符号 of its own


def test_nobody_but_the_own_city_may(towns: Towns) -> None:
    towns.open_for_business(1)
    with pytest.raises(TodokeError):
        release(towns, sender="city:13112")
    assert standing(towns)[ENDED] == "acquired"
