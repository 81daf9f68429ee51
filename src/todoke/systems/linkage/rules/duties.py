"""担当事務: which role may ask for which information in which duty, and since when.

PIA III.3 リスク1: 「担当事務に限定した権限の割り当てを行い、権限のある事務のみ情報を検索及び登録できる」.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from todoke.access.permissions import Actor, Role
from todoke.contracts.information import DUTY, LOCAL_TAX, PROCEDURE
from todoke.identifiers import municipality


@dataclass(frozen=True, kw_only=True)
class DutyGrant:
    """One row of アクセス権限と事務の対応表. `kind`: the 種別 of the organisation that carries the duty. `valid_to` None: until further notice."""

    role: Role
    duty: str
    procedure: str
    information_code: str
    kind: str
    valid_from: date
    valid_to: date | None
    source: str


GRANTS: Final = tuple(
    DutyGrant(
        role=role,
        duty=DUTY,
        procedure=PROCEDURE,
        information_code=LOCAL_TAX,
        kind=municipality.MAIN_KIND,
        valid_from=date(2021, 12, 20),
        valid_to=None,
        source="番号法19条8号 別表第二の121の項、別表第二主務省令59条の4、令和3年デジタル庁・総務省告示第3号3号 (PIA I.5)",
    )
    for role in (Role.OPERATOR, Role.CLERK)  # in bulk from files; one person from a screen
)


def is_allowed(actor: Actor, *, duty: str, procedure: str, information_code: str, on: date) -> bool:
    """Whether any role of the actor carries the duty on that day. Denied unless a grant says so."""
    return any(
        actor.carries(grant.role)
        and (grant.duty, grant.procedure, grant.information_code) == (duty, procedure, information_code)
        and grant.valid_from <= on
        and (grant.valid_to is None or on <= grant.valid_to)
        for grant in GRANTS
    )


def organisation_of(duty: str, *, city: str) -> str:
    """機関コード of the city's organisation that carries the duty; "" for its main one."""
    kind = next((grant.kind for grant in GRANTS if grant.duty == duty), municipality.MAIN_KIND)
    return "" if kind == municipality.MAIN_KIND else municipality.organisation_code(city, kind)
