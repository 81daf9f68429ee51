"""How columns, errors and places are named on the screens of 税情報一括照会."""

from __future__ import annotations

from typing import Final

from todoke.identifiers.municipality import ABROAD
from todoke.identifiers.municipality_names import name_of
from todoke.systems.inquiry.flows import QueryState
from todoke.systems.inquiry.rules.failures import NOT_ASKED, failure
from todoke.systems.inquiry.rules.matrix_columns import Column

COLUMNS: Final = {
    Column.UNSENT: ("未送信", ""),
    Column.REJECTED: ("受付エラー", "fail"),
    Column.WAITING: ("照会中", "wait"),
    Column.HELD: ("提供者確認中", "warn"),
    Column.ANSWERED: ("回答", "good"),
    Column.ELSEWHERE: ("住民登録外課税", "good"),
    Column.NO_RECORD: ("該当なし", "good"),
    Column.FAILED: ("エラー", "fail"),
    Column.EXPIRED: ("期限切れ", "fail"),
}
"""Title and tone, in the order of the matrix."""

TONES: Final = {
    QueryState.DRAFTED: "",
    QueryState.ASKED: "wait",
    QueryState.HELD: "warn",
    QueryState.ANSWERED: "good",
    QueryState.NO_RECORD: "good",
}


def column(value: str) -> tuple[str, str]:
    """Title and tone of a column; what has none says so."""
    return COLUMNS[Column(value)] if value in list(Column) else ("区分なし", "fail")


def provider(code: str) -> str:
    """神奈川県川崎市（14130）; wards, too."""
    if code == ABROAD:
        return "国外（99999）"
    name = name_of(code)
    return f"{name}（{code}）" if name != code else code or "記録なし"


def error(word: str) -> str:
    """提供者の回答が読み取れない; － where there is none."""
    return failure(word).label if word else ""


def not_asked(word: str) -> str:
    """Why a person cannot be asked about."""
    return NOT_ASKED.get(word, word)


def state(value: str) -> tuple[str, str]:
    """Label and tone of a question's state."""
    found = QueryState(value)
    return found.label, TONES.get(found, "fail")
