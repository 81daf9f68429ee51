"""The families that union-find names are the connected parts of the steps, whatever their order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from todoke.contracts.residents import LineageReason, LineageStep
from todoke.contracts.stand_ins import ResidentsStandIn
from todoke.kernel.clock import today
from todoke.systems.residents.rules.families import families

CODES = [f"{number:02d}" for number in range(12)]
steps = st.lists(st.tuples(st.sampled_from(CODES), st.sampled_from(CODES)), max_size=15)


@given(steps)
def test_it_agrees_with_following_every_step_from_each_household(pairs: list[tuple[str, str]]) -> None:
    known = [
        LineageStep(household_code=before, successor_code=after, happened_on=today(), reason=LineageReason.SPLIT,
                    members=1, former_head="", new_head="")
        for before, after in pairs
    ]  # fmt: skip
    assert families(pairs, CODES) == ResidentsStandIn(lineage=known).families(CODES)
