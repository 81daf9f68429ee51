"""一人に一つ: after any sequence of loads, merges, splits and changed numbers, on the real PostgreSQL."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.systems import city
from tests.systems.linkage import office
from todoke.engine import postgres
from todoke.kernel.errors import TodokeError
from todoke.sites.instance import Instance
from todoke.systems.linkage import jobs
from todoke.systems.linkage.models import LocalNumber
from todoke.systems.linkage.queries.numbers import find_persons

_serial = itertools.count(1)
PLACES = st.integers(min_value=0, max_value=9)

BROKEN = {
    "a living person for each alias, and no chain": """
        SELECT former_id FROM linkage_numberalias a
        WHERE a.person_id IN (SELECT former_id FROM linkage_numberalias) OR a.person_id = a.former_id""",
    "no local number of a dissolved one": """
        SELECT l.id::text FROM linkage_localnumber l JOIN linkage_numberalias a ON a.former_id = l.person_id""",
    "no 個人番号 of a dissolved one": """
        SELECT n.id::text FROM linkage_individualnumber n JOIN linkage_numberalias a ON a.former_id = n.person_id""",
    "one live 個人番号 a person": """
        SELECT person_id FROM linkage_individualnumber WHERE standing = 'live' GROUP BY 1 HAVING count(*) > 1""",
    "one 個人番号 is one row": """
        SELECT encode(blind_index, 'hex') FROM linkage_individualnumber GROUP BY 1 HAVING count(*) > 1""",
    "one resident code of today a person": """
        SELECT person_id FROM linkage_localnumber WHERE system = 'residents' AND NOT former
        GROUP BY 1 HAVING count(*) > 1""",
    "a form to search by for whoever lives, and for nobody else": """
        SELECT p.integrated_number FROM linkage_person p
        WHERE EXISTS (SELECT FROM linkage_matchform f WHERE f.person_id = p.integrated_number)
            = EXISTS (SELECT FROM linkage_numberalias a WHERE a.former_id = p.integrated_number)""",
    "history for every correction": """
        SELECT c.id::text FROM linkage_correction c WHERE c.state = 'confirmed'
        AND NOT EXISTS (SELECT FROM linkage_personevent e WHERE e.correction_id = c.id)""",
}


class Links(RuleBasedStateMachine):
    """The model: which human being each resident code and each 個人番号 belongs to, and which 統合番号 they have."""

    folder: Path

    @initialize()
    def begin(self) -> None:
        self.code_of: dict[str, int] = {}
        self.number_of: dict[str, int] = {}
        self.living: dict[int, str] = {}
        self.load(several=4)

    def _row(self, code: str, number: str) -> dict[str, str]:
        return office.source(0) | {"resident_code": code, "individual_number": number}

    def _load(self, rows: list[dict[str, str]]) -> None:
        file = city.write_rows(self.folder / f"{next(_serial)}.csv", rows)
        jobs.load(file, by=city.actor(city.OPERATOR))

    @rule(several=st.integers(min_value=1, max_value=2))
    def load(self, several: int) -> None:
        """Newcomers."""
        rows = []
        for _ in range(several):
            human = next(_serial)
            code, number = f"{human:010d}", office.fresh_number(human)
            self.code_of[code] = self.number_of[number] = human
            rows.append(self._row(code, number))
        self._load(rows)
        for row in rows:
            owner = LocalNumber.objects.using("linkage").get(local_number=row["resident_code"]).person_id
            self.living[self.code_of[row["resident_code"]]] = owner

    @rule(place=PLACES)
    def new_resident_code(self, place: int) -> None:
        """帰化."""
        human = self._somebody(place)
        number = next((n for n, h in self.number_of.items() if h == human), None)
        if number is not None:
            code = f"{next(_serial):010d}"
            self.code_of[code] = human
            self._load([self._row(code, number)])

    @rule(place=PLACES)
    def change_number(self, place: int) -> None:
        human = self._somebody(place)
        number = office.fresh_number(next(_serial))
        office.change_number(self.living[human], number)
        self.number_of[number] = human

    @precondition(lambda self: len(self.living) > 1)
    @rule(one=PLACES, two=PLACES, takes_number=st.booleans())
    def merge(self, one: int, two: int, takes_number: bool) -> None:
        stays, goes = self._somebody(one), self._somebody(two)
        if stays == goes:
            return
        try:
            office.merge(self.living[stays], self.living[goes], takes_number=takes_number)
        except TodokeError:  # the dissolved one has no 個人番号 to take
            assert takes_number
            return
        for owner in (self.code_of, self.number_of):
            owner.update({key: stays for key, human in owner.items() if human == goes})
        del self.living[goes]

    @rule(place=PLACES, takes_number=st.booleans())
    def split(self, place: int, takes_number: bool) -> None:
        human = self._somebody(place)
        rows = list(LocalNumber.objects.using("linkage").filter(person_id=self.living[human]).order_by("id"))
        if len(rows) < 2:
            rows.append(office.link(self.living[human], f"T{next(_serial)}"))
        numbers = [number for number, owner in self.number_of.items() if owner == human]
        taken = takes_number and bool(numbers)
        office.split(self.living[human], [rows[-1].pk], takes_number=taken)
        new = next(_serial)
        rows[-1].refresh_from_db()
        self.living[new] = rows[-1].person_id
        if rows[-1].local_number in self.code_of:
            self.code_of[rows[-1].local_number] = new
        if taken:
            self.number_of.update(dict.fromkeys(numbers, new))

    @invariant()
    def nothing_is_broken(self) -> None:
        for promise, query in BROKEN.items():
            assert not postgres.fetch("linkage", query), promise

    @invariant()
    def every_number_leads_to_its_human_being(self) -> None:
        codes = dict(LocalNumber.objects.using("linkage").values_list("local_number", "person_id"))
        assert {code: self.living[human] for code, human in self.code_of.items()}.items() <= codes.items()
        numbers = list(self.number_of)
        found = find_persons([number.encode() for number in numbers])
        assert {numbers[place]: person for place, person in found.items()} == {
            number: self.living[human] for number, human in self.number_of.items()
        }

    def _somebody(self, place: int) -> int:
        return sorted(self.living)[place % len(self.living)]


@pytest.mark.usefixtures("city_site")
def test_any_sequence_keeps_one_person_one_number(city_site: Instance, tmp_path: Path) -> None:
    office.log_keys()
    Links.folder = tmp_path
    run_state_machine_as_test(
        Links,
        settings=settings(
            max_examples=6,
            stateful_step_count=8,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
