"""Every rule there is, by the name of its class; a programme's definition names the ones that it uses."""

from __future__ import annotations

from todoke.systems.benefits.rules.articles.amounts import AMOUNTS
from todoke.systems.benefits.rules.articles.forming import FORMING
from todoke.systems.benefits.rules.articles.members import MEMBERS
from todoke.systems.benefits.rules.articles.units import UNITS
from todoke.systems.benefits.rules.rule import AmountRule, DecidingRule, FormingRule

FORMING_RULES: dict[str, type[FormingRule]] = {rule.__name__: rule for rule in FORMING}
DECIDING_RULES: dict[str, type[DecidingRule]] = {rule.__name__: rule for rule in (*MEMBERS, *UNITS)}
AMOUNT_RULES: dict[str, type[AmountRule]] = {rule.__name__: rule for rule in AMOUNTS}
