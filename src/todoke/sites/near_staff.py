"""本人・家族・同僚・支援措置対象者: whom the list of unusual accesses watches, brought together from directory and register."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.apps import apps

from todoke.access import directory
from todoke.access.models import Staff
from todoke.oplog.person import Person
from todoke.oplog.unusual import Relation

_REGISTER = "todoke.systems.benefits"
_ALIAS = "benefits"
_SELF, _FAMILY, _COLLEAGUE = "本人と同姓同名", "その世帯の人", "同じ課の職員と同姓同名"


def relations() -> list[Relation]:
    """Every member of staff with namesakes, their households, and the namesakes of those in the same section."""
    if not apps.is_installed(_REGISTER):
        return []
    from todoke.systems.benefits.queries.households.near_staff import near_staff

    rows = list(Staff.objects.using(directory.alias()).values_list("staff_id", "name", "kana", "section"))
    section_of = {staff_id: section for staff_id, _, _, section in rows}
    near = near_staff([(staff_id, name, kana) for staff_id, name, kana, _ in rows])
    in_section: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    found = []
    for one in near:
        in_section[section_of[one.staff_id]][one.staff_id].add(one.resident_code)
        found += [
            _relation(one.staff_id, _SELF, [one.resident_code]),
            _relation(one.staff_id, _FAMILY, one.household),
        ]
    for staff_id, section in section_of.items():
        others = {code for other, codes in in_section[section].items() if other != staff_id for code in codes}
        found.append(_relation(staff_id, _COLLEAGUE, sorted(others)))
    return [relation for relation in found if relation.persons[_ALIAS]]


def _relation(staff_id: str, what: str, codes: Iterable[str]) -> Relation:
    return Relation(
        actor=staff_id, what=what, persons={_ALIAS: [Person("resident_code", code) for code in codes]}
    )


def protected() -> dict[str, list[Person]]:
    """The protected persons of each log that has any."""
    if not apps.is_installed(_REGISTER):
        return {}
    from todoke.systems.benefits.queries.households.near_staff import protected_residents

    return {_ALIAS: [Person("resident_code", code) for code in protected_residents()]}
