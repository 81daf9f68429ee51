"""What the bank answers about the households of the decided office."""

from __future__ import annotations

from tests.screens import decided_office
from tests.systems.benefits import deciding_city
from todoke.records.layouts.transfer_results_v2026 import RESULTS
from todoke.systems.benefits.models import PaymentBatch

PAYABLE = (deciding_city.EXEMPT, 1)


def day() -> str:
    """On which the newest batch is transferred."""
    return PaymentBatch.objects.using("benefits").latest("pk").transfer_on.isoformat()


def result(
    number: int,
    outcome: str,
    failure: str = "",
    *,
    amount: str = "100000",
    account: tuple[str, str, str] | None = None,
) -> dict[str, str]:
    """One row of the list of results: 1 is paid, 2 is failed for a reason. Without an account: that of the form."""
    cells = (
        decided_office.case(number).case_number.zfill(20), *(account or ("0138", "200", f"{number:07d}")), amount,
        outcome, failure, day(),
    )  # fmt: skip
    return dict(zip((column.name for column in RESULTS.columns), cells, strict=True))
