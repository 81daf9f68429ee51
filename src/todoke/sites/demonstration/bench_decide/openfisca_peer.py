"""The judging the vectorised way of OpenFisca-core: entities, variables with formulas, one simulation for everybody.

Run as a script: DATA OUT. What the engine has no words for is done in NumPy and Arrow around it, as its users do: joining
rows by person (persons cannot refer to other rows), names, payees, text. Needs the group `peers`.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

pc: Any = pyarrow.compute
_STATUSES = ["所得割課税", "均等割のみ課税", "非課税", "減免", "租税条約免除", "未申告", "未照会", "照会中", "提供者確認中", "回答なし", "回答エラー", "他市町村課税"]  # fmt: skip
_SOURCES = ["livelihood_aid", "tax_record", "inquiry", "minor", "dependant", "none"]
_REASONS = ["TAXED", "TREATY", "UNKNOWN", "DEPENDANTS_ONLY", "DIED", "EXEMPT"]
_OUTCOMES = ["ineligible", "ineligible", "undecided", "ineligible", "ineligible", "eligible"]
_NO_PLACE = 9
_PERIOD = "2021"
_INPUTS = (
    "aided", "declared", "moved", "young", "dependant", "treaty", "income_taxed", "per_capita_taxed", "amounts_absent",
    "waived", "supporter_taxed", "supporter_unknown", "died",
)  # fmt: skip


def main(data: str, out: str) -> None:
    """Write persons.parquet and households.parquet."""
    persons = _persons(data)
    keys, group = np.unique(persons["key"], return_inverse=True)
    simulation = _simulate(persons, group, len(keys))
    found = {
        name: simulation.calculate(name, _PERIOD)
        for name in ("source", "status", "place", "reason", "members", "needs_declaration")
    }
    _write_persons(persons, found, out)
    _write_households(data, persons, keys, group, found=found, out=out)


def _persons(data: str) -> dict[str, Any]:
    """Arrays by person, in the order of their codes (ten digits, so a code is a number)."""
    base = pq.read_table(f"{data}/base.parquet", columns=["resident_code", "household_code", "is_head", "birth_date", "moved_in_on", "protected"])  # fmt: skip
    code = _number(base["resident_code"])
    order = np.argsort(code)
    code = code[order]
    flags = {name: np.zeros(len(code), np.bool_) for name in ("aided", "hidden", "died")}
    latest = pq.read_table(f"{data}/latest.parquet", columns=["resident_code", "left_reason", "protected"])
    died = pc.fill_null(pc.equal(latest["left_reason"], "死亡"), fill_value=False)
    for name, rows in (("hidden", latest["protected"]), ("died", died)):
        at, there = _find(code, _number(latest.filter(rows)["resident_code"]))
        flags[name][at[there]] = True
    aid = pq.read_table(f"{data}/assistance.parquet")
    day = pa.scalar("2021-01-01").cast(pa.date32())
    open_then = pc.fill_null(pc.greater_equal(aid["valid_to"], day), fill_value=True)
    lives = pc.and_(
        pc.and_(pc.equal(aid["kind"], "生活保護"), pc.less_equal(aid["valid_from"], day)), open_then
    )
    at, there = _find(code, _number(aid.filter(lives)["resident_code"]))
    flags["aided"][at[there]] = True
    answers = pq.read_table(f"{data}/answers.parquet")
    answered = np.full(len(code), _STATUSES.index("未照会"), np.int8)
    at, there = _find(code, _number(answers["resident_code"]))
    answered[at[there]] = pc.index_in(answers["status"], pa.array(_STATUSES)).to_numpy()[there]
    hidden = flags["hidden"] | _flag(base["protected"])[order]
    household = _number(base["household_code"])[order]
    moved = pc.fill_null(
        pc.greater_equal(base["moved_in_on"], pa.scalar("2021-01-02").cast(pa.date32())), fill_value=False
    )
    birth = base["birth_date"].cast(pa.int32()).to_numpy()[order]
    young = birth >= (np.datetime64("2003-01-03") - np.datetime64("1970-01-01")).astype(int)
    return {
        "code": code, "key": household * 2 + hidden, "is_head": _flag(base["is_head"])[order], "birth": birth,
        "moved": _flag(moved)[order], "young": young, "answered": answered, **flags, **_tax(data, code),
    }  # fmt: skip


def _tax(data: str, code: Any) -> dict[str, Any]:  # noqa: ANN401 - NumPy arrays
    roll = pq.read_table(f"{data}/tax.parquet")
    roll = roll.filter(pc.equal(roll["tax_year"], "2021"))
    at, there = _find(code, _number(roll["resident_code"]))
    income, levy, supporter = roll["income_levy"], roll["per_capita_levy"], roll["supporter"]
    columns = {
        "declared": roll["declared"], "treaty": roll["treaty_exempt"], "waived": roll["levy_waived"],
        "income_taxed": pc.fill_null(pc.greater(income, 0), fill_value=False),
        "per_capita_taxed": pc.fill_null(pc.greater(levy, 0), fill_value=False),
        "amounts_absent": pc.or_(pc.is_null(income), pc.is_null(levy)),
        "dependant": pc.is_valid(supporter),
        "supporter_taxed": pc.fill_null(roll["supporter_taxed"], fill_value=False),
        "supporter_unknown": pc.is_null(roll["supporter_taxed"]),
    }  # fmt: skip
    found = {}
    for name, column in columns.items():
        found[name] = np.zeros(len(code), np.bool_)
        found[name][at[there]] = _flag(column)[there]
    return found


def _simulate(persons: dict[str, Any], group: Any, count: int) -> Any:  # noqa: ANN401 - OpenFisca has no types
    entities = importlib.import_module("openfisca_core.entities")
    system = importlib.import_module("openfisca_core.taxbenefitsystems").TaxBenefitSystem
    builder = importlib.import_module("openfisca_core.simulation_builder").SimulationBuilder()
    person = entities.Entity("person", "persons", "", "")
    household = entities.GroupEntity("household", "households", "", "", [{"key": "member"}])
    rules = system([person, household])
    for variable in _variables(person, household):
        rules.add_variable(variable)
    builder.create_entities(rules)
    builder.declare_person_entity("person", np.arange(len(group)))
    instance = builder.declare_entity("household", np.arange(count))
    builder.join_with_persons(instance, group, np.zeros(len(group), np.int16))
    simulation = builder.build(rules)
    for name in (*_INPUTS, "answered"):
        simulation.set_input(name, _PERIOD, persons[name])
    return simulation


def _variables(person: Any, household: Any) -> list[type]:  # noqa: ANN401 - OpenFisca has no types
    base = importlib.import_module("openfisca_core.variables").Variable
    year = importlib.import_module("openfisca_core.periods").DateUnit.YEAR

    def variable(name: str, kind: type, entity: Any, formula: Any = None) -> type:  # noqa: ANN401
        body = {"value_type": kind, "entity": entity, "definition_period": year}
        return type(name, (base,), body | ({"formula": formula} if formula else {}))

    def source(one: Any, period: Any) -> Any:  # noqa: ANN401
        conditions = [one(name, period) for name in ("aided", "declared", "moved", "young", "dependant")]
        return np.select(conditions, [0, 1, 2, 3, 4], 5)

    def status(one: Any, period: Any) -> Any:  # noqa: ANN401
        names = ("treaty", "income_taxed", "per_capita_taxed", "amounts_absent", "waived")
        record = np.select([one(name, period) for name in names], [4, 0, 1, 5, 3], 2)
        origin = one("source", period)
        return np.select([origin == 1, origin == 2, origin == 5], [record, one("answered", period), 5], 2)

    def place(one: Any, period: Any) -> Any:  # noqa: ANN401
        found = one("status", period)
        return np.select([found <= 1, found == 4, found >= 5], [0, 1, 2], _NO_PLACE)

    def members(home: Any, period: Any) -> Any:  # noqa: ANN401
        return home.nb_persons()

    def reason(home: Any, period: Any) -> Any:  # noqa: ANN401
        least = home.min(home.members("place", period))
        supported = home.all(home.members("dependant", period) * home.members("supporter_taxed", period))
        died = (home("members", period) == 1) * home.all(home.members("died", period))
        return np.select([least <= 2, supported, died], [least, 3, 4], 5)

    def needs_declaration(home: Any, period: Any) -> Any:  # noqa: ANN401
        unknown = home.members("supporter_unknown", period)
        return home.all(home.members("dependant", period)) * home.any(unknown)

    inputs = [variable(name, bool, person) for name in _INPUTS] + [variable("answered", int, person)]
    return [
        *inputs,
        variable("source", int, person, source), variable("status", int, person, status),
        variable("place", int, person, place), variable("members", int, household, members),
        variable("reason", int, household, reason),
        variable("needs_declaration", bool, household, needs_declaration),
    ]  # fmt: skip


def _write_persons(persons: dict[str, Any], found: dict[str, Any], out: str) -> None:
    columns = {
        "resident_code": _code_text(persons["code"]), "household_key": _key_text(persons["key"]),
        "status": _words(_STATUSES, found["status"]), "source": _words(_SOURCES, found["source"]),
    }  # fmt: skip
    pq.write_table(pa.table(columns), f"{out}/persons.parquet", compression="zstd")


def _write_households(
    data: str,
    persons: dict[str, Any],
    keys: Any,  # noqa: ANN401 - NumPy arrays
    group: Any,  # noqa: ANN401
    *,
    found: dict[str, Any],
    out: str,
) -> None:
    text, reason = _key_text(keys), found["reason"]
    order = np.argsort(text.to_numpy(zero_copy_only=False).astype("S12"), kind="stable")
    columns = {
        "household_key": text, "base_household_code": _code_text(keys // 2),
        "payee_resident_code": _code_text(persons["code"][_payees(data, persons, group, len(keys))]),
        "outcome": _words(_OUTCOMES, reason), "reason_code": _words(_REASONS, reason),
        "reasons": _reasons(persons, group, found), "members": pa.array(found["members"].astype(np.int16)),
        "needs_declaration": pa.array(found["needs_declaration"].astype(np.bool_)),
        "protected": pa.array((keys % 2).astype(np.bool_)),
        "amount_yen": pa.array(np.where(reason == 5, 100_000, 0)),
    }  # fmt: skip
    pq.write_table(
        pa.table(columns).take(pa.array(order, pa.int64())), f"{out}/households.parquet", compression="zstd"
    )


def _payees(data: str, persons: dict[str, Any], group: Any, count: int) -> Any:  # noqa: ANN401 - NumPy arrays
    """Row of the payee by household."""
    code, birth, died = persons["code"], persons["birth"], persons["died"]
    first = np.lexsort((code, birth, ~persons["is_head"], group))
    starts = np.searchsorted(group[first], np.arange(count))
    payee = first[starts]
    gone = np.flatnonzero(died[payee])
    latest = pq.read_table(f"{data}/latest.parquet", columns=["resident_code", "is_head"])
    head_now = np.zeros(len(code), np.bool_)
    at, there = _find(code, _number(latest.filter(latest["is_head"])["resident_code"]))
    head_now[at[there]] = True
    left = np.flatnonzero(np.isin(group, gone))
    order = left[np.lexsort((code[left], birth[left], ~head_now[left], died[left], group[left]))]
    payee[gone] = order[np.searchsorted(group[order], gone)]
    return payee


def _reasons(persons: dict[str, Any], group: Any, found: dict[str, Any]) -> Any:  # noqa: ANN401 - an Arrow array
    """REASON, and after a colon whoever it names: `code=status`, joined by `|`."""
    reason = found["reason"]
    named = np.flatnonzero((found["place"] == reason[group]) & (reason[group] <= 2))
    order = named[np.argsort(group[named], kind="stable")]  # persons are in the order of their codes already
    each = pc.binary_join_element_wise(
        _code_text(persons["code"][order]), _words(_STATUSES, found["status"][order]), "="
    )
    offsets = np.searchsorted(group[order], np.arange(len(reason) + 1)).astype(np.int32)
    names = pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), each), "|")
    names = pc.if_else(pa.array(reason <= 2), names, pa.scalar(None, pa.string()))
    return pc.binary_join_element_wise(_words(_REASONS, reason), names, ":", null_handling="skip")


def _number(codes: Any) -> Any:  # noqa: ANN401 - Arrow to NumPy
    return codes.cast(pa.int64()).to_numpy()


def _flag(column: Any) -> Any:  # noqa: ANN401 - Arrow to NumPy
    return column.to_numpy(zero_copy_only=False) if isinstance(column, pa.Array) else column.to_numpy()


def _find(sorted_codes: Any, wanted: Any) -> tuple[Any, Any]:  # noqa: ANN401 - NumPy arrays
    """Places of the wanted codes, and which of them are there."""
    at = np.minimum(np.searchsorted(sorted_codes, wanted), len(sorted_codes) - 1)
    return at, sorted_codes[at] == wanted


def _words(words: list[str], places: Any) -> Any:  # noqa: ANN401 - an Arrow array
    return pa.array(words).take(pa.array(places))


def _code_text(numbers: Any) -> Any:  # noqa: ANN401 - an Arrow array
    return pc.utf8_lpad(pa.array(numbers).cast(pa.string()), 10, "0")


def _key_text(keys: Any) -> Any:  # noqa: ANN401 - an Arrow array
    return pc.binary_join_element_wise(
        _code_text(keys // 2), pa.array(["", "-1"]).take(pa.array(keys % 2)), ""
    )


if __name__ == "__main__":
    main(*sys.argv[1:3])
