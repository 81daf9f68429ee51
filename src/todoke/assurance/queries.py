"""Reads for the screens: the newest run and how the promises stand by it, sheets, incidents, contracts' clauses."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import connections

from todoke.access.models import Contract
from todoke.assurance.checks import State, Verdict
from todoke.assurance.models import CheckResult, CheckRun, Clause, ContractClause
from todoke.assurance.standings import Standing, standings_of

_RED_SINCE: Final = """
WITH held AS (
    SELECT check_name, max(run_id) AS run FROM assurance_check_result WHERE state <> 'broken' GROUP BY 1
)
SELECT r.check_name, min(r.looked_at) FROM assurance_check_result r LEFT JOIN held USING (check_name)
WHERE r.state = 'broken' AND r.run_id > coalesce(held.run, 0) GROUP BY 1
"""


def newest_run(alias: str) -> CheckRun | None:
    """The newest run of the checks."""
    return CheckRun.objects.using(alias).order_by("-pk").first()


def verdicts_of(alias: str, run: CheckRun | None) -> dict[str, Verdict]:
    """What each check said in a run."""
    found = CheckResult.objects.using(alias).filter(run=run) if run else ()
    return {
        one.check_name: Verdict(
            check=one.check_name, state=State(one.state), why=tuple(one.why), at=one.looked_at
        )
        for one in found
    }


def newest_standings(alias: str, realm: str) -> list[Standing]:
    """Every promise of the realm by the newest run and the newest confirmations."""
    return standings_of(realm, alias, verdicts_of(alias, newest_run(alias)))


def broken_now(alias: str, realm: str) -> set[str]:
    """Promises that the newest run of the checks, or a person, found broken."""
    return {one.promise.id for one in newest_standings(alias, realm) if one.state is State.BROKEN}


def history_of(alias: str, names: tuple[str, ...], most: int = 20) -> list[CheckResult]:
    """What these checks said before, newest first."""
    found = CheckResult.objects.using(alias).filter(check_name__in=names).order_by("-run_id", "check_name")
    return list(found.select_related("run")[:most])


def red_since(alias: str) -> dict[str, datetime]:
    """Check → when it was first found broken in the row of runs that lasts until now; those held now are left out."""
    with connections[alias].cursor() as cursor:
        cursor.execute(_RED_SINCE)
        return dict(cursor.fetchall())


def clauses(alias: str) -> list[tuple[Contract, dict[str, ContractClause]]]:
    """Every contract with the clauses that were seen in it."""
    seen: dict[str, dict[str, ContractClause]] = {}
    for one in ContractClause.objects.using(alias).all():
        seen.setdefault(one.contract, {})[one.clause] = one
    return [
        (contract, seen.get(contract.pk, {})) for contract in Contract.objects.using(alias).order_by("number")
    ]


def missing_clauses(seen: dict[str, ContractClause]) -> list[Clause]:
    """The clauses that nobody has seen yet."""
    return [clause for clause in Clause if clause.value not in seen]
