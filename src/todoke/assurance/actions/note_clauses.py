"""契約の条項を確認する: which required clause stands where in a contract."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from todoke.access import directory
from todoke.access.models import Contract
from todoke.access.permissions import Actor, Permission, require
from todoke.assurance.models import Clause, ContractClause
from todoke.kernel import clock
from todoke.kernel.errors import ErrorCode, TodokeError
from todoke.oplog.record import record


def note_clauses(*, by: Actor, contract: str, articles: Mapping[Clause, str]) -> int:
    """Keep where the clauses stand; how many were new. Those already noted stay. Errors: NOT_FOUND; RECORD_INVALID."""
    require(by, Permission.ASSURANCE_CLAUSES)
    alias = directory.alias()
    if not Contract.objects.using(alias).filter(pk=contract).exists():
        raise TodokeError(ErrorCode.NOT_FOUND, what="委託契約")
    with transaction.atomic(using=alias):
        noted = ContractClause.objects.using(alias).filter(contract=contract).values_list("clause", flat=True)
        new = {
            clause: text.strip()
            for clause, text in articles.items()
            if text.strip() and clause not in set(noted)
        }
        if not new:
            raise TodokeError(ErrorCode.RECORD_INVALID, detail="新しく確かめた条項がありません")
        ContractClause.objects.using(alias).bulk_create(
            ContractClause(
                contract=contract, clause=clause, article=text, seen_by=by.staff_id, seen_at=clock.now()
            )
            for clause, text in new.items()
        )
        subject = f"contract:{contract} clauses:{len(new)}"
        record(alias, by=by, verb=Permission.ASSURANCE_CLAUSES.value, subject=subject)
    return len(new)
