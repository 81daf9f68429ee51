"""The checker itself: nothing to say about exchanges that went well, and a word for every promise that is broken."""

from __future__ import annotations

from tests.faults.checking import assert_kept
from tests.systems.three_towns import EAST, OFFICER, SECOND_OFFICER, WEST, Towns, alias, contact, inquiry
from todoke.systems.intermediary import queries
from todoke.systems.intermediary.actions.release_held import confirm_release, propose_release
from todoke.systems.intermediary.flows import Decision


def exchanged(towns: Towns) -> Towns:
    """Two answers, one held and then released, one held, one without a record."""
    towns.open_for_business(6)
    towns.register(EAST, [1, 2, 3, 4], held=[3, 4])
    towns.inquire([inquiry(f"r{p}", p, EAST if p <= 4 else WEST) for p in range(1, 6)])
    return towns


def test_exchanges_that_went_well_break_nothing_at_any_moment(towns: Towns) -> None:
    exchanged(towns)
    assert_kept(towns)
    towns.deliver()
    assert_kept(towns)
    first = [entry.permit_id for entry in queries.held(alias(EAST))][:1]
    contact(*first)
    propose_release(
        alias=alias(EAST), permit_ids=first, decision=Decision.RELEASE, reason="確認済", by=OFFICER
    )
    assert_kept(towns)
    confirm_release(alias=alias(EAST), permit_ids=first, decision=Decision.RELEASE, by=SECOND_OFFICER)
    towns.deliver()
    assert_kept(towns)
    assert {row.outcome for row in towns.results().values()} == {"answered", "held", "no_record"}
