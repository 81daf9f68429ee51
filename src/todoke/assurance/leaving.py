"""区分を外れた (leaving): where today's facts no longer lie in the classes that the published edition declares."""

from __future__ import annotations

from todoke.assurance.facts import Facts
from todoke.assurance.form import computed, form, items
from todoke.assurance.form.edition import Edition


def leaving(edition: Edition, facts: Facts) -> list[str]:
    """One sentence for each class that the edition declares and the facts have left; none: all is well."""
    now = computed.classes(facts)
    places = {item.key: (section.title, item.label) for section, _, item in items(form(edition.shape()))}
    return [
        f"{places[key][0]}「{places[key][1]}」: 評価書では「{edition.text(key)}」、今は「{value}」に当たります"
        for key, value in now.items()
        if edition.text(key) != value
    ]
