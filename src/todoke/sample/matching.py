"""A labelled set for the matching of 4情報: an invented register, queries about its people, and who is really meant.

Every kind of difference that offices meet is a kind of its own, so that recall can be told by kind. Names are drawn
from few hundred; people of one name are therefore commoner than in any real city, and the set is a hard one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from todoke.sample import query_errors
from todoke.sample.city import draw, places, text
from todoke.sample.city.draw import Bools, Dates, Ints
from todoke.sample.city.names import GIVEN, ORIGINS, SURNAMES
from todoke.sample.city.text import Text
from todoke.sample.query_errors import Asked

_SPACE = "\u3000"
_KANA_ORIGIN = ORIGINS[-1]
_SURNAMES = (*SURNAMES, *_KANA_ORIGIN.surnames)
_GIVEN = tuple(
    tuple(name.written for pair in GIVEN for name in pair[sex])
    + tuple(name.written for name in (_KANA_ORIGIN.men, _KANA_ORIGIN.women)[sex])
    for sex in (0, 1)
)
_ALL_GIVEN = (*_GIVEN[0], *_GIVEN[1])
_OLD_SURNAME = np.array([query_errors.has_old_form(name.written) for name in _SURNAMES])
_OLD_GIVEN = np.array([query_errors.has_old_form(name) for name in _ALL_GIVEN])
_FIRST_BIRTH, _LAST_BIRTH = np.datetime64("1925-01-01"), np.datetime64("2021-12-10")
# Of 10,000 persons: a twin of the one before, and a stranger with another's name, sex and birthday.
_TWINS, _DOUBLES = 80, 40


@dataclass(frozen=True)
class Kind:
    """A kind of query: its Japanese name, its share of 10,000, what is done to the attributes, who is meant.

    `registered` False: the person meant is not in the register, whoever looks alike.
    """

    title: str
    share: int
    change: Callable[[Asked, int], Asked]
    of: str = "anybody"
    registered: bool = True


KINDS: Final = (
    Kind("登録のとおり", 3_500, query_errors.unchanged),
    Kind("住所の書き方", 2_500, query_errors.written_address),
    Kind("氏名の空白・全角半角", 600, query_errors.spaced_name),
    Kind("旧字体・異体字", 800, query_errors.old_forms, of="old forms"),
    Kind("仮名の書き方", 300, query_errors.kana_writing, of="kana"),
    Kind("転居前の住所", 600, query_errors.unchanged, of="movers"),
    Kind("氏名の誤字", 300, query_errors.mistyped_name),
    Kind("生年月日の誤り", 200, query_errors.mistyped_birth),
    Kind("番地の誤り", 200, query_errors.mistyped_address),
    Kind("性別の誤り・欠け", 100, query_errors.other_sex),
    Kind("生年月日の一部不詳", 50, query_errors.unknown_day),
    Kind("姓の変更", 100, query_errors.other_surname),
    Kind("双子の一方", 150, query_errors.written_address, of="twins"),
    Kind("同姓同名・同じ生年月日の一方", 100, query_errors.unchanged, of="doubles"),
    Kind("転居前の住所と氏名の誤字", 100, query_errors.mistyped_name, of="movers"),
    Kind("登録のない同姓同名・同じ生年月日", 200, query_errors.unchanged, of="movers", registered=False),
    Kind("登録のない人", 200, query_errors.stranger, of="movers", registered=False),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Labelled:
    """`register`: person, name_kanji, sex, birth_date, address. `queries`: query (from 0) and the four as text.

    `truth`: query, kind (row of KINDS), person; null where nobody of the register is meant.
    """

    register: pa.Table
    queries: pa.Table
    truth: pa.Table


def invent(persons: int, queries: int, seed: int) -> Labelled:
    """A register of `persons` and `queries` about them. The same numbers give the same set."""
    rng = draw.stream(seed, "matching")
    people, homes = _people(rng, seed, persons)
    kind = draw.spread(rng, queries, [entry.share for entry in KINDS])
    chosen = _chosen(rng, people, kind)
    asked = _asked(rng, people, homes, kind, chosen)
    person = people.numbers.take(chosen)
    meant = np.array([entry.registered for entry in KINDS])[kind]
    number = pa.array(np.arange(queries, dtype=np.int32))
    return Labelled(
        register=people.table(homes),
        queries=pa.table({"query": number, **asked}),
        truth=pa.table(
            {
                "query": number,
                "kind": pa.array(kind.astype(np.int8)),
                "person": text.pc.if_else(pa.array(meant), person, None),
            }
        ),
    )


@dataclass(frozen=True, kw_only=True)
class _People:
    """Columns by person: rows of the name tables, sex (0, 1), birth date, dwelling; who is a twin or a double."""

    surname: Ints
    given: Ints
    sex: Ints
    birth: Dates
    dwelling: Ints
    twin: Bools
    double: Bools
    kana: Bools

    @property
    def numbers(self) -> Text:
        """統合番号-like numbers of 15 digits; the check digit plays no part here."""
        return text.padded(np.arange(len(self.surname), dtype=np.int64) * 10, 15)

    def names(self) -> Text:
        surnames = text.look_up([name.written + _SPACE for name in _SURNAMES], self.surname)
        return text.joined(surnames, text.look_up(_ALL_GIVEN, self.given))

    def table(self, homes: Text) -> pa.Table:
        return pa.table(
            {
                "person": self.numbers,
                "name_kanji": self.names(),
                "sex": text.whole(self.sex + 1),
                "birth_date": pa.array(self.birth.astype("datetime64[D]")),
                "address": homes.take(self.dwelling),
            }
        )


def _people(rng: np.random.Generator, seed: int, count: int) -> tuple[_People, Text]:
    """Everybody, and the addresses of all dwellings; the last tenth of the dwellings is where movers came from."""
    dwellings = count * 10 // 22 + 1
    homes = places.settle(seed, dwellings, dwellings // 10 + 1).address
    dwelling = np.sort(rng.integers(0, dwellings, count))
    first = np.searchsorted(dwelling, dwelling)  # the household's first row gives the surname
    kana = draw.chance(rng, count, 150)
    common = draw.weighted(rng, count, [30_000 // (rank + 30) for rank in range(len(SURNAMES))])[first]
    foreign = len(SURNAMES) + rng.integers(0, len(_KANA_ORIGIN.surnames), count)
    sex = rng.integers(0, 2, count)
    sizes, starts = np.array([len(_GIVEN[0]), len(_GIVEN[1])]), np.array([0, len(_GIVEN[0])])
    surname, given = np.where(kana, foreign, common), starts[sex] + rng.integers(0, sizes[sex])
    birth = draw.days(rng, _FIRST_BIRTH, _LAST_BIRTH, count)
    twin, double = draw.chance(rng, count, _TWINS), draw.chance(rng, count, _DOUBLES)
    twin[0] = double[0] = False
    double &= ~twin
    before = np.flatnonzero(twin | double) - 1
    for column in (surname, sex, birth):
        column[before + 1] = column[before]
    pairs = np.flatnonzero(twin)
    given[pairs] = starts[sex[pairs]] + (given[pairs - 1] - starts[sex[pairs]] + 1) % sizes[sex[pairs]]
    dwelling[pairs] = dwelling[pairs - 1]
    given[double] = given[np.flatnonzero(double) - 1]
    dwelling[double] = rng.integers(0, dwellings, int(double.sum()))
    return _People(
        surname=surname, given=given, sex=sex, birth=birth, dwelling=dwelling, twin=twin, double=double, kana=kana
    ), homes  # fmt: skip


def _chosen(rng: np.random.Generator, people: _People, kind: Ints) -> Ints:
    """Whom each query is about, nobody twice while there are enough people of that sort."""
    count = len(people.surname)
    sorts = {
        "twins": np.flatnonzero(people.twin),
        "doubles": np.flatnonzero(people.double),
        "kana": np.flatnonzero(people.kana),
        "old forms": np.flatnonzero(_OLD_SURNAME[people.surname] | _OLD_GIVEN[people.given]),
    }
    chosen = np.resize(rng.permutation(count), len(kind))
    for place, entry in enumerate(KINDS):
        pool = sorts.get(entry.of)
        rows = np.flatnonzero(kind == place)
        if pool is not None and len(pool):
            chosen[rows] = np.resize(rng.permutation(pool), len(rows))
    return chosen


def _asked(
    rng: np.random.Generator, people: _People, homes: Text, kind: Ints, chosen: Ints
) -> dict[str, Text]:
    """The four attributes of each query, changed after its kind."""
    dwellings = int(people.dwelling.max()) + 1
    moved = np.array([entry.of == "movers" for entry in KINDS])[kind]
    elsewhere = rng.integers(dwellings, len(homes), len(kind))
    names = people.names().take(chosen)
    columns = (
        names.to_pylist(),
        text.whole(people.sex[chosen] + 1).to_pylist(),
        text.iso(people.birth[chosen]).to_pylist(),
        homes.take(np.where(moved, elsewhere, people.dwelling[chosen])).to_pylist(),
    )
    rolls = rng.integers(0, 1 << 30, len(kind)).tolist()
    changes = [KINDS[place].change for place in kind.tolist()]
    changed = [
        change(Asked(*map(str, four)), roll)
        for change, roll, *four in zip(changes, rolls, *columns, strict=True)
    ]
    return {
        name: pa.array([row[place] for row in changed], pa.string())
        for place, name in enumerate(("name_kanji", "sex", "birth_date", "address"))
    }
