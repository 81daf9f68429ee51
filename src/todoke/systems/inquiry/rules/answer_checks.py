"""回答の検査: whether what an answer says can be true. A table of checks; each is a DuckDB condition.

Columns: every item and its `_reason` as text; `n_<item>` as a number, null unless it is one; asked_number, echo_number,
asked_provider, echo_provider, asked_year, echo_asked_at, designated (the provider is a 指定都市), this_year.
`refuse`: the answer is 回答エラー and never used for a decision, the first one is its エラー理由. `check`: it is
used, and shown as 要確認. An absent value makes no condition true.

Edition 1, from 2021-12-20. Sources:
- 地方税法35条・314条の3 and 平成29年法律2号: of the 10 % income levy, prefecture and municipality have 4 and 6 since 平成19年度,
  in designated cities 2 and 8 since 平成30年度 (facts/linkage.md §2.5 V21); 【税源移譲前】 is the levy at 6.
- 地方税法38条・310条 and 復興財源の臨時特例法 (平成26–令和5年度): 均等割 of the prefecture 1,000 + 500 yen, of the municipality
  3,000 + 500; the highest prefectural surcharge makes 2,700 (宮城県).
- 地方税法295条・附則3条の3 and 総務省令: nobody is exempt by income above 35万円 × persons + 31万円, or 135万円 for the disabled,
  minors, widows and single parents. 地方税法34条・314条の2: at least 33万円 is deducted (43万円 from 令和3年度).
- Incident of September 2019: prefectural amounts where municipal ones were asked (facts/linkage.md §1.7 V18).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import duckdb
import pyarrow as pa

from todoke.contracts.information import TAX_ITEMS
from todoke.engine import duck

EDITION: Final = 1
VALID_FROM: Final = date(2021, 12, 20)
REFUSE: Final = "refuse"
CHECK: Final = "check"

SUSPECT_LEAST: Final = 5
SUSPECT_PERCENT: Final = 20
"""A municipality with one finding in so many answers, and in that share of its answers, is suspect as a whole."""

_CODES: Final = ("tax_year", "taxed_elsewhere", "taxing_municipality")
_FLAG: Final = "taxed_elsewhere"
_AMOUNTS: Final = tuple(name for name in TAX_ITEMS if name not in _CODES)
_COUNTS: Final = tuple(name for name in _AMOUNTS if name.startswith("dependants_"))
_DECISIVE: Final = ("tax_year", "income_levy", "per_capita_levy", "taxed_elsewhere")
_WIDTHS: Final = {"tax_year": 4, "taxing_municipality": 5} | dict.fromkeys(_COUNTS, 2)
_MANY = 10_000
"""Yen from which 100-yen rounding and 調整控除 no longer blur a ratio of levies."""


@dataclass(frozen=True)
class Check:
    """`code` is what エラー理由 says (at most 24 characters); `when` is true for an answer that is found."""

    code: str
    severity: str
    sentence: str
    when: str


def _any(*conditions: str) -> str:
    return " OR ".join(f"coalesce({condition}, false)" for condition in conditions)


def _misfit(name: str) -> str:
    """Not laid out as the answer record has it (items 31–46): digits, at most so many; codes exactly so many."""
    width = _WIDTHS.get(name, 12)
    least = width if name in _CODES else 1
    return f"NOT regexp_full_match({name}, '[0-9]{{{least},{width}}}')"


def _strange_reason(name: str) -> str:
    return f"NOT regexp_full_match({name}_reason, '[A-Za-z0-9_]{{1,16}}')"


_FORM = (*(_misfit(name) for name in TAX_ITEMS if name != _FLAG), *map(_strange_reason, TAX_ITEMS))
_BOTH = tuple(f"{name} IS NOT NULL AND {name}_reason IS NOT NULL" for name in TAX_ITEMS)
_NEITHER = {name: f"{name} IS NULL AND {name}_reason IS NULL" for name in TAX_ITEMS}
_PERSONS = " + ".join(f"coalesce(n_{name}, 0)" for name in _COUNTS)

CHECKS: Final = (
    Check("other_person", REFUSE, "照会した人とは別の統合番号の回答です。", "echo_number <> asked_number"),
    Check(
        "other_municipality",
        REFUSE,
        "照会した団体とは別の団体の回答です。",
        "echo_provider <> asked_provider",
    ),
    Check(
        "flag_amount",
        REFUSE,
        "「住民登録外課税の有無」に 0・1 以外の値（金額など）が入っています。項目の取り違えのおそれがあります。",
        f"{_FLAG} NOT IN ('0', '1')",
    ),
    Check("answer_malformed", REFUSE, "様式にない値（桁あふれ、全角、符号など）があります。", _any(*_FORM)),
    Check("value_and_reason", REFUSE, "同じ項目に値と未設定事由の両方があります。", _any(*_BOTH)),
    Check(
        "decisive_item_missing",
        REFUSE,
        "課税年度・所得割額・均等割額・住民登録外課税の有無のいずれかに、値も未設定事由もありません。",
        _any(*(_NEITHER[name] for name in _DECISIVE)),
    ),
    Check(
        "tax_year_impossible",
        REFUSE,
        "課税年度があり得ない年（未来、または昭和25年度より前）です。",
        "n_tax_year > this_year OR n_tax_year < 1950",
    ),
    Check("other_tax_year", REFUSE, "照会した課税年度と異なる年度の回答です。", "n_tax_year <> asked_year"),
    Check(
        "levies_inconsistent",
        REFUSE,
        "所得割が課税なのに均等割が0円です（地方税法294条・310条）。",
        "n_income_levy > 0 AND n_per_capita_levy = 0",
    ),
    Check(
        "per_capita_impossible",
        REFUSE,
        "均等割額としてあり得ない高い金額です。所得割額などとの取り違えのおそれがあります。",
        "n_per_capita_levy > 10000",
    ),
    Check(
        "prefecture_income_levy",
        REFUSE,
        "指定都市の所得割額が税源移譲前の3分の1です。道府県民税（2％）の額が入っているおそれがあります。",
        f"designated AND n_income_levy_before_transfer >= {_MANY}"
        " AND n_income_levy BETWEEN n_income_levy_before_transfer * 28 // 100"
        " AND n_income_levy_before_transfer * 39 // 100",
    ),
    Check(
        "before_exceeds_present",
        REFUSE,
        "税源移譲前の所得割額（6％）が現在の所得割額（8％）を超えています。項目の取り違えのおそれがあります。",
        "designated AND n_income_levy_before_transfer > n_income_levy",
    ),
    Check(
        "elsewhere_with_levy",
        REFUSE,
        "住民登録外課税（他市町村で課税）なのに、所得割額が0円を超えています。",
        f"{_FLAG} = '1' AND n_income_levy > 0",
    ),
    Check(
        "item_missing",
        CHECK,
        "判定に使わない項目に、値も未設定事由もありません。",
        _any(*(_NEITHER[name] for name in TAX_ITEMS if name not in _DECISIVE)),
    ),
    Check(
        "prefecture_per_capita",
        CHECK,
        "均等割額が道府県民税の額（標準1,500円、超過課税でも2,700円以下）と同じ水準です。軽減でなければ取り違えです。",
        "n_tax_year BETWEEN 2014 AND 2023 AND n_per_capita_levy BETWEEN 1 AND 2700",
    ),
    Check(
        "before_ratio",
        CHECK,
        "指定都市の所得割額が税源移譲前の額の8対6から大きく外れています。",
        f"designated AND n_income_levy_before_transfer >= {_MANY}"
        " AND n_income_levy NOT BETWEEN n_income_levy_before_transfer * 120 // 100"
        " AND n_income_levy_before_transfer * 160 // 100",
    ),
    Check(
        "before_unexpected",
        CHECK,
        "指定都市でない団体の回答に税源移譲前の額があります。",
        "NOT designated AND n_income_levy_before_transfer > 0",
    ),
    Check(
        "before_missing",
        CHECK,
        "指定都市の課税者なのに税源移譲前の所得割額がありません。",
        "designated AND n_income_levy > 0 AND n_income_levy_before_transfer IS NULL",
    ),
    Check(
        "credit_before_exceeds",
        CHECK,
        "税源移譲前の控除額が現在の控除額を超えています。",
        "designated AND (coalesce(n_housing_credit_before_transfer > n_housing_credit, false)"
        " OR coalesce(n_donation_credit_before_transfer > n_donation_credit, false))",
    ),
    Check(
        "levy_exceeds_income",
        CHECK,
        "所得割額が、総所得金額等に税率（6％、指定都市8％）を掛けた額を超えています。",
        "n_income_levy > greatest(n_gross_income - 330000, 0) * CASE WHEN designated THEN 8 ELSE 6 END // 100",
    ),
    Check(
        "exempt_with_income",
        CHECK,
        "非課税なのに、合計所得金額が非課税の限度額を超えています（生活扶助・減免でないか確かめてください）。",
        "n_income_levy = 0 AND n_per_capita_levy = 0"
        f" AND n_total_income > greatest(1350000, 350000 * (2 + {_PERSONS}) + 310000)",
    ),
    Check(
        "gross_exceeds_total",
        CHECK,
        "総所得金額等（繰越控除後）が合計所得金額（繰越控除前）を超えています。",
        "n_gross_income > n_total_income",
    ),
    Check(
        "amount_very_large",
        CHECK,
        "100億円以上の金額、または20人を超える扶養の人数があります。",
        _any(*(f"n_{name} > {20 if name in _COUNTS else 9_999_999_999}" for name in _AMOUNTS)),
    ),
    Check(
        "elsewhere_per_capita",
        CHECK,
        "住民登録外課税（他市町村で課税）なのに、均等割額が0円を超えています。",
        f"{_FLAG} = '1' AND n_per_capita_levy > 0",
    ),
    Check(
        "elsewhere_place",
        CHECK,
        "住民登録外課税の有無と、課税地の市区町村コードが合いません。",
        f"({_FLAG} = '1' AND taxing_municipality IS NULL)"
        f" OR ({_FLAG} = '0' AND taxing_municipality IS NOT NULL)",
    ),
    Check(
        "taxing_place_impossible",
        CHECK,
        "課税地の市区町村コードがあり得ない値です。",
        "taxing_municipality <> '99999' AND left(taxing_municipality, 2) NOT BETWEEN '01' AND '47'",
    ),
    Check(
        "echo_time_strange",
        CHECK,
        "返ってきた照会依頼日時が実在しないか、未来の日時です。",
        "echo_asked_at IS NOT NULL AND (try_strptime(left(echo_asked_at, 14), '%Y%m%d%H%M%S') IS NULL"
        " OR try_strptime(left(echo_asked_at, 14), '%Y%m%d%H%M%S') > $now)",
    ),
)
"""In order of weight: the first `refuse` that applies is the エラー理由."""

BY_CODE: Final = {check.code: check for check in CHECKS}
_NUMBERS = ", ".join(
    f"CASE WHEN regexp_full_match({name}, '[0-9]{{1,12}}') THEN {name}::BIGINT END AS n_{name}"
    for name in (*_AMOUNTS, "tax_year")
)
_FOUND = ", ".join(f"CASE WHEN {check.when} THEN '{check.code}' END" for check in CHECKS)
_FIND = f"""
WITH answer AS (
    SELECT a.*, q.asked_number, q.asked_provider, q.asked_year, q.designated, $this_year AS this_year, {_NUMBERS}
    FROM arrived a JOIN question q USING (record_id) WHERE a.state = 'answered'
), found AS (
    SELECT record_id, unnest(list_filter([{_FOUND}], lambda word: word IS NOT NULL)) AS code FROM answer
)
SELECT f.record_id, f.code, c.severity, c.weight FROM found f JOIN catalogue c USING (code) ORDER BY record_id, weight
"""
_CATALOGUE = pa.table(
    {
        "code": [check.code for check in CHECKS],
        "severity": [check.severity for check in CHECKS],
        "weight": pa.array(range(len(CHECKS)), pa.int32()),
    }
)


def find(
    connection: duckdb.DuckDBPyConnection, *, arrived: pa.Table, questions: pa.Table, today: date
) -> pa.Table:
    """Findings as record_id, code, severity, weight. `questions`: record_id, asked_number, asked_provider, asked_year,
    designated.
    """
    connection.register("arrived", arrived)
    connection.register("question", questions)
    connection.register("catalogue", _CATALOGUE)
    now = f"{today.isoformat()} 23:59:59"
    query = _FIND.replace("$now", f"TIMESTAMP '{now}'").replace("$this_year", str(today.year))
    return duck.table(connection, query)
