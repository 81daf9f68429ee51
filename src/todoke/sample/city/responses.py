"""responses.csv: forms as they come back, with bank accounts on real banks and branches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from todoke.sample.city import draw, text
from todoke.sample.city.draw import Bools, Dates, Ints
from todoke.sample.city.frame import HEAD, People
from todoke.sample.city.incomes import OUTSIDE
from todoke.sample.city.naming import Names
from todoke.sample.city.registers import DIED, Latest
from todoke.sample.city.tax import Roll
from todoke.sample.city.text import Text

ROUTES = ("郵送", "窓口", "電子")
FIRST_DAY, LAST_DAY = np.datetime64("2022-02-17"), np.datetime64("2022-09-30")
# Bank codes and how many of 100 accounts they keep: 横浜, ゆうちょ, 三菱UFJ, 三井住友, みずほ, りそな, …
_BANKS = (
    ("0138", 26),
    ("9900", 22),
    ("0005", 13),
    ("0009", 10),
    ("0001", 9),
    ("0010", 4),
    ("1280", 5),
    ("0530", 2),
    ("1282", 2),
    ("0036", 4),
    ("0033", 2),
    ("2972", 1),
)
_TYPES = (("1", 96), ("2", 1), ("4", 3))
# Forms by week from 17 February, in thousandths: most come back in the first two months.
_WEEKS = (
    60, 150, 160, 130, 95, 70, 50, 40, 30, 25, 20, 15, 12, 10, 10, 9,
    8, 8, 7, 7, 6, 6, 6, 5, 5, 5, 5, 5, 6, 7, 8, 15,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Forms:
    """Base-date households after protected persons were split off: recipient, whether anybody is taxed."""

    household: Ints
    split: Bools
    head: Ints
    taxed: Bools


def _households(people: People, protected: Bools, roll: Roll, code_rank: Ints) -> _Forms:
    """The recipient is the head if in this part of the household, else the oldest (ties: resident code)."""
    rows = np.flatnonzero(people.registered)
    key = people.household[rows] * 2 + protected[rows]
    is_head = people.relation[rows] == HEAD
    order = np.lexsort((code_rank[rows], people.birth[rows], ~is_head, key))
    groups, first, inverse = np.unique(key[order], return_index=True, return_inverse=True)
    taxed = np.bincount(inverse, weights=roll.taxed[rows[order]], minlength=len(groups)) > 0
    return _Forms(household=groups // 2, split=groups % 2 == 1, head=rows[order][first], taxed=taxed)


def answer(
    seed: int,
    *,
    people: People,
    names: Names,
    protected: Bools,
    roll: Roll,
    latest: Latest,
    resident_codes: Text,
    household_codes: Text,
) -> dict[str, Text]:
    """Forms from 85 % of the households in which the roll shows no levy, and from some others by mistake."""
    rng = draw.stream(seed, "responses")
    rank = np.argsort(np.argsort(resident_codes.to_numpy(zero_copy_only=False)))
    forms = _households(people, protected, roll, rank)
    sole_died = (people.sizes[forms.household] == 1) & (latest.left_reason[forms.head] == DIED)
    rate = np.where(forms.taxed, 40, 8_500)
    chosen = np.flatnonzero(draw.chance(rng, len(rate), rate) & ~sole_died)
    household, split, head = forms.household[chosen], forms.split[chosen], forms.head[chosen]
    day = _days(rng, len(chosen))
    declines = draw.chance(rng, len(chosen), 150)
    codes = text.joined(household_codes.take(household), text.where(split, "-1", ""))
    columns = {
        "household_code": codes,
        "received_on": text.iso(day),
        "route": text.look_up(ROUTES, draw.weighted(rng, len(chosen), (74, 7, 19))),
        "declines": text.flags(declines),
        "declared_supporter_taxed": _declared(rng, roll, head),
    }
    columns |= _accounts(rng, names.rows(head), declines)
    return text.sorted_by(columns, "received_on", "household_code")


def _days(rng: np.random.Generator, size: int) -> Dates:
    week = draw.weighted(rng, size, _WEEKS)
    day = FIRST_DAY + week * 7 + rng.integers(0, 7, size)
    return np.minimum(day, LAST_DAY)


def _declared(rng: np.random.Generator, roll: Roll, head: Ints) -> Text:
    """What the form says about a taxed supporter elsewhere: mostly 0 and true, now and then nothing."""
    kept = roll.has_row[head] & (roll.supporter[head] == OUTSIDE)
    truth = np.where(kept, (roll.supporter_taxed[head] != 0).astype(np.int64), 0)
    wrong = draw.chance(rng, len(head), 100)
    silent = draw.chance(rng, len(head), 150)
    return text.look_up(("0", "1"), np.where(silent, -1, np.where(wrong, 1 - truth, truth)))


def _accounts(rng: np.random.Generator, holders: Names, declines: Bools) -> dict[str, Text]:
    """Accounts; one holder in a hundred is somebody else, some branches are unknown, some forms blank."""
    import zengin_code

    size = len(holders.given)
    banks = [(code, list(zengin_code.Bank[code].branches), share) for code, share in _BANKS]
    bank = draw.weighted(rng, size, [share for *_, share in banks])
    starts = np.cumsum([0, *(len(branches) for _, branches, _ in banks)])
    branch = rng.integers(starts[bank], starts[bank + 1])
    unknown = _at_least_one(rng, size, 30)
    empty = declines | _at_least_one(rng, size, 60)
    other = _at_least_one(rng, size, 100)
    columns = {
        "bank_code": text.look_up([code for code, *_ in banks], bank),
        "branch_code": text.look_up([code for _, branches, _ in banks for code in branches], branch),
        "account_type": text.look_up(
            [t for t, _ in _TYPES], draw.weighted(rng, size, [w for _, w in _TYPES])
        ),
        "account_number": text.padded(rng.integers(1, 10_000_000, size), 7),
        "account_holder_kana": holders.with_other_given(other).bank_kana(),
    }
    columns["branch_code"] = text.where(unknown, _unknown_branches(banks, bank), columns["branch_code"])
    return {name: text.where(empty, "", column) for name, column in columns.items()}


def _unknown_branches(banks: list[tuple[str, list[str], int]], bank: Ints) -> Text:
    """For each bank the highest branch code that it does not have."""
    free = [max({f"{n:03d}" for n in range(1, 1_000)} - set(branches)) for _, branches, _ in banks]
    return text.look_up(free, bank)


def _at_least_one(rng: np.random.Generator, size: int, per_10k: int) -> Bools:
    mask = draw.chance(rng, size, per_10k)
    mask[: min(size, 1)] |= not mask.any()
    return mask
