"""The judging of r3-nontaxable as one would write it by hand for Polars and its streaming engine.

Run as a script: DATA OUT. Knows nothing of the house: no programmes, no rules as classes, no seals, no other engine.
"""

from __future__ import annotations

import sys
from datetime import date
from typing import Any

import polars as pl

c, when = pl.col, pl.when
_STATUS = pl.Enum(["所得割課税", "均等割のみ課税", "非課税", "減免", "租税条約免除", "未申告", "未照会", "照会中", "提供者確認中", "回答なし", "回答エラー", "他市町村課税"])  # fmt: skip
_SOURCE = pl.Enum(["livelihood_aid", "tax_record", "inquiry", "minor", "dependant", "none"])
_REASON = pl.Enum(["TAXED", "TREATY", "UNKNOWN", "DEPENDANTS_ONLY", "DIED", "EXEMPT"])
_OUTCOME = pl.Enum(["eligible", "ineligible", "undecided"])
_TAX_DATE, _KEYS = date(2021, 1, 1), ["household_key", "place"]
_FORM: dict[str, Any] = {"compression": "zstd", "compression_level": 1, "row_group_size": 131_072}


def main(data: str, out: str) -> None:
    """Write persons.parquet and households.parquet."""
    status = _status(data).collect(engine="streaming").lazy()
    persons = status.select("resident_code", "household_key", "status", "source").sort("resident_code")
    persons.sink_parquet(f"{out}/persons.parquet", **_FORM)
    household = _household(status).collect(engine="streaming").lazy()
    named = status.filter(c("place").is_not_null())
    once = named.group_by(_KEYS).agg(
        pl.len().alias("persons"),
        c("resident_code").first().alias("who"),
        c("status").first().alias("who_is"),
    )
    once = once.collect(engine="streaming").lazy()
    several = (
        named.join(once.filter(c("persons") > 1).select(_KEYS), on=_KEYS)
        .select(*_KEYS, person=c("resident_code") + "=" + c("status").cast(pl.String))
        .sort("person").group_by(_KEYS).agg("person")
        .with_columns(names=c("person").list.join("|")).drop("person")
    )  # fmt: skip
    judged = household.join(once, on=_KEYS, how="left").join(several, on=_KEYS, how="left")
    for order in _payees(data, status, household):
        judged = judged.join(order, on="household_key", how="left")
    _decided(judged).sort("household_key").sink_parquet(f"{out}/households.parquet", **_FORM)


def _status(data: str) -> pl.LazyFrame:
    died = c("left_reason") == "死亡"
    changed = pl.scan_parquet(f"{data}/latest.parquet").filter(c("protected") | died)
    aid = pl.scan_parquet(f"{data}/assistance.parquet").filter(
        (c("kind") == "生活保護")
        & (c("valid_from") <= _TAX_DATE)
        & (c("valid_to") >= _TAX_DATE).fill_null(value=True)
    )
    answers = pl.scan_parquet(f"{data}/answers.parquet").rename({"status": "answered"})
    noted = pl.concat(
        [
            changed.select("resident_code", hidden="protected", died=died.fill_null(value=False)),
            aid.select("resident_code", aided=pl.lit(value=True)),
            answers,
        ],
        how="diagonal",
    )
    noted = noted.group_by("resident_code").agg(
        c("hidden").max(), c("died").max(), c("aided").max(), c("answered").max()
    )
    tax = pl.scan_parquet(f"{data}/tax.parquet").filter(c("tax_year") == "2021")
    tax = tax.select(
        "resident_code", "declared", "income_levy", "per_capita_levy", "levy_waived", "treaty_exempt",
        "supporter_taxed", dependant=c("supporter").is_not_null(),
    )  # fmt: skip
    base = pl.scan_parquet(f"{data}/base.parquet").select(
        "resident_code", "household_code", "is_head", "birth_date", "moved_in_on", "protected"
    )
    joined = base.join(noted, on="resident_code", how="left").join(tax, on="resident_code", how="left")
    return _judged_persons(joined)


def _judged_persons(joined: pl.LazyFrame) -> pl.LazyFrame:
    moved, young = c("moved_in_on") >= date(2021, 1, 2), c("birth_date") >= date(2003, 1, 3)
    dependant = c("dependant").fill_null(value=False)
    record = (
        when(c("treaty_exempt")).then(_is("租税条約免除")).when(c("income_levy") > 0).then(_is("所得割課税"))
        .when(c("per_capita_levy") > 0).then(_is("均等割のみ課税"))
        .when(c("income_levy").is_null() | c("per_capita_levy").is_null()).then(_is("未申告"))
        .when(c("levy_waived")).then(_is("減免")).otherwise(_is("非課税"))
    )  # fmt: skip
    status = (
        when(c("aided")).then(_is("非課税")).when(c("declared")).then(record)
        .when(moved).then(c("answered").cast(_STATUS).fill_null(_is("未照会")))
        .when(young | dependant).then(_is("非課税")).otherwise(_is("未申告"))
    )  # fmt: skip
    source = (
        when(c("aided")).then(_from("livelihood_aid")).when(c("declared")).then(_from("tax_record"))
        .when(moved).then(_from("inquiry")).when(young).then(_from("minor"))
        .when(dependant).then(_from("dependant")).otherwise(_from("none"))
    )  # fmt: skip
    hidden = c("protected") | c("hidden").fill_null(value=False)
    number = c("status").to_physical()
    return joined.with_columns(status=status, source=source, dependant=dependant).select(
        "resident_code", "is_head", "birth_date", "dependant", "supporter_taxed", "source", "status",
        household_key=when(hidden).then(c("household_code") + "-1").otherwise(c("household_code")),
        died=c("died").fill_null(value=False),
        place=when(number <= 1).then(0).when(number == 4).then(1).when(number >= 5).then(2).cast(pl.Int8),
    )  # fmt: skip


def _household(status: pl.LazyFrame) -> pl.LazyFrame:
    return status.group_by("household_key").agg(
        pl.len().alias("members"),
        c("place").min(),
        (c("dependant") & c("supporter_taxed").fill_null(value=False)).all().alias("dependants_only"),
        (c("dependant").all() & c("supporter_taxed").is_null().any()).alias("needs_declaration"),
        c("died").all().alias("all_died"),
        c("died").any().alias("some_died"),
        c("is_head").sum().alias("heads"),
        when(c("is_head")).then(c("resident_code")).min().alias("head"),
    )


def _payees(data: str, status: pl.LazyFrame, household: pl.LazyFrame) -> list[pl.LazyFrame]:
    """Only for households without exactly one living head: first choice, and successor."""
    odd = household.filter((c("heads") != 1) | c("some_died")).select("household_key")
    latest = pl.scan_parquet(f"{data}/latest.parquet").select("resident_code", head_now="is_head")
    members = status.join(odd, on="household_key", how="semi").join(latest, on="resident_code", how="left")
    first = members.sort(~c("is_head"), "birth_date", "resident_code").group_by(
        "household_key", maintain_order=True
    )
    head_now = c("head_now").fill_null(value=False)
    then = members.sort("died", ~head_now, "birth_date", "resident_code").group_by(
        "household_key", maintain_order=True
    )
    return [
        first.agg(c("resident_code").first().alias("first_choice"), c("died").first().alias("gone")),
        then.agg(c("resident_code").first().alias("successor")),
    ]


def _decided(judged: pl.LazyFrame) -> pl.LazyFrame:
    reason = (
        when(c("place") == 0).then(_because("TAXED")).when(c("place") == 1).then(_because("TREATY"))
        .when(c("place") == 2).then(_because("UNKNOWN")).when(c("dependants_only")).then(_because("DEPENDANTS_ONLY"))
        .when((c("members") == 1) & c("all_died")).then(_because("DIED")).otherwise(_because("EXEMPT"))
    )  # fmt: skip
    judged = judged.with_columns(reason_code=reason)
    eligible, text = c("reason_code") == _because("EXEMPT"), c("reason_code").cast(pl.String)
    alone = c("who") + "=" + c("who_is").cast(pl.String)
    return judged.select(
        "household_key",
        base_household_code=c("household_key").str.head(10),
        payee_resident_code=when(c("gone")).then(c("successor")).otherwise(pl.coalesce("first_choice", "head")),
        outcome=when(eligible).then(_comes_to("eligible")).when(c("place") == 2).then(_comes_to("undecided"))
        .otherwise(_comes_to("ineligible")),
        reason_code="reason_code",
        reasons=when(c("place").is_null()).then(text).otherwise(text + ":" + pl.coalesce("names", alone)),
        members=c("members").cast(pl.Int16),
        needs_declaration="needs_declaration",
        protected=c("household_key").str.len_bytes() > 10,
        amount_yen=when(eligible).then(100_000).otherwise(0).cast(pl.Int64),
    )  # fmt: skip


def _is(word: str) -> pl.Expr:
    return pl.lit(word, dtype=_STATUS)


def _from(word: str) -> pl.Expr:
    return pl.lit(word, dtype=_SOURCE)


def _because(word: str) -> pl.Expr:
    return pl.lit(word, dtype=_REASON)


def _comes_to(word: str) -> pl.Expr:
    return pl.lit(word, dtype=_OUTCOME)


if __name__ == "__main__":
    main(*sys.argv[1:3])
