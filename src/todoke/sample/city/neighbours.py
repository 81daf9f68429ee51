"""The six other municipalities: their numbers and their replicas (副本) of the tax of 2021."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from todoke.sample.city import cast, draw, numbers, text
from todoke.sample.city.cast import Cast
from todoke.sample.city.draw import Bools, Ints
from todoke.sample.city.files import REPLICA_ITEMS
from todoke.sample.city.frame import DESIGNATED, NEIGHBOURS, TAX_YEAR
from todoke.sample.city.incomes import ELDERLY, GENERAL, SPECIFIC, UNDER16, Incomes
from todoke.sample.city.levies import DESIGNATED_RATE, ORDINARY_RATE, STANDARD_PER_CAPITA, Levies, assess
from todoke.sample.city.text import Text

# ReasonOfNull, an open code list (facts/linkage.md §2.4): no such value here; not provided (spelled so).
NOT_ACCEPTABLE, NOT_CONVERTED = "NotAcceptable", "NotConvered"


@dataclass(frozen=True, kw_only=True)
class Entries:
    """People known to neighbours, one row per person and town.

    `model` is the resident whose income the row shows; `number` the row of the individual numbers; `answer`
    and `held` as in Cast; `taxing` the row of NEIGHBOURS that really taxes the person, -1 for this town.
    """

    town: Ints
    model: Ints
    number: Ints
    answer: Ints
    held: Bools
    taxing: Ints


def enter(seed: int, neighbour: Ints, parts: Cast) -> tuple[Entries, int]:
    """Everybody the neighbours know, and how many of them never lived in the city.

    `neighbour`: per resident the row of NEIGHBOURS that the person left, else -1.
    """
    rng = draw.stream(seed, "neighbours")
    movers = np.flatnonzero(neighbour >= 0)
    town, answer = neighbour[movers], parts.answer[movers]
    away = np.flatnonzero(answer == cast.ELSEWHERE)
    taxing = np.full(len(movers), -1)
    taxing[away] = (town[away] + rng.integers(1, len(NEIGHBOURS), len(away))) % len(NEIGHBOURS)
    strangers = np.bincount(town, minlength=len(NEIGHBOURS)) + 5
    count = int(strangers.sum())
    nothing = np.zeros(len(away) + count, dtype=np.int64)
    entries = Entries(
        town=np.concatenate([town, taxing[away], np.repeat(np.arange(len(NEIGHBOURS)), strangers)]),
        model=np.concatenate([movers, movers[away], rng.integers(0, len(neighbour), count)]),
        number=np.concatenate([movers, movers[away], len(neighbour) + np.arange(count)]),
        answer=np.append(answer, nothing),
        held=np.append(
            parts.held[movers], draw.chance(rng, len(nothing), 100) & (np.arange(len(nothing)) >= len(away))
        ),
        taxing=np.append(taxing, nothing - 1),
    )
    return entries, count


def tables(
    seed: int, entries: Entries, incomes: Incomes, individual_numbers: Text
) -> Iterator[tuple[str, dict[str, Text], dict[str, Text]]]:
    """(municipality, columns of numbers.csv, columns of replica.csv), in the order of NEIGHBOURS."""
    levies = {rate: assess(incomes, rate) for rate in (DESIGNATED_RATE, ORDINARY_RATE)}
    for row, code in enumerate(NEIGHBOURS):
        mine = np.flatnonzero(entries.town == row)
        integrated = numbers.integrated_numbers(seed, code, len(mine))
        order = np.argsort(integrated.to_numpy(zero_copy_only=False), kind="stable")
        mine, integrated = mine[order], integrated.take(order)
        known = individual_numbers.take(entries.number[mine])
        found = entries.answer[mine] != cast.NOT_FOUND
        replica = text.filtered({"integrated_number": integrated}, found)
        replica |= _replica(entries, mine[found], code, incomes, levies)
        yield code, {"integrated_number": integrated, "individual_number": known}, replica


def _replica(
    entries: Entries, rows: Ints, code: str, incomes: Incomes, levies: dict[int, Levies]
) -> dict[str, Text]:
    """Items 31–46 of 別添1 and the reason for each that has no value."""
    answer = entries.answer[rows]
    values = _amounts(entries.model[rows], answer, code, incomes, levies)
    columns = {name: text.whole(values[name]) for name in values}
    columns["taxed_elsewhere"] = text.flags(answer == cast.ELSEWHERE)
    columns["taxing_municipality"] = text.look_up(NEIGHBOURS, entries.taxing[rows])
    missing = _missing(answer, code)
    reasons = {name: missing.get(name, text.blank(len(rows))) for name in REPLICA_ITEMS}
    items = {name: text.where(_is_blank(reasons[name]), columns[name], "") for name in REPLICA_ITEMS}
    held = {"auto_reply_prohibited": text.flags(entries.held[rows])}
    return items | {f"{name}_reason": reason for name, reason in reasons.items()} | held


def _is_blank(column: Text) -> Bools:
    return np.asarray(column.to_numpy(zero_copy_only=False) == "", dtype=np.bool_)


def _amounts(
    model: Ints, answer: Ints, code: str, incomes: Incomes, levies: dict[int, Levies]
) -> dict[str, Ints]:
    """All integer items; those without a value are blanked afterwards."""
    before = levies[ORDINARY_RATE]
    now = levies[DESIGNATED_RATE] if code in DESIGNATED else before
    odd = answer == cast.INCONSISTENT
    due = now.per_capita_due[model] & ~odd
    counts = incomes.dependants[model]
    return {
        "tax_year": np.where(answer == cast.YEAR_BEFORE, TAX_YEAR - 1, TAX_YEAR),
        "gross_income": incomes.gross[model],
        "total_income": incomes.total[model],
        "dependants_general": counts[:, GENERAL],
        "dependants_specific": counts[:, SPECIFIC],
        "dependants_elderly": counts[:, ELDERLY],
        "dependants_under16": counts[:, UNDER16],
        "housing_credit": now.housing_credit[model],
        "housing_credit_before_transfer": before.housing_credit[model],
        "donation_credit": now.donation_credit[model],
        "donation_credit_before_transfer": before.donation_credit[model],
        "income_levy": np.maximum(now.income_levy[model], odd * 12_300),
        "income_levy_before_transfer": np.maximum(before.income_levy[model], odd * 9_200),
        "per_capita_levy": np.where(due, STANDARD_PER_CAPITA, 0),
    }


def _missing(answer: Ints, code: str) -> dict[str, Text]:
    """Reasons by item, for the items that may lack a value."""
    elsewhere = np.where(answer == cast.ELSEWHERE, 0, -1)
    no_levy = np.where(answer == cast.NO_INCOME_LEVY, 1, elsewhere)
    no_per_capita = np.where(answer == cast.NO_PER_CAPITA_LEVY, 1, elsewhere)
    never = np.zeros(len(answer), dtype=np.int64)
    designated = code in DESIGNATED
    reason = {
        "income_levy": no_levy,
        "income_levy_before_transfer": no_levy if designated else never,
        "per_capita_levy": no_per_capita,
        "taxing_municipality": np.where(answer == cast.ELSEWHERE, -1, 0),
    }
    if not designated:
        reason |= {"housing_credit_before_transfer": never, "donation_credit_before_transfer": never}
    return {name: text.look_up((NOT_ACCEPTABLE, NOT_CONVERTED), index) for name, index in reason.items()}
