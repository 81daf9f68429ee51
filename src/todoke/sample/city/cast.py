"""Who plays an odd part: the classes of answers and mismatches that a demonstration must show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from todoke.sample.city import draw
from todoke.sample.city.draw import Bools, Ints

# What the neighbour's replica says about a person who moved away.
(ORDINARY, NOT_FOUND, NO_INCOME_LEVY, NO_PER_CAPITA_LEVY, ELSEWHERE, INCONSISTENT, YEAR_BEFORE) = range(7)
# Shares of 10,000 movers, in the order above.
_ANSWERS = (
    (NOT_FOUND, 100),
    (NO_INCOME_LEVY, 50),
    (NO_PER_CAPITA_LEVY, 50),
    (ELSEWHERE, 100),
    (INCONSISTENT, 30),
    (YEAR_BEFORE, 30),
)
_HELD = 100
# From this size on every class has two persons or more who are certainly asked about, and there is a canary.
FULL_CAST = 2_000
# Which of the four attributes differs in individual_numbers.csv.
AGREES, NAME, SEX, BIRTH, ADDRESS = range(5)


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Per person: the kind of answer, 自動応答不可, the differing attribute; and the canary's row or None."""

    answer: Ints
    held: Bools
    mismatch: Ints
    canary: int | None


def assign(seed: int, *, movers: Bools, sure: Bools, residents: Bools) -> Cast:
    """Draw the parts; nobody gets two.

    `movers` moved in from a neighbour; `sure` are those of them whose household stands or falls with the
    answer; `residents` are in individual_numbers.csv.
    """
    rng = draw.stream(seed, "cast")
    least = 2 if int(residents.sum()) >= FULL_CAST else 0
    free_sure = rng.permutation(np.flatnonzero(sure)).tolist()
    free = rng.permutation(np.flatnonzero(movers & ~sure)).tolist()
    count = int(movers.sum())

    def take(per_10k: int, of: int = count) -> list[int]:
        """At least `least` persons who are certainly asked about, the others mostly from the rest."""
        wanted = draw.share(of, per_10k, least=least)
        sure_share = max(least, wanted // 3)
        chosen = [free_sure.pop() for _ in range(min(sure_share, wanted, len(free_sure)))]
        return chosen + [free.pop() for _ in range(min(wanted - len(chosen), len(free)))]

    canary = free_sure.pop() if least and free_sure else None
    answer = np.zeros(len(movers), dtype=np.int64)
    for kind, per_10k in _ANSWERS:
        answer[take(per_10k)] = kind
    held = np.zeros(len(movers), dtype=np.bool_)
    held[take(_HELD)] = True
    return Cast(
        answer=answer, held=held, mismatch=_mismatches(rng, take(40), residents & ~movers), canary=canary
    )


def _mismatches(rng: np.random.Generator, movers: list[int], others: Bools) -> Ints:
    """One attribute each, in turn: some movers, and about 0.08 % of everybody else."""
    rest = draw.some(rng, others, draw.share(int(others.sum()), 8, least=1))
    rows = np.append(np.array(movers, dtype=np.int64), rest)
    mismatch = np.zeros(len(others), dtype=np.int64)
    mismatch[rows] = 1 + np.arange(len(rows)) % 4
    return mismatch
