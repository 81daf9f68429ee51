"""比較形の作り直し: after a change of the rules every person's forms are made anew from the attributes registered."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from todoke.access.permissions import Actor, Permission, require
from todoke.engine import postgres
from todoke.oplog.record import record
from todoke.systems.linkage.queries.numbers import one_load_at_a_time
from todoke.systems.linkage.rules import match_forms

ALIAS = "linkage"
_STAGED = "linkage_forms"
_PERSONS = """
SELECT integrated_number AS person_id, name_kanji, sex, birth_date, address FROM linkage_person p
WHERE NOT EXISTS (SELECT FROM linkage_numberalias a WHERE a.former_id = p.integrated_number) ORDER BY 1
"""
_RENEW = f"""
INSERT INTO linkage_matchform (person_id, {match_forms.STORED})
SELECT s.person_id, {", ".join(f"s.{name}" for name in match_forms.STORED.split(", "))}
FROM {_STAGED} s JOIN linkage_person p ON p.integrated_number = s.person_id
{match_forms.ON_CONFLICT}
"""


def renew_forms(*, by: Actor) -> int:
    """Make all forms of comparison by the rules of today; returns how many changed. A second run changes none."""
    require(by, Permission.LINKAGE_OPERATE)
    with transaction.atomic(using=ALIAS):
        one_load_at_a_time()
        persons = postgres.read(ALIAS, _PERSONS)
        forms = match_forms.stored(persons, match_forms.home(settings.TODOKE_MUNICIPALITY))
        postgres.stage(ALIAS, _STAGED, forms.append_column("person_id", persons["person_id"]))
        changed = postgres.execute(ALIAS, _RENEW)
        record(ALIAS, by=by, verb="linkage:form:renew", subject="forms", persons=persons.num_rows)
    return changed
