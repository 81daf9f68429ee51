"""Which test opens the pages of the call centre and of what comes after the payment."""

from __future__ import annotations

from typing import Final

AFTERMATH: Final = {
    **dict.fromkeys(
        (
            "benefits-refunds",
            "benefits-refund-new",
            "benefits-refund",
            "benefits-refund-decide",
            "benefits-refund-withdraw",
            "benefits-refund-plan",
            "benefits-refund-receive",
            "benefits-refund-remind",
            "benefits-refund-write-off",
            "benefits-write-off-confirm",
            "benefits-write-off-withdraw",
            "benefits-declines",
            "benefits-decline-new",
            "benefits-decline-confirm",
            "benefits-decline-withdraw",
            "benefits-achievement",
            "benefits-appeals",
            "benefits-appeal-new",
            "benefits-appeal",
            "benefits-appeal-draft",
            "benefits-appeal-answer",
            "benefits-appeal-return",
            "benefits-appeal-withdraw",
        ),
        "test_aftermath_screens",
    ),
    **dict.fromkeys(
        (
            "benefits-calls",
            "benefits-call-new",
            "benefits-call",
            "benefits-call-note",
            "benefits-callbacks",
            "benefits-callback",
        ),
        "test_a_whole_round",
    ),
}
"""Route → test module."""
