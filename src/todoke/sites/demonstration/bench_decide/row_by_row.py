"""The judging as a loop over objects of an ORM: household by household, person by person, a query each. For a sample only.

Run as a script with the address of the loaded tables in TODOKE_BENCH_DATABASE: HOUSEHOLDS OUT. It decides reason and
outcome; names, payees and the persons' file are spared, in its favour.
"""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from psycopg.conninfo import conninfo_to_dict

ADDRESS = "TODOKE_BENCH_DATABASE"
_TAX_DATE = date(2021, 1, 1)


def main(count: int, out: Path) -> None:
    """Judge the first households by code; write `<household>,<outcome>,<reason>` lines."""
    _start()
    from django.db import models

    def table(name: str, **columns: models.Field[Any, Any]) -> Any:  # noqa: ANN401 - a model made here
        meta = type("Meta", (), {"app_label": "bench", "db_table": name, "managed": False})
        return type(name.title(), (models.Model,), {"__module__": __name__, "Meta": meta, **columns})

    def code(*, key: bool = False) -> Any:  # noqa: ANN401 - a field
        return models.TextField(primary_key=key)

    flag, day, yen = models.BooleanField, models.DateField, models.BigIntegerField
    register = {"household_code": code(), "birth_date": day(), "moved_in_on": day(), "protected": flag()}
    base = table("base", resident_code=code(key=True), **register)
    latest = table("latest", resident_code=code(key=True), left_reason=models.TextField(), protected=flag())
    tax = table(
        "tax", resident_code=code(key=True), tax_year=models.TextField(), declared=flag(), income_levy=yen(),
        per_capita_levy=yen(), levy_waived=flag(), treaty_exempt=flag(), supporter=models.TextField(),
        supporter_taxed=flag(),
    )  # fmt: skip
    aid = table(
        "assistance", resident_code=code(key=True), kind=models.TextField(), valid_from=day(), valid_to=day()
    )
    answer = table("answers", resident_code=code(key=True), status=models.TextField())
    judge = _Judge(base=base, latest=latest, tax=tax, aid=aid, answer=answer)
    codes = (
        base.objects.order_by("household_code").values_list("household_code", flat=True).distinct()[:count]
    )
    lines = [
        f"{key},{outcome},{reason}"
        for household in codes
        for key, outcome, reason in judge.household(household)
    ]
    out.write_text("\n".join(lines), encoding="utf-8")


class _Judge:
    def __init__(self, **models: Any) -> None:  # noqa: ANN401 - models made above
        self.models = models

    def household(self, code: str) -> list[tuple[str, str, str]]:
        parts: dict[str, list[Any]] = {}
        for member in self.models["base"].objects.filter(household_code=code):
            now = self.models["latest"].objects.filter(pk=member.pk).first()
            hidden = member.protected or (now is not None and now.protected)
            parts.setdefault(code + ("-1" if hidden else ""), []).append((member, now))
        return [(key, *self._decide(members)) for key, members in parts.items()]

    def _decide(self, members: list[Any]) -> tuple[str, str]:
        rows = [
            self.models["tax"].objects.filter(pk=member.pk, tax_year="2021").first() for member, _ in members
        ]
        statuses = [self._status(member, row) for (member, _), row in zip(members, rows, strict=True)]
        if any(status in ("所得割課税", "均等割のみ課税") for status in statuses):
            return "ineligible", "TAXED"
        if "租税条約免除" in statuses:
            return "ineligible", "TREATY"
        if any(status not in ("非課税", "減免") for status in statuses):
            return "undecided", "UNKNOWN"
        if all(row is not None and row.supporter is not None and row.supporter_taxed for row in rows):
            return "ineligible", "DEPENDANTS_ONLY"
        if len(members) == 1 and members[0][1] is not None and members[0][1].left_reason == "死亡":
            return "ineligible", "DIED"
        return "eligible", "EXEMPT"

    def _status(self, member: Any, row: Any) -> str:  # noqa: ANN401 - rows of models made above; one return a rule
        for one in self.models["aid"].objects.filter(pk=member.pk, kind="生活保護"):
            if one.valid_from <= _TAX_DATE and (one.valid_to is None or one.valid_to >= _TAX_DATE):
                return "非課税"
        if row is not None and row.declared:
            return _recorded(row)
        if member.moved_in_on is not None and member.moved_in_on >= date(2021, 1, 2):
            found = self.models["answer"].objects.filter(pk=member.pk).first()
            return "未照会" if found is None else str(found.status)
        if member.birth_date >= date(2003, 1, 3) or (row is not None and row.supporter is not None):
            return "非課税"
        return "未申告"


def _recorded(row: Any) -> str:  # noqa: ANN401 - a row of a model made above
    if row.treaty_exempt:
        return "租税条約免除"
    if row.income_levy is not None and row.income_levy > 0:
        return "所得割課税"
    if row.per_capita_levy is not None and row.per_capita_levy > 0:
        return "均等割のみ課税"
    if row.income_levy is None or row.per_capita_levy is None:
        return "未申告"
    return "減免" if row.levy_waived else "非課税"


def _start() -> None:
    parts = conninfo_to_dict(os.environ[ADDRESS])
    names = {"HOST": "host", "PORT": "port", "NAME": "dbname", "USER": "user", "PASSWORD": "password"}
    database = {key: str(parts.get(name) or "") for key, name in names.items()}
    settings.configure(
        DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", **database}}, USE_TZ=True
    )
    django.setup()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
