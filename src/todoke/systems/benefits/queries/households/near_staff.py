"""職員に近い住民: residents with the name of a member of staff, and who lives with them, for the list of unusual accesses.

The directory knows no addresses and no families, so a name and its reading are all there is: a hit is a question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from todoke.engine import postgres
from todoke.systems.benefits.models import Resident
from todoke.systems.benefits.rules.households import search_forms

ALIAS = "benefits"
_NAMESAKES: Final = """
SELECT s.staff_id, r.resident_code, m.resident_code
FROM unnest(%s::text[], %s::text[], %s::text[]) AS s (staff_id, name, kana)
JOIN benefits_resident r ON r.name_key = s.name COLLATE "C" AND r.kana_key = s.kana COLLATE "C"
JOIN benefits_resident m ON m.household_code = r.household_code
ORDER BY 1, 2, 3
"""


@dataclass(frozen=True, kw_only=True)
class Near:
    """A member of staff, a resident of the same name, and the others of that resident's household."""

    staff_id: str
    resident_code: str
    household: tuple[str, ...]


def near_staff(staff: Sequence[tuple[str, str, str]]) -> list[Near]:
    """The namesakes of (職員ID, 氏名, フリガナ) in the latest register, or the one of the base date."""
    ids, names, kanas = [], [], []
    for staff_id, name, kana in staff:
        ids.append(staff_id)
        names.append(search_forms.name(name))
        kanas.append(search_forms.kana(kana)[0])
    found: dict[tuple[str, str], list[str]] = {}
    for staff_id, code, mate in postgres.fetch(ALIAS, _NAMESAKES, [ids, names, kanas]):
        mates = found.setdefault((staff_id, code), [])
        if mate != code:
            mates.append(mate)
    return [
        Near(staff_id=staff_id, resident_code=code, household=tuple(mates))
        for (staff_id, code), mates in found.items()
    ]


def protected_residents() -> list[str]:
    """Everybody who is protected in either register."""
    rows = Resident.objects.using(ALIAS).filter(protected=True)
    return list(rows.order_by("resident_code").values_list("resident_code", flat=True))
