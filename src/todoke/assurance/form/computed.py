"""事実から決まる記載: choices, counts and dates of the form as pure functions of facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from todoke.assurance.facts import Accident, Facts
from todoke.assurance.form import recorded, section_3, threshold
from todoke.assurance.form.annexes import ACCIDENTS
from todoke.assurance.form.edition import Value
from todoke.assurance.form.own import OwnTexts
from todoke.assurance.form.scales import HANDLERS, HELD, ITEMS, PERSONS
from todoke.assurance.promises import promises
from todoke.kernel import clock

_FILES: Final = ("A", "B")
NOT_OUTSOURCED: Final = "委託しない"
_RISKS: Final = ("2.リスク", "3.リスク1", "3.リスク2", "4.リスク", "6.リスク1", "6.リスク2", "7.リスク")
_JUDGED: Final = {
    **{f"{risk}.十分か": (risk, section_3.SUFFICIENT) for risk in _RISKS},
    "4.リスク.再委託先": ("4.リスク.具体的な方法", section_3.SUBCONTRACTORS),
    "7.リスク.①": ("7.リスク.①", section_3.STRIVING),
    "9": ("9.", section_3.STRIVING),
}
"""Choice of III that judges promises → how their items begin, and its options. 「特に力を入れている」 is for the city to say."""


def values(texts: OwnTexts, facts: Facts, said: Mapping[str, Value]) -> dict[str, Value]:
    """Key of the form → what the facts say there. `said`: what texts have, where a register knows nothing better."""
    day = clock.wareki(facts.on)
    found: dict[str, Value] = {"表紙.公表日": day, "V.1.①": day, **classes(facts)}
    found |= _recorded() | _accidents(facts.recent_accidents())
    for letter in _FILES:
        found |= _contracts(letter, texts, facts, said)
        found |= _risks(f"III-{letter}", facts, said)
    return found


def judged(facts: Facts) -> threshold.Assessment:
    """しきい値判断 of these facts."""
    rules = threshold.rules_on(facts.on)
    return rules.judge(persons=facts.persons, handlers=facts.handlers, accident=facts.grave())


def classes(facts: Facts) -> dict[str, str]:
    """Every class that a number lies in, and what the threshold comes to."""
    return {
        "I.1.③": PERSONS.of(facts.persons),
        "II-A.2.②": HELD.of(facts.benefit_people),
        "II-B.2.②": HELD.of(facts.linkage_people),
        "II-A.2.④": ITEMS.of(len(recorded.BENEFIT)),
        "II-B.2.④": ITEMS.of(len(recorded.LINKAGE)),
        "II-A.3.④.使用者数": HANDLERS.of(facts.benefit_users),
        "II-B.3.④.使用者数": HANDLERS.of(facts.linkage_users),
        "V.1.②": threshold.BY_RESULT[judged(facts)],
    }


def _recorded() -> dict[str, Value]:
    return {
        "別添1-A": [one.label for one in recorded.BENEFIT],
        "別添1-B": [one.label for one in recorded.LINKAGE],
    }


def _contracts(letter: str, texts: OwnTexts, facts: Facts, said: Mapping[str, Value]) -> dict[str, Value]:
    """委託: what the register of contracts knows of each 委託事項 of a file."""
    number = 0
    found: dict[str, Value] = {}
    while (one := f"II-{letter}.4.委託{number + 1}") in said:
        number += 1
        known = facts.contracts.get(texts.contracts.get(one, ""))
        if known is not None:
            found |= {
                f"{one}.②": HANDLERS.of(known.handlers),
                f"{one}.③": known.contractor,
                f"{one}.④": "再委託する" if known.subcontracted else "再委託しない",
            }
    none: Value = {} if number else {NOT_OUTSOURCED: ""}
    return found | {
        f"II-{letter}.4": "委託する" if number else NOT_OUTSOURCED,
        f"II-{letter}.4.件数": f"( {number or ''} ) 件",
        f"III-{letter}.4": none,
    }


def _risks(key: str, facts: Facts, said: Mapping[str, Value]) -> dict[str, Value]:
    """III: whether what is promised against a risk is enough, from what the checks found."""
    recent = bool(facts.recent_accidents())
    see_annex = "別紙のとおり" if recent else "-"
    identified = not any(name.startswith(f"{key}.3.2-認証") for name in facts.broken)
    found: dict[str, Value] = {
        f"{key}.3.リスク2.ユーザ認証の管理": section_3.AUTHENTICATION[not identified],
        f"{key}.7.リスク.②": section_3.ACCIDENTS[not recent],
        f"{key}.7.リスク.②.内容": see_annex,
        f"{key}.7.リスク.②.再発防止策": see_annex,
    }
    for name, (start, options) in _JUDGED.items():
        standing = _standing(f"{key}.{start}", options, facts)
        striving = said.get(f"{key}.{name}") == options[0]
        found[f"{key}.{name}"] = options[0] if striving and standing == options[1] else standing
    return found


def _standing(start: str, options: tuple[str, ...], facts: Facts) -> str:
    """Enough while no promise of these items is broken; empty where none is made."""
    about = [one for one in promises() if one.item.startswith(start)]
    if not about:
        return ""
    return options[2] if any(one.id in facts.broken for one in about) else options[1]


def _accidents(found: list[Accident]) -> dict[str, Value]:
    return {
        f"{ACCIDENTS}.{line}.{column}": text
        for line, one in enumerate(found, start=1)
        for column, text in (
            ("公表年月日", clock.wareki(one.published_on)),
            ("内容", one.content),
            ("件数", f"{one.count}件"),
            ("再発防止策", one.measures),
        )
    }
