"""契約書の条項 (PIA Ⅲ.4): which required clause stands in which contract, seen by whom. Append-only."""

from __future__ import annotations

from django.db import models

from todoke.privacy.classes import Privacy
from todoke.privacy.retention import NOT_PERSONAL, for_ever


class Clause(models.TextChoices):
    """What the assessment says that a contract holds, and the papers that go with it."""

    PURPOSE = "purpose", "目的外利用の原則禁止"
    COPYING = "copying", "複写、複製の原則禁止"
    TAKING_OUT = "taking_out", "作業場所の外への持出禁止"
    SUBCONTRACT = "subcontract", "再委託の原則禁止"
    RETURN = "return", "資料等の返還"
    REPORT = "report", "事故発生時等における報告"
    TRAINING = "training", "研修の実施及び誓約書の提出"
    TERMS = "terms", "委託契約約款"
    SPECIAL = "special", "個人情報取扱特記事項"
    COMPUTER = "computer", "電子計算機処理等の契約に関する情報取扱特記事項"


class ContractClause(models.Model):
    """One clause of one contract. `article`: where it stands."""

    contract = models.TextField()
    clause = models.TextField(choices=Clause)
    article = models.TextField()
    seen_by = models.TextField()
    seen_at = models.DateTimeField()

    privacy = Privacy(open="id contract clause article seen_by seen_at", keep=for_ever(NOT_PERSONAL))

    class Meta:
        db_table = "assurance_contract_clause"
        constraints = [
            models.UniqueConstraint(fields=["contract", "clause"], name="contract_clause_once"),
            models.CheckConstraint(condition=~models.Q(article=""), name="contract_clause_says_where"),
        ]
