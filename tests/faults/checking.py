"""The oracle of the fault tests: export the facts of all realms and judge them, exactly as `todoke exchange check` does."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.systems.three_towns import NETWORK_STAFF, PLATFORM_STAFF, TOWNS, Towns, alias
from todoke.kernel import clock
from todoke.sites.invariants import Breach, judge
from todoke.systems.intermediary.actions import export_facts as intermediary_facts
from todoke.systems.network.actions import export_facts as network_facts


def breaches(_: Towns, *, grace: timedelta = timedelta(0)) -> list[Breach]:
    """Every broken promise over the databases of the three realms as they stand now."""
    with TemporaryDirectory(prefix="facts-") as name:
        folder = Path(name)
        intermediary_facts.export_facts(
            aliases=[alias(town) for town in TOWNS], folder=folder, by=PLATFORM_STAFF
        )
        network_facts.export_facts(folder=folder, by=NETWORK_STAFF)
        return judge(folder, settled=clock.now() - grace)


def broken(towns: Towns, *, grace: timedelta = timedelta(0)) -> set[str]:
    """The names of the rules that are broken."""
    return {breach.rule.name for breach in breaches(towns, grace=grace)}


def assert_kept(towns: Towns, *, grace: timedelta = timedelta(0)) -> None:
    """No promise is broken, and the message says which one and where."""
    found = breaches(towns, grace=grace)
    assert not found, "\n".join(map(str, found))
