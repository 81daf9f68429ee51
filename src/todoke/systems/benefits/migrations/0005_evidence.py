"""A case enters a state that costs money only with the row that proves the act, also by bulk SQL."""

from typing import ClassVar

from django.db import migrations

from todoke.workflow.guards import evidence

_APPROVAL = """
SELECT FROM benefits_approval a
WHERE a.case_id = n.id AND a.approved_by = n.state_by AND a.approved_at = n.state_at
"""
_PAYMENT = "SELECT FROM benefits_payment p WHERE p.case_id = n.id"
_BANK_FILE = """
SELECT FROM benefits_payment p JOIN benefits_transfer t ON t.payment_id = p.id
JOIN benefits_bank_file f ON f.batch_id = t.batch_id WHERE p.case_id = n.id
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("benefits", "0004_money_guards")]
    operations: ClassVar = [
        evidence("benefits_case", "approved", what="its approval by another person", proof=_APPROVAL),
        evidence("benefits_case", "reserved", what="its payment", proof=_PAYMENT),
        evidence("benefits_case", "ordered", what="the bank file of a released batch", proof=_BANK_FILE),
    ]
