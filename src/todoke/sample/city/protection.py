"""支援措置: people whose whereabouts a violent partner must not learn."""

from __future__ import annotations

import numpy as np

from todoke.sample.city import draw
from todoke.sample.city.draw import Bools, Ints
from todoke.sample.city.frame import CHILD, WIFE, People
from todoke.sample.city.households import kinds


def protect(seed: int, people: People) -> Bools:
    """About 0.2 % of the residents: mothers with their children, half of them as whole households, half as
    part of the household that they fled from and are still registered in."""
    rng = draw.stream(seed, "protection")
    wanted = draw.share(int(people.registered.sum()), 10, least=1)
    mothers = np.isin(people.kind, kinds("mother, one child", "mother, two children"))
    whole = _households(rng, people, mothers, wanted)
    families = np.isin(people.kind, kinds("one child", "two children", "three children"))
    part = _households(rng, people, families & (people.relation == WIFE), wanted)
    fled = np.isin(people.relation, (WIFE, CHILD))
    return whole[people.household] | part[people.household] & fled


def _households(rng: np.random.Generator, people: People, mask: Bools, persons: int) -> Bools:
    """Households with somebody in `mask`, as many as needed to hold `persons` people."""
    order: Ints = rng.permutation(np.unique(people.household[mask & people.registered]))
    chosen = order[: np.searchsorted(np.cumsum(people.sizes[order]), persons) + 1]
    return np.isin(np.arange(people.households), chosen)
