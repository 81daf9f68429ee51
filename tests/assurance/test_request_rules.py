"""期限・本人確認・費用: tables, each row with its article."""

from __future__ import annotations

from datetime import date

import pytest

from todoke.assurance.disclosure.rules.deadlines import due_on, may_ask_until, paused_days
from todoke.assurance.disclosure.rules.identity import Capacity, Document, Route, is_minor, lacking
from todoke.assurance.disclosure.rules.kinds import OUTCOMES, Kind, Outcome, fee
from todoke.assurance.disclosure.rules.offices import OFFICES

D = Document
TODAY = date(2022, 6, 30)
ASKED = date(2022, 4, 11)


@pytest.mark.parametrize(
    ("pauses", "extended", "last"),
    [
        ([], False, date(2022, 5, 11)),  # 83条1項: 30 days, the day of the request not counted
        ([], True, date(2022, 6, 10)),  # 83条2項: thirty more
        ([(date(2022, 4, 12), date(2022, 4, 22))], False, date(2022, 5, 21)),  # 補正に要した日数は算入しない
        ([(date(2022, 4, 12), date(2022, 4, 22))], True, date(2022, 6, 20)),
        ([(date(2022, 4, 12), date(2022, 4, 12))], False, date(2022, 5, 11)),  # brought on the same day
        ([(date(2022, 4, 12), date(2022, 4, 15)), (date(2022, 4, 20), date(2022, 4, 22))], False, date(2022, 5, 16)),
        ([(date(2022, 6, 20), None)], False, date(2022, 5, 21)),  # one that lasts counts until today
    ],
)  # fmt: skip
def test_the_deadline(pauses: list[tuple[date, date | None]], extended: bool, last: date) -> None:
    assert due_on(ASKED, pauses=pauses, extended=extended, today=TODAY) == last


def test_a_day_is_not_counted_twice() -> None:
    assert (
        paused_days([(date(2022, 4, 1), date(2022, 4, 5)), (date(2022, 4, 3), date(2022, 4, 7))], TODAY) == 6
    )


def test_ninety_days_after_the_disclosure() -> None:
    assert may_ask_until(date(2022, 4, 1)) == date(2022, 6, 30)


@pytest.mark.parametrize(
    ("capacity", "route", "shown", "missing"),
    [
        (Capacity.OWN, Route.COUNTER, {D.PHOTO}, 0),
        (Capacity.OWN, Route.COUNTER, {D.FIRST_PLAIN, D.SECOND_PLAIN}, 0),
        (Capacity.OWN, Route.COUNTER, {D.FIRST_PLAIN}, 1),
        (Capacity.OWN, Route.COUNTER, set(), 1),
        (Capacity.OWN, Route.POST, {D.PHOTO}, 1),
        (Capacity.OWN, Route.POST, {D.PHOTO, D.RESIDENCE}, 0),
        (Capacity.STATUTORY, Route.COUNTER, {D.PHOTO}, 1),
        (Capacity.STATUTORY, Route.COUNTER, {D.PHOTO, D.FAMILY_REGISTER}, 0),
        (Capacity.STATUTORY, Route.COUNTER, {D.PHOTO, D.GUARDIANSHIP}, 0),
        (Capacity.STATUTORY, Route.COUNTER, {D.PHOTO, D.MANDATE, D.SEAL}, 1),
        (Capacity.VOLUNTARY, Route.COUNTER, {D.PHOTO, D.MANDATE}, 1),
        (Capacity.VOLUNTARY, Route.COUNTER, {D.PHOTO, D.MANDATE, D.SEAL}, 0),
        (Capacity.VOLUNTARY, Route.POST, {D.MANDATE, D.SEAL}, 2),
    ],
)
def test_which_papers_prove_who_asks(
    capacity: Capacity, route: Route, shown: set[Document], missing: int
) -> None:
    assert len(lacking(capacity, route, shown, minor=True)) == missing


def test_parents_represent_nobody_who_is_of_age() -> None:
    family, guardian = {D.PHOTO, D.FAMILY_REGISTER}, {D.PHOTO, D.GUARDIANSHIP}
    assert lacking(Capacity.STATUTORY, Route.COUNTER, family, minor=True) == []
    (missing,) = lacking(Capacity.STATUTORY, Route.COUNTER, family, minor=False)
    assert "成年" in missing
    assert lacking(Capacity.STATUTORY, Route.COUNTER, guardian, minor=False) == []
    born = date(2004, 4, 2)
    assert is_minor(born, date(2022, 4, 1))
    assert not is_minor(born, date(2022, 4, 2))
    assert is_minor(date(2003, 5, 1), date(2022, 3, 31))  # twenty, until 31 March 2022
    assert not is_minor(date(2003, 5, 1), date(2022, 4, 1))


def test_the_nineteen_offices_of_the_assessment() -> None:
    assert len(OFFICES) == 19
    assert {office.section for office in OFFICES.values()} == {"市民局市民情報課", "区政推進課広報相談係"}
    assert OFFICES["14100"].ward is None
    assert OFFICES["14118"].title == "都筑区役所 区政推進課広報相談係"


def test_fees_and_outcomes() -> None:
    assert (fee(12, exempt=False), fee(12, exempt=True)) == (120, 0)
    assert Outcome.EXISTENCE in OUTCOMES[Kind.DISCLOSURE]
    assert Outcome.EXISTENCE not in OUTCOMES[Kind.CORRECTION]
