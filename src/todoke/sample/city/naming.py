"""Who is called what, and of which nationality."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from todoke.sample.city import draw, text
from todoke.sample.city.draw import Bools, Ints
from todoke.sample.city.frame import CHILD, HEAD, HUSBAND, LODGER, MOTHER, WIFE, People, ages
from todoke.sample.city.households import kinds
from todoke.sample.city.names import GIVEN, ORIGINS, SURNAMES, Name
from todoke.sample.city.text import Text

NATIONALITIES = ("JPN", *(origin.nationality for origin in ORIGINS))
_SPACE = "\u3000"
_GENERATIONS = (np.datetime64("1956-01-01"), np.datetime64("1990-01-01"))

# Every pool of names laid end to end: (origin) for surnames, (origin or generation, sex) for given names.
_SURNAME_POOLS = (SURNAMES, *(origin.surnames for origin in ORIGINS))
_GIVEN_POOLS = tuple(pool for pair in (*GIVEN, *((o.men, o.women) for o in ORIGINS)) for pool in pair)
_ALL_SURNAMES = tuple(name for pool in _SURNAME_POOLS for name in pool)
_ALL_GIVEN = tuple(name for pool in _GIVEN_POOLS for name in pool)


def _starts(pools: tuple[tuple[Name, ...], ...]) -> Ints:
    return np.cumsum([0, *(len(pool) for pool in pools)])


_SURNAME_STARTS, _GIVEN_STARTS = _starts(_SURNAME_POOLS), _starts(_GIVEN_POOLS)


@dataclass(frozen=True, kw_only=True)
class Names:
    """Per person: rows of the surname and given-name tables, and of NATIONALITIES."""

    surname: Ints
    given: Ints
    nationality: Ints

    def kanji(self) -> Text:
        """氏名 as registered: surname, ideographic space, given name."""
        return self._text(
            [name.written for name in _ALL_SURNAMES], [name.written for name in _ALL_GIVEN], _SPACE
        )

    def kana(self) -> Text:
        """The reading in full-width katakana."""
        return self._text(
            [name.reading for name in _ALL_SURNAMES], [name.reading for name in _ALL_GIVEN], _SPACE
        )

    def bank_kana(self) -> Text:
        """The reading as a bank writes it (facts/benefit.md §4): half-width, no small kana."""
        surnames, given = (
            [bank_kana(name.reading) for name in table] for table in (_ALL_SURNAMES, _ALL_GIVEN)
        )
        return self._text(surnames, given, " ")

    def rows(self, rows: Ints) -> Names:
        """The names of some persons, in the order given."""
        return Names(surname=self.surname[rows], given=self.given[rows], nationality=self.nationality[rows])

    def with_other_given(self, changed: Bools) -> Names:
        """The same names, with the next given name of the table for the rows marked."""
        given = np.where(changed, (self.given + 1) % len(_ALL_GIVEN), self.given)
        return Names(surname=self.surname, given=given, nationality=self.nationality)

    def _text(self, surnames: list[str], given: list[str], space: str) -> Text:
        first = [name + space for name in surnames]
        return text.joined(text.look_up(first, self.surname), text.look_up(given, self.given))


_LARGE = str.maketrans("ァィゥェォッャュョヮヵヶーヲ" + _SPACE, "アイウエオツヤユヨワカケ-オ ")


def bank_kana(reading: str) -> str:
    """Half-width kana in the character set of 総合振込 names, from a full-width reading."""
    import jaconv

    return str(jaconv.z2h(reading.translate(_LARGE), kana=True, ascii=True, digit=True))


def call(seed: int, people: People) -> Names:
    """Names for everybody: a family shares its surname, a foreign household its nationality."""
    rng = draw.stream(seed, "names")
    nationality = _nationalities(rng, people)
    surname = _surnames(rng, people, nationality)
    generation = np.searchsorted(_GENERATIONS, people.birth, side="right")
    group = np.where(nationality == 0, generation, nationality - 1 + len(GIVEN))
    pool = 2 * group + people.sex - 1
    given = _GIVEN_STARTS[pool] + rng.integers(0, (_GIVEN_STARTS[pool + 1] - _GIVEN_STARTS[pool]))
    return Names(surname=surname, given=given, nationality=nationality)


def _nationalities(rng: np.random.Generator, people: People) -> Ints:
    """0 is Japanese. About 2.6 % live in foreign households, and some spouses of Japanese are foreign."""
    young = np.isin(people.kind, kinds("young single", "young couple", "lodgers", "one child"))
    first = np.unique(people.household, return_index=True)[1]
    foreign = draw.chance(rng, people.households, np.where(young, 450, 130)[first])
    origin = 1 + draw.spread(rng, people.households, [o.weight for o in ORIGINS])
    of_household = np.where(foreign, origin, 0)[people.household]
    partner = np.isin(people.relation, (WIFE, HUSBAND)) & draw.chance(rng, people.count, 150)
    partner &= (of_household == 0) & (ages(people.birth, np.datetime64("2021-12-10")) < 60)
    other = 1 + draw.weighted(rng, people.count, [o.weight for o in ORIGINS])
    return np.where(partner, other, of_household)


def _surnames(rng: np.random.Generator, people: People, nationality: Ints) -> Ints:
    """One surname a household; lodgers, some mothers and foreign spouses bring their own."""
    shared = _pick_surname(rng, nationality[people.relation == HEAD])
    own = _pick_surname(rng, nationality)
    heads = np.zeros(people.households, dtype=np.int64)
    heads[people.household[people.relation == HEAD]] = shared
    head_nation = np.zeros(people.households, dtype=np.int64)
    head_nation[people.household[people.relation == HEAD]] = nationality[people.relation == HEAD]
    apart = (people.relation == LODGER) | (nationality != head_nation[people.household])
    apart |= (people.relation == MOTHER) & draw.chance(rng, people.count, 3000)
    apart |= (nationality != 0) & (people.relation != CHILD) & (people.relation != HEAD)
    return np.where(apart, own, heads[people.household])


def _pick_surname(rng: np.random.Generator, nationality: Ints) -> Ints:
    common = draw.weighted(rng, len(nationality), [30_000 // (rank + 30) for rank in range(len(SURNAMES))])
    starts, ends = _SURNAME_STARTS[nationality], _SURNAME_STARTS[nationality + 1]
    return np.where(nationality == 0, common, starts + rng.integers(0, ends - starts))
