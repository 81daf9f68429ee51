"""Households of the sample city: their kinds, members, ages and relationships (続柄)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from todoke.sample.city import draw
from todoke.sample.city.draw import Bools, Ints
from todoke.sample.city.frame import (
    BASE_DATE,
    CHILD,
    FATHER,
    HEAD,
    HUSBAND,
    LATE,
    LATEST_DATE,
    LODGER,
    MOTHER,
    NEWBORN,
    REGISTERED,
    RELATIONSHIPS,
    WIFE,
    People,
)

# Places in a household whose relationship depends on the sex that is drawn.
_SPOUSE, _YOUNGER = -1, -2


class Member(NamedTuple):
    """A member beside the head: years younger (-) or older (+) than the head, and the least age."""

    relation: int
    low: int
    high: int
    least: int = 0


class Kind(NamedTuple):
    """A kind of household. `weight` is its share of 1,000 households, `male` the share of male heads in 100,
    `inflow` how readily it moves."""

    label: str
    weight: int
    head_ages: tuple[int, int]
    male: int
    inflow: int
    members: tuple[Member, ...] = ()


_PARTNER = Member(_SPOUSE, -6, 3, 20)
_OLD_PARTNER = Member(_SPOUSE, -6, 3, 58)
_KID = Member(CHILD, -38, -26)

# Shares are made up to give a big city's picture: 40 % live alone, 2.1 persons per household.
KINDS = (
    Kind("young single", 130, (18, 34), 52, 30),
    Kind("single", 130, (35, 64), 58, 9),
    Kind("elderly single", 140, (65, 96), 33, 1),
    Kind("young couple", 50, (24, 39), 93, 12, (_PARTNER,)),
    Kind("couple", 60, (40, 64), 94, 3, (_PARTNER,)),
    Kind("elderly couple", 100, (65, 92), 96, 1, (_OLD_PARTNER,)),
    Kind("one child", 90, (28, 59), 94, 5, (_PARTNER, _KID)),
    Kind("two children", 100, (31, 57), 95, 4, (_PARTNER, _KID, _KID)),
    Kind("three children", 25, (34, 54), 95, 4, (_PARTNER, _KID, _KID, _KID)),
    Kind("mother, one child", 30, (26, 54), 0, 5, (_KID,)),
    Kind("mother, two children", 20, (29, 52), 0, 4, (_KID, _KID)),
    Kind("father, one child", 10, (32, 56), 100, 3, (_KID,)),
    Kind("elderly couple, grown child", 40, (65, 88), 96, 1, (_OLD_PARTNER, Member(CHILD, -38, -26, 25))),
    Kind("grown child, mother", 30, (42, 66), 66, 1, (Member(MOTHER, 21, 34),)),
    Kind("three generations", 20, (40, 56), 94, 1, (_PARTNER, _KID, _KID, Member(MOTHER, 22, 34))),
    Kind("lodgers", 15, (20, 44), 60, 10, (Member(LODGER, -8, 8, 18),)),
    Kind("siblings", 10, (30, 68), 55, 3, (Member(_YOUNGER, -8, -1, 20),)),
)
_MEMBERS = tuple(kind.members for kind in KINDS)
_WIDTH = 1 + max(len(members) for members in _MEMBERS)


def kinds(*labels: str) -> Ints:
    """Row numbers in KINDS of the kinds with these labels."""
    found = {kind.label: row for row, kind in enumerate(KINDS)}
    return np.array([found[label] for label in labels])


def populate(seed: int, residents: int) -> People:
    """`residents` people registered on the base date, some households that come later, and newborns."""
    rng = draw.stream(seed, "households")
    kind, household, slot, stage = _places(rng, residents, late=draw.share(residents, 30, least=2))
    head_sex = np.where(draw.chance(rng, len(kind), _of_kind("male")[kind] * 100), 1, 2)
    head_age = rng.integers(_head_ages(0)[kind], _head_ages(1)[kind] + 1)
    row_kind = kind[household]
    place = _member_table("relation", HEAD)[row_kind, slot]
    step = rng.integers(_member_table("low", 0)[row_kind, slot], _member_table("high", 0)[row_kind, slot] + 1)
    age = np.clip(head_age[household] + step, _member_table("least", 0)[row_kind, slot], 104)
    sex = _sexes(rng, place, head_sex[household])
    birth = BASE_DATE - (age * 1461 // 4) - rng.integers(0, 365, len(age))
    people = People(
        household=household, kind=row_kind, relation=_relations(place, sex), sex=sex, birth=birth, stage=stage
    )
    return _with_newborns(seed, people, age)


def _places(rng: np.random.Generator, residents: int, late: int) -> tuple[Ints, Ints, Ints, Ints]:
    """Kind by household; household, slot and stage by person. The last base household is cut to fit."""
    kind = draw.spread(rng, (residents + late) * 3 // 5 + 40, [k.weight for k in KINDS])
    sizes = np.array([1 + len(members) for members in _MEMBERS])[kind]
    ends = np.cumsum(sizes)
    last = int(np.searchsorted(ends, residents))
    final = int(np.searchsorted(ends, ends[last] + late))
    household = np.repeat(np.arange(final + 1), sizes[: final + 1])
    rows = np.arange(len(household))
    slot = rows - (ends - sizes)[household]
    stage = np.where(household <= last, REGISTERED, LATE)
    keep = (rows < residents) | (stage == LATE)
    return kind[: final + 1], household[keep], slot[keep], stage[keep]


def _sexes(rng: np.random.Generator, place: Ints, head_sex: Ints) -> Ints:
    """1 male, 2 female: the head's is given, a spouse has the other one."""
    sex = rng.integers(1, 3, len(place))
    sex = np.where(place == HEAD, head_sex, sex)
    sex = np.where(place == _SPOUSE, 3 - head_sex, sex)
    return np.where(place == MOTHER, 2, np.where(place == FATHER, 1, sex))


def _relations(place: Ints, sex: Ints) -> Ints:
    spouse = np.where(sex == 1, HUSBAND, WIFE)
    younger = np.where(sex == 1, RELATIONSHIPS.index("弟"), RELATIONSHIPS.index("妹"))
    return np.where(place == _SPOUSE, spouse, np.where(place == _YOUNGER, younger, place))


def _with_newborns(seed: int, people: People, age: Ints) -> People:
    """Append children born between the base date and the latest register."""
    rng = draw.stream(seed, "newborns")
    mothers = draw.some(rng, _may_bear(people, age), draw.share(people.count, 11, least=1))
    count = len(mothers)
    birth = draw.days(rng, BASE_DATE + 1, LATEST_DATE - 3, count)
    return People(
        household=np.append(people.household, people.household[mothers]),
        kind=np.append(people.kind, people.kind[mothers]),
        relation=np.append(people.relation, np.full(count, CHILD)),
        sex=np.append(people.sex, rng.integers(1, 3, count)),
        birth=np.append(people.birth, birth),
        stage=np.append(people.stage, np.full(count, NEWBORN)),
    )


def _may_bear(people: People, age: Ints) -> Bools:
    woman = (people.sex == 2) & np.isin(people.relation, (HEAD, WIFE)) & (age >= 21) & (age <= 42)
    able: Bools = woman & people.registered & (people.sizes[people.household] > 1)
    return able


def _of_kind(column: str) -> Ints:
    return np.array([getattr(kind, column) for kind in KINDS])


def _head_ages(bound: int) -> Ints:
    return np.array([kind.head_ages[bound] for kind in KINDS])


def _member_table(column: str, head: int) -> Ints:
    """Shape (kinds, slots): a column of every member, with `head` in slot 0."""
    rows = [[head, *(getattr(member, column) for member in members)] for members in _MEMBERS]
    return np.array([row + [0] * (_WIDTH - len(row)) for row in rows])


INFLOW = _of_kind("inflow")
