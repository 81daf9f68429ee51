"""整合性確認の規則: how the answer of 住基ネット stands to what is registered (PIA III.2 リスク3, 一括提供方式).

One SQL expression over forms of comparison on both sides, for all persons of a run at once.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import duckdb
import pyarrow as pa

from todoke.engine import duck


class Kind(StrEnum):
    """What differs (差異の種類)."""

    NAME = "name"
    SEX = "sex"
    BIRTH_DATE = "birth_date"
    ADDRESS = "address"
    NUMBER_CHANGED = "number_changed"
    DIED = "died"
    NOT_FOUND = "not_found"

    @property
    def label(self) -> str:
        """The Japanese word."""
        return _LABELS[self.value]


_LABELS: Final = {
    "name": "氏名",
    "sex": "性別",
    "birth_date": "生年月日",
    "address": "住所",
    "number_changed": "個人番号の変更",
    "died": "死亡",
    "not_found": "住基ネットに該当なし",
}


class Settlement(StrEnum):
    """How a difference was settled (処理の結果)."""

    APPLIED = "applied"
    KEPT = "kept"

    @property
    def label(self) -> str:
        """The Japanese word."""
        return {"applied": "更新した", "kept": "更新しない"}[self.value]


IDENTITY: Final = (Kind.NAME, Kind.SEX, Kind.BIRTH_DATE)
"""Taken over by two people: with these a wrong link would be made to look right."""
VALUED: Final = (*IDENTITY, Kind.ADDRESS)
"""Kinds that come with a value which may be taken over; the others go to the procedures for numbers and deaths."""

CURRENT: Final = "current"
"""The word of 住基ネット for a number in force; other words are Kinds."""

_STATES = (Kind.NUMBER_CHANGED, Kind.DIED, Kind.NOT_FOUND)
_DIFFERS = {
    # what cannot be compared (不詳) is shown as different: somebody looks at it
    Kind.NAME: "a.name_form IS DISTINCT FROM r.name OR r.name IS NULL",
    Kind.SEX: "a.sex_form IS DISTINCT FROM r.sex OR r.sex IS NULL",
    Kind.BIRTH_DATE: "a.birth_date_form IS DISTINCT FROM r.birth_date OR r.birth_date IS NULL",
    Kind.ADDRESS: "a.address_form IS DISTINCT FROM r.address OR r.address IS NULL",
}
FIELDS: Final = {
    Kind.NAME: "name_kanji",
    Kind.SEX: "sex",
    Kind.BIRTH_DATE: "birth_date",
    Kind.ADDRESS: "address",
}
"""The registered attribute of each kind that has a value."""
_BY_STATE = " UNION ALL ".join(
    f"SELECT person, '{kind}' AS kind, NULL AS found FROM answers WHERE word = '{kind}'" for kind in _STATES
)
_BY_VALUE = " UNION ALL ".join(
    f"SELECT a.person, '{kind}', a.{FIELDS[kind]}::VARCHAR FROM answers a JOIN registered r USING (person)"
    f" WHERE a.word = '{CURRENT}' AND ({condition})"
    for kind, condition in _DIFFERS.items()
)


def differences(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """person, kind, found of every difference, by person and kind.

    Relations: `answers` (person, word, name_kanji, sex, birth_date, address and their forms *_form) and `registered`
    (person, name, sex, birth_date, address as forms).
    """
    return duck.table(connection, f"SELECT * FROM ({_BY_STATE} UNION ALL {_BY_VALUE}) ORDER BY person, kind")
