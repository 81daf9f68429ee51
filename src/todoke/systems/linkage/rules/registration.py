"""住登外者の登録の規則: what a request must say, and which choice may be confirmed. Pure.

Nobody is linked on fewer than all four attributes (facts/linkage.md §1.7); who is known by 個人番号 gets no second 統合番号
(§3.5). Whatever does not fit goes to the procedure for corrections, never to a choice of the person at the screen.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from todoke.contracts.people import BasicAttributes
from todoke.identifiers import individual_number
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.records.attributes import birth_dates, sexes
from todoke.systems.linkage.rules.blocking import Attribute, Level

LOCAL_NUMBER: Final = re.compile(r"[0-9A-Za-z-]{1,20}")
CORRECT_FIRST: Final = "番号・4情報の訂正の手続で登録内容を直してから、もう一度依頼してください。"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request as typed, attributes in any usual writing. `individual_number` is empty when it is not known."""

    system: str
    local_number: str
    duty: str
    purpose: str
    name: str
    sex: str
    birth_date: str
    address: str
    individual_number: str = ""


@dataclass(frozen=True, kw_only=True)
class Found:
    """A person who may be meant by a request. `has_number`: a 個人番号 is registered for the person."""

    person: str
    levels: Mapping[Attribute, Level]
    by_number: bool
    has_number: bool

    @property
    def all_equal(self) -> bool:
        """Whether all four attributes are equal: nothing less links anybody."""
        return not self.differing

    @property
    def differing(self) -> tuple[Attribute, ...]:
        """The attributes that are not equal (absent ones are not)."""
        return tuple(attribute for attribute in Attribute if self.levels[attribute] is not Level.EQUAL)


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why a choice cannot be confirmed, with field names only, and what to do."""

    detail: str
    todo: str

    def error(self) -> TodokeError:
        """As REGISTRATION_REFUSED."""
        return TodokeError(ErrorCode.REGISTRATION_REFUSED, detail=self.detail, todo=self.todo)


def attributes_of(asked: Asked, systems: Container[str]) -> BasicAttributes:
    """The four attributes as they would be registered. `systems`: those that may ask today.

    Errors: PURPOSE_MISSING, NUMBER_INVALID, RECORD_INVALID naming every field that is empty or incomplete.
    """
    if not asked.purpose.strip():
        raise TodokeError(ErrorCode.PURPOSE_MISSING, permission="linkage:registration:request")
    born = birth_dates.birth_date(asked.birth_date).text
    checks = {
        "依頼元のシステム": asked.system in systems,
        "業務固有番号": LOCAL_NUMBER.fullmatch(asked.local_number) is not None,
        "氏名": bool(asked.name.strip()),
        "性別": bool(sexes.sex(asked.sex).text),
        "生年月日": birth_dates.is_complete(born),
        "住所": bool(asked.address.strip()),
    }
    wrong = [label for label, good in checks.items() if not good]
    if wrong:
        raise TodokeError(ErrorCode.RECORD_INVALID, detail=f"{'、'.join(wrong)} が空か、形が正しくありません")
    if asked.individual_number:
        individual_number.parse(asked.individual_number)
    return BasicAttributes(
        name_kanji=asked.name.strip(),
        sex=sexes.sex(asked.sex).text,
        birth_date=date.fromisoformat(born),
        address=asked.address.strip(),
    )


def refusal(found: Sequence[Found], chosen: Found | None, *, with_number: bool) -> Refusal | None:
    """Why `chosen` (None: a new person) may not be registered for the request; None when it may."""
    known = next((one for one in found if one.by_number), None)
    if known is not None and not known.all_equal:
        return Refusal(
            detail=f"この個人番号の人の{_labels(known.differing)}が依頼と違います", todo=CORRECT_FIRST
        )
    if known is not None and chosen is not known:
        return Refusal(detail="この個人番号の人は登録済みです", todo="候補のうち、その人を選んでください。")
    if chosen is None:
        return _refuse_new(found)
    return _refuse_linking(found, chosen, with_number=with_number)


def proposal(found: Sequence[Found], *, with_number: bool) -> tuple[bool, Found | None]:
    """What a bulk file proposes for one row: (True, the one who is equal or None for a new person), or (False, None).

    A new person is proposed only where nobody at all was found.
    """
    equal = [one for one in found if one.all_equal]
    if len(equal) == 1 and refusal(found, equal[0], with_number=with_number) is None:
        return True, equal[0]
    return (True, None) if not found else (False, None)


def _refuse_linking(found: Sequence[Found], chosen: Found, *, with_number: bool) -> Refusal | None:
    if not chosen.all_equal:
        return Refusal(
            detail=f"選んだ人の{_labels(chosen.differing)}が依頼と一致していません",
            todo="4情報がすべて一致する人だけを選べます。別の人なら「新しい人」を選び、同じ人なら訂正の手続をしてください。",
        )
    if not chosen.by_number and any(one is not chosen and one.all_equal for one in found):
        return Refusal(detail="4情報が一致する人が二人以上います", todo=CORRECT_FIRST)
    if with_number and chosen.has_number and not chosen.by_number:
        return Refusal(detail="選んだ人には別の個人番号が登録されています", todo=CORRECT_FIRST)
    return None


def _refuse_new(found: Sequence[Found]) -> Refusal | None:
    if any(one.all_equal for one in found):
        return Refusal(
            detail="4情報がすべて一致する人が登録済みです",
            todo="その人を選んでください。個人番号が違うときは、訂正の手続をしてください。",
        )
    return None


def _labels(attributes: Sequence[Attribute]) -> str:
    return "・".join(attribute.label for attribute in attributes)
