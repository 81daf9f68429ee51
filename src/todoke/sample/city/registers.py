"""The two registers: on the base date, and after seven weeks of deaths, moves, splits and new heads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from todoke.sample.city import draw
from todoke.sample.city.draw import Bools, Dates, Ints
from todoke.sample.city.frame import (
    BASE_DATE,
    CHILD,
    HEAD,
    HUSBAND,
    LATEST_DATE,
    RELATIONSHIPS,
    WIFE,
    People,
    ages,
)

LEFT_REASONS = ("転出", "死亡")
MOVED_OUT, DIED = range(2)

# The relationship to a new head, from (what the new head was, what the member was). Others keep theirs.
_RENAMED = {
    ("妻", "父"): "夫の父",
    ("妻", "母"): "夫の母",
    ("夫", "父"): "妻の父",
    ("夫", "母"): "妻の母",
    ("子", "母"): "祖母",
    ("子", "父"): "祖父",
    ("母", "妻"): "同居人",
    ("父", "妻"): "同居人",
}
# Who follows a head who is gone: partner, then children, parents, others.
_SUCCESSION = np.array([9, 0, 0, 1, 2, 2, *[3] * (len(RELATIONSHIPS) - 6)])


@dataclass(frozen=True, kw_only=True)
class Latest:
    """Per person, the state on 2022-02-01. `household` may be a new one; `address` is a row of Addresses."""

    household: Ints
    relation: Ints
    is_head: Bools
    address: Ints
    left_on: Dates
    left_reason: Ints
    households: int

    @property
    def gone(self) -> Bools:
        return self.left_reason >= 0


class _Change:
    """The register while it changes. Each household takes part in one event at most."""

    def __init__(self, seed: int, people: People) -> None:
        self.rng = draw.stream(seed, "changes")
        self.people = people
        self.household = people.household.copy()
        self.relation = people.relation.copy()
        self.head = people.relation == HEAD
        self.address = people.household.copy()
        self.left_on = np.full(people.count, np.datetime64("NaT", "D"))
        self.left_reason = np.full(people.count, -1)
        self.free = np.ones(people.households, dtype=np.bool_)
        self.households = people.households
        self.addresses = people.households

    def take(self, mask: Bools, per_10k: int) -> Ints:
        """One person each of some undisturbed base-date households; at least one."""
        rows = np.flatnonzero(mask & self.people.registered & self.free[self.people.household])
        rows = self.rng.permutation(rows)
        rows = rows[np.sort(np.unique(self.people.household[rows], return_index=True)[1])]
        rows = rows[: draw.share(int(self.people.registered.sum()), per_10k, least=1)]
        self.free[self.people.household[rows]] = False
        return rows

    def leave(self, rows: Ints, reason: int) -> None:
        self.left_on[rows] = draw.days(self.rng, BASE_DATE + 1, LATEST_DATE - 1, len(rows))
        self.left_reason[rows] = reason

    def new_addresses(self, count: int) -> Ints:
        self.addresses += count
        return np.arange(self.addresses - count, self.addresses)


def spare_addresses(residents: int) -> int:
    """How many addresses the moves and splits of `change` may need at most."""
    return draw.share(residents, 100) + 10


def change(seed: int, people: People) -> Latest:
    """Everything that happens between the two registers."""
    state = _Change(seed, people)
    _deaths(state)
    _departures(state)
    _moves_within(state)
    _splits(state)
    swapped = _handed_over(state)
    _succeed(state, swapped)
    return Latest(
        household=state.household,
        relation=state.relation,
        is_head=state.head,
        address=state.address,
        left_on=state.left_on,
        left_reason=state.left_reason,
        households=state.households,
    )


def _deaths(state: _Change) -> None:
    people = state.people
    old = ages(people.birth, BASE_DATE) >= 62
    alone = people.sizes[people.household] == 1
    state.leave(state.take(old & alone, 5), DIED)
    state.leave(state.take(old & ~alone & state.head, 4), DIED)
    state.leave(state.take(old & ~alone & ~state.head, 4), DIED)


def _departures(state: _Change) -> None:
    """Whole households, then single members: grown children, and heads who are posted elsewhere."""
    people = state.people
    adult = ages(people.birth, BASE_DATE) >= 18
    heads = state.take(state.head & adult, 18)
    everyone = np.flatnonzero(np.isin(people.household, people.household[heads]))
    state.leave(everyone, MOVED_OUT)
    together = np.full(people.households, LATEST_DATE)
    together[people.household[heads]] = state.left_on[heads]
    state.left_on[everyone] = np.maximum(together[people.household[everyone]], people.birth[everyone] + 1)
    state.leave(state.take((state.relation == CHILD) & adult, 4), MOVED_OUT)
    state.leave(state.take(state.head & _has_partner(state), 3), MOVED_OUT)


def _has_partner(state: _Change) -> Bools:
    partner = np.isin(state.relation, (WIFE, HUSBAND))
    return np.isin(state.people.household, state.people.household[partner])


def _moves_within(state: _Change) -> None:
    heads = state.take(state.head, 25)
    address = np.arange(state.people.households)
    address[state.people.household[heads]] = state.new_addresses(len(heads))
    state.address = address[state.people.household]


def _splits(state: _Change) -> None:
    """A grown child, or a lodger, founds a household in the city: a new code of the same lineage."""
    grown = (ages(state.people.birth, BASE_DATE) >= 20) & ~state.head & (state.relation >= CHILD)
    rows = state.take(grown, 8)
    state.household[rows] = np.arange(state.households, state.households + len(rows))
    state.households += len(rows)
    state.address[rows] = state.new_addresses(len(rows))
    state.relation[rows] = HEAD
    state.head[rows] = True


def _handed_over(state: _Change) -> Ints:
    """Heads who make their partner the head (世帯主変更) while both stay."""
    rows = state.take(state.head & _has_partner(state), 6)
    state.head[rows] = False
    return rows


def _succeed(state: _Change, swapped: Ints) -> None:
    """Give every household whose head is gone a new head, and everybody a relationship to that head."""
    gone = state.left_reason >= 0
    wanting = np.zeros(state.households, dtype=np.bool_)
    wanting[state.household[swapped]] = True
    wanting[state.household[state.head & gone]] = True
    staying = ~gone & wanting[state.household] & ~np.isin(np.arange(state.people.count), swapped)
    rows = np.flatnonzero(staying)
    rows = rows[
        np.lexsort((state.people.birth[rows], _SUCCESSION[state.relation[rows]], state.household[rows]))
    ]
    heirs = rows[np.unique(state.household[rows], return_index=True)[1]]
    was = np.full(state.households, -1)
    was[state.household[heirs]] = state.relation[heirs]
    followed = was[state.household] >= 0
    state.head[followed] = False
    state.head[heirs] = True
    _rename(state, swapped, was, followed & ~gone)
    state.relation[heirs] = HEAD


def _rename(state: _Change, swapped: Ints, was: Ints, members: Bools) -> None:
    table = np.tile(np.arange(len(RELATIONSHIPS)), (len(RELATIONSHIPS), 1))
    for (head, member), renamed in _RENAMED.items():
        table[RELATIONSHIPS.index(head), RELATIONSHIPS.index(member)] = RELATIONSHIPS.index(renamed)
    rows = np.flatnonzero(members)
    state.relation[rows] = table[was[state.household[rows]], state.relation[rows]]
    _rename_siblings(state, was, rows)
    state.relation[swapped] = np.where(state.people.sex[swapped] == 1, HUSBAND, WIFE)


def _rename_siblings(state: _Change, was: Ints, rows: Ints) -> None:
    """Children of the former head become brothers and sisters when one of them is the new head."""
    mine = rows[(was[state.household[rows]] == CHILD) & (state.relation[rows] == CHILD) & ~state.head[rows]]
    heads = np.full(state.households, np.datetime64("NaT", "D"))
    heads[state.household[state.head]] = state.people.birth[state.head]
    elder = state.people.birth[mine] < heads[state.household[mine]]
    male = state.people.sex[mine] == 1
    names = [RELATIONSHIPS.index(name) for name in ("姉", "兄", "妹", "弟")]
    state.relation[mine] = np.array(names)[np.where(elder, 0, 2) + male]
