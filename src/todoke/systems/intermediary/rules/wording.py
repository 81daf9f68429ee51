"""How a record is said in plain Japanese: what the law calls the duty, what was asked, and how it was answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from todoke.contracts.information import DUTY, LOCAL_TAX, PROCEDURE, Outcome
from todoke.identifiers import municipality
from todoke.identifiers.municipality_names import name_of
from todoke.kernel.errors import TodokeError
from todoke.records.layouts.city_inputs_v2021 import REPLICA_ITEMS

DUTIES: Final = {
    DUTY: "特定公的給付の支給に関する事務（番号法19条8号・別表第二の121の項）",
}
PROCEDURES: Final = {PROCEDURE: "住民税非課税世帯等に対する臨時特別給付金の支給に必要な税情報の確認"}
INFORMATION: Final = {LOCAL_TAX: "地方税関係情報"}
_ITEMS: Final = {LOCAL_TAX: tuple(label.replace("_", " ") for _, label, _ in REPLICA_ITEMS)}

OUTCOMES: Final = {
    Outcome.ASKED: "照会中",
    Outcome.HELD: "提供者確認中",
    Outcome.ANSWERED: "提供した",
    Outcome.NO_RECORD: "該当なし",
    Outcome.RELEASE_REFUSED: "提供しない（不許可）",
    Outcome.REFUSED: "提供しない（許可されない照会）",
}
"""As an officer reads it."""

_TO_THE_PERSON: Final = {
    Outcome.ASKED: "回答はまだありません。",
    # the same: that an answer waits for an officer tells of a protection, which is not for whoever opens the letter
    Outcome.HELD: "回答はまだありません。",
    Outcome.ANSWERED: "次の項目の情報が提供されました。",
    Outcome.NO_RECORD: "該当する情報がないと回答されました。",
    Outcome.RELEASE_REFUSED: "情報は提供されませんでした。",
    Outcome.REFUSED: "情報は提供されませんでした。",
}


def duty(code: str) -> str:
    """事務; the code itself when the catalogue does not have it."""
    return DUTIES.get(code, code)


def procedure(code: str) -> str:
    """事務手続."""
    return PROCEDURES.get(code, code)


def information(code: str) -> str:
    """特定個人情報の名称."""
    return INFORMATION.get(code, code)


def items(code: str, outcome: Outcome) -> Sequence[str]:
    """項目の名称 that an answer gives; none where nothing was given."""
    return _ITEMS.get(code, ()) if outcome is Outcome.ANSWERED else ()


def answer(outcome: Outcome) -> str:
    """How it was answered, as the person reads it."""
    return _TO_THE_PERSON[outcome]


def organisation(code: str) -> str:
    """Name of an organisation (機関); its code when it is none of a municipality's."""
    try:
        return name_of(municipality.of_organisation(code))
    except TodokeError:
        return code
